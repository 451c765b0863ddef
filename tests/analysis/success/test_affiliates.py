"""Scorecards counted by hand, verdicts at their turning points, and estimates against other computations."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from lifelines.datasets import load_waltons
from scipy import stats
from statsmodels.stats.rates import confint_poisson, test_poisson_2indep

from refnet.analysis.programme.estimates import ratio_of_sums
from refnet.analysis.success.affiliates import estimates, survival
from refnet.analysis.success.affiliates.estimates import (
    Strata,
    monthly_churn,
    of_means,
    rate_ratio,
    weighted_rate,
)
from refnet.analysis.success.affiliates.facts import Facts
from refnet.analysis.success.affiliates.figures import churn_by, scorecards
from refnet.analysis.success.affiliates.verdict import Declared
from refnet.core.errors import UsageError
from tests.analysis.success.made import MONTH, facts_of

test_poisson_2indep.__test__ = False  # a function of statsmodels, not one of ours
UNTIL = 20_000.0
LONG_AGO = UNTIL - 10 * MONTH


def alike(cost: float, *, joined: float = LONG_AGO, heads: int = 40, lost: float = np.nan) -> Facts:
    """Forty customers of one affiliate and forty organic ones, each worth 40 of margin and 100 of sales."""
    return facts_of(
        joined=[joined] * 2 * heads,
        lost=[lost] * heads + [np.nan] * heads,
        revenue=100.0,
        margin=40.0,
        brought=[(customer, 0) for customer in range(heads)],
        commissions=[(0, customer, cost, "paid") for customer in range(heads)] if cost else [],
        until=UNTIL,
    )


def only(facts: Facts, **given: Any) -> dict[str, Any]:
    (card,) = scorecards(facts, **given)["affiliates"]
    return card


def test_a_scorecard_counted_by_hand() -> None:
    """Two customers of a-001 spent 300 and 100, of which 20 came back; they brought two, who spent 50 and 30."""
    facts = facts_of(
        joined=[LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO + MONTH],
        lost=[np.nan, UNTIL - 4 * MONTH, np.nan, np.nan, np.nan],
        revenue=[300.0, 80.0, 50.0, 30.0, 1000.0],
        margin=[120.0, 40.0, 20.0, 10.0, 400.0],
        cltv=[400.0, 200.0, 0.0, 0.0, 0.0],
        brought=[(0, 0), (1, 0)],
        referrals=[(0, 2), (2, 3)],
        commissions=[(0, 0, 30.0, "paid"), (0, 1, 8.0, "pending"), (0, 1, 2.0, "voided")],
        orders=[(0, LONG_AGO, 300.0, 0.0), (1, LONG_AGO, 100.0, 20.0)],
        clicks=[(0, 600, 19.0)],
        rates=[0.1],
        until=UNTIL,
    )
    card = only(facts)
    assert (card["customers"], card["gross_sales"], card["refunds"], card["sales"]) == (2, 400.0, 20.0, 380.0)
    assert (card["commission"], card["commission_paid"], card["commission_open"]) == (38.0, 30.0, 8.0)
    assert (card["commission_taken_back"], card["net"]) == (2.0, 342.0)
    assert card["epc"]["value"] == 2.0
    assert card["sales_per_click"]["value"] == 20.0
    assert card["roas"] == 10.0
    assert card["return_on_commission"]["value"] == pytest.approx(160 / 38)
    assert card["roi"]["value"] == pytest.approx(160 / 38 - 1)
    # 16 customer-months, 160 of margin: 10 a month; 19 of commission a customer.
    assert card["monthly_churn"]["months_at_risk"] == pytest.approx(16)
    assert card["monthly_churn"]["value"] == pytest.approx(1 / 16)
    assert card["payback_months"]["value"] == pytest.approx(1.9)
    assert card["mean_cltv"] == 300.0
    assert card["refund_rate"]["value"] == pytest.approx(0.05)
    assert card["second_generation"] == {"customers": 2.0, "sales": 80.0}
    assert card["network_sales"] == 460.0
    assert card["per_customer"]["contribution"]["value"] == pytest.approx((160 - 38) / 2)
    # The organic one joined in another month.
    assert (card["organic"]["customers"], card["organic"]["matched"]) == (0, 0.0)
    assert card["verdict"]["verdict"] == card["reading"] == "too little data"
    assert card["epc"]["interval"] is card["per_customer"]["sales"]["interval"] is None


@pytest.mark.parametrize(
    ("cost", "verdict", "turns_to", "at"),
    [
        # Worth 40 each, without spread: 3 is asked of each unit of commission, so that 40 / 3 is the most to pay.
        (10.0, "keep", "renegotiate", 40 / 3),
        (20.0, "renegotiate", "keep", 40 / 3),
        (50.0, "stop", "renegotiate", 40.0),
        (0.0, "keep", "renegotiate", 40 / 3),
    ],
)
def test_verdicts_turn_where_they_say(cost: float, verdict: str, turns_to: str, at: float) -> None:
    judged = only(alike(cost))["verdict"]
    assert (judged["verdict"], judged["turns_to"]) == (verdict, turns_to)
    assert judged["turns_at"]["per_customer"] == pytest.approx(at)
    assert judged["turns_at"]["share_of_sales"] == pytest.approx(at / 100)
    assert only(alike(at * 0.999))["verdict"]["verdict"] == ("keep" if at < 40 else "renegotiate")
    assert only(alike(at * 1.001))["verdict"]["verdict"] == ("renegotiate" if at < 40 else "stop")


def test_who_is_too_young_or_too_few_has_no_verdict() -> None:
    young = only(alike(50.0, joined=UNTIL - 5 * MONTH))["verdict"]
    assert (young["verdict"], young["turns_at"]) == ("too little data", None)
    assert "too early" in young["why"]
    assert (
        only(alike(50.0, joined=UNTIL - 5 * MONTH), declared=Declared(young_months=4))["verdict"]["verdict"]
        == "stop"
    )
    few = only(alike(50.0, heads=29))
    assert (few["verdict"]["verdict"], few["reading"]) == ("too little data", "too little data")
    assert only(alike(10.0), declared=Declared(target=5))["verdict"]["verdict"] == "renegotiate"
    with pytest.raises(UsageError, match="target"):
        Declared(target=0.5)


def test_more_is_asked_of_who_brings_leavers() -> None:
    """Theirs leave after a month and are worth 40 to the organic's 80: 6 is asked, not 3."""
    facts = alike(10.0, lost=LONG_AGO + MONTH)
    # Some organic leave, too: else there is no rate to compare with.
    lost = facts.lost.copy()
    lost[40:44] = UNTIL - MONTH
    margin = facts.margin.copy()
    margin[40:] = 80.0
    card = only(dataclasses.replace(facts, lost=lost, margin=margin))
    assert card["reading"].startswith("leave")
    assert card["verdict"]["asked"] == pytest.approx(6.0)
    assert card["verdict"]["verdict"] == "renegotiate"
    assert card["verdict"]["turns_at"]["per_customer"] == pytest.approx(40 / 6)
    assert "leave" in card["verdict"]["why"]


