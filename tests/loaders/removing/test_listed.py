"""Removals: a row that a list names is as if it had never been loaded, whenever the list comes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from refnet import front
from refnet.core.errors import InputError, UsageError
from refnet.graph import Graph
from refnet.loaders import TABLES
from tests.conftest import Engines, wipe
from tests.loaders.conftest import FILES, Write, picture
from tests.loaders.removing.test_replace import _COLUMNS, Tables, _exports, _frames
from tests.refnet.conftest import Run, at_home, refnet, says

__all__ = ["at_home", "refnet"]

_KEYS = {name: table.id_column for name, table in TABLES.items() if table.id_column in _COLUMNS.get(name, [])}
# One row of each table that has an id, claims apart.
LISTED = {
    "customers": "b",
    "affiliates": "f2",
    "orders": "o3",
    "refunds": "b1",
    "invitations": "i1",
    "tickets": "t1",
    "surveys": "s1",
    "commissions": "k1",
    "rewards": "r1",
}


def _rows(graph: Graph) -> tuple[list[str], list[str]]:
    """What rows became, the removals themselves left out, and the columns that are known."""
    nodes, edges = picture(graph)
    return [each for each in nodes if not each.startswith(("Attribute ", "Removal "))], edges


def _frame(*named: tuple[str, str], at: str | None = None) -> dict[str, pd.DataFrame]:
    return {
        "removals": pd.DataFrame(
            [(*each, at) for each in named], columns=["table", "id", "removed_at"], dtype=object
        )
    }


def _without(files: dict[str, str], listed: dict[str, str]) -> dict[str, str]:
    """The files without the rows that begin with these ids."""
    return {
        name: "\n".join(
            line for line in text.split("\n") if not line.startswith(f"{listed.get(name[:-4], '-')},")
        )
        for name, text in files.items()
    }


@pytest.mark.parametrize("when", ["before", "with", "after"])
def test_one_of_each_table(graph: Graph, write: Write, tmp_path: Path, when: str) -> None:
    aliased = FILES | {"aliases.csv": "alias,customer_id\nold,a\nolder,old\n"}
    listed = LISTED | {"aliases": "older"}
    directory = write(_without(aliased, listed))
    front.load(graph, directory)
    expected = _rows(graph)
    wipe(graph)
    write(aliased)
    lines = "".join(f"{table},{i},2024-06-01\n" for table, i in listed.items())
    removals = tmp_path / "removals.csv"
    removals.write_text(f"table,id,removed_at\n{lines}")
    steps: dict[str, list[list[Path]]] = {
        "before": [[removals], [directory]],
        "with": [[directory, removals]],
        "after": [[directory], [removals]],
    }
    told = [front.load(graph, paths)[0] for paths in steps[when]]
    assert _rows(graph) == expected
    assert told[-1].deleted == (dict.fromkeys(_in_order(listed), 1) if when == "after" else {})
    kept_out = {each.table: each.rows_kept_out for each in told[-1].tables if each.rows_kept_out}
    assert kept_out == ({} if when == "after" else dict.fromkeys(_in_order(listed), 1))
    held = graph.read("MATCH (r:Removal) RETURN r.table, r.rowId, r.due ORDER BY r.table").values
    assert held == [[table, i, None] for table, i in sorted(listed.items())]
    whole = picture(graph)
    again, credit = front.load(graph, [removals, directory])
    assert picture(graph) == whole
    assert (again.deleted, credit.changed) == ({}, 0)


def _in_order(listed: dict[str, str]) -> list[str]:
    return [name for name in TABLES if name in listed]


@pytest.fixture(scope="module")
def embedded(engines: Engines) -> Graph:
    return engines.graph("embedded")


@examples(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.explicit]
)  # fmt: skip
@given(export=_exports(), data=st.data())
def test_the_graph_is_that_of_the_rows_that_are_left(
    embedded: Graph, export: Tables, data: st.DataObject
) -> None:
    """Of people with several ids, too, whichever of their rows go."""
    ids = sorted({(name, row[key]) for name, key in _KEYS.items() if key for row in export[name] if row[key]})
    named = data.draw(st.lists(st.sampled_from(ids), unique=True), label="named")
    left = {
        name: [row for row in rows if (name, row.get(_KEYS.get(name) or "")) not in named]
        for name, rows in export.items()
    }
    wipe(embedded)
    front.load(embedded, _frames(left, *_COLUMNS))
    expected = _rows(embedded)
    wipe(embedded)
    listed, whole = _frame(*named), _frames(export, *_COLUMNS)
    steps: Sequence[Any] = data.draw(
        st.sampled_from([[listed, whole], [whole | listed], [whole, listed], [whole, listed, whole]])
    )
    for step in steps:
        front.load(embedded, step)
    assert _rows(embedded) == expected
    front.load(embedded, whole | listed)
    assert _rows(embedded) == expected


def test_figures_follow(graph: Graph, write: Write) -> None:
    front.load(graph, write(FILES))
    front.load(graph, _frame(("orders", "o2")))
    found = graph.read(
        "MATCH (c:Customer {customerId: 'a'}) RETURN c.orders, c.revenue, toString(c.lastOrderAt)"
    )
    assert [found.values[0][:2], found.values[0][2][:10]] == [[1, 8.0], "2024-01-05"]
    told, _ = front.load(graph, _frame(("customers", "a")))
    # Her order, an affiliate, two invitations and what else named her wait.
    assert told.waiting["orders"] == 1
    assert graph.read("MATCH (o:Order {orderId: 'o1'}) RETURN o.unlinked").values == [[True]]
    assert not graph.read("MATCH (c:Customer {customerId: 'a'}) RETURN c").values


def test_a_claim_and_its_credit(graph: Graph) -> None:
    """By the id that it was loaded with, or by the hash that stands for one."""
    people = pd.DataFrame(
        {"customer_id": ["a", "b", "c"], "joined_at": ["2024-01-01", "2024-02-01", "2024-02-01"]}
    )
    claims = pd.DataFrame({"referrer_id": ["a", "a"], "referee_id": ["b", "c"], "claim_id": ["k", None]})
    front.load(graph, {"customers": people, "referrals": claims})
    ids = [i for (i,) in graph.read("MATCH (k:Claim) RETURN k.claimId").values]
    assert len(ids) == 2
    for left, i in enumerate(sorted(ids, key=lambda i: i != "k")):
        told, credit = front.load(graph, _frame(("referrals", i)))
        assert (told.deleted, credit.credited) == ({"referrals": 1}, 1 - left)
        assert len(graph.read("MATCH (:Customer)-[r:REFERRED]->() RETURN r.credit").values) == 1 - left
        front.load(graph, {"referrals": claims})
        assert len(graph.read("MATCH (k:Claim) RETURN k.claimId").values) == 1 - left


def test_whoever_has_the_row(graph: Graph, tmp_path: Path, write: Write) -> None:
    """Rows of several sources go, and those of versions that kept no sources."""
    write({"stripe.csv": "ID,Email,Created (UTC)\ncus_1,x@example.org,2024-01-01\n"})
    front.load(graph, tmp_path / "data" / "stripe.csv", named="stripe-customers")
    front.load(graph, {"customers": pd.DataFrame({"customer_id": ["stripe:cus_1", "before"]})})
    assert graph.read(
        "MATCH (c:Customer {customerId: 'stripe:cus_1'}) RETURN c.sources"
    ).values == [[["canonical", "stripe-customers"]]]  # fmt: skip
    graph.write("MATCH (c:Customer {customerId: 'before'}) SET c.sources = null")
    told, _ = front.load(graph, _frame(("customers", "stripe:cus_1"), ("customers", "before")))
    assert told.deleted == {"customers": 2}
    assert not graph.read("MATCH (c:Customer) RETURN c").values
    told, _ = front.load(graph, tmp_path / "data" / "stripe.csv", named="stripe-customers")
    assert (told["customers"].rows_loaded, told["customers"].rows_kept_out) == (0, 1)


def test_a_complete_list_takes_removals_back(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    front.load(graph, directory)
    before = picture(graph)
    front.load(graph, _frame(("orders", "o1"), ("customers", "b"), ("orders", "o3")))
    told, _ = front.load(graph, _frame(("orders", "o1"), ("orders", "o3")), replace=True)
    assert [(each.table, each.rows) for each in told.removed] == [("removals", 1)]
    assert told.removed[0].file.read_text().splitlines() == ["table,id,also_of", "customers,b,"]
    front.load(graph, directory)
    assert graph.read("MATCH (c:Customer) RETURN c.customerId ORDER BY c.customerId").values == [
        ["007"], ["a"], ["b"],
    ]  # fmt: skip
    with pytest.raises(UsageError, match="more than half"):
        front.load(graph, _frame(), replace=True)
    # The rows that come again in the same load are not kept out any more either.
    front.load(
        graph, _frame() | {"orders": pd.read_csv(directory / "orders.csv", dtype=str)}, replace=True, yes=True
    )
    front.load(graph, directory)
    assert picture(graph) == before


def test_a_list_of_one_source_stays_without_the_others(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.toml").write_text(
        'about = "x"\nrecognised_by = ["gone"]\n[[removals]]\ntable = { always = "customers" }\nid = "gone"\n'
    )
    (tmp_path / "gone.csv").write_text("gone\na\n")
    front.load(graph, tmp_path / "gone.csv")
    front.load(graph, _frame(("customers", "a"), ("customers", "b"), ("customers", "c")))
    told, _ = front.load(graph, _frame(("customers", "b"), ("customers", "c")), replace=True)
    assert [(each.rows, each.staying) for each in told.removed] == [(1, 1)]
    held = graph.read("MATCH (r:Removal) RETURN r.rowId, r.sources ORDER BY r.rowId").values
    assert held == [["a", ["shop"]], ["b", ["canonical"]], ["c", ["canonical"]]]


def test_what_is_no_row_that_can_be_named(graph: Graph) -> None:
    told, _ = front.load(graph, _frame(("usage", "x"), ("Orders", "o1"), ("orders", "")))
    refused = [(each.row, each.column, each.reason.split(",")[0]) for each in told["removals"].rejects]
    assert refused == [(2, "table", "is none of customers"), (4, "id", "is empty and must not be")]
    assert graph.read("MATCH (r:Removal) RETURN r.table, r.rowId").values == [["orders", "o1"]]
    with pytest.raises(InputError, match="has no column table"):
        front.load(graph, {"removals": pd.DataFrame({"id": ["x"]})})


@pytest.mark.usefixtures("at_home")
def test_it_is_told(refnet: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "order_id,customer_id,placed_at,amount\no1,a,2024-01-01,1\no2,a,2024-01-01,1\no3,a,2024-01-02,1\n"
    )
    (tmp_path / "removals.csv").write_text("table,id\norders,o1\norders,o2\n")
    says(
        refnet("load", "removals.csv", "orders.csv", "--dry-run"),
        0, "orders: 1 rows would be loaded, 2 kept out (removals name them)",
    )  # fmt: skip
    says(refnet("load", "orders.csv"), 0, "orders: 3 rows loaded")
    says(refnet("load", "removals.csv"), 0, "removals: 2 rows loaded", "orders: 2 deleted, as removals say")
    told = json.loads(refnet("load", "orders.csv", "--json").stdout)[0]["load"]
    assert (told["tables"][0]["rows_kept_out"], told["tables"][0]["rows_loaded"], told["deleted"]) == (
        2,
        1,
        {},
    )
    says(refnet("load", "orders.csv"), 0, "orders: 1 rows loaded, 2 kept out (removals name them)")
