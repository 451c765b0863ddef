"""Segments in the graph: each is a query, is kept as a node, and followed from analysis to analysis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

import refnet
from refnet.analysis.segments.graph import segment_findings
from refnet.analysis.segments.kept import compared, history
from refnet.analysis.segments.levels import Range
from refnet.analysis.segments.rules import check, query, segment_id
from refnet.core.errors import NotFound, UsageError
from refnet.core.settings import load_settings
from refnet.graph import Graph, catalogue

N = 420


def tables(seed: int = 5) -> dict[str, pd.DataFrame]:
    """Words with a quotation mark, truth values, numbers few and many, dates; some not known."""
    rng = np.random.default_rng(seed)
    joined = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(
        np.sort(rng.integers(0, 300, N)), unit="D"
    )
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(N)],
            "joined_at": joined,
            "revenue": rng.integers(10, 400, N).astype(float),
            "plan": rng.choice(["basic", "d'or"], N),
            "vip": rng.choice([True, False], N),
            "seats": rng.integers(1, 4, N),
            "age": rng.integers(18, 80, N),
            "born": (
                pd.Timestamp("1970-01-01") + pd.to_timedelta(rng.integers(0, 12_000, N), unit="D")
            ).strftime("%Y-%m-%d"),
        }
    )
    customers.loc[:30, "plan"] = None
    referee = np.arange(50, N, 3)
    referrals = pd.DataFrame(
        {
            "referrer_id": [f"c{rng.integers(0, n // 2)}" for n in referee],
            "referee_id": [f"c{n}" for n in referee],
            "referred_at": joined[referee],
        }
    )
    return {"customers": customers, "referrals": referrals}


def test_kept_followed_compared_forgotten(graph: Graph) -> None:
    refnet.load(graph, tables())
    refnet.analyze(graph)
    settings = load_settings()
    found = {segment_id(one["rule"]): one for one in segment_findings(graph, settings)["segments"]}
    kinds = {name.partition(":")[0] for name in found}
    assert kinds == {"plan", "vip", "seats", "age", "born", "joinedAt"}
    for name, one in found.items():
        members = graph.query("segments/members", **one["query"]["parameters"], limit=N)
        assert len(members) == one["customers"], name
        assert one["query"]["browser"].startswith(":params {levels: {")

    assert refnet.keep_segments(graph) == []  # nothing is planted
    chosen = [name for name, one in found.items() if one["customers"] >= 50]
    assert refnet.keep_segments(graph, chosen) == chosen
    assert [row["segmentId"] for row in graph.query("segments/kept")] == sorted(chosen)
    for name in chosen:
        (figures,) = history(graph, name)
        one = found[name]
        assert figures["customers"] == one["customers"]
        assert figures["meanCltv"] == pytest.approx(one["mean_cltv"])
        assert figures["referralValuePerCustomer"] == pytest.approx(one["referral_value_per_customer"])
        assert figures["hiddenValue"] == pytest.approx(one["hidden_value"])
        assert [figures["hiddenLow"], figures["hiddenHigh"]] == pytest.approx(one["hidden_interval"])
        assert figures["pValue"] == pytest.approx(one["p_value"])
        assert compared([figures], datetime.now(UTC)) is None

    more = tables()["customers"].head(60).assign(customer_id=[f"new{n}" for n in range(60)], plan="d'or")
    refnet.load(graph, {"customers": more})
    between = datetime.now(UTC)
    refnet.analyze(graph)
    name = "plan:d'or"
    first, second = history(graph, name)
    assert second["customers"] == first["customers"] + 60
    assert second["version"] > first["version"]
    assert compared([first, second], between) == {"from": first, "to": second}
    assert compared([first, second], first["at"] - timedelta(days=9)) == {"from": first, "to": second}
    assert compared([first, second], second["at"]) is None
    refnet.analyze(graph)  # the same again: another analysis, the same figures
    assert [row["customers"] for row in history(graph, name)][-2:] == [second["customers"]] * 2

    assert graph.query("segments/forget", ids=[name]).one()["forgotten"] == 1
    with pytest.raises(NotFound, match="No segment plan:d'or is kept"):
        history(graph, name)
    with pytest.raises(NotFound, match="no segment plan:none"):
        refnet.keep_segments(graph, ["plan:none"])


def test_who_moved_from_quadrant_to_quadrant(graph: Graph) -> None:
    given = tables()
    refnet.load(graph, given)
    refnet.analyze(graph)
    assert not len(graph.query("segments/moved", limit=N))
    poorest = given["customers"].assign(revenue=np.where(given["customers"].index < 200, 1.0, 500.0))
    before = {
        row["id"]: row["q"]
        for row in graph.read("MATCH (c:Customer) RETURN c.customerId AS id, c.quadrant AS q")
    }
    between = datetime.now(UTC)
    refnet.load(graph, {"customers": poorest})
    refnet.analyze(graph)
    after = {
        row["id"]: row["q"]
        for row in graph.read("MATCH (c:Customer) RETURN c.customerId AS id, c.quadrant AS q")
    }
    moved = {
        row["customerId"]: (row["quadrantBefore"], row["quadrant"])
        for row in graph.query("segments/moved", limit=N)
    }
    assert moved == {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    assert moved

    refnet.load(graph, {"customers": given["customers"]})  # and back again
    refnet.analyze(graph)
    assert {row["customerId"] for row in graph.query("segments/moved", limit=N)} == set(moved)
    assert not since(graph, between)
    # As of before the first analysis, what that one found: there is nothing earlier.
    assert not since(graph, between - timedelta(days=9))
    assert since(graph, datetime.now(UTC)) == {}
    second = datetime.now(UTC)
    refnet.load(graph, {"customers": poorest})
    refnet.analyze(graph)
    assert since(graph, second) == moved
    assert since(graph, between) == moved


def since(graph: Graph, day: datetime) -> dict[str, tuple[str, str]]:
    """Who is in another quadrant than on a day."""
    return {
        row["customerId"]: (row["quadrantBefore"], row["quadrant"])
        for row in graph.query("segments/moved-since", since=day.isoformat(), limit=N)
    }


def test_where_only_a_count_of_referrals_is_known(graph: Graph) -> None:
    rng = np.random.default_rng(3)
    vegan = rng.random(600) < 0.25
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(600)],
            "diet": np.where(vegan, "vegan", "any"),
            "cltv": rng.lognormal(4, 0.4, 600) * np.where(vegan, 0.6, 1),
            "referral_count": rng.poisson(np.where(vegan, 2.0, 0.5)),
        }
    )
    refnet.load(graph, {"customers": customers})
    refnet.analyze(graph)
    report = refnet.findings(graph)
    assert report["data"]["value_unit"] == "customers"
    assert any("only how many each customer has made" in note for note in report["data"]["unknown"])
    first = report["segments"][0]
    assert first["rule"] == {"diet": "vegan"}
    assert first["reported"]
    assert first["referral_value_per_customer"] == pytest.approx(customers["referral_count"][vegan].mean())
    assert "customers more (95 % interval" in first["reading"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"levels": {"email": "x"}}, "email"),
        ({"levels": {"plan": 3}}, "levels of plan"),
        ({"ranges": {"plan": "a"}}, "ranges of plan"),
        ({"ranges": {"plan": [1]}}, "ranges of plan"),
        ({"ranges": {"plan": [True, None]}}, "ranges of plan"),
        ({"dates": {"plan": ["yesterday", "today"]}}, "dates of plan"),
        ({"dates": {"plan": [None, "2024-01-01"]}}, "dates of plan"),
    ],
)
def test_what_is_no_segment_is_refused(given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        check(given, ["plan"])
    check(
        {"levels": {"plan": "a"}, "ranges": {}, "dates": {"plan": ["2024-01-01", "2025-01-01T00:00:00Z"]}},
        ["plan"],
    )


def test_the_line_for_the_browser_is_cypher() -> None:
    told = query({"Kost & mehr": "it's \\ odd", "vip": True, "age": Range(20.0, None, "20 and more")})
    assert told["browser"] == (
        ":params {levels: {`Kost & mehr`: 'it\\'s \\\\ odd', vip: 'true'}, ranges: {age: [20.0, null]}, dates: {}, "
        "limit: 100}"
    )
    assert set(told["parameters"]) | {"limit"} == set(catalogue()[told["name"]].parameters)
