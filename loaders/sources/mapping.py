"""A mapping: what one system's export is known by, and which of its columns become which canonical ones.

about = "…"                      what it is, in a line
recognised_by = ["a", ["b", "B"]]   columns that only it has; a list in the list: any of these
records = "data"                 JSON: where in each document the records are, if they may be further in

[[leave_out]]                    rows of no table, counted with the reason
[[customers]]                    rows of a canonical table: its columns, and what class Rows has beside them
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from refnet.core.errors import InputError
from refnet.graph.model import CANONICAL, RESERVED, camel
from refnet.loaders.cells import number
from refnet.loaders.rows import Table
from refnet.loaders.schemas import ORDERS, REFUNDS, TABLES
from refnet.loaders.sources.changes import CHANGES, dated

_OF_ROWS = ("when", "only_with", "leave_out", "for_each", "refunds", "keep")


def _several(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _change(name: str) -> str:
    if name not in CHANGES:
        raise ValueError(f"is none of {', '.join(CHANGES)}")
    return name


def _form(form: str) -> str:
    try:
        dated(pd.Series(["1"], dtype="str"), form)
    except (ValueError, re.error) as error:
        raise ValueError(f"is no form of dates: {error}") from None
    return form


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(_Strict):
    """What a column of the source says; exactly one of is, is_not, empty, below. `*` in a value stands for anything."""

    column: str
    is_: Annotated[list[str] | None, BeforeValidator(_several)] = Field(None, alias="is")
    is_not: Annotated[list[str] | None, BeforeValidator(_several)] = None
    empty: bool | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        given = [name for name in ("is_", "is_not", "empty", "below") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("needs one of is, is_not, empty, below")
        return self


class LeaveOut(Condition):
    """A condition under which a row is kept out, and the reason that is told and counted."""

    reason: str


def _ways(value: Any) -> Any:
    return [
        {"from": each} if isinstance(each, str) else {"always": each} if _is_number(each) else each
        for each in _several(value)
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _constant(value: Any) -> Any:
    return str(value) if _is_number(value) else value


class Taken(_Strict):
    """Where a canonical column's cells come from, and what is done to them, in this order.

    Of a number with a share [a, b] only that of a in b is taken: of what was given back with taxes, what is without.
    """

    from_: str | None = Field(None, alias="from")
    join: list[str] | None = None
    always: Annotated[str | None, BeforeValidator(_constant)] = None
    when: Annotated[list[Condition], BeforeValidator(_several)] = Field(default_factory=list)
    share: list[str] | None = Field(None, min_length=2, max_length=2)
    change: Annotated[list[Annotated[str, BeforeValidator(_change)]], BeforeValidator(_several)] = Field(
        default_factory=list, alias="as"
    )
    dated: Annotated[str, AfterValidator(_form)] | None = None
    choices: dict[str, str] = Field(default_factory=dict)
    prefix: str = ""

    @model_validator(mode="after")
    def _one(self) -> Taken:
        if sum(given is not None for given in (self.from_, self.join, self.always)) != 1:
            raise ValueError("needs one of from, join, always")
        return self

    @property
    def columns(self) -> list[str]:
        """The source's columns that it is taken from; none for a constant."""
        return [self.from_] if self.from_ is not None else self.join or []


class Refund(_Strict):
    """Rows that take money back from the order that another row gives; whatever the rows' own `when` says.

    They become rows of the table refunds.

    Attributes:
        when: what must hold for a row to be one of these.
        amount: how much, whatever its sign; not said: all of the order.
        id: their id, with a prefix as all ids have; not said: two of one order, amount and time are one.
    """

    when: Annotated[list[Condition], BeforeValidator(_several), Field(min_length=1)]
    amount: Annotated[list[Taken], BeforeValidator(_ways)] = Field(default_factory=list)
    id: Annotated[list[Taken], BeforeValidator(_ways)] = Field(default_factory=list)


