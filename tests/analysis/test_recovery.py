"""The example brand: what was planted is found within its sampling error, what was not planted is not."""

import json
from typing import Any

import pytest

from refnet.analysis.findings import findings
from refnet.analysis.influence.analyze import analyze
from refnet.examples import brand
from refnet.front import load
from refnet.graph import Graph, catalogue
from tests.conftest import Engines, wipe

pytestmark = pytest.mark.slow

# A 95 % interval widened to 99.9 %: a dozen figures are held at once, on one seed.
WIDER = 3.29 / 1.96


@pytest.fixture(scope="module")
def found(
    engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any], Graph]:
    directory = tmp_path_factory.mktemp("brand") / "data"
    truth = brand.write(directory, seed=11)
    assert truth == json.loads((directory / "truth.json").read_text())
    graph = engines.graph("embedded")
    wipe(graph)
    loaded, _ = load(graph, directory, rejects=directory.parent / "rejects")
    assert all(table.rows_rejected == 0 for table in loaded.tables)
    analyze(graph)
    return findings(graph, launch=brand.LAUNCH), truth, graph


def holds(figure: dict[str, Any], target: float) -> bool:
    low, high = figure["interval"]
    middle = figure["value"]
    return middle - WIDER * (middle - low) <= target <= middle + WIDER * (high - middle)


