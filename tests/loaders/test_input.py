"""Wrong input: one sentence says what is wrong and what to do. What is told before writing needs no engine."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from refnet.core.errors import InputError, RefnetError, UsageError
from refnet.loaders import TABLES, dry_run, given
from refnet.loaders.check import Checked, Reject, check
from refnet.loaders.files import Chunk, open_file
from refnet.loaders.rejects import Rejects
from refnet.loaders.summary import TableSummary


def _rejected(table: str, **cells: Any) -> list[tuple[int, str, str, str]]:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})
    checked = check(TABLES[table], frame, np.arange(len(frame)) + 2, "EUR")
    assert len(checked.frame) == len(frame) - len({reject.row for reject in checked.rejects})
    return [tuple(reject) for reject in checked.rejects]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("order_id", " ", "is empty and must not be"),
        ("customer_id", None, "is empty and must not be"),
        ("order_id", "x" * 1001, "is longer than 1,000 characters"),
        ("placed_at", "31.12.2024", "is no date or time; write it as 2026-03-31 or 2026-03-31T12:00:00Z"),
        ("amount", "-1", "is negative"),
        ("amount", "9" * 23, "is above 1e+12"),
        ("amount", "12,50", "is no amount; write it as 1234.50, without currency or thousands separator"),
        ("refunded", "11", "more is refunded than the order's amount"),
        ("refunded", "-1", "is negative"),
        ("kind", "gift", "is none of new, renewal, upsell, cross_sell"),
        ("currency", "USD", "is not the graph's currency, EUR; convert the row's amounts to it"),
        ("currency", "€", "is no currency; write its three letters, such as EUR"),
    ],
)
def test_orders(column: str, cell: str | None, reason: str) -> None:
    good = {
        "order_id": "1", "customer_id": "a", "placed_at": "2024-01-01", "amount": "10", "refunded": "0",
        "kind": "new", "currency": "EUR",
    }  # fmt: skip
    cells = {name: [value, cell if name == column else value] for name, value in good.items()}
    shown = "" if cell is None else cell.strip()[:200]
    assert _rejected("orders", **cells) == [(3, column, shown, reason)]


@pytest.mark.parametrize(
    ("table", "cells", "column", "reason"),
    [
        ("affiliates", {"affiliate_id": "a", "commission_rate": "20"},
         "commission_rate", "is above 1. Write 0.2 for 20 %."),
        ("surveys", {"survey_id": "s", "customer_id": "a", "kind": "nps", "score": 11, "answered_at": "2024-01-01"},
         "score", "an NPS score is from 0 to 10"),
        ("rewards", {"reward_id": "r", "amount": 1, "granted_at": "2024-01-01", "customer_id": "", "affiliate_id": ""},
         "customer_id", "a reward needs a customer_id or an affiliate_id, one of them"),
        ("rewards", {"reward_id": "r", "amount": 1, "granted_at": "2024-01-01", "affiliate_id": " "},
         "affiliate_id", "a reward needs a customer_id or an affiliate_id, one of them"),
        ("rewards", {"reward_id": "r", "amount": 1, "granted_at": "2024-01-01"},
         "customer_id", "a reward needs a customer_id or an affiliate_id, one of them"),
        ("usage", {"customer_id": "a", "month": "March"}, "month", "is no month; write it as 2026-03"),
        ("visits", {"day": "2024-01-01", "visits": 1.5}, "visits", "is no whole number"),
        ("customers", {"customer_id": "a", "consent": "perhaps"},
         "consent", "is neither yes nor no; write true or false"),
        ("referrals", {"referrer_id": "a", "referee_id": "b", "referrer_kind": "friend"},
         "referrer_kind", "is none of customer, affiliate"),
    ],
)  # fmt: skip
def test_other_tables(table: str, cells: dict[str, Any], column: str, reason: str) -> None:
    told = _rejected(table, **{name: [value] for name, value in cells.items()})
    assert [(reject[1], reject[3]) for reject in told] == [(column, reason)]


def _one_row(*rejects: Reject) -> tuple[Chunk, Checked]:
    """Row 2 of a file as read, and what is left of it with these cells refused."""
    frame = pd.DataFrame({"amount": ["x"], "placed_at": ["y"]}, dtype="str")
    kept = 0 if rejects else 1
    numbers = np.array([2])
    return Chunk(frame, numbers, []), Checked(frame[:kept], numbers[:kept], list(rejects))


def test_every_cell_of_a_row_is_told_and_the_row_counts_once(tmp_path: Path) -> None:
    told = TableSummary("orders", "orders.csv")
    rejects = [Reject(2, "amount", "x", "is no amount"), Reject(2, "placed_at", "y", "is no date")]
    with Rejects(tmp_path / "new" / "orders.csv", told) as file:
        file.write(*_one_row(*rejects))
    assert told.rows_rejected == 1
    with (tmp_path / "new" / "orders.csv").open(encoding="utf-8", newline="") as written:
        assert list(csv.reader(written)) == [
            ["row", "column", "value", "reason"],
            *([str(c) for c in r] for r in rejects),
        ]


def test_no_rejects_no_file(tmp_path: Path) -> None:
    with Rejects(tmp_path / "none.csv", TableSummary("orders", "orders.csv")) as file:
        file.write(*_one_row())
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk() -> None:
    with (
        pytest.raises(InputError, match=r"No space left on device. Make room .* load the same again"),
        Rejects(Path("/dev/full"), TableSummary("orders", "orders.csv")) as file,
    ):
        file.write(*_one_row(Reject(2, "amount", "x", "is no amount")))


def test_a_place_where_no_rejects_can_be_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for refused in (tmp_path / "file", tmp_path / "file" / "a" / "b"):
        with pytest.raises(
            InputError, match=r"file: rejected rows cannot be written here: it is no directory"
        ):
            dry_run(tmp_path / "not-there.csv", rejects=refused)
    with pytest.raises(InputError, match=r"not-there.csv: is not there"):
        dry_run(tmp_path / "not-there.csv", rejects=tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_place_for_rejects_without_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match=r"no right to. Check its permissions, or name another one"):
        dry_run(tmp_path / "not-there.csv", rejects=tmp_path / "rejects")


def test_a_directory_that_is_called_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").mkdir()
    (tmp_path / "customers.csv").write_text("customer_id\n")
    _, said = given.sources(tmp_path)
    assert said == ["orders.csv is a directory, and was passed over: to load what is in it, give it, too"]
    with pytest.raises(
        InputError, match=r"orders.csv: is a directory, and has no file that is loaded, it is empty"
    ):
        given.sources(tmp_path / "orders.csv")


def test_refused_rows_of_a_source_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id\n")
    path = tmp_path / "our-shop.orders-1a2b3c4d-rows.csv"
    path.write_text("x\n1\n")
    with pytest.raises(
        UsageError, match=r"our-shop.orders-1a2b3c4d-rows.csv is of our-shop by its name, and there is no"
    ):
        given.sources(tmp_path)


def test_a_directory_for_rejects_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InputError, match="rejected rows cannot be written here"),
        Rejects(tmp_path / "file" / "rejects.csv", TableSummary("orders", "orders.csv")) as file,
    ):
        file.write(*_one_row(Reject(2, "amount", "x", "is no amount")))


def _said(files: dict[str, bytes | str], tmp_path: Path) -> str:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RefnetError) as failure:
        given.sources(tmp_path)
    said = str(failure.value)
    assert "\n" not in said
    return said.replace(f"{tmp_path}{os.sep}", "").replace(str(tmp_path), "DIR")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "DIR: has no file that is loaded, it is empty. Name them customers.csv"),
        ({"notes.txt": "x"}, "DIR: has no file that is loaded; it has notes.txt."),
        ({"customers.csv": ""}, "customers.csv: is empty. `refnet template DIR` writes"),
        ({"customers.csv": "\n\n"}, "customers.csv: has no header."),
        ({"customers.csv": "customer_id\nJörg\n".encode("latin-1")}, "in line 2, which has the byte 0xF6. Save it as"),
        ({"customers.jsonl": b'{"a": "1"}\n\n{"name": "\xf6"}\n'}, "line 3, which has the byte 0xF6. Save it in"),
        ({"customers.csv": b"customer_id\n\xe2\x82"}, "in line 2, which has the byte 0xE2. Save it as CSV"),
        ({"customers.csv": b"\xff\xfec\0\xd8"}, "customers.csv: is not UTF-8 text. Save it as CSV"),
        ({"customers.csv": b"PK\x03\x04\0\0"}, "customers.csv: holds NUL characters: it is no text, or UTF-16"),
        ({"customers.csv": "id,name\n"}, "customers.csv: has no column customer_id."),
        ({"customers.csv": "customer_id,name,name\n"}, "customers.csv, column name: is there twice."),
        ({"customers.csv": ",customer_id\n0,a\n"}, "customers.csv: column 1 has no name."),
        ({"customers.csv": "customer_id,influence\n"}, "column influence: is a name that refnet writes itself. Rename"),
        ({"customers.csv": "customer_id,ecr_direct\n"}, "column ecr_direct: is a name that refnet writes itself."),
        ({"customers.csv": "customer_id,Joined-At\n"}, "column Joined-At: is a name that refnet writes itself."),
        ({"customers.csv": "customer_id,Crm role\n"}, "column Crm role: would be the same as crm_role."),
        ({"customers.csv": "customer_id,12\n"}, "column 12: is no name for a column."),
        ({"orders.csv": "order_id,customer_id,placed_at,amount,curency\n"},
         "orders.csv, column curency: orders has no such column. Did you mean currency?"),
        ({"orders.csv": "order_id,customer_id,placed,amount\n"},
         "orders.csv: has no column placed_at. Is it the one called placed?"),
        ({"orders.csv": "order_id,customer_id,placed_at,amount\n", "orders.jsonl": "{}"},
         "orders.jsonl: there is orders.csv too. Keep one of the two"),
        ({"rewards.csv": "reward_id,amount,granted_at\n"}, "rewards.csv: has neither customer_id nor affiliate_id."),
        ({"customers.parquet": "no parquet"}, "customers.parquet: cannot be read as .parquet:"),
        ({"customers.xlsx": "no workbook"}, "customers.xlsx: cannot be read as .xlsx:"),
        ({"customers.csv.gz": "not packed"}, "customers.csv.gz: cannot be read as .csv.gz:"),
        ({"customers.jsonl": "[1]\nx\n"}, "customers.jsonl: has no JSON object on any line."),
        ({"orders.jsonl": '{"order_id": 1, "customer_id": 1, "placed_at": "", "amount": 1}\n{"amuont": 1}\n'},
         "orders.jsonl, column amuont: orders has no such column. Did you mean amount?"),
    ],
)  # fmt: skip
def test_wrong_files(files: dict[str, bytes | str], says: str, tmp_path: Path) -> None:
    assert _said(files, tmp_path).startswith(says) or says in _said(files, tmp_path)


def test_wrong_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        given.sources(tmp_path / "nothing")
    (tmp_path / "customer.csv").write_text("customer_id\n")
    (tmp_path / "customers.doc").write_text("customer_id\n")
    with pytest.raises(UsageError, match=r"There is no table 'customer'. Did you mean customers\?"):
        given.sources(tmp_path / "customer.csv")
    with pytest.raises(UsageError, match=r"is of no kind that is loaded. It may end in .csv"):
        given.sources(tmp_path / "customers.doc")
    with pytest.raises(UsageError, match=r"Did you mean orders\?"):
        given.sources({"order": pd.DataFrame()})
    with pytest.raises(UsageError, match="There is no table in it"):
        given.sources({})


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id\n")
    path.chmod(0)
    with pytest.raises(InputError, match=r"may not be read. Check its permissions"):
        given.sources(path)


def test_what_was_passed_over_and_near_misses_are_told(tmp_path: Path) -> None:
    for name, header in {"customers.csv": "customer_id,cltv_,joined,age_band,emial", "costumers.csv": "x",
                         "truth.json": "{}", "README.md": "x", ".hidden": "x"}.items():  # fmt: skip
        (tmp_path / name).write_text(f"{header}\n")
    found, said = given.sources(tmp_path)
    assert said == ["costumers.csv was passed over: did you mean customers.csv?"]
    assert found[0].warnings == (
        "customers.csv: column cltv_ is kept as an attribute; did you mean cltv?",
        "customers.csv: column joined is kept as an attribute; did you mean joined_at?",
        "customers.csv: column emial is kept as an attribute; did you mean email?",
    )
    assert found[0].further == ("cltv_", "joined", "age_band", "emial")


def _rows(path: Path) -> list[tuple[int, tuple[Any, ...]]]:
    return [
        (int(number), row)
        for chunk in open_file(path).chunks()
        for number, row in zip(
            chunk.rows, chunk.frame.astype(object).itertuples(index=False, name=None), strict=True
        )
    ]


def test_csv_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(b'\xef\xbb\xbfcustomer_id,name\n007,"x\ny"\n\nb,1,2\nc,z\nd\ne,"NA"\n\n')
    assert _rows(path) == [(2, ("007", "x\ny")), (5, ("c", "z")), (7, ("e", "NA"))]
    rejects = [reject for chunk in open_file(path).chunks() for reject in chunk.rejects]
    assert rejects == [
        Reject(4, "", "b,1,2", "has 3 cells where the header has 2"),
        Reject(6, "", "d", "has 1 cells where the header has 2"),
    ]


@pytest.mark.parametrize("content", ["customer_id,name", "customer_id,name\n", "customer_id,name\r\n"])
def test_a_header_and_no_rows_is_a_file(content: str, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(content)
    assert _rows(path) == []
    assert open_file(path).columns == ["customer_id", "name"]


@pytest.mark.parametrize("rows", [2, 2_000_000])
def test_a_quotation_mark_that_is_not_closed(rows: int, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text('customer_id,name\nz,"Zoe"\na,"x\n' + "b,y\n" * rows)
    with pytest.raises(InputError, match="line 3 opens a quotation mark that is never closed"):
        open_file(path)


def test_an_inch_sign_is_no_quotation_mark(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text('customer_id,name\na,5" pipe\nb,y\n')
    assert _rows(path) == [(2, ("a", '5" pipe')), (3, ("b", "y"))]


def test_xlsx_ids_and_days(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([" customer_id ", "joined_at"])
    sheet.append(["007", pd.Timestamp("2024-01-02")])
    sheet.append([])
    sheet.append([7.0, "2024-01-03"])
    book.save(tmp_path / "customers.xlsx")
    book.close()
    found, _ = given.sources(tmp_path)
    chunk = next(found[0].opened.chunks())
    checked = check(found[0].table, chunk.frame, chunk.rows, "EUR")
    assert checked.frame["customer_id"].tolist() == ["007", "7"]
    assert [str(at.date()) for at in checked.frame["joined_at"]] == ["2024-01-02", "2024-01-03"]
    assert checked.rows.tolist() == [2, 4]


@pytest.mark.parametrize("rows", ["a,1,\nb,2,\n", "a,1,2\nb\n"])
def test_a_file_of_misfits_only_says_so(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(f"customer_id,name\n{rows}")
    chunks = list(open_file(path).chunks())
    assert sum(len(chunk.frame) for chunk in chunks) == 0
    assert [reject.row for chunk in chunks for reject in chunk.rejects] == [2, 3]


def test_misfits_at_the_end_are_told(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer_id,name\na,x\nb,y\nc\n")
    chunks = list(open_file(path).chunks())
    assert [reject.row for chunk in chunks for reject in chunk.rejects] == [4]
