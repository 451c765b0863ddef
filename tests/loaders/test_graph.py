"""What is in the graph after a load, on every engine."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from refnet.core.errors import InputError, UsageError
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import load, prepare
from tests.conftest import wipe
from tests.loaders.conftest import FILES, Write, picture


def _one(graph: Graph, statement: str) -> Any:
    return next(iter(graph.read(statement).values))[0]


def test_everything_is_there(graph: Graph, write: Write) -> None:
    summary = load(graph, write(FILES))
    assert summary.rows_rejected == 0
    assert summary.waiting == {"refunds": 1}
    assert summary.currency == "EUR"
    relationships = graph.read("MATCH ()-[r]->() RETURN type(r) AS type, count(*) AS n")
    assert {row["type"]: row["n"] for row in relationships} == {
        "ACTS_AS": 1, "CHILD_OF": 1, "PLACED": 3, "REFUNDS": 3, "MADE": 4, "NAMES": 4, "SENT": 2, "BECAME": 1,
        "RAISED": 1, "ANSWERED": 1, "USED": 1, "EARNED": 1, "FOR": 1, "LANDED_ON": 2, "GOT": 2, "SHARES": 2,
    }  # fmt: skip
    customer = _one(graph, "MATCH (c:Customer {customerId: 'a'}) RETURN properties(c)")
    assert customer["revenue"] == 20.0  # 10.5 - 2.5, and 20 - 5 - 3
    assert customer["orders"] == 2
    assert (customer["cltv"], customer["cltvSource"]) == (20.0, "historic")
    assert customer["consent"] is True
    assert str(customer["lastOrderAt"]).startswith("2024-03-05T00:00:00")
    joined = "MATCH (c:Customer {customerId: '007'}) RETURN toString(c.joinedAt)"
    assert _one(graph, joined).startswith("2024-03-06"), "the first order, where no date was given"
    assert _one(graph, "MATCH (o:Order {orderId: 'o2'}) RETURN o.kind") == "cross_sell"
    assert (
        _one(
            graph,
            "MATCH (:Affiliate {affiliateId: 'f1'})-[:MADE]->(:Claim)-[:NAMES]->(c) RETURN c.customerId",
        )
        == "007"
    )
    assert _one(graph, "MATCH (a:Attribute {name: 'ageBand'}) RETURN a.kind") == "text"
    runs = graph.read(
        "MATCH (r:LoadRun) WHERE r.finishedAt IS NOT NULL RETURN r.table AS t, r.rowsLoaded AS n"
    )
    assert {row["t"]: row["n"] for row in runs}["orders"] == 3


def test_a_second_load_changes_nothing(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    load(graph, directory)
    before = picture(graph)
    load(graph, directory)
    assert picture(graph) == before


def test_the_order_of_files_and_rows_does_not_matter(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    load(graph, directory)
    before = picture(graph)
    wipe(graph)
    for name in reversed(FILES):
        table = pd.read_csv(directory / name, dtype=str)
        for start in range(len(table) - 1, -1, -1):
            load(graph, {name.removesuffix(".csv"): table.iloc[start : start + 1]})
    assert picture(graph) == before


def test_five_formats_give_one_graph(graph: Graph, write: Write, tmp_path: Path) -> None:
    directory = write(FILES)
    load(graph, directory)
    before = picture(graph)
    for suffix in ("csv.gz", "parquet", "jsonl", "xlsx"):
        other = tmp_path / suffix
        other.mkdir()
        for name, content in FILES.items():
            path = other / name.replace("csv", suffix)
            table = pd.read_csv(directory / name, dtype=str, keep_default_na=False).replace("", None)
            match suffix:
                case "csv.gz":
                    path.write_bytes(gzip.compress(content.encode()))
                case "parquet":
                    table.to_parquet(path)
                case "jsonl":
                    table.to_json(path, orient="records", lines=True)
                case "xlsx":
                    table.to_excel(path, index=False)
        wipe(graph)
        load(graph, other)
        assert picture(graph) == before, suffix


def test_people_who_come_later_find_what_waited(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    names = ("orders", "referrals", "landings", "tokens")
    for name in names:
        summary = load(graph, directory / f"{name}.csv")
    assert summary.waiting == {"orders": 3, "referrals": 4, "landings": 2, "tokens": 2}
    assert "3 orders wait for customers or others that are not loaded." in str(summary)
    assert _one(graph, "MATCH (c:Customer) RETURN count(c)") == 0
    assert load(graph, directory / "customers.csv").waiting == {"referrals": 1}, "an affiliate's"
    assert load(graph, directory / "affiliates.csv").waiting == {}
    load(graph, directory)
    after = picture(graph)
    wipe(graph)
    load(graph, directory)
    assert picture(graph) == after


def test_an_id_that_is_there_with_a_prefix_is_told(graph: Graph) -> None:
    """A shop's own list has its ids as they are; those of its export are told apart from other systems'."""
    load(graph, {"customers": pd.DataFrame({"customer_id": ["shopify:7", "shopify:8"]})})
    bare = pd.DataFrame({"referrer_id": ["7", "x"], "referee_id": ["8", "y"]})
    summary = load(graph, {"referrals": bare})
    assert summary.with_prefix == ("7", "shopify:7")
    assert "7 is not there, shopify:7 is: ids of other systems have a prefix." in str(summary)
    assert load(graph, {"referrals": bare[1:]}).with_prefix == ("7", "shopify:7"), "it still waits"
    wipe(graph)
    assert load(graph, {"referrals": bare}).with_prefix is None


def test_an_object_is_no_id(graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "referrals.jsonl"
    path.write_text(
        '{"referrer_id": {"a": 1}, "referee_id": 3}\n{"referrer_id": [1], "referee_id": 3}\n'
        '{"referrer_id": 1, "referee_id": 2}\n'
    )
    told = load(graph, path)["referrals"]
    assert (told.rows_loaded, told.rows_rejected) == (1, 2)
    assert told.rejects[0].reason == "is an object or a list, and no id"


def test_a_row_that_names_another_moves(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    load(graph, directory)
    load(
        graph,
        {
            "orders": pd.DataFrame(
                [{"order_id": "o1", "customer_id": "b", "placed_at": "2024-01-05", "amount": 9}]
            )
        },
    )
    assert graph.read("MATCH (c)-[:PLACED]->(:Order {orderId: 'o1'}) RETURN c.customerId").values == [["b"]]
    assert _one(graph, "MATCH (c:Customer {customerId: 'b'}) RETURN c.revenue") == 9 - 2.5
    assert _one(graph, "MATCH (o:Order {orderId: 'o1'}) RETURN o.kind") == "new", (
        "a column left out leaves what is there"
    )
    load(graph, {"invitations": pd.DataFrame([{"invitation_id": "i1", "referrer_id": "f1", "sent_at": "2024-01-05",
                                              "referrer_kind": "affiliate", "referee_id": None}])})  # fmt: skip
    sent = graph.read(
        "MATCH (n)-[:SENT]->(i:Invitation {invitationId: 'i1'}) RETURN n.affiliateId, i.refereeId"
    )
    assert sent.values == [["f1", None]]
    assert _one(graph, "MATCH (:Invitation {invitationId: 'i1'})-[b:BECAME]->() RETURN count(b)") == 0


def test_figures_follow_orders_and_columns(graph: Graph) -> None:
    def figures() -> list[Any]:
        return graph.read(
            "MATCH (c:Customer {customerId: 'a'}) "
            "RETURN c.orders, c.revenue, c.margin, c.cltv, c.cltvSource, toString(c.joinedAt)"
        ).values[0]

    customer = {"customer_id": "a", "revenue": 7, "margin": 3, "joined_at": None}
    order = {"order_id": "1", "customer_id": "a", "placed_at": "2024-01-05", "amount": 10, "margin": 4.005}
    load(graph, {"customers": pd.DataFrame([customer])})
    assert figures() == [0, 7, 3, 7, "historic", None]
    load(graph, {"orders": pd.DataFrame([order])})
    assert figures()[:5] == [1, 10, 4, 10, "historic"]
    assert figures()[5].startswith("2024-01-05")
    load(graph, {"customers": pd.DataFrame([customer | {"revenue": 8, "margin": None, "cltv": 99}])})
    assert figures()[:5] == [1, 10, 4, 99, "loaded"]
    load(
        graph,
        {
            "customers": pd.DataFrame({"customer_id": ["b"]}),
            "orders": pd.DataFrame([order | {"customer_id": "b"}]),
        },
    )
    assert figures() == [0, 8, None, 99, "loaded", None], "the order is another's now"
    load(graph, {"customers": pd.DataFrame({"customer_id": ["a"], "cltv": [None]})})
    assert figures()[:5] == [0, 8, None, 8, "historic"]


def test_an_empty_cell_removes_and_no_longer_waits(graph: Graph) -> None:
    row = {
        "invitation_id": "i1",
        "referrer_id": "a",
        "sent_at": "2024-01-05",
        "referee_id": "nobody",
        "status": "x",
    }
    load(graph, {"customers": pd.DataFrame({"customer_id": ["a"]}), "invitations": pd.DataFrame([row])})
    summary = load(graph, {"invitations": pd.DataFrame([row | {"referee_id": None, "status": ""}])})
    assert summary.waiting == {}
    assert _one(graph, "MATCH (i:Invitation) RETURN i.status") is None


def test_the_last_of_two_rows_with_one_id_holds(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "BATCH_ROWS", 2)
    table = pd.DataFrame({"customer_id": ["a", "b", "a", "c", "a"], "name": ["1", "x", "2", "y", "3"]})
    summary = load(graph, {"customers": table})
    assert (summary["customers"].rows_loaded, summary["customers"].rows_repeated) == (3, 2)
    assert "2 came again" in str(summary)
    assert _one(graph, "MATCH (c:Customer {customerId: 'a'}) RETURN c.name") == "3"


def test_who_refers_whom_is_not_judged_here(graph: Graph, write: Write) -> None:
    customers = "customer_id\n" + "".join(f"{c}\n" for c in "abcd")
    claims = "referrer_id,referee_id\na,a\na,b\nb,c\nc,a\nd,b\nnobody,d\n"
    summary = load(graph, write({"customers.csv": customers, "referrals.csv": claims}))
    assert summary["referrals"].rows_loaded == 6
    assert summary.waiting == {"referrals": 1}
    assert _one(graph, "MATCH (c:Claim) RETURN count(c)") == 6
    assert _one(graph, "MATCH (c:Claim) WHERE c.status IS NOT NULL RETURN count(c)") == 0


def test_tokens_are_never_in_clear(
    graph: Graph, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = "customer_id,kind,token\na,device,secret-device\n,device,secret-other\na,,secret-third\n"
    directory = write({"customers.csv": "customer_id\na\n", "tokens.csv": bad})
    summary = load(graph, directory, rejects=tmp_path / "rejects")
    plain = picture(graph)
    assert "secret" not in str(plain)
    rejects = next((tmp_path / "rejects").glob("tokens-*.csv")).read_text(encoding="utf-8")
    assert "secret" not in rejects + str(summary)
    monkeypatch.setenv("REFNET_TOKEN_KEY", "a key")
    load(graph, directory)
    assert _one(graph, "MATCH (t:Token) RETURN count(t)") == 2, "with a key other hashes"


def test_one_currency(graph: Graph) -> None:
    orders = pd.DataFrame({"order_id": ["1", "2", "3"], "customer_id": "a", "placed_at": "2024-01-01",
                           "amount": [1000.4, 2, 3], "currency": [None, "jpy", "EUR"]})  # fmt: skip
    summary = load(graph, {"customers": pd.DataFrame({"customer_id": ["a"]}), "orders": orders})
    assert summary.currency == "JPY"
    assert "is not the graph's currency, JPY" in str(summary)
    assert _one(graph, "MATCH (c:Customer) RETURN c.revenue") == 1002
    assert (
        load(graph, {"customers": pd.DataFrame({"customer_id": ["b"], "currency": ["USD"]})}).currency
        == "JPY"
    )
    customers = {"customers": pd.DataFrame({"customer_id": ["c"]})}
    with pytest.raises(UsageError, match="counts in JPY, REFNET_CURRENCY is USD"):
        load(graph, customers, settings=load_settings(currency="usd"))
    assert _one(graph, "MATCH (c:Customer {customerId: 'c'}) RETURN count(c)") == 0
    assert load(graph, customers, settings=load_settings(currency="jpy")).currency == "JPY"


def test_wrong_columns_in_a_later_file_leave_the_graph_as_it_was(graph: Graph, write: Write) -> None:
    directory = write(
        {"customers.csv": "customer_id\na\n", "orders.csv": "order_id,custmer_id,placed_at,amount\n"}
    )
    with pytest.raises(InputError, match=r"has no column customer_id. Is it the one called custmer_id"):
        load(graph, directory)
    assert _one(graph, "MATCH (n) RETURN count(n)") == 0


def test_long_texts_go_in_several_messages(graph: Graph) -> None:
    table = pd.DataFrame({"customer_id": [f"c{i}" for i in range(300)], "note": "x" * 90_000})
    assert load(graph, {"customers": table})["customers"].rows_loaded == 300


def test_an_attribute_that_changes_its_kind_is_kept_as_text(graph: Graph) -> None:
    load(graph, {"customers": pd.DataFrame({"customer_id": ["a"], "level": [1]})})
    summary = load(graph, {"customers": pd.DataFrame({"customer_id": ["b"], "level": ["gold"]})})
    assert "level was number in an earlier load" in str(summary)
    assert _one(graph, "MATCH (a:Attribute {name: 'level'}) RETURN a.kind") == "text"
