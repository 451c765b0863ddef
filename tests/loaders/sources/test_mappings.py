"""Mappings: what a bad one is told, one's own, recognition, sketches, and whatever comes through them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refnet.core.errors import InputError, RefnetError, UsageError
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import TABLES, load
from refnet.loaders.check import check
from refnet.loaders.files import ENDINGS, open_file, open_records
from refnet.loaders.given import sources
from refnet.loaders.headers import Source
from refnet.loaders.rows import Column, Table
from refnet.loaders.sources import Catalogue
from refnet.loaders.sources.changes import CHANGES
from refnet.loaders.sources.mapping import read_mapping
from refnet.loaders.sources.sketch import guessed, sketch
from tests.loaders.sources.conftest import EXPORTS, source_of

OWN = """
about = "Our shop"
recognised_by = ["Kundennummer", "Umsatz"]

[[leave_out]]
column = "Art"
is     = "Test*"
reason = "a test row"

[[customers]]
customer_id = "Kundennummer"
joined_at   = { from = "Seit", dated = "%d.%m.%Y" }
revenue     = { from = "Umsatz", as = "decimal_comma" }
diet        = { from = "Kost", choices = { vegan = "plants" } }
"""
EXPORT = """\
Kundennummer;Seit;Umsatz;Kost;Art
1;31.12.2024;1.234,50;Vegan;
2;2024-01-01;7;fish;
3;32.12.2024;x;;
4;;;;TEST-1
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    directory = tmp_path / "sources"
    directory.mkdir()
    (directory / "our-shop.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    return tmp_path


def _checked(path: Path) -> Iterator[tuple[str, list[dict[str, Any]], list[Any], list[Any]]]:
    found, _ = sources([path])
    for each in found:
        for chunk in each.opened.chunks():
            checked = check(_whole(each), chunk.frame, chunk.rows, "EUR", chunk.written)
            rows = json.loads(checked.frame.to_json(orient="records", date_format="iso", date_unit="s"))
            yield each.table.name, rows, checked.rejects, chunk.left_out


def test_ones_own_source(own: Path) -> None:
    ((table, rows, rejects, left_out),) = _checked(own / "export.csv")
    assert table == "customers"
    assert rows == [
        {"customer_id": "1", "joined_at": "2024-12-31T00:00:00Z", "revenue": 1234.5, "diet": "plants"},
        {"customer_id": "2", "joined_at": "2024-01-01T00:00:00Z", "revenue": 7.0, "diet": "fish"},
    ]
    assert [(r.row, r.column, r.value) for r in rejects] == [(4, "Seit", "32.12.2024"), (4, "Umsatz", "x")]
    assert [tuple(r) for r in left_out] == [(5, "Art", "TEST-1", "a test row")]


def test_where_ones_own_are(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "our-shop" in Catalogue(load_settings()).all
    (own / "sources").rename(own / "elsewhere")
    assert "our-shop" not in Catalogue(load_settings()).all
    monkeypatch.setenv("REFNET_SOURCES", str(own / "elsewhere"))
    assert "our-shop" in Catalogue(load_settings()).all
    monkeypatch.setenv("REFNET_SOURCES", str(own / "nowhere"))
    with pytest.raises(UsageError, match=r"REFNET_SOURCES is .*nowhere, which is no directory"):
        _ = Catalogue(load_settings()).all


def test_ones_own_takes_the_place_of_refnets(own: Path) -> None:
    (own / "sources" / "shopify-customers.toml").write_text(OWN, encoding="utf-8")
    (own / "sources" / "our-shop.toml").unlink()
    catalogue = Catalogue(load_settings())
    assert catalogue["shopify-customers"].about == "Our shop"
    with pytest.raises(
        UsageError, match=r"no source 'shopify'. Did you mean shopify-customers or shopify-orders\?"
    ):
        _ = catalogue["shopify"]


HEAD = 'about = "x"\nrecognised_by = ["a"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("about = ", "is no TOML:"),
        (HEAD, "gives no rows; add such as [[customers]]"),
        ('recognised_by = ["a"]\n[[customers]]\ncustomer_id = "a"', "about is missing"),
        ('about = "x"\nrecognised_by = []\n[[customers]]\ncustomer_id = "a"', "recognised_by list should have"),
        (HEAD + '[[custmers]]\ncustomer_id = "a"',
         "custmers is no key of a mapping nor a table; did you mean customers?"),
        (HEAD + '[customers]\ncustomer_id = "a"', "customers holds rows of a table: begin it with [[customers]]"),
        (HEAD + '[[customers]]\nemail = "a"', "customers has no customer_id, which every row of customers needs"),
        (HEAD + '[[orders]]\nordr_id = "a"', "orders.ordr_id is no column of orders; did you mean order_id?"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\ninfluence = "b"',
         "customers.influence is a name that refnet writes"),
        (HEAD + '[[customers]]\ncustomer_id = { form = "a" }',
         "customers.customer_id.form is not known here; did you mean from?"),
        (HEAD + '[[customers]]\ncustomer_id = { as = "lower" }',
         "customers.customer_id needs one of from, join, always"),
        (HEAD + '[[customers]]\ncustomer_id = { from = "a", as = "cent" }', "as 'cent' is none of cents, epoch_ms"),
        (HEAD + '[[customers]]\ncustomer_id = 7', "customers.customer_id"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\nkeep = 7', "customers.keep cannot be 7"),
        (HEAD + '[[orders]]\norder_id="a"\ncustomer_id="a"\nplaced_at="a"\namount="a"\nkeep=["*"]',
         "orders.keep is for customers"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\nonly_with = "emial"', "only_with emial is no column of these rows"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\nwhen = { column = "b" }',
         "customers.when needs one of is, is_not, empty, below"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\nleave_out = [{ column = "b", is = "x" }]',
         "customers.leave_out.reason is missing"),
        (HEAD + '[[leave_out]]\ncolum = "b"\nis="x"\nreason="y"\n[[customers]]\ncustomer_id = "a"', "leave_out.colum"),
        (HEAD + '[[referrals]]\nreferrer_id="a"\nreferee_id="b"\nreferrer_kind={always="friend"}',
         "always 'friend' is none of customer, affiliate"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\nrefunds = [{ when = { column = "b", is = "x" } }]',
         "customers.refunds is for orders"),
        (HEAD + '[[orders]]\norder_id="a"\ncustomer_id="a"\nplaced_at="a"\namount="a"\nrefunds = [{ amount = "b" }]',
         "orders.refunds.when is missing"),
        (HEAD + '[[customers]]\ncustomer_id = "a"\nrevenue = { from = "a", share = ["b"] }', "customers.revenue.share"),
        (HEAD + '[[orders]]\norder_id="a"\ncustomer_id="a"\nplaced_at="a"\namount="a"\n'
         'once_within={minutes=60,same=["amount"]}',
         "orders.once_within.minutes is not"),
        (HEAD + '[[orders]]\norder_id="a"\ncustomer_id="a"\nplaced_at="a"\namount="a"\nonce_within="60"',
         "orders.once_within '60' in quotes is a column of the export; minutes are written as 60"),
        (HEAD + '[[orders]]\norder_id="a"\ncustomer_id="a"\nplaced_at="a"\namount="a"\nonce_within=-5',
         "orders.once_within always -5 is no number from 0 on; write it as 60"),
        (HEAD + '[[orders]]\norder_id="a"\ncustomer_id="a"\nplaced_at="a"\namount="a"\nonce_within={always="an hour"}',
         "orders.once_within always 'an hour' is no number from 0 on"),
    ],
)  # fmt: skip
def test_a_bad_mapping_is_told(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as failure:
        read_mapping(path)
    said = str(failure.value)
    assert said.startswith(f"{path}: ")
    assert says in said
    assert "\n" not in said
    assert "refnet sources show" in said or "gives no rows" in said


def test_tables_to_come_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + '[[customers]]\ncustomer_id = "a"\n[[aliases]]\nalias = "b"\ncustomer_id = "a"\n')
    assert read_mapping(path).tables == [name for name in ("customers", "aliases") if name in TABLES]


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_a_file_is_taken_whatever_it_is_called(path: Path, tmp_path: Path) -> None:
    """By its header, also where its name is a table's or in a directory; and by --source."""
    suffix = "".join(path.suffixes[-1:])
    for name in ("orders", "Export of Monday"):
        copy = tmp_path / name.split()[0] / f"{name}{suffix}"
        copy.parent.mkdir()
        copy.write_bytes(path.read_bytes())
        for source in ([copy], [copy.parent]):
            found, _ = sources(source)
            assert {each.of for each in found} == {source_of(path)}
    found, _ = sources([path], None, source_of(path))
    assert {each.of for each in found} == {source_of(path)}


def test_several_paths_at_once(tmp_path: Path) -> None:
    directory = tmp_path / "canonical"
    directory.mkdir()
    (directory / "customers.csv").write_text("customer_id\na\n")
    (directory / "notes.csv").write_text("what,ever\n1,2\n")
    (directory / "broken.json").write_text("{")
    exports = Path(__file__).parent / "exports"
    found, said = sources([exports / "stripe-payments.csv", directory, exports / "rewardful-referrals.json"])
    assert [(each.table.name, each.of) for each in found] == [
        ("customers", "stripe-payments"),
        ("customers", ""),
        ("customers", "rewardful-referrals"),
        ("aliases", "rewardful-referrals"),
        ("affiliates", "rewardful-referrals"),
        ("orders", "stripe-payments"),
        ("referrals", "rewardful-referrals"),
    ]
    assert "notes.csv was passed over" in said
    assert "broken.json was passed over" in said


def test_an_empty_last_page_is_passed_over(graph: Graph, tmp_path: Path) -> None:
    """Among files as in a directory; by itself it is nothing to load."""
    page = (Path(__file__).parent / "exports" / "firstpromoter-referrals.json").read_text()
    (tmp_path / "page-1.json").write_text(page)
    for name, text in {
        "page-2": '{"data": []}',
        "page-3": '{"meta": {"page": 3}, "data": []}',
        "p": "[]",
    }.items():
        (tmp_path / f"{name}.json").write_text(text)
    paths = sorted(tmp_path.iterdir())
    for source, named in ((paths, None), (paths, "firstpromoter-referrals"), (tmp_path, None)):
        found, said = sources(source, None, named)
        assert {each.of for each in found} == {"firstpromoter-referrals"}
        for name in ("page-2", "page-3", "p"):
            assert f"{name}.json was passed over: it has no rows" in said
    assert load(graph, paths).rows_rejected == 0
    with pytest.raises(InputError, match=r"page-2.json: has no rows"):
        sources(paths[2])
    (tmp_path / "other.json").write_text('{"data": [], "x": 1}{')
    with pytest.raises(InputError):
        sources(tmp_path / "other.json")


def test_decimal_commas_between_semicolons(own: Path) -> None:
    """Where commas part the cells, one in a number is none of ours; nor are three digits behind it."""
    (own / "sources" / "our-shop.toml").write_text(
        HEAD + '[[customers]]\ncustomer_id = "a"\nrevenue = "b"\nnote = "c"\n'
        '[[leave_out]]\ncolumn = "b"\nbelow = 0\nreason = "negative"\n'
    )
    cells = ["12,5", "-0,50", "1.234,50", "1234,5", "1,234", "12.50", ",5"]
    path = own / "export.csv"
    path.write_text("a;b;c\n" + "".join(f"{n};{cell};{cell}\n" for n, cell in enumerate(cells)))
    ((_, rows, rejects, left_out),) = _checked(path)
    assert [row["revenue"] for row in rows] == [12.5, 1234.5, 1234.5, 12.5]
    assert [row["note"] for row in rows] == ["12,5", "1.234,50", "1234,5", "12.50"]
    assert [(r.row, r.value) for r in rejects] == [(6, "1,234"), (8, ",5")]
    assert [r.row for r in left_out] == [3]
    path.write_text("a,b,c\n" + "".join(f'{n},"{cell}",x\n' for n, cell in enumerate(cells)))
    ((_, rows, rejects, left_out),) = _checked(path)
    assert [row["revenue"] for row in rows] == [12.5]
    assert len(rejects) == 6
    assert left_out == []


def test_an_unknown_header_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    path.write_text("id,Amount,Currency,Converted amount,Fee,Till\n1,2,EUR,2,0,7\n")
    with pytest.raises(InputError) as failure:
        sources([path])
    said = str(failure.value)
    assert (
        "nearest is stripe-payments, but it lacks Converted Amount (is it Converted amount?), Customer ID"
        in said
    )
    assert "; unknown to it: Till." in said
    assert "--source stripe-payments" in said
    assert "refnet sources sketch" in said
    path.write_text("x,y\n1,2\n")
    with pytest.raises(
        InputError, match=r"neither a canonical file nor of a source that is known. `refnet sources sketch"
    ):
        sources([path])


def test_a_file_that_lacks_what_its_source_needs(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(
        InputError, match=r"is not as shopify-customers is: it gives no customers, having no Customer ID or"
    ):
        sources([path], None, "shopify-customers")
    with pytest.raises(UsageError, match=r"no source 'shopfy-customers'. Did you mean shopify-customers\?"):
        sources([path], None, "shopfy-customers")


def test_the_one_named_finds_its_records_without_all_that_it_is_known_by(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    records = [{"email": "a@example.org", "uid": "u-1", "state": "active", "customer_since": "2024-02-03"}]
    path.write_text(json.dumps({"data": records, "state": "whole"}))
    found, _ = sources([path], None, "firstpromoter-referrals")
    assert [list(chunk.frame["customer_id"]) for each in found for chunk in each.opened.chunks()] == [["u-1"]]


def test_two_sources_of_one_header(own: Path) -> None:
    (own / "sources" / "another.toml").write_text(OWN, encoding="utf-8")
    with pytest.raises(InputError, match=r"may be of another and our-shop|may be of our-shop and another"):
        sources([own / "export.csv"])
    assert sources([own / "export.csv"], None, "another")[0][0].of == "another"


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_a_sketch_can_be_completed(path: Path, tmp_path: Path) -> None:
    """What is sketched is a mapping, once the columns that it asks for are filled in."""
    text = sketch(path)
    assert all(ord(c) >= 32 or c == "\n" for c in text)
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    made = read_mapping(tmp_path / "mine.toml")
    assert made.tables
    for table in ("orders", "commissions"):
        (tmp_path / "mine.toml").write_text(sketch(path, [table]), encoding="utf-8")
        assert read_mapping(tmp_path / "mine.toml").tables == [table]


def test_a_sketch_guesses(own: Path) -> None:
    (own / "x.csv").write_text(
        "Order Number,Customer ID,created_at,Total,E-Mail\n7,1,2024-01-01,5,a@b.example\n"
    )
    text = sketch(own / "x.csv")
    assert 'order_id    = "Order Number"' in text
    assert 'placed_at   = "created_at"' in text
    assert 'amount      = "Total"' in text
    assert "#   E-Mail: 'a@b.example'" in text
    (own / "z.csv").write_text("Kundennummer;Mail;Umsatz;Seit;Laune\n1;a@x.de;12,50;01.02.2024;gut\n")
    text = sketch(own / "z.csv")
    assert 'joined_at        = { from = "Seit", dated = "%d.%m.%Y" }' in text
    assert "#   Laune: 'gut'   (nothing takes it yet)" in text
    assert "#   Seit: '01.02.2024'\n" in text
    (own / "y.json").write_text('{"has_more": false, "data": [{"id": 1, "friend": {"id": 2}}]}')
    assert 'records = "data"' in sketch(own / "y.json")
    with pytest.raises(UsageError, match="no table 'order'"):
        sketch(own / "x.csv", ["order"])
    with pytest.raises(InputError, match="is not there"):
        sketch(own / "none.csv")


GERMAN = (
    "Kundennummer;E-Mail;Vorname;Nachname;Bestellnummer;Betrag;Datum;Geworben von\n"
    "7;Ann@b.example;Ann;Abel;B-1;1.234,50;31.12.2025;\n"
    "8;cy@d.example;Cy;Cole;B-2;4,00;02.01.2026;7\n"
)


def test_a_sketch_of_a_german_shop_loads_as_it_is(graph: Graph, own: Path) -> None:
    path = own / "bestellungen.csv"
    path.write_text(GERMAN, encoding="utf-8")
    text = sketch(path)
    assert '"?"' not in text
    (own / "sources" / "shop.toml").write_text(text, encoding="utf-8")
    summary = load(graph, path)
    assert summary.rows_rejected == 0
    assert {each.table: each.rows_loaded for each in summary.tables} == {
        "customers": 2,
        "orders": 2,
        "referrals": 1,
    }
    ann = graph.query("customers/one", customerId="7").one()
    assert (ann["name"], ann["revenue"], str(ann["joinedAt"])[:10]) == ("Ann Abel", 1234.5, "2025-12-31")


@pytest.mark.parametrize(
    ("header", "tables"),
    [
        ("Order #,Buyer email,Ordered on,Gross", ["orders", "customers"]),
        ("id,customer,total,date,status", ["orders", "customers"]),
        ("Invoice ID,Date,Sum,Client ID", ["orders", "customers"]),
        ("id,name,email,country", ["customers"]),
        ("Kundennr.,E-Mail-Adresse,Vorname,Land,Kunde seit,Empfohlen durch", ["customers", "referrals"]),
        ("Partner ID,Customer ID,Created at", ["referrals", "customers", "affiliates"]),
        (
            "Commission ID,Affiliate ID,Order ID,Amount,Currency,Created at,Status",
            ["commissions", "affiliates"],
        ),
        ("ticket,customer,opened,severity", ["tickets", "customers"]),
        ("x,y", ["customers"]),
    ],
)
def test_a_sketch_is_of_the_table_that_most_columns_are_like(header: str, tables: list[str]) -> None:
    assert [table.name for table in guessed(header.split(","))] == tables


NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(), st.sampled_from(["1e400", "-0", "1706781600000"])
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["2024-01-01", "true", "EUR", "a@b.c (moved)", "'7", " ", "(moved)"]),
)
CELLS = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "email", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)  # fmt: skip


