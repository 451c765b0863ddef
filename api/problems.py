"""What the API says when it cannot answer: RFC 9457 problems, one for each of refnet's errors.

Each `type` is a relative address that leads to a sentence about it, and stays what it is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from refnet.core import errors

log = logging.getLogger("refnet.api")

MEDIA_TYPE = "application/problem+json"


class MalformedCursor(errors.UsageError):
    """A cursor that this list did not hand out."""


class ScoresChanged(errors.RefnetError):
    """A cursor of an analysis that is not the current one any more."""


class BeingComputed(errors.StoreError):
    """An answer that is still being worked out for everyone."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem.

    Attributes:
        name: the last part of its `type`.
        status: HTTP's.
        title: what it is, in a few words.
        about: what to do about it.
        retry_after: seconds after which it is worth another try; 0: it is not.
        detail: said instead of the error's own words, which are for whoever runs the server.
    """

    name: str
    status: int
    title: str
    about: str
    retry_after: int = 0
    detail: str = ""


BAD_REQUEST = Kind(
    "bad-request", 400, "Asked wrongly", "The request cannot be answered as it is; `detail` says why."
)
INVALID = Kind(
    "invalid-request",
    422,
    "Not valid",
    "A parameter or the body is not what the API takes; `errors` says which.",
)
MALFORMED_CURSOR = Kind(
    "malformed-cursor",
    400,
    "No such cursor",
    "Cursors come from `next_cursor` of the same list, and are used as they are.",
)
UNKNOWN_HOST = Kind(
    "unknown-host", 400, "Not called by this name",
    "The Host header is none of this API's names. Whoever runs it adds names with REFNET_API_HOSTS.",
)  # fmt: skip
KEY_NEEDED = Kind(
    "key-needed", 401, "A key is needed",
    "Send one of the keys in REFNET_API_KEYS as `Authorization: Bearer KEY` or `X-API-Key: KEY`.",
)  # fmt: skip
LOCAL_ONLY = Kind(
    "local-only", 403, "Only for this machine",
    "The API listens beyond this machine and has no keys. Whoever runs it sets REFNET_API_KEYS.",
)  # fmt: skip
NOT_FOUND = Kind(
    "not-found", 404, "Not found", "There is no such customer, affiliate, segment, query or page."
)
METHOD = Kind(
    "method-not-allowed",
    405,
    "Not done this way",
    "The address is there, for other methods: see the `Allow` header.",
)
SCORES_CHANGED = Kind(
    "scores-changed", 409, "The scores have changed",
    "A new analysis has finished since the first page. Begin the list again, without a cursor.",
)  # fmt: skip
TOO_LARGE = Kind(
    "too-large", 413, "Too large", "The body is larger than the API takes. Ask in several requests."
)
UNAVAILABLE = Kind(
    "store-unavailable", 503, "The graph does not answer", "It may be starting. Try again after `Retry-After` seconds.",
    2, "The graph does not answer just now.",
)  # fmt: skip
REFUSED = Kind(
    "store-refused", 503, "The graph does not let the API in",
    "Whoever runs it checks NEO4J_PASSWORD and NEO4J_DATABASE.",
    30, "The graph does not accept the API's user, password or database.",
)  # fmt: skip
BEING_ANALYZED = Kind(
    "being-analyzed", 503, "An analysis has just finished",
    "Scores are never served half new and half old. Try again after `Retry-After` seconds.", 3,
)  # fmt: skip
BEING_COMPUTED = Kind(
    "being-computed",
    503,
    "Being worked out",
    "The answer is computed once per analysis. Try again after `Retry-After` seconds.",
    5,
)
TOO_SLOW = Kind(
    "too-slow", 504, "Took too long", "The answer was given up after REFNET_API_SECONDS. Ask for less."
)
FAILED = Kind(
    "failed", 500, "The API failed", "An error of the API or of the graph. Whoever runs it finds more in its log.",
    0, "The API or the graph failed.",
)  # fmt: skip

_OF_ERRORS: dict[type[errors.RefnetError], Kind] = {
    errors.NotFound: NOT_FOUND,
    errors.UsageError: BAD_REQUEST,
    MalformedCursor: MALFORMED_CURSOR,
    ScoresChanged: SCORES_CHANGED,
    BeingComputed: BEING_COMPUTED,
    errors.BeingAnalyzed: BEING_ANALYZED,
    errors.TooSlow: TOO_SLOW,
    errors.StoreUnavailable: UNAVAILABLE,
    errors.StoreRefused: REFUSED,
    errors.RefnetError: FAILED,
}
KINDS = {
    kind.name: kind
    for kind in (*_OF_ERRORS.values(), INVALID, METHOD, UNKNOWN_HOST, KEY_NEEDED, LOCAL_ONLY, TOO_LARGE)
}


class Wrong(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="query, path or body, and the name", examples=["query.depth"])
    message: str = Field(examples=["Input should be less than or equal to 25"])


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no customer c-9999999.",
                }
            ]
        }
    )

    type: str = Field(description="stable; leads to a sentence about it")
    title: str
    status: int
    detail: str
    errors: list[Wrong] | None = Field(None, description="each parameter that is wrong")


def problem(
    kind: Kind,
    detail: str = "",
    *,
    wrong: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem of this kind as a response."""
    body: dict[str, Any] = {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail or kind.about,
    }
    if wrong:
        body["errors"] = list(wrong)
    added = dict(headers or {})
    if kind.retry_after:
        added["Retry-After"] = str(kind.retry_after)
    if kind.status == HTTPStatus.UNAUTHORIZED:
        added["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, kind.status, added, MEDIA_TYPE)


def kind_of(error: errors.RefnetError) -> Kind:
    """The kind of problem that an error is."""
    return next(_OF_ERRORS[of] for of in type(error).__mro__ if of in _OF_ERRORS)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem."""

    @app.exception_handler(errors.RefnetError)
    async def ours(_request: Request, error: errors.RefnetError) -> Response:
        kind = kind_of(error)
        if kind.detail:  # its own words name addresses and statements: for the log only
            log.warning("%s", error)
        return problem(kind, kind.detail or str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # What was sent is not sent back: it may be anything.
        wrong = [
            {
                "where": ".".join(map(str, one["loc"])).encode("utf-8", "replace").decode(),
                "message": one["msg"].removeprefix("Value error, "),
            }
            for one in error.errors()[:20]
        ]
        kind = request.headers.get("content-type", "")
        if wrong[0]["where"].startswith("body") and "json" not in kind:
            wrong = [{"where": "body", "message": "should be JSON, sent as Content-Type: application/json"}]
        elif any(one["type"] == "json_invalid" for one in error.errors()):
            wrong = [{"where": "body", "message": "is no JSON"}]
        return problem(INVALID, f"{wrong[0]['where']}: {wrong[0]['message']}.", wrong=wrong)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        known = {404: NOT_FOUND, 400: BAD_REQUEST, 405: METHOD, 413: TOO_LARGE}.get(status)
        kind = known or Kind(
            status.phrase.lower().replace(" ", "-"), status, status.phrase, status.description
        )
        detail = (
            "There is no such address; /docs lists them."
            if status == HTTPStatus.NOT_FOUND
            else kind.about
            if kind is METHOD
            else str(error.detail)
        )
        return problem(kind, detail, headers=error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(_request: Request, _error: Exception) -> Response:
        return problem(FAILED)  # the server logs it
