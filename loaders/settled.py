"""What is settled before the first row is taken: the currency, what further columns hold, the key of tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from refnet.core.errors import UsageError
from refnet.core.settings import Settings
from refnet.graph.model import camel
from refnet.loaders.cells import kind_of, text
from refnet.loaders.headers import Source
from refnet.loaders.rows import Column, Type

_TYPES: dict[str, Type] = {"number": "number", "flag": "flag", "time": "time", "text": "text"}


def currency(found: Sequence[Source], held: str | None, settings: Settings, warnings: list[str]) -> str:
    """The one reporting currency: the setting, else the graph's (`held`), else the first one found, else EUR.

    Raises:
        UsageError: the setting is not the graph's.
    """
    asked = settings.currency.upper() if settings.currency else None
    if held is not None:
        if asked not in (None, held):
            raise UsageError(
                f"This graph counts in {held}, REFNET_CURRENCY is {asked}.",
                "Unset it, or load into another graph: amounts of two currencies are never mixed.",
            )
        return held
    if asked:
        return asked
    for source in found:
        if "currency" in source.opened.columns:
            for chunk in source.opened.chunks():
                known = text(chunk.frame["currency"]).str.upper().dropna()
                known = known[known.str.fullmatch("[A-Z]{3}")]
                if len(known):
                    return str(known.iloc[0])
    amounts = {c.name for source in found for c in source.table.columns if c.type == "money"}
    if any(amounts.intersection(source.opened.columns) for source in found):
        warnings.append(
            "no file names a currency: amounts are taken as EUR; set REFNET_CURRENCY before a first load"
        )
    return "EUR"


def with_attributes(source: Source, known: Mapping[str, str], warnings: list[str]) -> Source:
    """A source with its further columns in the schema, each of the kind that all of its cells are.

    Args:
        source: a file with its header read.
        known: kinds of attributes in the graph, by name.
        warnings: where to tell of those whose kind changes.
    """
    kinds: dict[str, set[str]] = {name: set() for name in source.further}
    if kinds:
        for chunk in source.opened.alone(source.further):
            for name in source.further:
                if "text" not in kinds[name]:  # whatever else there is in it, it is text
                    kinds[name].add(kind_of(chunk.frame[name]))
    columns, empty = [], []
    for name in source.further:
        prop = camel(name)
        held = kinds[name] - {""}
        if not held and prop not in known:
            empty.append(name)
        kind = held.pop() if len(held) == 1 else "text" if held else known.get(prop, "text")
        before = known.get(prop, kind)
        if before != kind:
            warnings.append(f"{name} was {before} in an earlier load and is {kind} now: it is kept as text")
            kind = "text"
        columns.append(Column(name, _TYPES[kind], property=prop, further=True))
    table = replace(source.table, columns=source.table.columns + tuple(columns))
    return replace(source, table=table, empty=tuple(empty))


def notes(source: Source) -> list[dict[str, str]]:
    """What an :Attribute node says of each further column that says anything: name, column, kind."""
    columns = [source.table.by_name[name] for name in source.further if name not in source.empty]
    return [{"name": c.property, "column": c.name, "kind": c.type} for c in columns]


def token_key(settings: Settings) -> bytes:
    """What tokens are hashed with; empty where nothing is set."""
    return settings.token_key.get_secret_value().encode() if settings.token_key else b""