@pytest.mark.parametrize("name", sorted({source_of(path) for path in EXPORTS}))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_anything_through_every_mapping(name: str, tmp_path: Path, data: st.DataObject) -> None:
    """Any cells under the columns that a mapping knows: clean rows or rejects, and every row is accounted for."""
    known = Catalogue(load_settings())[name]
    columns = sorted(
        {c for rows in known.rows for ways in rows.columns.values() for way in ways for c in way.columns}
        | {names[0] for names in known.recognised_by}
        | {rule.column for rule in known.leave_out}
        | {rows.for_each for rows in known.rows if rows.for_each}
    )
    some = st.lists(st.sampled_from([*columns, "other", "a.b"]), min_size=1, unique=True)
    chosen = data.draw(st.one_of(st.just(columns), some))
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(chosen, CELLS)), min_size=1, max_size=4))
    path = tmp_path / "export.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    _account_for(path, name, len(rows))
    flat = tmp_path / "export.csv"
    pd.DataFrame([{c: str(v) for c, v in row.items()} for row in rows]).to_csv(
        flat, index=False, errors="replace", sep=data.draw(st.sampled_from([",", ";", "\t"]))
    )
    _account_for(flat, name, None)


def _account_for(path: Path, name: str, count: int | None) -> None:
    with suppress(RefnetError):
        found, _ = sources([path], None, name)
        for each in found:
            for chunk in each.opened.chunks():
                checked = check(_whole(each), chunk.frame, chunk.rows, "EUR", chunk.written)
                assert len(checked.frame) + len({r.row for r in checked.rejects}) <= len(chunk.rows)
                assert list(chunk.frame.columns) == each.opened.columns
                if count is not None:
                    assert all(1 <= row <= count for row in chunk.rows.tolist())


