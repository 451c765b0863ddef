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
from refnet.loaders.sources.recognise import File

# What other systems call a column, besides our own name for it; the most telling words first.
_CALLED: dict[str, tuple[str, ...]] = {
    "customer_id": (
        "customer id",
        "customer",
        "user id",
        "client id",
        "contact id",
        "buyer id",
        "account id",
        "id",
    ),
    "affiliate_id": ("affiliate id", "partner id", "promoter id", "affiliate", "partner", "promoter", "id"),
    "order_id": ("order id", "order number", "order", "invoice id", "transaction id", "id"),
    "commission_id": ("commission id", "commission", "id"),
    "invitation_id": ("invitation id", "invite id", "id"),
    "claim_id": ("claim id", "referral id"),
    "reward_id": ("reward id", "id"),
    "referrer_id": (
        "referrer id",
        "referrer",
        "referred by",
        "advocate id",
        "advocate",
        "inviter",
        "affiliate id",
    ),
    "referee_id": ("referee id", "referee", "friend id", "friend", "referred id", "customer id", "customer"),
    "joined_at": (
        "joined at",
        "created at",
        "created",
        "signup date",
        "registered at",
        "customer since",
        "date",
    ),
    "placed_at": ("placed at", "order date", "ordered at", "created at", "date"),
    "earned_at": ("earned at", "created at", "date"),
    "referred_at": ("referred at", "referred date", "created at", "date"),
    "sent_at": ("sent at", "invited at", "created at", "date"),
    "removed_at": ("removed at", "deleted at", "deleted"),
    "granted_at": ("granted at", "created at", "date"),
    "amount": ("amount", "total", "order total", "sale amount", "value", "commission"),
    "refunded": ("refunded", "amount refunded", "refund amount"),
    "revenue": ("revenue", "total spent", "lifetime value", "sale amount"),
    "email": ("email", "email address", "e mail", "customer email"),
    "name": ("name", "full name", "customer name"),
    "consent": ("consent", "accepts marketing", "opted in"),
    "status": ("status", "state"),
    "country": ("country", "country code"),
    "code": ("code", "referral code", "coupon"),
}
_TELLING = {
    "referrals": ("referrer_id", "referee_id"),
    "orders": ("order_id", "amount"),
    "commissions": ("affiliate_id", "amount"),
    "invitations": ("invitation_id", "referrer_id"),
    "affiliates": ("affiliate_id",),
    "customers": ("customer_id",),
}


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
    chosen = [TABLES[name] for name in tables] or _guessed(columns)
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


def _guessed(columns: Sequence[str]) -> list[Table]:
    found = [
        TABLES[name]
        for name, telling in _TELLING.items()
        if all(_guess(TABLES[name].by_name[column], columns, plain=False) for column in telling)
    ]
    return found or [TABLES["customers"]]


def _guess(column: Column, columns: Sequence[str], *, plain: bool = True) -> str:
    """The column of the file that is most like it; '' if none is. Without `plain` a bare id or date does not tell."""
    words = {_words(name): name for name in reversed(columns)}
    for called in (_words(column.name), *_CALLED.get(column.name, ())):
        if called in words and (plain or called not in ("id", "date")):
            return words[called]
    near = difflib.get_close_matches(_words(column.name), words, 1, cutoff=0.85)
    return words[near[0]] if near else ""


def _words(name: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[\W_]+", apart.strip().lower())).strip()


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
    for table in tables:
        yield from _table(table, columns)
    yield ""
    yield "# The columns of the file, each with an example:"
    for column in columns:
        yield f"#   {column}: {shown.get(column, '')!r}"


def _table(table: Table, columns: Sequence[str]) -> Iterator[str]:
    yield ""
    yield f"[[{table.name}]]"
    width = max(len(column.name) for column in table.columns)
    open_: list[str] = []
    for column in table.columns:
        found = _guess(column, columns)
        if found:
            yield f"{column.name:<{width}} = {_how(column, found)}"
        elif column.required:
            yield f'{column.name:<{width}} = "?"   # needed: the column that has it'
        else:
            open_.append(column.name)
    if open_:
        yield f"# may have, too: {', '.join(open_)}"
    if any(column.type == "money" for column in table.columns):
        yield '# amounts in cents: { from = "…", as = "cents" }'
    if any(column.type == "time" for column in table.columns):
        yield '# times as numbers: as = "epoch_ms" or "epoch_s"; as 31.12.2025: dated = "%d.%m.%Y"'


def _how(column: Column, found: str) -> str:
    if column.name == "email":
        return f'{{ from = {_quoted(found)}, as = "email" }}'
    if column.type == "id" and "email" in _words(found):
        return f'{{ from = {_quoted(found)}, as = "email", prefix = "email:" }}'
    if column.type == "money" and "cents" in _words(found):
        return f'{{ from = {_quoted(found)}, as = "cents" }}'
    return _quoted(found)


def _quoted(value: object) -> str:
    """As TOML writes it, which for text and lists of text is as JSON does, but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
