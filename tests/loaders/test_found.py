"""What properties and fuzzing have found, each once more in plain."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from refnet import front
from refnet.core.errors import InputError
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import dry_run, load
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
    days = ["2024-01-01", "9999-12-31", "10000-01-01", "-0001-01-01", None]
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
