"""What is refused: told before anything is written, kept as whole rows, mended and loaded again."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.core.errors import InputError, UsageError
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import dry_run, load
from refnet.loaders.check import Checked, Reject
from refnet.loaders.files import Chunk, open_file
from refnet.loaders.rejects import Limit, Rejects
from refnet.loaders.summary import DryTableSummary, LoadSummary, TableSummary
from tests.loaders.conftest import FILES, Write, picture

EXPORTS = Path(__file__).parent / "sources" / "exports"
ORDERS = (
    "order_id,customer_id,placed_at,amount\no1,a,2024-01-05,ten\no2,b,2024-03-05,20\no3,b,05.03.2024,30\n"
)


def test_a_dry_run_says_what_a_load_does(graph: Graph, write: Write, tmp_path: Path) -> None:
    files = {
        **FILES,
        "orders.csv": ORDERS,
        "customers.csv": FILES["customers.csv"] + "a,2024-01-09,,,\n,,,,\n,x,,,\n",
    }
    directory = write(files)
    dry = dry_run(directory, rejects=tmp_path / "dry")
    assert graph.query("graph/contents").values == []
    real = load(graph, directory, rejects=tmp_path / "real")
    assert dry.currency == real.currency
    assert dry.warnings == real.warnings

    def facts(each: TableSummary) -> tuple[object, ...]:
        return (
            each.table, each.source, each.rows_read, each.rows_loaded, each.rows_rejected, each.rows_repeated,
            each.rejects,
        )  # fmt: skip

    assert [facts(each) for each in dry.tables] == [facts(each) for each in real.tables]
    for one, other in zip(dry.tables, real.tables, strict=True):
        for mine, theirs in ((one.rejects_file, other.rejects_file), (one.rows_file, other.rows_file)):
            assert (mine is None) == (theirs is None)
            assert mine is None or theirs is None or mine.read_text() == theirs.read_text()


def test_what_columns_hold(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(1500)],
            "joined_at": ["2024-01-02", "2024-03-01T12:00:00Z", None] * 500,
            "revenue": ["1.5", "x", "20"] * 499 + ["1.50", "x", "20.0"],
            "age_band": ["a", " a ", ""] * 500,
        }
    )
    (told,) = dry_run({"customers": frame}, rejects=tmp_path).tables
    assert isinstance(told, DryTableSummary)
    held = {c.column: (c.kind, c.empty, c.distinct, c.more, c.least, c.most) for c in told.columns}
    assert held == {
        "customer_id": ("id", 0, 1000, True, None, None),
        "joined_at": ("time", pytest.approx(1 / 3), 1, False, "2024-01-02T00:00:00Z", "2024-01-02T00:00:00Z"),
        "revenue": ("money", 0, 2, False, 1.5, 20),
        "age_band": ("text", pytest.approx(1 / 3), 1, False, None, None),
    }
    assert [c.column for c in told.columns if c.attribute] == ["age_band"]
    assert (told.rows_loaded, told.rows_rejected) == (1000, 500)
    said = str(LoadSummary([told]))
    assert f"  all 500 in {told.rejects_file}" in said, "only the first five are shown"
    assert re.search(r"age_band +text, attribute +33.3 % empty", said)


def test_more_than_allowed_and_nothing_is_loaded(graph: Graph, write: Write, tmp_path: Path) -> None:
    directory = write({"customers.csv": "customer_id,tier\na,1\nb,2\n", "orders.csv": ORDERS})
    for limit in (1, "1", "66.6%"):
        with pytest.raises(
            InputError, match=r"orders.csv: 2 of 3 rows of orders are refused; allowed are "
        ) as failed:
            load(graph, directory, max_rejects=limit, rejects=tmp_path / "rejects")
        assert f"allowed are {limit}. Nothing was loaded." in str(failed.value)
        assert graph.read("MATCH (n) RETURN count(n) AS n").one()["n"] == 0
    (rows, *_) = (tmp_path / "rejects").glob("orders-*-rows.csv")
    assert str(tmp_path / "rejects" / "orders-") in failed.value.hint
    assert rows.read_text().splitlines() == [ORDERS.splitlines()[n] for n in (0, 1, 3)]
    shutil.rmtree(tmp_path / "rejects")
    for limit in (2, "67%"):
        assert load(graph, directory, max_rejects=limit, rejects=tmp_path / "rejects").rows_rejected == 2
    assert len(list((tmp_path / "rejects").iterdir())) == 4, "two files a load, none of the reading before"


@pytest.mark.parametrize("said", ["many", "-1", "101%", "1.5", "", "%"])
def test_no_limit(said: str) -> None:
    with pytest.raises(UsageError, match="--max-rejects cannot be"):
        Limit.of(said)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 100))
def test_a_limit_is_what_it_says(refused: int, more: int, share: int) -> None:
    read = refused + more
    assert Limit.of(f"{share}%").broken(refused, read) == (refused * 100 > share * read)
    assert Limit.of(share).broken(refused, read) == (refused > share)


def test_mended_rows_are_loaded_as_they_are(graph: Graph, write: Write, tmp_path: Path) -> None:
    load(
        graph, write({**FILES, "orders.csv": ORDERS.replace("ten", "10").replace("05.03.2024", "2024-03-05")})
    )
    whole = picture(graph)
    from tests.conftest import wipe

    wipe(graph)
    summary = load(graph, write({**FILES, "orders.csv": ORDERS + "o4,a\n"}), rejects=tmp_path / "rejects")
    rows = summary["orders"].rows_file
    assert rows is not None
    with rows.open(newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["order_id", "o1", "o3", "o4"]
    mended = rows.read_text().replace("ten", "10").replace("05.03.2024", "2024-03-05").replace("o4,a\n", "")
    rows.write_text(mended)
    # The reasons beside them are passed over: the whole directory can be given.
    again = load(graph, tmp_path / "rejects", rejects=tmp_path / "other")
    assert [(t.table, t.rows_loaded, t.rows_rejected) for t in again.tables] == [("orders", 2, 0)]
    assert again.warnings == []
    assert picture(graph) == whole


@pytest.mark.parametrize(
    "name", ["friendbuy-rewards.jsonl", "rewardful-commissions.json", "stripe-payments.csv"]
)
def test_refused_rows_of_an_export_are_of_it_again(name: str, tmp_path: Path) -> None:
    euros = load_settings(currency="EUR")
    first = dry_run(EXPORTS / name, rejects=tmp_path / "rejects", settings=euros)
    refused = [each for each in first.tables if each.rows_rejected]
    assert refused, "the export has rows that are refused"
    for each in refused:
        assert each.rows_file is not None
        again = dry_run(each.rows_file, rejects=tmp_path / "again", settings=euros)
        said = [
            (t.table, t.of, t.rows_rejected, [(r.column, r.value, r.reason) for r in t.rejects])
            for t in again.tables
        ]
        mine = [(r.column, r.value, r.reason) for r in each.rejects]
        assert (each.table, each.of, each.rows_rejected, mine) in said


def test_json_rows_stay_json(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    rows = [
        {"order_id": 7, "customer_id": "ä", "placed_at": "x", "amount": 1.5, "kind": None, "refunded": 1},
        {"order_id": 12345678901234567, "customer_id": "b", "placed_at": "x", "kind": 1, "refunded": None},
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "no json\n")
    (told,) = dry_run(path, rejects=tmp_path / "rejects").tables
    assert told.rows_file is not None
    *kept, torn = told.rows_file.read_text().splitlines()
    assert [json.loads(row) for row in kept] == [rows[0], {**rows[1], "amount": None}]
    assert torn == "no json"
    (same,) = dry_run(told.rows_file, rejects=tmp_path / "again").tables
    assert (same.rows_rejected, same.table) == (3, "orders")


def test_tokens_are_never_written_down(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [None], "kind": ["device"], "token": ["secret-device"]})
    (told,) = dry_run({"tokens": frame}, rejects=tmp_path / "rejects").tables
    assert (told.rows_rejected, told.rows_file) == (1, None)
    assert all("secret-device" not in path.read_text() for path in (tmp_path / "rejects").iterdir())


_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12).map(str.strip)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(_CELL, _CELL, _CELL).filter(any), min_size=1, max_size=8))
def test_rows_come_back_as_they_were(
    rows: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("rows")
    told = TableSummary("customers", "customers.csv")
    frame = pd.DataFrame(rows, columns=["customer_id", "name", "x"], dtype="str")
    numbers = pd.RangeIndex(2, len(rows) + 2).to_numpy()
    with Rejects(directory / "customers-00000000.csv", told) as refused:
        wrong = [Reject(int(n), "x", "", "is wrong") for n in numbers]
        refused.write(Chunk(frame, numbers, []), Checked(frame[:0], numbers[:0], wrong))
    assert told.rows_file is not None
    back = [
        tuple("" if pd.isna(cell) else cell for cell in row)
        for chunk in open_file(told.rows_file).chunks()
        for row in chunk.frame.itertuples(index=False, name=None)
    ]
    assert back == rows
