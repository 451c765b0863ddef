"""What properties and fuzzing have found, each once more in plain."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from refnet import front
from refnet.core.errors import InputError
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import dry_run, load
from refnet.loaders.cells import text
from tests.dump import picture
from tests.loaders.conftest import Write


def test_a_further_column_that_says_nothing_yet_has_no_kind_yet(graph: Graph, write: Write) -> None:
    """Empty in the first load and numbers in the second is numbers, as it is in one load."""
    for files in (["a,\n", "b,41\n"], ["b,41\n", "a,\n"]):
        graph.write("MATCH (n) DETACH DELETE n")
        for rows in files:
            load(graph, write({"customers.csv": "customer_id,shoe_size\n" + rows}))
        assert graph.read("MATCH (c:Customer {customerId: 'b'}) RETURN c.shoeSize AS size").one() == {
            "size": 41
        }
        assert [row["kind"] for row in graph.query("export/attribute-names")] == ["number"]


def test_a_credit_tells_the_time_and_campaign_of_its_claim_as_it_was_loaded_last(graph: Graph) -> None:
    claims = {"claim_id": ["k"], "referrer_id": ["a"], "referee_id": ["b"]}
    people = pd.DataFrame({"customer_id": ["a", "b"]})
    last = pd.DataFrame(claims | {"referred_at": ["2024-01-02"], "campaign": ["summer"]})
    front.load(graph, {"customers": people, "referrals": last})
    expected = picture(graph)
    graph.write("MATCH (n) DETACH DELETE n")
    first = pd.DataFrame(claims | {"referred_at": ["2024-01-01"], "campaign": [None]})
    front.load(graph, {"customers": people, "referrals": first})
    front.load(graph, {"referrals": last})
    assert picture(graph) == expected


def test_the_smallest_credits_follow_the_policy_too(graph: Graph) -> None:
    """60 half-lives weigh 2⁻⁶⁰, whatever a half-life is; 55 of a longer one are a credit as near to nothing."""
    front.load(
        graph,
        {
            "customers": pd.DataFrame({"customer_id": ["a", "b", "c"]}),
            "referrals": pd.DataFrame(
                {
                    "referrer_id": ["a", "b"],
                    "referee_id": ["c", "c"],
                    "referred_at": ["2024-01-01", "2024-02-25"],
                }
            ),
        },
        settings=load_settings(credit_policy="time-decay", credit_half_life_days=0.5),
    )
    made = front.decide_credit(
        graph, settings=load_settings(credit_policy="time-decay", credit_half_life_days=1.0)
    )
    assert made.changed == 1  # 2⁻⁵⁵ beside 1 is still 1
    found = graph.read("MATCH (:Customer)<-[r:REFERRED]-() RETURN r.credit AS credit ORDER BY credit")
    assert [row["credit"] for row in found] == [2.0**-55, 1.0]


def test_an_export_with_a_name_twice_whose_last_rows_are_torn(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id,Email,Created (UTC),Name,Name\ncus_1,ann@x.example\n")
    (told,) = dry_run(path, named="stripe-customers").tables
    assert (told.rows_read, told.rows_rejected) == (1, 1)


def test_what_a_file_says_does_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,na\x1b[31mme\n1,\x1b]0;title\x07\n")
    told = dry_run(path)
    assert "\\x1b[31m" in str(told)
    assert "\x1b" not in str(told)
    path.write_text("customer_id,\x1b[2J,\x1b[2J\n1,2,3\n")
    with pytest.raises(InputError, match=r"column \\x1b\[2J: is there twice. Rename or drop one of the two"):
        dry_run(path)


@pytest.mark.parametrize("name", ["customers.jsonl", "export.json", "export.jsonl"])
def test_half_of_a_character_is_told(name: str, tmp_path: Path) -> None:
    """JSON can write it; neither the graph nor a file of rejects can."""
    rows = [
        '{"customer_id": "a", "email": "\\ud83d\\ude00"}',
        '{"customer_id": "b", "email": "\\ud83d"}',
        "7",
    ]
    text = "\n".join(rows) if name.endswith("l") else f"[{', '.join(rows)}]"
    (tmp_path / name).write_text(text)
    named = None if name.startswith("customers") else "our-shop"
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "our-shop.toml").write_text(
        'about = "x"\nrecognised_by = ["customer_id"]\n[[customers]]\ncustomer_id = "customer_id"\nemail = "email"\n'
    )
    (told,) = dry_run(tmp_path / name, named=named).tables
    assert (told.rows_read, told.rows_loaded) == (3, 1)
    assert [(r.row, r.reason) for r in told.rejects] == [
        (2, "has half of a character in it"),
        (3, "is no JSON object"),
    ]
    assert told.rows_file is not None
    assert told.rows_file.read_text(encoding="utf-8").splitlines() == rows[1:]


def test_a_workbook_without_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as there,
        zipfile.ZipFile(tmp_path / "orders.xlsx", "w") as made,
    ):
        for each in there.namelist():
            if "sheet1" not in each:
                made.writestr(each, there.read(each))
    with pytest.raises(
        InputError, match=r"orders.xlsx: cannot be read as .xlsx: it has no sheet. Is it whole"
    ):
        dry_run(tmp_path / "orders.xlsx")


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_a_time_of_a_year_that_no_date_is_written_in(unit: str, tmp_path: Path) -> None:
    """Typed files reach further than dates do, and further than the graph takes."""
    days = ["2024-01-01", "2200-12-31", "10000-01-01", "-0001-01-01", None]
    far = pd.Series(np.array(days, dtype=f"datetime64[{unit}]"))
    frame = pd.DataFrame({"customer_id": list("abcde"), "joined_at": far, "seen": far[::-1].to_numpy()})
    frame.to_parquet(tmp_path / "customers.parquet")
    for given in (tmp_path / "customers.parquet", {"customers": frame}):
        (told,) = dry_run(given).tables
        assert (told.rows_read, told.rows_rejected) == (5, 3)
        assert [(r.row, r.column) for r in told.rejects[:2]] == [(3, "seen"), (4, "joined_at")]
        assert told.rejects[1].value.startswith("10000-01-01")


def test_a_mapping_that_is_wrong_is_told_of_a_directory_too(tmp_path: Path) -> None:
    """It might be the one that knows a file: passing that over would load half of what is there."""
    mappings, given = tmp_path / "sources", tmp_path / "given"
    mappings.mkdir()
    given.mkdir()
    (mappings / "shop.toml").write_text('about = "a shop', encoding="utf-8")
    (given / "customers.csv").write_text("customer_id\na\n", encoding="utf-8")
    (given / "export.csv").write_text("Kundennummer\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no TOML"):
        dry_run(given, settings=load_settings(sources=mappings))


def test_other_sheets_of_a_workbook_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, rows in {"this year": ["customer_id", "a"], "last year": ["customer_id", "b"]}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([row])
    del book["Sheet"]
    book.save(tmp_path / "customers.xlsx")
    told = dry_run(tmp_path / "customers.xlsx")
    assert "only its first sheet is read, 'this year'; not last year" in " ".join(told.warnings)
    assert [table.rows_read for table in told.tables] == [1]


def test_refused_rows_are_nobody_elses_to_read(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id,revenue\na,lots\n", encoding="utf-8")
    for _ in range(2):
        dry_run(tmp_path / "customers.csv", rejects=tmp_path / "rejects")
    made = list((tmp_path / "rejects").iterdir())
    assert len(made) >= 2
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}


def test_eight_digits_are_a_date(tmp_path: Path) -> None:
    """As text and as numbers; those that are none are refused, with what is taken."""
    days = ["20240229", "2024-03-01", "20230229", "12345678", "2024", " 20240301 "]
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,joined_at\n" + "".join(f"{n},{day}\n" for n, day in enumerate(days)))
    (told,) = dry_run(path).tables
    assert [(r.row, r.value) for r in told.rejects] == [(4, "20230229"), (5, "12345678"), (6, "2024")]
    assert {r.reason for r in told.rejects} == {
        "is no date or time; write it as 2026-03-31 or 2026-03-31T12:00:00Z"
    }
    (joined,) = [column for column in told.columns if column.column == "joined_at"]
    assert (joined.least, joined.most) == ("2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z")
    numbers = pd.DataFrame({"customer_id": ["a", "b", "c"], "joined_at": [20240229, 19000101, 1706781600]})
    for frame in (numbers, numbers.astype({"joined_at": "float64"}), numbers.astype({"joined_at": "Int64"})):
        (told,) = dry_run({"customers": frame}).tables
        assert [(r.row, r.value) for r in told.rejects] == [(4, "1706781600")]


def test_years_of_nothing_are_refused_but_in_columns_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    days = ["1899-12-31", "1900-01-01", "2200-12-31T23:59:59Z", "2201-01-01", "0001-01-01", "9999-12-31", ""]
    path.write_text("customer_id,joined_at,founded\n" + "".join(f"{n},{d},{d}\n" for n, d in enumerate(days)))
    (told,) = dry_run(path).tables
    assert [r.row for r in told.rejects] == [2, 5, 6, 7]
    assert {(r.column, r.reason) for r in told.rejects} == {
        ("joined_at", "is before 1900 or after 2200; leave it empty where it is not known")
    }


def test_what_is_nested_in_a_cell_is_json(graph: Graph, tmp_path: Path) -> None:
    """From parquet as from JSON Lines."""
    tags = [{"name": "grün", "at": dt.date(2024, 1, 1), "of": [1.5, None]}]
    pq.write_table(
        pa.table(
            {
                "customer_id": ["a", "b"],
                "ids": [[2**53 + 1, None], None],
                "tags": [tags, []],
                "kin": [{"n": 1}, None],
            }
        ),
        tmp_path / "customers.parquet",
    )
    load(graph, tmp_path / "customers.parquet")
    found = graph.read("MATCH (c:Customer) RETURN c.ids AS ids, c.tags AS tags ORDER BY c.customerId")
    said = '[{"at": "2024-01-01", "name": "grün", "of": [1.5, null]}]'
    assert found.values[0][0] == "[9007199254740993, null]"
    assert json.loads(found.values[0][1]) == json.loads(said)
    assert found.values[1] == [None, "[]"]
    kin = graph.read("MATCH (c:Customer) RETURN c.kin AS kin ORDER BY c.customerId")
    assert kin.values == [['{"n": 1}'], [None]]
    (tmp_path / "customers.jsonl").write_text(
        '{"customer_id": "c", "ids": [1, {"x": "ü"}]}', encoding="utf-8"
    )
    load(graph, tmp_path / "customers.jsonl")
    found = graph.read("MATCH (c:Customer {customerId: 'c'}) RETURN c.ids AS ids")
    assert found.values == [['[1, {"x": "ü"}]']]


def test_text_of_a_nested_cell_is_text_whatever_is_in_it() -> None:
    itself: list[object] = []
    itself.append(itself)
    cells = pd.Series([["\ud800"], [float("nan"), np.int64(3), True], {1: (None,)}, itself], dtype=object)
    assert text(cells).tolist() == ['["\\ud800"]', "[null, 3, true]", '{"1": [null]}', "[[...]]"]