def test_an_affiliate_above_is_paid_for_those_below_and_nothing_counts_twice() -> None:
    facts = facts_of(
        joined=[LONG_AGO] * 3,
        brought=[(0, 0), (1, 1), (2, 2)],
        commissions=[(0, 0, 10.0, "paid"), (1, 1, 10.0, "paid"), (2, 2, 10.0, "paid"), (0, 2, 3.0, "paid")],
        partners=4,
        parents=[-1, 0, 1, -1],  # a-003 is below a-002, which is below a-001
        until=UNTIL,
    )
    found = scorecards(facts)
    cards = {one["affiliate_id"]: one for one in found["affiliates"]}
    top, middle, low = (cards[f"a-00{place}"] for place in (1, 2, 3))
    assert (top["commission"], top["commission_override"], low["overrides_above"]) == (13.0, 3.0, 3.0)
    assert top["below"] == {"affiliates": 2, "customers": 3, "sales": 300.0, "commission": 33.0, "net": 267.0}
    assert middle["below"]["customers"] == 2
    assert (low["below"], low["parent_id"]) == (None, "a-002")
    # What it costs is what all have got for the customer.
    assert low["per_customer"]["commission"]["value"] == 13.0
    assert top["per_customer"]["commission"]["value"] == 10.0
    everyone = found["all"]
    assert (everyone["customers"], everyone["sales"], everyone["commission"]) == (3, 300.0, 33.0)
    assert everyone["per_customer"]["commission"]["value"] == pytest.approx(11.0)
    assert sum(one["net"] for one in found["affiliates"]) == everyone["net"]


def test_a_circle_of_affiliates_ends() -> None:
    facts = facts_of(joined=[LONG_AGO] * 2, brought=[(0, 0), (1, 1)], partners=2, parents=[1, 0], until=UNTIL)
    assert [one["below"]["customers"] for one in scorecards(facts)["affiliates"]] == [2, 2]


def test_who_is_a_customer_has_theirs_labelled() -> None:
    facts = facts_of(joined=[LONG_AGO] * 3, brought=[(1, 0, 1.0, True), (2, 1)], partners=2, owners=[0, -1])
    one, other = sorted(scorecards(facts)["affiliates"], key=lambda card: card["affiliate_id"])
    assert one["as_customer"] == {"customer_id": "c-0", "customers": 1, "sales": 100.0}
    assert (one["customers"], other["as_customer"]) == (1, None)


