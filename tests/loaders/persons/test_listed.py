"""Forgotten people and lists of removals: no list keeps an id of theirs, and none takes away what they count for."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from refnet.core.errors import NotFound
from refnet.front import erase, load
from refnet.graph import Graph
from refnet.loaders.persons import document
from tests.loaders.conftest import picture
from tests.loaders.persons.conftest import tables
from tests.loaders.persons.test_erase import left, strings


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFNET_ERASURE_KEY", "a key for tests")


def listed(*named: tuple[str, str]) -> dict[str, pd.DataFrame]:
    return {"removals": pd.DataFrame(list(named), columns=["table", "id"]).assign(removed_at="2024-06-01")}


def test_an_id_of_theirs_that_is_deleted(graph: Graph) -> None:
    load(graph, tables() | listed(("customers", "stripe:cus_mia"), ("customers", "per")))
    told = document(graph, "mq-1")
    assert [i["id"] for i in told["ids"]] == ["mq-1", "stripe:cus_mia", "email:mia@quill.example"]
    assert told["removals"] == [
        {
            "table": "customers", "id": "stripe:cus_mia", "removed_at": "2024-06-01T00:00:00+00:00",
            "sources": ["canonical"],
        }
    ]  # fmt: skip
    assert left(graph)
    assert erase(graph, "mq-1", by="tester").counts["removals"] == 1
    assert not left(graph)
    assert graph.read("MATCH (r:Removal) RETURN r.rowId").values == [["per"]]
    before = picture(graph)
    load(graph, tables() | listed(("customers", "stripe:cus_mia"), ("customers", "per")))
    assert picture(graph) == before


def test_a_list_after_it(graph: Graph) -> None:
    load(graph, tables())
    erase(graph, "mq-1", by="tester")
    before = picture(graph)
    hers = [
        *(
            ("customers", "mq-1"),
            ("aliases", "stripe:cus_mia"),
            ("affiliates", "mia-blog"),
            ("orders", "o-1"),
        ),
        *(("orders", "o-2"), ("tickets", "t-1"), ("commissions", "k-2"), ("rewards", "r-2")),
    ]
    anonymous = graph.read("MATCH (o:Order) WHERE o.orderId STARTS WITH 'erased:' RETURN o.orderId").values
    assert len(anonymous) == 3
    told, _ = load(graph, listed(*hers, *(("orders", i) for (i,) in anonymous)))
    assert (told["removals"].rows_of_forgotten, told["removals"].rows_loaded) == (len(hers) + 3, 0)
    assert picture(graph) == before
    told, _ = load(graph, listed(*hers, ("orders", "o-3"), ("affiliates", "o-3")))
    assert told.deleted == {"orders": 1}
    assert not left(graph)
    assert len(graph.read("MATCH (r:Removal) RETURN r.rowId").values) == 2


def test_a_deleted_row_of_theirs_does_not_come_back(graph: Graph) -> None:
    """Not as an anonymous one either: it counted for nobody when they were forgotten."""
    load(graph, tables() | listed(("orders", "o-1")))
    erase(graph, "mq-1", by="tester")
    before = picture(graph)
    told, _ = load(graph, tables())
    assert told["orders"].rows_kept_out == 1
    assert picture(graph) == before


def test_who_is_deleted_only(graph: Graph) -> None:
    """Of a customer who is deleted their orders wait, and they may ask for these, and to be forgotten."""
    orders = _frame("order_id customer_id placed_at amount", ("o-9", "zoe-1", "2024-01-01", 3))
    zoe = {"customers": _frame("customer_id name", ("zoe-1", "Zoe")), "orders": orders}
    zoe["affiliates"] = _frame("affiliate_id name", ("zoe-1", "zoe's"))
    load(graph, zoe | listed(("customers", "zoe-1"), ("affiliates", "zoe-1")))
    told = document(graph, "zoe-1")
    assert [(told["customer_id"], row["order_id"]) for row in told["orders"]] == [(None, "o-9")]
    assert {row["table"] for row in told["removals"]} == {"customers"}
    assert erase(graph, "zoe-1", by="tester").counts == {"orders": 1, "removals": 1}
    assert erase(graph, "zoe-1", by="tester").counts == {"removals": 1}  # the affiliate of that id
    assert not [text for text in strings(graph) if "zoe" in text]
    before = picture(graph)
    load(graph, zoe | listed(("customers", "zoe-1"), ("affiliates", "zoe-1")))
    assert picture(graph)[1] == before[1]
    assert not [text for text in strings(graph) if "zoe-1" in text]
    assert erase(graph, "zoe-1", by="tester").counts == {}
    with pytest.raises(NotFound):
        document(graph, "zoe-1")


def test_an_id_that_turns_out_to_be_theirs(graph: Graph) -> None:
    """A row that says so by its email comes after, or with, the list that has its id."""
    load(graph, tables())
    erase(graph, "mq-1", by="tester")
    before = picture(graph)
    load(graph, listed(("customers", "new-id")))
    row = {"customers": _frame("customer_id email", ("new-id", "mia@quill.example"))}
    told, _ = load(graph, row)
    assert (told["customers"].rows_of_forgotten, told["customers"].rows_kept_out) == (1, 0)
    assert not [text for text in strings(graph) if "new-id" in text]
    told, _ = load(graph, row | listed(("customers", "new-id")))
    assert told["removals"].rows_of_forgotten == 1
    after = [each for each in picture(graph)[0] if not each.startswith("Tombstone ")]
    assert after == [each for each in before[0] if not each.startswith("Tombstone ")]


def _frame(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())