def test_the_programmes_figures(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    programme, planted = found[0]["programme"], found[1]["planted"]
    assert holds(programme["conversion"], planted["conversion"]["target"])
    assert holds(programme["propensity"], planted["propensity_ratio"]["target"])
    around = programme["referral_share"]["before_after"]
    assert holds(around["before"], planted["referral_share_before"]["target"])
    assert holds(around["after"], planted["referral_share_after"]["target"])
    assert holds(around["difference"], 0.07)
    assert around["difference"]["p_value"] < 0.001
    assert holds(programme["referral_share"]["by_affiliates"], planted["affiliate_share"]["target"])
    # Accounts of rings claim without having invited: they count as referring here and not in the planted figure.
    assert programme["referral_rate"]["value"] == pytest.approx(
        planted["referral_rate"]["realised"], abs=0.003
    )
    assert programme["propensity"]["value"] == pytest.approx(
        planted["propensity_ratio"]["realised"], rel=0.02
    )
    assert programme["conversion"]["value"] == pytest.approx(planted["conversion"]["realised"], abs=1e-4)
    assert programme["conversion"]["rejected"] == planted["rejected_invitations"]["realised"]
    assert programme["k_factor"]["value"] == pytest.approx(planted["k_factor"]["realised"], abs=1e-4)


def test_the_held_year_is_inside_the_forecast(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    """Fitted on what was known at the end of the second year; the third was held."""
    held = found[0]["programme"]["forecast"]["backtest"]
    assert (held["from"], held["to"], held["fit_from"]) == ("2025-01-01", "2026-01-01", "2024-07-01")
    assert held["inside"], held["reading"]
    for one in held["generations"][:3]:
        low, high = one["interval"]
        assert low <= one["actual"] <= high, one


def test_no_relation_of_cltv_and_referrals(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    relation = found[0]["relation"]
    low, high = relation["interval"]
    assert relation["rho"] == pytest.approx(found[1]["planted"]["rho_cltv_referrals"]["realised"], abs=0.005)
    assert low - 0.01 <= 0 <= high + 0.01


def test_the_planted_segments_and_no_others(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    report, truth, graph = found
    camel = {row["column"]: row["name"] for row in graph.query("export/attribute-names")}
    planted = {
        (camel.get(name, name), level)
        for segment in truth["segments"]
        for name, level in segment["rule"].items()
    }
    found = [s for s in report["segments"] if s["reported"]]
    assert all(len(s["rule"]) == 1 for s in found), "no pair does more than its two attributes do"
    reported = {next(iter(s["rule"].items())): s for s in found}
    assert len(planted) == 5
    assert planted <= set(reported)
    # One attribute is planted as tenure in disguise; early quarters are what it is in disguise of.
    assert {name for name, _ in set(reported) - planted} <= {"signupForm", "joinedAt"}
    explained = {rule: s["explained_by"] for rule, s in reported.items() if s["explained_by"]}
    assert explained == {rule: "joinedAt" for rule in reported if rule[0] == "signupForm"}
    by_rule = {tuple(next(iter(s["rule"].items()))): s for s in truth["segments"]}
    for (name, level), segment in reported.items():
        truth_of = by_rule.get((next((c for c, n in camel.items() if n == name), name), level))
        if truth_of:
            assert segment["customers"] == truth_of["customers"]
            assert segment["mean_cltv"] == pytest.approx(truth_of["mean_cltv"], rel=0.01)
            assert segment["referral_value_per_customer"] == pytest.approx(
                truth_of["mean_influence"], rel=0.02
            )
        members = graph.query("segments/members", **segment["query"]["parameters"], limit=20_000)
        assert len(members) == segment["customers"]


def test_affiliates_who_bring_churners(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    report, truth, _ = found
    readings = {a["affiliate_id"]: a["reading"] for a in report["affiliates"]["affiliates"]}
    bad = {a for a, reading in readings.items() if reading.startswith("leave")}
    good = {a for a, reading in readings.items() if reading == "stay longer"}
    partners = truth["affiliates"]
    assert bad <= set(partners["bring_churners"]), bad
    assert len(bad) >= len(partners["bring_churners"]) - 1
    assert good <= set(partners["bring_loyal"]) | {a for a in readings if a not in partners["bring_churners"]}
    assert len(good & set(partners["bring_loyal"])) >= 2


def test_cypher_and_arrays_agree_on_affiliates(
    found: tuple[dict[str, Any], dict[str, Any], Graph],
) -> None:
    """Months at risk, sales, refunds, commission, clicks and those below: two computations, each affiliate."""
    report, truth, graph = found
    partners = report["affiliates"]
    cards = {one["affiliate_id"]: one for one in partners["affiliates"]}
    until = partners["until"]
    for row in graph.query("affiliates/months-at-risk", until=until, inactiveDays=None):
        own = row["affiliateId"]
        churn = partners["others"] if own is None else cards[own]["monthly_churn"]
        assert row["churned"] == churn["churned"]
        assert row["monthsAtRisk"] == pytest.approx(churn["months_at_risk"], rel=1e-9)
    realised = truth["affiliates"]["realised"]
    for name, card in cards.items():
        assert card["customers"] == realised[name]["customers"]
        if owner := truth["affiliates"]["are_customers"].get(name):  # their credit is the customer's
            assert card["as_customer"]["customer_id"] == owner
            assert card["as_customer"]["customers"] == card["customers"]
            continue
        one = graph.query("affiliates/one", affiliateId=name).one()
        for column, key in (
            ("customers", "customers"), ("sales", "sales"), ("refunds", "refunds"), ("commission", "commission"),
            ("voided", "commission_taken_back"), ("net", "net"), ("roas", "roas"), ("meanCltv", "mean_cltv"),
        ):  # fmt: skip
            assert one[column] == pytest.approx(card[key]), (name, column)
        assert one["epc"] == pytest.approx(card["epc"]["value"])
        generations = list(graph.query("affiliates/second-generation", affiliateId=name))
        assert sum(row["sales"] for row in generations) == pytest.approx(card["network_sales"])
        below = sum(row["customers"] for row in generations if row["generation"] > 1)
        assert below == card["second_generation"]["customers"]
        theirs = graph.query("affiliates/customers", affiliateId=name, limit=1000).to_pandas()
        assert theirs["commission"].sum() == pytest.approx(card["commission"])


def test_rings(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    report, truth, _ = found
    rings = {frozenset(ring["ring"]) for ring in report["integrity"]["rings"]}
    planted = {frozenset(ring["customers"]) for ring in truth["rings"]}
    assert rings == planted
    shared = {frozenset(group["customers"]) for group in report["integrity"]["shared"]}
    assert shared <= planted
    for reason, count in truth["claims"].items():
        if reason in ("total", "by_affiliates", "credited", "definition"):
            continue
        assert report["integrity"]["uncredited"].get(reason) == count, reason


@pytest.mark.timeout(300)
def test_every_query_answers_at_this_size(found: tuple[dict[str, Any], dict[str, Any], Graph]) -> None:
    """Not a race: a pattern that is walked from its wrong end would take hours here."""
    report, _, graph = found
    best = report["hidden_advocates"][0]["customer_id"]
    for name, query in catalogue().items():
        if query.mode == "read":
            given = {p: best for p in query.parameters if p in ("rootId", "customerId")}
            graph.query(name, **{**query.parameters, **given})
    shares = graph.query("influence/conserved", decay=0.5).to_pandas()["conservedCredit"]
    assert shares.sum() == pytest.approx(graph.query("export/customers").to_pandas()["revenue"].sum())