def _whole(source: Source) -> Table:
    """The table with the further columns in it, as text."""
    columns = tuple(Column(name, "text") for name in source.further)
    return replace(source.table, columns=source.table.columns + columns)


@pytest.mark.parametrize("change", sorted(CHANGES))
@given(
    cells=st.lists(st.one_of(st.none(), st.text(), st.floats().map(str), st.integers().map(str)), max_size=5)
)
def test_changes_never_fail_nor_lose_a_cell(change: str, cells: list[str | None]) -> None:
    values = pd.Series([c if c is None or c.strip() else None for c in cells], dtype="str")
    currency = pd.Series(["EUR"] * len(cells), dtype="str")
    made = CHANGES[change](values, currency)
    assert len(made) == len(cells)
    if change not in ("email", "strip_quote"):  # which may leave nothing of a ' or a mailto:
        assert (made.isna() == values.isna()).all()


@pytest.mark.parametrize(
    ("change", "cell", "currency", "made"),
    [
        ("cents", "1999", "EUR", "19.99"), ("cents", "333", "JPY", "333.0"), ("cents", "1", None, "0.01"),
        ("cents", "a lot", "EUR", "a lot"), ("epoch_ms", "1706781600500", None, "2024-02-01T10:00:00.500Z"),
        ("epoch_s", "1706781600", None, "2024-02-01T10:00:00.000Z"), ("epoch_ms", "1e300", None, "1e300"),
        ("email", "mailto:Ann@Example.ORG (moved)", None, "ann@example.org"), ("strip_quote", "'007", None, "007"),
        ("decimal_comma", "1.234,5", None, "1234.5"), ("decimal_comma", "1.5", None, "1.5"),
        ("lower", "ÄB", None, "äb"),
    ],
)  # fmt: skip
def test_changes(change: str, cell: str, currency: str | None, made: str) -> None:
    values, currencies = pd.Series([cell], dtype="str"), pd.Series([currency], dtype="str")
    assert CHANGES[change](values, currencies).tolist() == [made]