@pytest.mark.parametrize("by", ["affiliate", "programme", "niche", "month"])
def test_totals_over_levels_are_those_over_customers(by: Any) -> None:
    rng = np.random.default_rng(4)
    n = 200
    half = [(customer, affiliate, 0.5) for customer in range(20) for affiliate in (0, 1)]
    facts = facts_of(
        joined=UNTIL - rng.uniform(0, 900, n),
        revenue=np.round(rng.uniform(10, 500, n), 2),
        brought=half + [(customer, int(rng.integers(5))) for customer in range(20, 120)],
        commissions=[(int(rng.integers(5)), int(rng.integers(n)), 5.0, "paid") for _ in range(150)],
        partners=6,
        niches=["tea", "tea", "bread", None, "bread", None],
        until=UNTIL,
    )
    found = scorecards(facts, by=by)
    brought = facts.revenue[:120].sum()
    assert found["all"]["customers"] == 120
    assert found["all"]["sales"] == pytest.approx(brought)
    assert sum(one["sales"] for one in found["affiliates"]) == pytest.approx(brought)
    assert sum(one["commission"] for one in found["affiliates"]) == pytest.approx(750.0)
    if by == "month":
        assert sum(one["customers"] for one in found["affiliates"]) == 120
        levels = [one["level"] for one in found["affiliates"]]
        assert levels == sorted(levels)


def test_without_a_churned_at_who_stops_ordering_has_left() -> None:
    """Usual gap 30 days: after 90 days without an order somebody has left."""
    facts = facts_of(joined=[UNTIL - 200] * 2, brought=[(0, 0)], until=UNTIL)
    facts = dataclasses.replace(
        facts,
        orders=np.array([4.0, 6.0]),
        first_order=np.array([UNTIL - 200, UNTIL - 200]),
        last_order=np.array([UNTIL - 110, UNTIL - 50]),
    )
    assert facts.inactive_days == 90.0
    assert "90 days" in churn_by(facts)
    assert facts.leaves[0] == UNTIL - 20
    assert np.isnan(facts.leaves[1])
    assert facts.months == pytest.approx([180 / MONTH, 200 / MONTH])
    assert churn_by(facts_of(joined=[LONG_AGO])).startswith("not known")


def test_churn_is_garwoods() -> None:
    for events, months in ((0, 40.0), (1, 12.5), (7, 100.0), (250, 4000.0)):
        found = monthly_churn(events, months)
        assert found["interval"] == pytest.approx(
            confint_poisson(events, months, method="exact-c"), abs=1e-12
        )
    assert monthly_churn(0, 0.0)["value"] is None


def test_the_ratio_of_two_rates_is_statsmodels() -> None:
    other = weighted_rate(np.array([80.0]), np.array([1600.0]), np.array([1.0]))
    assert other["interval"] == pytest.approx(confint_poisson(80, 1600, method="exact-c"))
    found = rate_ratio(30, 300.0, other)
    test = test_poisson_2indep(30, 300.0, 80, 1600.0, method="wald-log", compare="ratio")
    error = math.sqrt(1 / 30 + 1 / 80)
    assert found["value"] == pytest.approx(2.0)
    assert found["interval"] == pytest.approx(
        [2 * math.exp(z * error) for z in stats.norm.ppf([0.025, 0.975])]
    )
    assert found["p_value"] == pytest.approx(test.pvalue, rel=1e-6)
    none = rate_ratio(0, 300.0, other)
    assert none["value"] == 0.0
    assert none["p_value"] == pytest.approx(2 * stats.poisson.pmf(0, 15.0))


def test_the_organic_of_the_same_months_by_hand() -> None:
    """Two months; theirs joined 3 : 1. Organic means 10 and 50, rates 1 and 3 in 20 months."""
    strata = Strata.of(
        np.array([600] * 20 + [602] * 20),
        np.arange(40) % 20 < np.repeat([1, 3], 20),
        np.ones(40),
        np.ones(40, dtype=bool),
        {"sales": np.repeat([10.0, 50.0], 20) + np.tile([-1.0, 1.0], 20)},
    )
    found = strata.matched(np.array([600, 600, 600, 602, 601]), np.array([2.0, 2.0, 2.0, 4.0, 9.0]))
    assert found["customers"] == 40
    assert found["matched"] == 0.8
    assert found["sales"]["value"] == pytest.approx(0.75 * 10 + 0.25 * 50)
    error = math.sqrt((0.75**2 + 0.25**2) * (20 / 19) / 20)
    assert found["sales"]["interval"][1] - 20 == pytest.approx(1.959964 * error, rel=1e-5)
    assert found["monthly_churn"]["value"] == pytest.approx(0.6 * 0.05 + 0.4 * 0.15)


