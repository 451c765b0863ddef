"""Reading and checking alone, and preparing batches as well, against the rate at which the engine takes the same rows.

Of each table and format files are read with no graph behind it, interleaved with loads into one; at ten times the
engine's rate the loader is never what is waited for. What is read alone is large, so that what a file takes whatever
its size does not count; the engine is given less of the same, which takes it long enough.
"""

from __future__ import annotations

import json
import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet

from bench.loading import wipe
from bench.table import Table
from refnet import loaders
from refnet.core.progress import Quiet
from refnet.core.settings import load_settings
from refnet.examples import brand
from refnet.graph import Graph
from refnet.loaders import settled
from refnet.loaders.dry import checked_chunks
from refnet.loaders.given import sources
from refnet.loaders.headers import Source
from refnet.loaders.prepare import Preparer

_TABLES = ("customers", "orders", "referrals", "usage")
_LARGE = 300_000
_EXPORTS = Path(__file__).parents[1] / "tests" / "loaders" / "sources" / "exports"


def compare(graph: Graph, home: Path, customers: int, rounds: int, shuffled: random.Random) -> Table:
    """Rows a second of both, and how many times the engine's rate that of reading is."""
    files = {"large": _made(home / "large", _LARGE), "small": _made(home / "small", customers)}
    names = list(files["large"])
    checked, prepared, loaded = ({name: list[float]() for name in names} for _ in range(3))
    rows = {name: _prepared(path) for name, path in files["large"].items()}
    sent: dict[str, int] = {}

    def alone(name: str, seconds: dict[str, list[float]], through: Callable[[Path], object]) -> None:
        started = time.perf_counter()
        through(files["large"][name])
        seconds[name].append(time.perf_counter() - started)

    def load(name: str) -> None:
        wipe(graph)
        started = time.perf_counter()
        summary = loaders.load(
            graph, files["small"][name], settings=load_settings(home=home), reporter=Quiet()
        )
        loaded[name].append(time.perf_counter() - started)
        sent[name] = sum(table.rows_loaded for table in summary.tables)

    for _ in range(rounds):
        for name in shuffled.sample(names, len(names)):
            alone(name, checked, _checked)
            alone(name, prepared, _prepared)
            load(name)
    kind = graph.engine.kind if graph.engine is not None else "server"
    table = Table(
        f"Reading and checking alone, preparing as well, and loading into {kind}, medians of {rounds} rounds",
        (
            "",
            "rows",
            "read and checked, rows/s",
            "prepared, too",
            "rows loaded",
            "rows/s",
            "times the engine's rate",
            "prepared, too",
        ),
    )
    for name in names:
        # Of rows with one key one goes on: in each column these are counted.
        rates = [rows[name] / statistics.median(seconds[name]) for seconds in (checked, prepared)]
        rates.append(sent[name] / statistics.median(loaded[name]))
        table.row(
            name,
            f"{rows[name]:,}",
            f"{rates[0]:,.0f}",
            f"{rates[1]:,.0f}",
            f"{sent[name]:,}",
            f"{rates[2]:,.0f}",
            f"{rates[0] / rates[2]:.1f}",
            f"{rates[1] / rates[2]:.1f}",
        )
    return table


def _made(directory: Path, customers: int) -> dict[str, Path]:
    """The files of so many customers, and of the exports so many rows or records."""
    brand.write(directory / "brand", customers=customers)
    made = directory / "made"
    made.mkdir()
    files: dict[str, Path] = {}
    for name in _TABLES:
        files[f"{name}, csv"] = directory / "brand" / f"{name}.csv"
        files[f"{name}, parquet"] = made / f"{name}.parquet"
        text = pyarrow.csv.read_csv(files[f"{name}, csv"])
        pyarrow.parquet.write_table(text, files[f"{name}, parquet"])
    files["Shopify customers, csv"] = _repeated_csv(made, "shopify-customers", customers)
    files["Stripe payments, csv"] = _repeated_csv(made, "stripe-payments", customers)
    files["Rewardful referrals, json"] = _repeated_json(made, "rewardful-referrals", customers)
    files["Rewardful commissions, json"] = _repeated_json(made, "rewardful-commissions", customers)
    return files


def _checked(path: Path) -> None:
    """Read and check all rows of a file."""
    for source in _typed(path):
        for _ in checked_chunks(source, "EUR"):
            pass


def _prepared(path: Path) -> int:
    """Make all batches of a file, send none; how many rows they are of."""
    rows = 0
    for source in _typed(path):
        preparer = Preparer(source.table, source.opened.columns, existing=False)
        for _, checked in checked_chunks(source, "EUR"):
            rows += sum(batch.rows for batch in preparer.batches(checked.frame))
    return rows


def _typed(path: Path) -> list[Source]:
    return [settled.with_attributes(each, {}, []) for each in sources(path)[0]]


def _repeated_csv(directory: Path, name: str, rows: int) -> Path:
    """The small export of a source, its rows again and again, each time with other ids."""
    header, *lines = (_EXPORTS / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()
    path = directory / f"{name}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        for turn in range(rows // len(lines) + 1):
            file.writelines(f"{_other(line, turn)}\n" for line in lines)
    return path


def _repeated_json(directory: Path, name: str, records: int) -> Path:
    held = json.loads((_EXPORTS / f"{name}.json").read_text(encoding="utf-8"))
    path = directory / f"{name}.json"
    text = [json.dumps(record) for record in held["data"]]
    made = [json.loads(_other(line, turn)) for turn in range(records // len(text) + 1) for line in text]
    path.write_text(json.dumps({**held, "data": made}), encoding="utf-8")
    return path


def _other(text: str, turn: int) -> str:
    """Other people and things in the same words; the partners stay."""
    text = re.sub(r"\b((?:ch|cus)_|(?:ref|com|sale|pad)-)(\w+)", rf"\g<1>\g<2>x{turn}", text)
    text = re.sub(r"'706\d{7}(\d{3})\b", rf"'706{turn:07}\1", text)
    return re.sub(r"@(?!partners)", f".{turn}@", text)
