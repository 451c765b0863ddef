"""Sketch: a mapping to start from, guessed from the names of a file's columns."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from refnet.core.errors import InputError, UsageError
from refnet.loaders.cells import text
from refnet.loaders.files import ENDINGS, ending
from refnet.loaders.rows import Column, Table
from refnet.loaders.schemas import TABLES
from refnet.loaders.sources.called import BARE, CALLED, NAMES, words
from refnet.loaders.sources.recognise import File

# Of which table the rows are if two have as many of the columns: the more particular one.
_KINDS = (
    "orders", "refunds", "commissions", "invitations", "referrals", "tickets", "surveys", "rewards", "usage",
    "landings", "spend", "visits", "customers", "affiliates",
)  # fmt: skip
# What rows of another table may give besides, by the columns that tell.
_BESIDE = {
    "customers": ("customer_id",),
    "affiliates": ("affiliate_id",),
    "referrals": ("referrer_id", "referee_id"),
}
_AFFILIATE = re.compile(r"affiliate|partner|promoter")
_FORMS = {"%d.%m.%Y": r"\d{1,2}\.\d{1,2}\.\d{4}", "%d.%m.%Y %H:%M": r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}"}


def sketch(path: Path, tables: Sequence[str] = ()) -> str:
    """The text of a mapping for a file; what could not be guessed is in comments.

    Raises:
        InputError: the file cannot be read.
        UsageError: it is of no kind that is read, or there is no such table.
    """
    for name in tables:
        if name not in TABLES:
            raise UsageError(f"There is no table {name!r}.", f"There are {', '.join(TABLES)}.")
    if not path.exists():
        raise InputError("is not there.", file=path)
    if not path.is_file() or not ending(path):
        raise UsageError(f"{path} is of no kind that is read.", f"It may end in {', '.join(ENDINGS)}.")
    records, columns, shown = _columns(path)
    chosen = [TABLES[name] for name in tables] or guessed(columns)
    return "\n".join(_lines(path, records, columns, shown, chosen))


def _columns(path: Path) -> tuple[str, list[str], dict[str, str]]:
    """Where the records are, their columns, and an example of each."""
    file = File(path)
    opened, records = file.at(""), ""
    chunk = next(opened.chunks(), None)
    if (
        chunk is not None
        and path.name.lower().removesuffix(".gz").endswith((".json", ".jsonl"))
        and len(chunk.frame) == 1
    ):
        # One object with a list in it: an answer of an API, whose records are further in.
        lists = [c for c in opened.columns if isinstance(chunk.frame[c].iloc[0], list)]
        inner = [name for name in lists if any(isinstance(each, dict) for each in chunk.frame[name].iloc[0])]
        if len(inner) == 1:
            records, opened = inner[0], file.at(inner[0])
            chunk = next(opened.chunks(), None)
    shown: dict[str, str] = {}
    if chunk is not None:
        for column in opened.columns:
            known = text(chunk.frame[column].head(50)).dropna()
            shown[column] = str(known.iloc[0])[:40] if len(known) else ""
    return records, opened.columns, shown


def guessed(columns: Sequence[str]) -> list[Table]:
    """The table that most of the columns are like, and after it those that its rows give besides."""
    resemble = {name: len(set(_taken(TABLES[name], columns, bare=False).values())) for name in _KINDS}
    whole = {name: _whole(TABLES[name], _taken(TABLES[name], columns)) for name in _KINDS}
    best = max(_KINDS, key=lambda name: (resemble[name], whole[name], -_KINDS.index(name)))
    if not resemble[best]:
        return [TABLES["customers"]]
    chosen = {best}
    for name, telling in _BESIDE.items():
        found = _taken(TABLES[name], columns, bare=False)
        if all(column in found for column in telling):
            chosen.add(name)
    return sorted((TABLES[name] for name in TABLES if name in chosen), key=lambda table: table.name != best)


def _whole(table: Table, taken: dict[str, str]) -> bool:
    return all(column in taken for column in table.required)


def _taken(table: Table, columns: Sequence[str], *, bare: bool = True) -> dict[str, str]:
    """For the columns of a table those of the file that are most like them, each once, an address as id and as email.

    Without `bare` a column that is called id, date or status only does not count.
    """
    taken: dict[str, str] = {}
    for column in sorted(table.columns, key=lambda column: not column.required):
        free = [name for name in columns if column.name == "email" or name not in taken.values()]
        if found := _guess(column, free, bare=bare):
            taken[column.name] = found
    return taken


def _guess(column: Column, columns: Sequence[str], *, bare: bool) -> str:
    """The column of the file that is most like it; '' if none is."""
    there = {words(name): name for name in reversed(columns) if bare or words(name) not in BARE}
    for called in (words(column.name), *CALLED.get(column.name, ())):
        if called in there:
            return there[called]
    near = difflib.get_close_matches(words(column.name), there, 1, cutoff=0.85)
    return there[near[0]] if near else ""


def _lines(
    path: Path, records: str, columns: Sequence[str], shown: dict[str, str], tables: Sequence[Table]
) -> Iterator[str]:
    yield f"# A mapping for {path.name}, guessed from the names of its columns: look at every line."
    yield "# Save it as ./sources/NAME.toml; `refnet sources show rewardful-commissions` prints a whole one."
    yield 'about = "what it is, in a line"'
    told = [column for column in columns if len(column) > 3][:5] or list(columns[:5])
    yield "# Columns that only this export has: a file that has all of them is taken for it."
    yield f"recognised_by = {_quoted(told)}"
    if records:
        yield f"records = {_quoted(records)}"
    yield ""
    yield "# Rows that are to be kept out, and counted with the reason:"
    yield "# [[leave_out]]"
    yield '# column = "test"'
    yield '# is     = "true"        # or is_not, empty, below; * stands for anything'
    yield '# reason = "a test row"'
    made = [
        line for place, table in enumerate(tables) for line in _table(table, columns, shown, first=not place)
    ]
    yield from made
    yield ""
    yield "# The columns of the file, each with an example:"
    taken = "\n".join(line for line in made if not line.startswith("#"))
    for column in columns:
        free = "" if _quoted(column) in taken else "   (nothing takes it yet)"
        yield f"#   {column}: {shown.get(column, '')!r}{free}"


def _table(table: Table, columns: Sequence[str], shown: dict[str, str], *, first: bool) -> Iterator[str]:
    yield ""
    yield f"[[{table.name}]]"
    width = max(len(column.name) for column in table.columns)
    # A bare date is when the first table's rows were; an id that is needed may be a bare one anywhere.
    telling, all_ = (_taken(table, columns, bare=bare) for bare in (first, True))
    taken = {**{name: all_[name] for name in table.required if name in all_}, **telling}
    if table.name == "referrals" and "referrer_id" in taken:
        yield f'{"only_with":<{width}} = "referrer_id"   # rows without one are no referrals'
    open_: list[str] = []
    for column in table.columns:
        found = taken.get(column.name, "")
        person = _person(columns) if column.name == "name" and table.name == "customers" else ""
        if column.name == "referrer_kind" and _AFFILIATE.search(words(taken.get("referrer_id", ""))):
            yield f'{column.name:<{width}} = {{ always = "affiliate" }}'
        elif person:
            yield f"{column.name:<{width}} = {person}"
        elif found:
            yield f"{column.name:<{width}} = {_how(column, found, shown.get(found, ''))}"
        elif column.required:
            yield f'{column.name:<{width}} = "?"   # needed: the column that has it'
        else:
            open_.append(column.name)
    if open_:
        yield f"# may have, too: {', '.join(open_)}"
    if any(column.type == "money" for column in table.columns):
        yield '# amounts in cents: { from = "…", as = "cents" }; as 1.234,50: as = "decimal_comma"'
    if any(column.type == "time" for column in table.columns):
        yield '# times as numbers: as = "epoch_ms" or "epoch_s"; as 31.12.2025: dated = "%d.%m.%Y"'


def _person(columns: Sequence[str]) -> str:
    """A name in two columns, or a first name alone."""
    there = {words(name): name for name in reversed(columns)}
    for pair in NAMES:
        if all(word in there for word in pair):
            return f"{{ join = {_quoted([there[word] for word in pair])} }}"
    return _quoted(there["vorname"]) if "vorname" in there else ""


def _how(column: Column, found: str, shown: str) -> str:
    if column.name == "email":
        return f'{{ from = {_quoted(found)}, as = "email" }}'
    if column.type == "id" and re.search(r"\be ?mail\b", words(found)):
        return f'{{ from = {_quoted(found)}, as = "email", prefix = "email:" }}'
    if column.type == "money" and "cents" in words(found):
        return f'{{ from = {_quoted(found)}, as = "cents" }}'
    if column.type in ("money", "number") and re.fullmatch(r"[+-]?[\d.]*\d,\d{1,2}", shown):
        return f'{{ from = {_quoted(found)}, as = "decimal_comma" }}'
    if column.type in ("time", "day", "month"):
        for form, like in _FORMS.items():
            if re.fullmatch(like, shown):
                return f"{{ from = {_quoted(found)}, dated = {_quoted(form)} }}"
    return _quoted(found)


def _quoted(value: object) -> str:
    """As TOML writes it, which for text and lists of text is as JSON does, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
