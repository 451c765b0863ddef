"""The programme by level: counted on one's fingers in the village, and by Cypher against arrays on an example brand."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refnet.analysis.influence.analyze import analyze
from refnet.analysis.programme import Declared, programme
from refnet.analysis.programme.estimates import time_until
from refnet.analysis.programme.figures import observed_until
from refnet.core.errors import UsageError
from refnet.examples import brand
from refnet.front import load
from refnet.graph import Graph, connect, local
from tests.cypher.village import TABLES


def by(found: dict[str, Any], what: str) -> dict[str, dict[str, Any]]:
    (chosen,) = (one for one in found["breakdowns"] if one["by"] == what)
    return {group["level"]: group for group in chosen["groups"]}


def test_what_keeping_a_customer_costs(graph: Graph) -> None:
    cost = {"ann": 10.0, "ben": 20.0, "cat": 0.0}  # who have spent 100 each; of the others it is not known
    customers = TABLES["customers"].assign(retention_cost=TABLES["customers"]["customer_id"].map(cost))
    load(graph, TABLES | {"customers": customers})
    found = programme(graph)["retention_cost"]
    assert found == {
        "customers": 3,
        "value": 10.0,
        "revenue": 100.0,
        "share_of_revenue": pytest.approx(0.1),
    }


def counted(figure: dict[str, Any]) -> tuple[int, int]:
    return figure["count"], figure["of"]


def test_the_village(graph: Graph) -> None:
    invitations = TABLES["invitations"].assign(
        campaign=["spring", "spring", "spring", "spring", "summer"] + [None] * 3
    )
    claims = TABLES["referrals"].assign(campaign=["spring", "summer"] + [None] * 12)
    load(graph, TABLES | {"invitations": invitations, "referrals": claims})
    asked = ("quarter", "cohort", "country", "channel", "campaign")
    found = programme(graph, by=asked, launch=date(2024, 3, 15))
    country = by(found, "country")
    assert list(country) == ["DE", "FR"]  # the three of the ring are from nowhere
    de, fr = country["DE"], country["FR"]
    assert (de["customers"], fr["customers"]) == (7, 4)
    assert (counted(de["referral_rate"]), counted(fr["referral_rate"])) == ((4, 7), (1, 4))
    assert (counted(de["conversion"]), de["conversion"]["rejected"]) == ((4, 6), 1)
    assert (counted(de["referral_share"]), counted(fr["referral_share"])) == ((4, 7), (2, 4))
    assert de["k_factor"]["value"] == pytest.approx(4 / 7)
    assert de["k_factor"]["multiplier"] == pytest.approx(7 / 3)
    assert (de["rewards"], fr["rewards"]["count"]) == ({"count": 2, "amount": 15.0}, 0)
    # What those whom somebody brought have spent: ben, cat, kim and nat.
    assert (de["value"], de["roi"]["value"]) == (400.0, pytest.approx((400 - 15) / 15))
    assert "referral_rate" in de["too_little_data"]
    quarters = by(found, "quarter")
    assert list(quarters) == ["2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2", "2024-Q3"]
    # In that quarter eve invited and cat brought dan; nine had joined by its end, three at a time not known.
    second = quarters["2024-Q2"]
    assert (counted(second["referral_rate"]), counted(second["conversion"])) == ((2, 12), (1, 1))
    assert counted(second["referral_share"]) == (2, 4)
    assert (second["cost"]["spend"], second["cost"]["cac"]) == (270.0, 67.5)
    channel = by(found, "channel")
    paid = channel["paid_search"]
    assert (paid["customers"], paid["cost"]["cac"]) == (2, 100.0)
    assert (channel["tv"]["customers"], channel["tv"]["cost"]["cac"]) == (0, None)
    cohorts = by(found, "cohort")
    assert (cohorts["2024-03"]["customers"], cohorts["2024-05"]["cost"]["cac"]) == (2, 75.0)
    campaigns = by(found, "campaign")
    assert set(campaigns) == {"spring", "summer"}
    assert (counted(campaigns["spring"]["conversion"]), campaigns["spring"]["conversion"]["rejected"]) == (
        (2, 3),
        1,
    )
    assert (campaigns["spring"]["customers"], counted(campaigns["summer"]["referral_share"])) == (1, (1, 11))
    assert campaigns["spring"]["rewards"]["count"] == 2
    around = found["referral_share"]["before_after"]
    assert (counted(around["before"]), counted(around["after"])) == ((2, 4), (4, 7))
    assert around["verdict"] == "too little data"
    assert around["reading"].startswith(
        "Too little data to compare before and after 2024-03-15: 4 and 7 new customers"
    )
    assert found["referral_cost"]["paid_channels"] == ["paid_search", "tv"]
    assert found["referral_cost"]["reading"].startswith("Too little data")
    assert found["cycle_time"]["reading"].startswith("Too little data: 11 customers")
    assert found["reward_payback"]["of"] == 1
    # ben, cat, dan, eve, kim and nat ordered for 600; a paid customer costs 270 / 2, of which eight were saved.
    crv = found["crv"]
    assert (crv["margin"], crv["rewards"], crv["saved_each"]) == (600.0, 15.0, 135.0)
    assert crv["value"] == crv["type1"] == pytest.approx(600 - 15 + 8 * 135)
    half = programme(graph, declared=Declared(type1_share=0.5, saved=10.0))["crv"]
    assert (half["type1"], half["type2"]) == (pytest.approx((600 - 15 + 80) / 2), pytest.approx(40))
    assert (
        "50%" in programme(graph, declared=Declared(type1_share=0.5))["crv"]["reading"]
        or half["referrers"] < 30
    )


def test_what_cannot_be_asked(graph: Graph) -> None:
    with pytest.raises(UsageError, match="no breakdown by planet"):
        programme(graph, by="planet")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="type 1"):
        programme(graph, declared=Declared(type1_share=1.5))


def test_a_paid_channel_is_one_of_the_graphs(graph: Graph) -> None:
    load(graph, {"spend": TABLES["spend"]})
    with pytest.raises(UsageError, match=r"no channel paid_serch\. Did you mean paid_search\?"):
        programme(graph, declared=Declared(paid=("paid_serch",)))
    assert programme(graph, declared=Declared(paid=("tv",)))["referral_cost"]["paid_channels"] == ["tv"]


def test_an_empty_graph_knows_nothing(graph: Graph) -> None:
    found = programme(
        graph, by=("month", "cohort", "country", "channel", "campaign"), launch=date(2024, 7, 1)
    )
    assert [one["groups"] for one in found["breakdowns"]] == [[]] * 5
    assert found["k_factor"]["value"] is None
    assert found["earned_growth"]["rate"]["value"] is None
    assert found["crv"]["value"] == 0
    assert found["referral_share"]["before_after"]["verdict"] == "too little data"
    assert found["reward_payback"]["reading"].startswith("Too little data")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    """An example brand of 1,500 on an engine of its own, analyzed."""
    home = tmp_path_factory.mktemp("shop")
    brand.write(home / "data", customers=1500, seed=3)
    running = local.start(home / "engine", "embedded", idle_minutes=5)
    with connect(
        running.uri, username=running.username, password=running.password, database=running.database
    ) as opened:
        opened.engine = running
        load(opened, home / "data", rejects=Path(home) / "rejects")
        analyze(opened)
        yield opened
    local.stop(home / "engine")


def test_arrays_and_cypher_count_alike(shop: Graph) -> None:
    found = programme(shop, by=("cohort", "country", "channel", "campaign", "year"))
    for what in ("cohort", "country", "channel"):
        groups = by(found, what)
        rows = [row for row in shop.query("programme/by-level", by=what) if row["level"] is not None]
        assert {row["level"] for row in rows} == set(groups)
        for row in rows:
            one = groups[row["level"]]
            assert counted(one["referral_rate"]) == (row["inviters"], row["customers"])
            assert counted(one["conversion"]) == (row["converted"], row["invitations"])
            assert counted(one["referral_share"]) == (row["referred"], row["customers"])
            assert one["k_factor"]["value"] == pytest.approx(row["converted"] / row["customers"])
    campaigns = by(found, "campaign")
    for row in shop.query("programme/by-campaign"):
        one = campaigns[row["campaign"]]["conversion"]
        assert (*counted(one), one["rejected"]) == (row["converted"], row["invitations"], row["rejected"])
    for year, one in by(found, "year").items():
        alone = programme(shop, since=date(int(year), 1, 1), until=date(int(year) + 1, 1, 1), by="year")
        for name in ("referral_rate", "conversion", "referral_share", "propensity"):
            assert one[name]["value"] == alone[name]["value"], (year, name)
        assert one["k_factor"]["value"] == pytest.approx(alone["k_factor"]["value"])
        assert one["propensity"]["referred"] == alone["propensity"]["referred"]


def test_a_period_before_all_orders_has_no_growth(shop: Graph) -> None:
    found = programme(shop, until=date(101, 9, 4), by="year")["earned_growth"]
    assert (found["rate"]["value"], found["to"]) == (None, None)
    assert found["reading"] == "There are no orders until then: growth is not known."


def test_cycle_times_by_cypher(shop: Graph) -> None:
    found = programme(shop, by="year")["cycle_time"]
    until = observed_until(shop)
    assert until is not None
    rows = list(shop.query("programme/cycle-times", until=until.isoformat()))
    days = np.repeat(
        [float(row["days"]) for row in rows], [row["converted"] + row["waiting"] for row in rows]
    )
    seen = np.concatenate([np.arange(row["converted"] + row["waiting"]) < row["converted"] for row in rows])
    by_cypher = time_until(days, seen, horizon=found["horizon_days"])
    assert by_cypher == {name: figure for name, figure in found.items() if name != "reading"}
    assert found["count"] > 100


def test_earned_growth_by_cypher(shop: Graph) -> None:
    found = programme(shop, by="year")["earned_growth"]
    assert (found["middle"], found["to"]) == ("2025-01-01", "2026-01-01")
    times = {name: f"{found[name]}T00:00:00Z" for name in ("from", "middle", "to")}
    row = shop.query("programme/earned-growth", paid=found["paid_channels"], **times).one()
    start = row["start"]
    assert found["start"] == pytest.approx(start)
    for name, column in (
        ("nrr", "kept"), ("grr", "keptAtMost"), ("returned", "returned"),
        ("earned_new", "earned"), ("bought_new", "bought"),
    ):  # fmt: skip
        assert found[name]["value"] == pytest.approx(row[column] / start), name
    rate = (row["kept"] + row["earned"]) / start - 1
    assert found["rate"]["value"] == pytest.approx(rate)
    growth = sum(row[name] for name in ("kept", "earned", "bought", "returned")) / start - 1
    assert found["ratio"]["value"] == pytest.approx(rate / growth)
    other = programme(shop, by="year", declared=Declared(paid=("paid_search",)))["earned_growth"]
    assert other["earned_new"]["value"] > found["earned_new"]["value"]


def test_conserved_credit_sums_to_all_revenue(shop: Graph) -> None:
    found = programme(shop, by="year")["extended_revenue"]
    assert found["conserved_total"] == pytest.approx(found["revenue_total"], abs=0.005)
    assert found["own"] < found["ecr_direct"] < found["ecr_network"]


def test_rewards_are_paid_back_when_they_are(shop: Graph) -> None:
    """Day by day, referrer by referrer, in plain Python."""
    rewards: dict[str, list[tuple[float, float]]] = {}
    brought: dict[str, str] = {}
    for row in shop.query("programme/referrals"):
        if row["referrer"] is not None:
            brought[row["referee"]] = row["referrer"]
    of_claim = {r["claimId"]: r["referrer"] for r in shop.query("programme/referrals") if r["referrer"]}
    for row in shop.query("programme/granted"):
        if row["claimId"] in of_claim and row["status"] != "revoked":
            rewards.setdefault(of_claim[row["claimId"]], []).append((row["granted"], -row["amount"]))
    earned: dict[str, list[tuple[float, float]]] = {}
    for row in shop.query("programme/orders"):
        if row["customerId"] in brought:
            earned.setdefault(brought[row["customerId"]], []).append((row["placed"], row["margin"]))
    waits = []
    for who, given in rewards.items():
        first = min(at for at, _ in given)
        events = sorted(given + earned.get(who, []))
        days = None
        for at, _ in events:
            if at >= first and sum(change for when, change in events if when <= at) >= -1e-9:
                days = int(at - first + 1e-6)
                break
        waits.append(days)
    found = programme(shop, by="year")["reward_payback"]
    assert found["of"] == len(waits)
    assert found["count"] == sum(days is not None for days in waits)
    assert found["value_of"] == "margin"
