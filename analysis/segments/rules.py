"""A segment's rule as Cypher's parameters, as an id, and as what Neo4j Browser takes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from refnet.analysis.segments.levels import Level, Range
from refnet.analysis.segments.words import value_in_words
from refnet.core.errors import UsageError

MEMBERS = "segments/members"
"""The query that gives a segment's customers."""


def parameters(rule: Mapping[str, Level]) -> dict[str, dict[str, Any]]:
    """{levels, ranges, dates} of the queries that take a segment: texts, numbers [from, to), moments [from, to)."""
    found: dict[str, dict[str, Any]] = {"levels": {}, "ranges": {}, "dates": {}}
    for attribute, level in rule.items():
        if isinstance(level, Range):
            kind = "dates" if isinstance(level.low, str) else "ranges"
            found[kind][attribute] = [level.low, level.high]
        else:
            found["levels"][attribute] = value_in_words(level)
    return found


def plain(rule: Mapping[str, Level]) -> dict[str, Any]:
    """A rule as a report has it: {attribute: level}, of a range its name."""
    return {attribute: level.name if isinstance(level, Range) else level for attribute, level in rule.items()}


def segment_id(rule: Mapping[str, Any]) -> str:
    """`diet:vegan`, of a pair `diet:vegan&plan:flexible`."""
    return "&".join(f"{attribute}:{value_in_words(level)}" for attribute, level in rule.items())


def query(rule: Mapping[str, Level]) -> dict[str, Any]:
    """The saved query that gives a segment's customers: its name, its parameters, and the line that sets them in Neo4j
    Browser before the file of that name is run.
    """
    given = parameters(rule)
    return {"name": MEMBERS, "parameters": given, "browser": f":params {_cypher({**given, 'limit': 100})}"}


def _cypher(value: Any) -> str:
    """A literal of Cypher."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_cypher(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_cypher(each) for each in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else "`" + name.replace("`", "``") + "`"


def check(given: Mapping[str, Any], attributes: Collection[str]) -> None:
    """Refuse what is no segment's parameters, or of an attribute that is not one of `attributes`.

    Raises:
        UsageError: says which, and what it has to be.
    """
    shapes = {
        "levels": ("a text", _is_text),
        "ranges": ("[from, to]", _is_range),
        "dates": ("[from, to]", _is_dates),
    }
    for kind, (shape, fits) in shapes.items():
        for name, value in given.get(kind, {}).items():
            if name not in attributes:
                raise UsageError(
                    f"{kind} has {name!r}, which is no attribute.", f"Such as {', '.join(attributes)}."
                )
            if not fits(value):
                raise UsageError(
                    f"{kind} of {name} cannot be {json.dumps(value)[:80]}.",
                    f"It is {shape}" + (": moments as ISO 8601." if kind == "dates" else "."),
                )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_range(value: Any) -> bool:
    numbers = isinstance(value, list) and all(
        one is None or (isinstance(one, (int, float)) and not isinstance(one, bool)) for one in value
    )
    return numbers and len(value) == 2


def _is_dates(value: Any) -> bool:
    try:
        return isinstance(value, list) and len([datetime.fromisoformat(one) for one in value]) == 2
    except (TypeError, ValueError):
        return False
