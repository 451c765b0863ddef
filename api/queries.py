"""/v1/queries: the read queries of cypher/ by name, with typed parameters, capped, and no whole node ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from refnet.analysis.segments import rules
from refnet.analysis.segments.graph import JOINED, KNOWN_ATTRIBUTES
from refnet.api import models
from refnet.api.asked import ReaderDep, known_parameters
from refnet.core.errors import NotFound, UsageError
from refnet.graph.asynchronous import Reader
from refnet.graph.catalogue import Query, catalogue
from refnet.graph.connection import native

router = APIRouter(prefix="/queries", tags=["queries"])

MOST_ROWS = 5000
AT_ONCE = 2  # they may be costly
_OURS = ("export/", "demo/", "scores/", "removing/")
_FOR_PICTURES = {"tree/picture"}  # answers whole paths, for Neo4j Browser
_PERSONAL = (
    "identity/shared-emails",
    "persons/",
    "erasures/tombstones",
)  # an email is searched, and never given

_GIVEN = {
    "name": "parameters",
    "in": "query",
    "description": "The query's own parameters, by their names, such as rootId=c-0004154&hops=3; lists as JSON. Those "
    "left out have their example's value, ids excepted.",
    "required": False,
    "style": "form",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
    "example": {"limit": "10"},
}


def open_queries() -> dict[str, Query]:
    """The queries that may be asked by name."""
    return {
        name: query
        for name, query in catalogue().items()
        if query.mode == "read"
        and not name.startswith(_OURS + _PERSONAL)
        and name not in _FOR_PICTURES
        and not any(_rows(example) for example in query.parameters.values())
    }


def _rows(example: Any) -> bool:
    """Whether a parameter takes rows, as what refnet's own code passes."""
    return isinstance(example, list) and any(isinstance(one, Mapping) for one in example)


@router.get("", response_model=models.Items[models.NamedQuery], dependencies=[Depends(known_parameters)])
async def queries() -> dict[str, Any]:
    """The queries that can be asked by name, and their text."""
    return {
        "items": [
            {
                "name": query.name,
                "title": query.title,
                "notes": list(query.notes),
                "parameters": dict(query.parameters),
                "columns": list(query.columns),
                "cypher": query.source,
            }
            for query in open_queries().values()
        ]
    }


@router.get("/{name:path}", response_model=models.Answered, openapi_extra={"parameters": [_GIVEN]})
async def query(
    request: Request,
    reader: ReaderDep,
    name: Annotated[str, Path(min_length=1, max_length=200, examples=["referrers/top"])],
) -> dict[str, Any]:
    """Run a query: at most 5,000 rows, `truncated` says if there are more. Names are those of the graph."""
    query = open_queries().get(name)
    if query is None:
        raise NotFound(f"There is no query {name!r} to be asked here.", "/v1/queries lists them.")
    counts = Counter(key for key, _ in request.query_params.multi_items())
    for key, count in counts.items():
        if count > 1:
            raise UsageError(f"{key} is there {count} times.", f'A list is JSON, such as {key}=["a", "b"].')
    given = {key: query.typed(key, value) for key, value in request.query_params.items()}
    missing = {
        key: value
        for key, value in query.parameters.items()
        if key not in given and not key.lower().endswith(("id", "ids"))
    }
    parameters = {**missing, **given}
    await _allowed(reader, parameters)
    state = request.app.state
    longest = state.settings.engine_query_minutes * 60
    answer, more = await reader.in_turn(state.turns, name, parameters, MOST_ROWS, longest=longest)
    return {
        "name": name,
        "columns": answer.columns,
        "rows": [[_shown(value) for value in row] for row in answer.values],
        "truncated": more,
    }


async def _allowed(reader: Reader, parameters: Mapping[str, Any]) -> None:
    """Refuse what would show other properties than those that segments are about; the catalogue checks the rest.

    Raises:
        UsageError: it would.
    """
    if "attribute" in parameters or "levels" in parameters:
        attributes = [
            *KNOWN_ATTRIBUTES,
            *(row["name"] for row in await reader.query("export/attribute-names")),
        ]
        if parameters.get("attribute", attributes[0]) not in attributes:
            raise UsageError(f"attribute is one of {', '.join(attributes)}.")
        rules.check(parameters, [*attributes, JOINED])
    if parameters.get("limit", 1) < 0:
        raise UsageError("limit is 0 or more.")


def _shown(value: Any) -> Any:
    """A value as JSON: nodes by their ids, times as ISO 8601."""
    value = native(value)
    if isinstance(value, (list, tuple)):
        return [_shown(one) for one in value]
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(type(value).__name__)