class Rows(_Strict):
    """Rows of one canonical table.

    Attributes:
        table: its name.
        columns: each canonical column's alternatives; the first that is not empty holds.
        when: what must hold for a row to be one of these; others are not counted.
        only_with: likewise, a canonical column that must not come out empty.
        leave_out: rows that are kept out, and counted with the reason.
        for_each: a list in the record: a row for each of its elements.
        refunds: of orders, rows that are none of these, but take money back from one; of refunds, how they are told.
        keep: further columns by pattern, as attributes under the name that the * stands for.
    """

    table: str
    columns: dict[str, list[Taken]]
    when: Annotated[list[Condition], BeforeValidator(_several)] = Field(default_factory=list)
    only_with: str | None = None
    leave_out: list[LeaveOut] = Field(default_factory=list)
    for_each: str | None = None
    refunds: list[Refund] = Field(default_factory=list)
    keep: list[str] = Field(default_factory=list)


class _Head(_Strict):
    about: str
    recognised_by: list[Annotated[list[str], BeforeValidator(_several)]] = Field(min_length=1)
    records: str = ""
    leave_out: list[LeaveOut] = Field(default_factory=list)


class Mapping(_Head):
    """One source.

    Attributes:
        name: the file's, without .toml.
        path: the file.
        rows: what it gives, in the file's order.
    """

    name: str
    path: Path
    rows: list[Rows]

    @property
    def tables(self) -> list[str]:
        """The canonical tables that it gives rows of now, each once."""
        return list(dict.fromkeys(rows.table for rows in self.rows))


def read_mapping(path: Path) -> Mapping:
    """Read and check one mapping file.

    Raises:
        InputError: it is no mapping; names the file, the key and what is allowed.
    """
    if path.stem == CANONICAL:
        raise InputError(
            "is what refnet's own files are called.", file=path, hint="Name it after the system."
        )
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"is no TOML: {error}.", file=path, hint=_HELP) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=path, hint=_HELP) from None
    head = {name: held[name] for name in held if name in _Head.model_fields}
    blocks: list[Rows] = []
    for name, value in held.items():
        if name in head:
            continue
        allowed = [*_Head.model_fields, *TABLES]
        if name not in allowed:
            raise _wrong(path, name, f"is no key of a mapping nor a table; {_near(name, allowed)}")
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise _wrong(path, name, f"holds rows of a table: begin it with [[{name}]], in two brackets")
        for place, each in enumerate(value, start=1):
            rows = _rows(path, name, place, each, len(value) > 1)
            blocks += [rows, _refunds(rows)] if rows.refunds else [rows]
    if not blocks:
        raise _wrong(path, "", f"gives no rows; add such as [[customers]], of {', '.join(TABLES)}")
    try:
        return Mapping(**head, name=path.stem, path=path, rows=blocks)
    except ValidationError as error:
        raise _invalid(path, (), error) from None


_HELP = "`refnet sources show shopify-customers` prints one that works."


def _rows(path: Path, name: str, place: int, held: dict[str, Any], several: bool) -> Rows:
    table = TABLES[name]
    here = f"{name}[{place}]" if several else name
    columns = {key: _several(value) for key, value in held.items() if key not in _OF_ROWS}
    for column, taken in columns.items():
        _check_column(path, f"{here}.{column}", table, column, taken)
    for column in table.required:
        if column not in columns:
            raise _wrong(path, here, f"has no {column}, which every row of {name} needs")
    rest = {key: value for key, value in held.items() if key in _OF_ROWS}
    if rest.get("keep") and not table.attributes:
        raise _wrong(path, f"{here}.keep", "is for customers: only they may have further columns")
    if rest.get("refunds") and name != ORDERS.name:
        raise _wrong(path, f"{here}.refunds", "is for orders: money is taken back from them only")
    plain = {column: _ways(taken) for column, taken in columns.items()}
    try:
        rows = Rows(table=name, columns=plain, **rest)
    except ValidationError as error:
        raise _invalid(path, (here,), error) from None
    if rows.only_with is not None and rows.only_with not in rows.columns:
        raise _wrong(
            path,
            f"{here}.only_with",
            f"{rows.only_with} is no column of these rows; {_near(rows.only_with, [*columns])}",
        )
    return rows