def test_means_are_students_where_nothing_is_skewed_and_ratios_the_linearized() -> None:
    rng = np.random.default_rng(1)
    half = rng.gamma(2.0, 10.0, 200)
    y = np.concatenate([100 + half, 100 - half])
    assert of_means(y)["interval"] == pytest.approx(stats.t.interval(0.95, 399, y.mean(), stats.sem(y)))
    y, x = rng.normal(50.0, 10.0, 4000), rng.gamma(3.0, 5.0, 4000)
    linear, ours = ratio_of_sums(y, x, np.arange(4000)), of_means(y, x)
    assert ours["value"] == pytest.approx(linear["value"])
    assert ours["interval"] == pytest.approx(linear["interval"], rel=2e-3)
    assert of_means(y[:29])["interval"] is None
    assert of_means(np.where(np.arange(100) < 4, 1.0, 0.0))["interval"] is None


def test_means_of_long_tails_are_held() -> None:
    """Exponential amounts, and such of one in ten: intervals hold 90 to 99 %; Student's hold fewer of the latter."""
    rng = np.random.default_rng(2)
    held, students = [], []
    for _ in range(400):
        y = rng.exponential(1.0, 120) * (rng.random(120) < 0.1)
        found = of_means(y)["interval"]
        low, high = stats.t.interval(0.95, 119, y.mean(), stats.sem(y))
        students.append(low <= 0.1 <= high)
        if found is not None:
            held.append(found[0] <= 0.1 <= found[1])
        low, high = of_means(rng.exponential(1.0, 60))["interval"]
        held.append(low <= 1.0 <= high)
    assert len(held) > 750
    assert 0.90 <= np.mean(held) <= 0.99
    assert np.mean(students) < 0.92


def test_survival_by_hand() -> None:
    """6 of 30 leave, 6 of 24 are only known so far, 9 of 18 leave: .8, then .4, with Greenwood's band on log–log."""
    months = np.repeat([0.5, 1.5, 2.5, 5.5], [6, 6, 9, 9])
    churned = np.repeat([True, False, True, False], [6, 6, 9, 9])
    curve = survival.curve(months, churned)
    assert curve is not None
    points = {one["month"]: one for one in curve}
    assert [points[month]["value"] for month in (0, 1, 2, 3, 5)] == pytest.approx([1.0, 0.8, 0.8, 0.4, 0.4])
    assert [points[month]["at_risk"] for month in (0, 1, 3)] == [30, 24, 9]
    spread = math.sqrt(6 / (30 * 24) + 9 / (18 * 9)) * 1.959964 / abs(math.log(0.4))
    assert points[3]["interval"] == pytest.approx(
        [0.4 ** math.exp(spread), 0.4 ** math.exp(-spread)], rel=1e-5
    )
    assert survival.curve(months[:29], churned[:29]) is None


def test_survival_of_a_known_data_set() -> None:
    """Walton's flies: the share alive by scipy.stats.ecdf, another computation."""
    flies = load_waltons()
    days, died = flies["T"].to_numpy(float), flies["E"].to_numpy(bool)
    alive = stats.ecdf(stats.CensoredData(uncensored=days[died], right=days[~died])).sf
    curve = survival.curve(days, died)
    assert curve is not None
    for one in curve[::7]:
        assert one["value"] == pytest.approx(float(alive.evaluate(one["month"])))


def test_without_lifelines_the_scorecard_is_there_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survival, "find_spec", lambda _: None)
    found = scorecards(alike(10.0))
    assert found["missing"] == [survival.MISSING]
    assert found["affiliates"][0]["survival"] is None
    assert found["affiliates"][0]["verdict"]["verdict"] == "keep"


def test_a_click_costs_what_a_compound_poisson_says() -> None:
    amounts = np.full(50, 4.0)
    found = estimates.per_click(amounts, 0.0, 1000.0)
    assert found["value"] == 0.2
    assert found["interval"] == pytest.approx(
        [(200 - 1.959964 * 4 * 50**0.5) / 1000, (200 + 1.959964 * 4 * 50**0.5) / 1000]
    )
    assert estimates.per_click(amounts, 0.0, 0.0)["value"] is None


def test_nobody_and_nothing() -> None:
    found = scorecards(facts_of(joined=[], partners=1, until=-np.inf))
    (card,) = found["affiliates"]
    assert (card["customers"], card["net"], card["roas"], card["monthly_churn"]["value"]) == (
        0,
        0.0,
        None,
        None,
    )
    assert card["verdict"]["verdict"] == "too little data"
    with pytest.raises(UsageError, match="by shoe"):
        scorecards(facts_of(joined=[]), by="shoe")  # type: ignore[arg-type]