def _read(path: Path) -> None:
    for chunk in open_file(path).chunks():
        assert len(chunk.frame) == len(chunk.rows)


def _records(path: Path) -> None:
    for chunk in open_records(path).chunks():
        assert len(chunk.frame) == len(chunk.rows)


@pytest.mark.parametrize("suffix", ENDINGS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(
    st.binary(max_size=200),
    st.text(alphabet='a,;\t|"\n\r{}[]:1é\x00', max_size=80).map(lambda text: text.encode()),
    st.text(alphabet='a,;\t|"\n\r{}[]1漢', max_size=60).map(lambda text: text.encode("utf-16")),
))  # fmt: skip
def test_random_bytes_in_every_reader(suffix: str, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    readers: list[Callable[[Path], None]] = [_read]
    if "json" in suffix:
        readers.append(_records)
    for read in readers:
        with suppress(InputError):  # and nothing else
            read(path)


def test_deep_nesting_is_told(tmp_path: Path) -> None:
    for suffix in (".json", ".jsonl"):
        path = tmp_path / f"deep{suffix}"
        path.write_text("[" * 100_000)
        with pytest.raises(InputError):
            open_records(path)
        path.write_text('{"a":' * 100_000 + "1" + "}" * 100_000)
        with pytest.raises(InputError):
            open_records(path)


def test_a_mapping_is_not_called_as_our_own_files_are(own: Path) -> None:
    (own / "sources" / "our-shop.toml").rename(own / "sources" / "canonical.toml")
    with pytest.raises(InputError, match="is what refnet's own files are called"):
        _ = Catalogue(load_settings()).all


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a_mapping_that_may_not_be_read(own: Path) -> None:
    (own / "sources" / "our-shop.toml").chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        _ = Catalogue(load_settings()).all
