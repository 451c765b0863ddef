"""The OpenAPI document: FastAPI's, with the problems that every operation can answer with."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from refnet.api import problems
from refnet.api.problems import MEDIA_TYPE, Kind, Problem

DESCRIPTION = """
Who brings the customers: multi-hop referral influence, trees, segments with low CLTV and high referral value, the
programme's figures.

- Scores are those of the last finished analysis: `score_version` and `scored_at` say which. Before it they are null.
- What is not known is null. Amounts are in `currency`.
- Lists go on with `next_cursor`. Limits are limits: `truncated` says that there is more.
- Errors are `application/problem+json` (RFC 9457) with a stable `type`.
"""
# Not found where nobody has made the model.
_OF_A_MODEL = ("/v1/churn", "/v1/exposure")
_SECURITY = {
    "Bearer": {"type": "http", "scheme": "bearer", "description": "one of the keys in REFNET_API_KEYS"},
    "Key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "the same, for a browser's page",
    },
}


def document(app: FastAPI, *, keys: bool) -> dict[str, Any]:
    """The document; with `keys` they are asked for under /v1."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            for kind in _kinds(path, method, operation, keys):
                _add(operation["responses"], kind)
            if keys and path.startswith("/v1"):
                operation["security"] = [{name: []} for name in _SECURITY]
    if keys:
        made["components"]["securitySchemes"] = _SECURITY
    return made


def _kinds(path: str, method: str, operation: dict[str, Any], keys: bool) -> list[Kind]:
    operation["responses"].pop("422", None)
    if path == "/healthz":
        return [problems.UNKNOWN_HOST]
    kinds = [problems.UNKNOWN_HOST, problems.UNAVAILABLE, problems.TOO_SLOW]
    if not path.startswith("/v1"):
        return kinds
    kinds = [problems.BAD_REQUEST, problems.INVALID, *kinds[1:]]
    if keys:
        kinds.append(problems.KEY_NEEDED)
    names = {one["name"] for one in operation.get("parameters", [])}
    if "{" in path or path in _OF_A_MODEL:
        kinds.append(problems.NOT_FOUND)
    if "cursor" in names:
        kinds.append(problems.SCORES_CHANGED)
    if method == "post":
        kinds.append(problems.TOO_LARGE)
    return kinds


def _add(responses: dict[str, Any], kind: Kind) -> None:
    responses[str(kind.status)] = {
        "description": f"{kind.title}. {kind.about}",
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": {
                    "type": f"/problems/{kind.name}",
                    "title": kind.title,
                    "status": kind.status,
                    "detail": kind.detail or kind.about,
                },
            }
        },
    }
