"""Small cells drawn to the middle: worked by hand, and covering what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from refnet.analysis.success.landing import landing_pages
from refnet.analysis.success.shrink import shrunk_means, shrunk_rates, shrunk_shares
from refnet.core.errors import UsageError
from tests.analysis.success.few import few

RUNS, CELLS = 15, 40


def test_intervals_hold_the_truth_of_cells() -> None:
    """Three kinds of figures of many small cells: 95 % intervals hold 90 to 99 % of the truths, nearer than raw."""
    rng = np.random.default_rng(8)
    held, nearer = [], []
    for _ in range(RUNS):
        p = rng.beta(6, 94, CELLS)
        of = np.maximum(rng.poisson(np.exp(rng.normal(4, 1.2, CELLS))), 1).astype(float)
        shares = shrunk_shares(rng.binomial(of.astype(int), p).astype(float), of)
        rate = rng.gamma(4, 0.05 / 4, CELLS)
        time = np.exp(rng.normal(4, 1, CELLS))
        rates = shrunk_rates(rng.poisson(rate * time).astype(float), time)
        middle = rng.normal(150, 25, CELLS)
        heads = rng.integers(2, 80, CELLS)
        drawn = [rng.normal(m, 90, n) for m, n in zip(middle, heads, strict=True)]
        means = shrunk_means(
            np.array([d.mean() for d in drawn]), np.array([d.std(ddof=1) for d in drawn]), heads.astype(float)
        )
        for truth, found in ((p, shares), (rate, rates), (middle, means)):
            held.append(((found.low <= truth) & (truth <= found.high)).mean())
            nearer.append(np.mean((found.value - truth) ** 2) < np.mean((found.raw - truth) ** 2))
    assert 0.90 <= np.mean(held) <= 0.99
    assert np.mean(nearer) > 0.9


def test_the_prior_is_the_likeliest() -> None:
    """The beta-binomial's marginal likelihood, by scipy, has its top there."""
    rng = np.random.default_rng(2)
    of = rng.integers(20, 400, 60).astype(float)
    count = rng.binomial(of.astype(int), rng.beta(3, 57, 60)).astype(float)
    found = shrunk_shares(count, of)
    strength = of[0] / found.weight[0] - of[0]  # weight = n / (n + a + b)
    a, b = found.middle * strength, (1 - found.middle) * strength

    def likelihood(a: float, b: float) -> float:
        return float(stats.betabinom.logpmf(count, of, a, b).sum())

    best = likelihood(a, b)
    assert all(best >= likelihood(a * u, b * v) - 1e-4 for u in (0.8, 1, 1.25) for v in (0.8, 1, 1.25))
    assert found.value[0] == pytest.approx((count[0] + a) / (of[0] + a + b))


def test_alike_cells_are_one_and_different_ones_are_not() -> None:
    same = shrunk_shares(np.array([10.0, 11, 9, 10]), np.full(4, 100.0))
    assert np.ptp(same.value) < 0.005
    apart = shrunk_shares(np.array([1000.0, 5000, 9000, 2000]), np.full(4, 10_000.0))
    assert apart.value == pytest.approx(apart.raw, abs=0.001)
    assert same.value.mean() == pytest.approx(0.1, abs=0.002)


def test_two_cells_are_as_they_are() -> None:
    found = shrunk_rates(np.array([3.0, 0.0]), np.array([10.0, 5.0]))
    assert found.value.tolist() == [0.3, 0.0]
    assert np.isnan(found.middle)
    # F. Garwood's exact ends of three and of no events.
    assert found.low[0] == pytest.approx(0.6187 / 10, abs=1e-5)
    assert found.high.tolist() == pytest.approx([8.7673 / 10, 3.6889 / 5], abs=1e-5)


def test_cells_counted_by_hand() -> None:
    month = 30.4375
    people = [
        {"customerId": "a", "joined": 1000 - 4 * month, "revenue": 100.0},
        {"customerId": "b", "joined": 1000 - 4 * month, "lost": 1000 - 2 * month, "revenue": 50.0},
        {"customerId": "c", "joined": 1000 - month, "revenue": 10.0},
        {"customerId": "d", "joined": 0.0},
    ]
    landings = [
        {
            "customerId": "a",
            "landingPage": "/x",
            "niche": "n",
            "useCase": "u",
            "affiliateId": "a-1",
            "landed": 800.0,
        },
        {"customerId": "a", "landingPage": "/y", "niche": "m", "useCase": "u", "landed": 810.0},
        {
            "customerId": "b",
            "landingPage": "/x",
            "niche": "n",
            "useCase": "v",
            "affiliateId": "a-1",
            "landed": 800.0,
        },
        {"customerId": "c", "landingPage": "/x", "niche": "n", "useCase": "v", "landed": 900.0},
    ]
    visits = [
        {"landingPage": "/x", "affiliateId": "a-1", "visits": 40},
        {"landingPage": "/x", "affiliateId": None, "visits": 10},
        {"landingPage": "/z", "affiliateId": None, "visits": 99},
    ]
    record = few(people, landings=landings, visits=visits)
    found = landing_pages(record)
    assert found["customers"] == 3
    assert [
        (c["page"], c["affiliate"], c["customers"], c["visits"], c["churned"]) for c in found["cells"]
    ] == [
        ("/x", "a-1", 2, 40, 1),
        ("/x", None, 1, 10, 0),
    ]
    one = found["cells"][0]
    assert one["conversion"]["raw"] == pytest.approx(2 / 40)
    assert one["value"]["raw"] == 75.0
    assert one["months_at_risk"] == pytest.approx(6)
    assert one["monthly_churn"]["raw"] == pytest.approx(1 / 6)
    assert found["notes"] == ["Fewer than three cells: nothing is drawn to the middle."]
    by_use = landing_pages(record, ("use_case",))
    assert [
        (c["use_case"], c["customers"], c["visits"], c["conversion"]["raw"]) for c in by_use["cells"]
    ] == [
        ("v", 2, None, None),
        ("u", 1, None, None),
    ]
    by_niche = landing_pages(record, ("niche",))["cells"][0]
    assert (by_niche["visits"], by_niche["conversion"]["raw"]) == (50, pytest.approx(3 / 50))
    with pytest.raises(UsageError):
        landing_pages(record, ("colour",))  # type: ignore[arg-type]
