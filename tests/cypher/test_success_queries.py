"""The queries of cypher/success, with answers counted by hand; and health scores written for them to ask."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from refnet.analysis.success.graph import candidates_of, health_of, landing_of, read_record, success_of
from refnet.analysis.success.weights import parsed
from refnet.core.errors import NotFound
from refnet.core.settings import Settings
from refnet.front import load, write_health
from refnet.graph import Graph, catalogue
from refnet.graph.connection import native
from tests.cypher.test_queries import close

TABLES = {
    "customers": pd.DataFrame(
        [
            ("ann", "2024-01-01", "organic", "champion", True, "green", 100.0, 5.0, None),
            ("ben", "2024-02-01", "organic", "user", False, "red", 50.0, None, "2024-06-01"),
            ("cat", "2024-03-01", "affiliate", None, None, None, 70.0, 2.0, None),
            ("dan", "2024-04-01", "paid", None, True, "amber", None, None, None),
        ],
        columns=[
            *("customer_id", "joined_at", "channel", "crm_role", "consent", "health_label", "cltv"),
            *("retention_cost", "churned_at"),
        ],
    ).assign(name=lambda t: t["customer_id"].str.title()),
    "affiliates": pd.DataFrame({"affiliate_id": ["a-1", "a-2"], "customer_id": [None, "dan"]}),
    "aliases": pd.DataFrame({"alias": ["old-ann"], "customer_id": ["ann"]}),
    "orders": pd.DataFrame(
        [
            ("o-1", "ann", "2024-01-01", 40.0, 0.0, "new"),
            ("o-2", "ann", "2024-07-01", 30.0, 10.0, "upsell"),
            ("o-3", "cat", "2024-03-01", 20.0, 0.0, "new"),
        ],
        columns=["order_id", "customer_id", "placed_at", "amount", "refunded", "kind"],
    ),
    "tickets": pd.DataFrame(
        [
            ("t-1", "ben", "2024-03-01", "2024-03-02"),
            ("t-2", "ben", "2024-04-01", None),
            ("t-3", "ben", "2024-05-01", None),
        ],
        columns=["ticket_id", "customer_id", "opened_at", "closed_at"],
    ),
    "surveys": pd.DataFrame(
        [("s-1", "ann", "nps", 9, "2024-06-01"), ("s-2", "ben", "nps", 2, "2024-05-02")],
        columns=["survey_id", "customer_id", "kind", "score", "answered_at"],
    ),
    "usage": pd.DataFrame(
        [("ann", "2024-05", 10, "app"), ("ann", "2024-05", 4, "recipes"), ("ann", "2024-06", 12, "app")],
        columns=["customer_id", "month", "active_days", "feature"],
    ),
    "landings": pd.DataFrame(
        [
            ("ann", "/a", "2023-12-31", "food", "lunch", None),
            ("ben", "/a", "2024-01-31", "food", "dinner", None),
            ("cat", "/a", "2024-02-29", "food", "dinner", "a-1"),
        ],
        columns=["customer_id", "landing_page", "landed_at", "niche", "use_case", "affiliate_id"],
    ),
    "visits": pd.DataFrame(
        [("2024-01-01", 30, "/a", None), ("2024-01-02", 10, "/a", None), ("2024-01-01", 8, "/a", "a-1")],
        columns=["day", "visits", "landing_page", "affiliate_id"],
    ),
    "referrals": pd.DataFrame(
        [("a-1", "cat", "2024-03-01", "affiliate"), ("ann", "dan", "2024-04-01", "customer")],
        columns=["referrer_id", "referee_id", "referred_at", "referrer_kind"],
    ),
    "invitations": pd.DataFrame(
        [("i-1", "ann", "2024-03-20", "converted", "dan"), ("i-2", "ben", "2024-03-21", "expired", None)],
        columns=["invitation_id", "referrer_id", "sent_at", "status", "referee_id"],
    ),
}  # fmt: skip


def day(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() / 86400


WEIGHTS = parsed(
    'name = "by hand"\nleast_known = 0\n[grades]\ngreen = 80\namber = 50\n'
    '[signals.ltv_net]\nweight = 3\ndirection = "higher"\nlow = 0\nhigh = 100\n'
    '[signals.tickets_month]\nweight = 1\ndirection = "lower"\nlow = 0\nhigh = 1\n',
    "w.toml",
)
# ann: 95 of 100 × 3 and no ticket; cat: 68 × 3 and no ticket; dan: no ticket is all that is known; ben has left.
SCORES = {"ann": (3 * 95 + 100) / 4, "cat": (3 * 68 + 100) / 4, "dan": 100.0}
AT = "then"
ANSWERS: dict[str, tuple[dict[str, Any], list[list[Any]]]] = {
    "success/customers": (
        {},
        [
            *(["ann", "Ann", day("2024-01-01"), None, day("2024-07-01"), "organic", "champion", "green", 1], ),
            *(["ben", "Ben", day("2024-02-01"), day("2024-06-01"), None, "organic", "user", "red", 0], ),
            *(["cat", "Cat", day("2024-03-01"), None, day("2024-03-01"), "affiliate", None, None, None], ),
            *(["dan", "Dan", day("2024-04-01"), None, None, "paid", None, "amber", 1], ),
        ],
    ),
    "success/orders": (
        {},
        [
            ["ann", day("2024-01-01"), 40.0, "new"],
            ["ann", day("2024-07-01"), 20.0, "upsell"],
            ["cat", day("2024-03-01"), 20.0, "new"],
        ],
    ),
    "success/tickets": (
        {},
        [
            ["ben", day("2024-03-01"), day("2024-03-02")],
            ["ben", day("2024-04-01"), None],
            ["ben", day("2024-05-01"), None],
        ],
    ),
    "success/surveys": (
        {},
        [["ann", "nps", 9.0, day("2024-06-01")], ["ben", "nps", 2.0, day("2024-05-02")]],
    ),
    "success/usage": ({}, [["ann", 2024, 5, 4.0], ["ann", 2024, 5, 10.0], ["ann", 2024, 6, 12.0]]),
    "success/landings": (
        {},
        [
            ["ann", "/a", "food", "lunch", None, day("2023-12-31")],
            ["ben", "/a", "food", "dinner", None, day("2024-01-31")],
            ["cat", "/a", "food", "dinner", "a-1", day("2024-02-29")],
        ],
    ),
    "success/visits": ({}, [["/a", "a-1", 8, 0], ["/a", None, 40, 0]]),
    "success/brought": (
        {},
        [["cat", None, "a-1", day("2024-03-01")], ["dan", "ann", None, day("2024-04-01")]],
    ),
    "success/health-scores": (
        {"least": 70, "limit": 2},
        [
            ["cat", "Cat", SCORES["cat"], "amber", 70.0, WEIGHTS.version, AT],
            ["ann", "Ann", SCORES["ann"], "green", 100.0, WEIGHTS.version, AT],
        ],
    ),
    "success/health-grades": (
        {},
        [
            [WEIGHTS.version, "green", 2, (SCORES["ann"] + 100) / 2, 100.0],
            [WEIGHTS.version, "amber", 1, SCORES["cat"], 70.0],
        ],
    ),
    "success/origins": (
        {},
        [["organic", 2, 1, 1, 75.0], ["affiliate", 1, 0, 0, 70.0], ["paid", 1, 1, 0, None]],
    ),
    "success/friction": ({}, [["0", 3, 1, 9.0], ["3 or more", 1, 1, 2.0]]),
    "success/landing-cells": (
        {},
        [
            ["/a", "food", "a-1", "dinner", 1, 20.0, 0],
            ["/a", "food", None, "dinner", 1, None, 1],
            ["/a", "food", None, "lunch", 1, 60.0, 0],
        ],
    ),
}  # fmt: skip


@pytest.fixture
def shop(graph: Graph) -> Graph:
    load(graph, TABLES)
    return graph


def test_answers_are_the_ones_counted_by_hand(shop: Graph) -> None:
    done = write_health(shop, weights=WEIGHTS)
    assert (done["written"], done["removed"], done["version"]) == (3, 0, WEIGHTS.version)
    readable = {n for n, q in catalogue().items() if q.mode == "read" and n.startswith("success/")}
    assert readable == ANSWERS.keys()
    for name, (given, expected) in ANSWERS.items():
        query = catalogue()[name]
        answer = shop.query(name, **{**query.parameters, **given})
        assert tuple(answer.columns) == query.columns, name
        rows = [[native(value) for value in row] for row in answer.values]
        rows = [[AT if isinstance(value, datetime) else value for value in row] for row in rows]
        if name == "success/customers":
            assert [row[9:] for row in sorted(rows)] == [
                [60.0, 100.0, 5.0, 0], [None, 50.0, None, 0], [20.0, 70.0, 2.0, 0], [None, None, None, 1],
            ]  # fmt: skip
            rows = [row[:9] for row in rows]
        if query.text.count("ORDER BY") == 0 or name in ("success/visits", "success/landing-cells"):
            rows.sort(key=str)  # engines differ in where nothing comes
            expected = sorted(expected, key=str)
        assert close(rows, expected), f"{name}: {rows}"


def test_scores_are_written_and_taken_away(shop: Graph) -> None:
    write_health(shop, weights=WEIGHTS)
    load(shop, {"customers": pd.DataFrame({"customer_id": ["ann"], "churned_at": ["2024-06-15"]})})
    # A score stays as it was written until it is written anew.
    assert len(shop.query("success/health-scores", least=0, most=100, limit=9)) == 3
    shop.write("MATCH (c:Customer) WHERE c.healthAt IS NOT NULL SET c.healthAt = datetime('2020-01-01')")
    done = write_health(shop, weights=WEIGHTS)
    assert (done["written"], done["removed"]) == (2, 1)
    left = {row["customerId"] for row in shop.query("success/health-scores", least=0, most=100, limit=9)}
    assert left == {"cat", "dan"}


def test_a_graph_is_read_as_it_is(shop: Graph) -> None:
    record = read_record(shop)
    place = {one: number for number, one in enumerate(record.ids)}
    assert record.until == day("2024-07-01")
    assert record.referrer[place["dan"]] == place["ann"]
    assert record.brought_by[place["cat"]] == "a-1"
    assert record.affiliate.tolist() == [one == "dan" for one in record.ids]
    assert record.use_case[place["ben"]] == "dinner"
    assert record.use_case[place["ann"]] == "lunch"
    assert record.visits == {("/a", None): 40.0, ("/a", "a-1"): 8.0}
    # Of two features in a month the one most used; a month is known by its last day.
    assert sorted(zip(record.usage.at, record.usage.value, strict=True)) == [
        (day("2024-05-31"), 10.0),
        (day("2024-06-30"), 12.0),
    ]
    (ann,) = health_of(shop, ["old-ann"], weights=WEIGHTS)["customers"]
    assert (ann["customer_id"], ann["score"]) == ("ann", pytest.approx(SCORES["ann"]))
    with pytest.raises(NotFound):
        health_of(shop, ["nobody"])
    settings = Settings(_env_file=None)
    assert success_of(shop, settings, by="label")["customers"] == 3
    cells = landing_of(shop, settings, ("use_case",))["cells"]
    assert [(one["use_case"], one["customers"]) for one in cells] == [("dinner", 2), ("lunch", 1)]
    found = candidates_of(shop, settings, weights=WEIGHTS)
    assert [one["customer_id"] for one in found["candidates"]] == ["ann"]
    assert found["left_out"][0]["why"] == ["an affiliate already"]
    assert found["model"]["why"].startswith("too little data")
