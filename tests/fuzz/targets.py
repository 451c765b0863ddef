"""What is fuzzed: every form of file, every mapping of a source with any cells, and mapping files themselves.

Whatever the bytes, there are two outcomes: rows and rejects, which account for every row of the file; or an error of
refnet's that names the file and the next step. A target takes bytes, and raises anything else.
"""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from refnet.core.errors import RefnetError, printable
from refnet.core.progress import Quiet
from refnet.core.settings import Settings
from refnet.loaders import settled
from refnet.loaders.dry import read_through
from refnet.loaders.given import sources
from refnet.loaders.sources import Catalogue
from refnet.loaders.sources.mapping import read_mapping
from refnet.loaders.summary import LoadSummary, TableSummary
from tests.loaders.conftest import FILES
from tests.loaders.forms import xlsx

ROOT = Path(__file__).parents[2]
EXPORTS = ROOT / "tests" / "loaders" / "sources" / "exports"
MAPPINGS = ROOT / "loaders" / "sources"
FOUND = Path(__file__).parent / "found"


@dataclass(frozen=True)
class Target:
    """Something that reads bytes, and bytes that it reads well."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


@cache
def catalogue() -> Catalogue:
    made = Catalogue(Settings(_env_file=None, sources=MAPPINGS))  # type: ignore[call-arg]
    assert made.all
    return made


def attempt(path: Path, named: str | None = None, known: Catalogue | None = None) -> str:
    """Read a file as `refnet load --dry-run` does; what came of it, in a word.

    Raises:
        AssertionError: rows are not accounted for, or an error does not help.
        Exception: anything that a reader does not turn into an error of refnet's.
    """
    try:
        found, warnings = sources(path, known or catalogue(), named)
        currency = settled.currency(found, None, Settings(_env_file=None), warnings)  # type: ignore[call-arg]
        tables: list[TableSummary] = []
        typed = [settled.with_attributes(each, {}, warnings) for each in found]
        for told in read_through(typed, currency, path.parent / "rejects", Quiet(), columns=True):
            taken = told.rows_loaded + told.rows_repeated + told.rows_rejected
            assert taken + sum(told.rows_left_out.values()) == told.rows_read, told
            json.dumps([vars(column) for column in told.columns], allow_nan=False)
            tables.append(told)
        said = LoadSummary(tables, currency, warnings)
        assert all(line == printable(line) for line in said.told("taken").split("\n")), repr(str(said))
        json.dumps(said.to_dict(), allow_nan=False).encode()
    except RefnetError as error:
        helps(error, path)
        return "refused"
    return "read"


def helps(error: RefnetError, path: Path) -> None:
    """It names the file and the next step, in one line each that a terminal can show."""
    assert path.name in error.message, error
    assert error.hint, error
    for line in (error.message, error.hint):
        assert line == printable(line), repr(line)
        assert len(line) < 2_000, line
        line.encode()


def of_file(name: str, named: str | None = None) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        with tempfile.TemporaryDirectory(prefix="refnet-fuzz-") as directory:
            path = Path(directory) / name
            path.write_bytes(data)
            attempt(path, named)

    return run


def cells(data: bytes) -> None:
    """Any cells under the columns that a mapping knows, of the types that JSON has."""
    names = sorted(catalogue().all)
    mapping = catalogue()[names[data[0] % len(names)] if data else names[0]]
    columns = sorted(
        {c for rows in mapping.rows for ways in rows.columns.values() for way in ways for c in way.columns}
        | {known[0] for known in mapping.recognised_by}
        | {rule.column for rule in mapping.leave_out}
        | {rows.for_each for rows in mapping.rows if rows.for_each}
    )
    values = [_value(part) for part in data[1:].split(b"\x00")]
    starts = range(0, min(len(values), 4 * len(columns)), len(columns))
    rows = [dict(zip(columns, values[start : start + len(columns)], strict=False)) for start in starts]
    with tempfile.TemporaryDirectory(prefix="refnet-fuzz-") as directory:
        path = Path(directory) / "export.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
        attempt(path, mapping.name)


def _value(part: bytes) -> Any:
    try:
        return json.loads(part)
    except (ValueError, RecursionError):
        return part.decode("utf-8", errors="surrogateescape" if part[:1] == b"\xff" else "replace")


EXPORT = "a,b,c\n1,2024-01-01,x\n2,,1.5\n"


def mapping(data: bytes) -> None:
    """A mapping file; where it is one, an export goes through it."""
    with tempfile.TemporaryDirectory(prefix="refnet-fuzz-") as directory:
        path = Path(directory) / "sources" / "mine.toml"
        path.parent.mkdir()
        path.write_bytes(data)
        try:
            read_mapping(path)
        except RefnetError as error:
            helps(error, path)
            return
        export = Path(directory) / "export.csv"
        export.write_text(EXPORT, encoding="utf-8")
        attempt(export, "mine", Catalogue(Settings(_env_file=None, sources=path.parent)))  # type: ignore[call-arg]


def _texts(*names: str, recode: Callable[[bytes], bytes] = bytes) -> Callable[[], Iterator[bytes]]:
    def seeds() -> Iterator[bytes]:
        for name in names:
            yield recode(FILES[name].encode())

    return seeds


def _files(*patterns: str) -> Callable[[], Iterator[bytes]]:
    return lambda: (path.read_bytes() for pattern in patterns for path in sorted(EXPORTS.glob(pattern)))


def _rows(name: str) -> list[dict[str, str | None]]:
    frame = pd.read_csv(io.StringIO(FILES[name]), dtype=str)
    return [
        {str(k): v if isinstance(v, str) else None for k, v in row.items()}
        for row in frame.to_dict("records")
    ]


def _jsonl() -> Iterator[bytes]:
    for name in ("customers.csv", "orders.csv"):
        yield "".join(json.dumps(row) + "\n" for row in _rows(name)).encode()


def _parquet() -> Iterator[bytes]:
    frame = pd.DataFrame(_rows("customers.csv"))
    for codec in (None, "gzip"):
        out = io.BytesIO()
        frame.to_parquet(out, compression=codec)
        yield out.getvalue()


def _sheets() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as directory:
        xlsx(Path(directory) / "customers", "customers", _rows("customers.csv"))
        yield (Path(directory) / "customers.xlsx").read_bytes()


def _cells() -> Iterator[bytes]:
    for place in range(30):
        yield bytes([place]) + b"\x00".join(
            [b"2024-01-01", b"a@b.example", b"10", b'[{"id": 1}]', b"EUR", b"x"] * 8
        )


def _mappings() -> Iterator[bytes]:
    for path in sorted(MAPPINGS.glob("*.toml")):
        yield path.read_bytes()
    yield (
        b'about = "x"\nrecognised_by = ["a", ["b", "B"]]\n[[customers]]\ncustomer_id = { from = "a", prefix = "x:" }\n'
        b'joined_at = { from = "b", dated = "%Y-%m-%d" }\nrevenue = { from = "c", as = "cents" }\nkeep = ["*"]\n'
    )


TARGETS = {
    target.name: target
    for target in (
        Target("csv", of_file("customers.csv"), _texts("customers.csv")),
        Target("csv-orders", of_file("orders.csv"), _texts("orders.csv")),
        Target(
            "csv-utf16",
            of_file("customers.csv"),
            _texts("customers.csv", recode=lambda b: b.decode().encode("utf-16")),
        ),
        Target(
            "csv-gz",
            of_file("customers.csv.gz"),
            _texts("customers.csv", recode=lambda b: gzip.compress(b, mtime=0)),
        ),
        Target("csv-export", of_file("export.csv"), _files("*.csv")),
        Target("jsonl", of_file("customers.jsonl"), _jsonl),
        Target("json-export", of_file("export.json"), _files("*.json")),
        Target("jsonl-export", of_file("export.jsonl"), _files("*.jsonl")),
        Target("parquet", of_file("customers.parquet"), _parquet),
        Target("xlsx", of_file("customers.xlsx"), _sheets),
        Target("cells", cells, _cells),
        Target("mapping", mapping, _mappings),
    )
}
