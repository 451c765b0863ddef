"""What every request has: the graph under its deadline, the settings, typed parameters; and rows in snake_case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, WithJsonSchema

from refnet.analysis.influence.profile import current_analysis, of_one_version
from refnet.core.errors import BeingAnalyzed
from refnet.core.settings import Hops, Settings, hops_of
from refnet.graph.asking import Asking, Question
from refnet.graph.asynchronous import Reader
from refnet.graph.connection import native

T = TypeVar("T")

MOST_HOPS = 25


async def _reader(request: Request) -> Reader:
    state = request.app.state
    reader: Reader = state.graph.within(state.settings.api_seconds)
    return reader


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def known_parameters(request: Request) -> None:
    """Refuse query parameters that the operation does not have: they would do nothing.

    Raises:
        RequestValidationError: there is one.
    """
    dependant = request.scope["route"].dependant
    unknown = request.query_params.keys() - {field.alias for field in dependant.query_params}
    if unknown:
        raise RequestValidationError(
            [
                {"loc": ("query", name), "msg": "There is no such parameter", "type": "unknown"}
                for name in sorted(unknown)
            ]
        )


ReaderDep = Annotated[Reader, Depends(_reader)]
SettingsDep = Annotated[Settings, Depends(_settings)]


def _day(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("should be a day such as 2024-07-01")
    return value


def _instant(value: Any) -> Any:
    if isinstance(value, str):
        # A + that was not encoded arrives as a space.
        text = re.sub(r" (\d\d:\d\d)$", r"+\1", value)
        if not re.fullmatch(
            r"\d{4}-\d{2}-\d{2}([T ][0-9:.]+(Z|[+-]\d\d:\d\d)?)?", text, re.ASCII | re.IGNORECASE
        ):
            raise ValueError("should be a time such as 2026-10-01T06:00:00Z")
        value = datetime.fromisoformat(text.upper())
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return value


def _hops(value: Any) -> Any:
    hops = hops_of(value)
    if hops != "all" and hops > MOST_HOPS:
        raise ValueError(f"should be a number from 1 to {MOST_HOPS}, or all")
    return hops


Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Id = Annotated[str, Path(min_length=1, max_length=500)]
CustomerId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=500,
        description="any id of the customer; upper and lower case differ",
        examples=["c-0004154"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="at most so many")]
CursorText = Annotated[
    str | None,
    Query(max_length=4000, description="`next_cursor` of the page before; left out: the first page"),
]
HopsAsked = Annotated[
    Hops,
    BeforeValidator(_hops),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_HOPS}, {"const": "all"}]}),
]


@cache
def snake(name: str) -> str:
    """A column's name in the API: `customerId` is customer_id."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def plain(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of one query as the API gives them: names in snake_case, times as ISO 8601."""
    found = list(rows)
    if not found:
        return []
    names = [snake(name) for name in found[0]]
    # A tree has thousands of rows and no times: looked at by columns, not one by one.
    columns = list(zip(*(row.values() for row in found), strict=True))
    columns = [tuple(map(_text, values)) if _timed(values) else values for values in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _timed(values: Iterable[Any]) -> bool:
    return hasattr(next((value for value in values if value is not None), None), "to_native")


def _text(value: Any) -> Any:
    return None if value is None else native(value).isoformat()


def versioned(name: str, **parameters: Any) -> Asking[tuple[list[dict[str, Any]], dict[str, Any] | None]]:
    """Rows that have a scoreVersion, and the current analysis, none of them younger than it.

    Raises:
        BeingAnalyzed: one is, of an analysis that has finished since.
    """
    analysis = yield from current_analysis()
    rows = list((yield Question(name, parameters)))
    of_one_version(rows, analysis)
    return rows, analysis


def settled(asking: Asking[T]) -> Asking[tuple[T, dict[str, Any] | None]]:
    """What `asking` gives, and the analysis it is of: for lists ordered by score, where half new ones would not show.

    Raises:
        BeingAnalyzed: another has finished meanwhile.
    """
    before = yield from current_analysis()
    result = yield from asking
    after = yield from current_analysis()
    if (before or {}).get("version") != (after or {}).get("version"):
        raise BeingAnalyzed("An analysis has finished just now.", "Ask again.")
    return result, after


def rows_of(name: str, **parameters: Any) -> Asking[list[dict[str, Any]]]:
    """The rows of one query."""
    return list((yield Question(name, parameters)))