def _refunds(orders: Rows) -> Rows:
    """The rows among orders that take money back, as rows of the table that these have of their own."""
    told = {
        "refund_id": [way for each in orders.refunds for way in each.id],
        "order_id": orders.columns["order_id"],
        "amount": [way for each in orders.refunds for way in each.amount],
        "whole": [Taken.model_validate({"always": "yes"})] if _some_whole(orders) else [],
        "currency": orders.columns.get("currency", []),
        "refunded_at": orders.columns["placed_at"],
    }
    return Rows(
        table=REFUNDS.name,
        columns={name: ways for name, ways in told.items() if ways},
        leave_out=orders.leave_out,
        for_each=orders.for_each,
        refunds=orders.refunds,
    )


def _some_whole(rows: Rows) -> bool:
    return any(not each.amount for each in rows.refunds)


def _check_column(path: Path, key: str, table: Table, column: str, taken: list[Any]) -> None:
    known = table.by_name.get(column)
    if known is None and not table.attributes:
        raise _wrong(path, key, f"is no column of {table.name}; {_near(column, [*table.by_name, *_OF_ROWS])}")
    if known is None and (not camel(column) or camel(column) in RESERVED):
        raise _wrong(path, key, "is a name that refnet writes itself, or none for a column; choose another")
    figure = known is not None and known.type in ("money", "number", "count")
    for each in taken:
        if _is_number(each) and not figure:
            raise _wrong(
                path, key, f'cannot be {each}: name a column of the export, or {{ always = "{each}" }}'
            )
    if known is None:
        return
    for each in taken:
        always = each if _is_number(each) else each.get("always") if isinstance(each, dict) else None
        if always is None:
            continue
        if known.choices and always not in known.choices:
            raise _wrong(path, key, f"always {always!r} is none of {', '.join(known.choices)}")
        if figure:
            said = number(pd.Series([str(always)], dtype="str")).iloc[0]
            if pd.isna(said) or (known.least is not None and said < known.least):
                least = "" if known.least is None else f" from {known.least:g} on"
                raise _wrong(path, key, f"always {always!r} is no number{least}; write it as 60")
    for each in taken:
        if known.name == "once_within" and isinstance(each, str) and each.isdecimal():
            raise _wrong(
                path, key, f"{each!r} in quotes is a column of the export; minutes are written as {each}"
            )


def _near(name: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(name, allowed, 1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"allowed are {', '.join(allowed)}"


def _wrong(path: Path, key: str, said: str) -> InputError:
    return InputError(f"{key} {said}".strip() + ("" if said.endswith("?") else "."), file=path, hint=_HELP)


def _invalid(path: Path, where: tuple[str, ...], error: ValidationError) -> InputError:
    """The first thing that pydantic found, in words of a mapping file."""
    first = error.errors()[0]
    parts = [str(part) for part in (*where, *first["loc"]) if part != "columns"]
    names = {"is_": "is", "from_": "from", "change": "as"}
    key = ".".join(names.get(part, part) for part in parts if not part.isdecimal())
    given = first.get("input")
    said = str(first["msg"]).removeprefix("Value error, ")
    match first["type"]:
        case "missing":
            said = "is missing"
        case "extra_forbidden":
            block = where and len(first["loc"]) >= 2 and str(first["loc"][0]) == "columns"
            known = Taken if block else LeaveOut
            allowed = [field.alias or name for name, field in known.model_fields.items()]
            said = f"is not known here; {_near(str(first['loc'][-1]), allowed)}"
        case "value_error" if isinstance(given, str):
            said = f"{given!r} {said}"
        case _ if not isinstance(given, (dict, list)):
            said = f"cannot be {given!r}: {said[0].lower()}{said[1:]}"
        case _:
            said = f"{said[0].lower()}{said[1:]}"
    return _wrong(path, key, said)
