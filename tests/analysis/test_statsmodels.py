"""Intervals, tests and clustered errors against statsmodels, which works them out on its own."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from refnet.analysis.programme.estimates import mantel_haenszel, ratio_of_sums, time_until
from refnet.analysis.programme.intervals import difference, poisson, ratio, share
from refnet.analysis.segments.cells import Measured, Trees
from refnet.analysis.segments.compare import against_rest, means

counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
inner = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


@given(counts)
def test_share(asked: tuple[int, int]) -> None:
    assert share(*asked)["interval"] == pytest.approx(proportion_confint(*asked, method="wilson"), abs=1e-9)


@given(counts, counts)
def test_difference(first: tuple[int, int], second: tuple[int, int]) -> None:
    theirs = confint_proportions_2indep(*second, *first, method="newcomb", compare="diff")
    assert difference(first, second)["interval"] == pytest.approx(theirs, abs=1e-9)


@given(inner, inner)
def test_ratio(one: tuple[int, int], other: tuple[int, int]) -> None:
    table = Table2x2(np.array([[one[0], one[1] - one[0]], [other[0], other[1] - other[0]]]))
    found = ratio(one, other)
    assert found["value"] == pytest.approx(table.riskratio)
    assert found["interval"] == pytest.approx(table.riskratio_confint())


@given(st.integers(0, 2000))
def test_poisson(count: int) -> None:
    assert poisson(count) == pytest.approx(confint_poisson(count, 1, method="exact-c"), abs=1e-9)


@given(st.lists(st.tuples(inner, inner), min_size=1, max_size=7))
def test_mantel_haenszel(strata: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    tables = [np.array([[x, n - x], [y, m - y]], dtype=float) for (x, n), (y, m) in strata]
    theirs = StratifiedTable(tables).test_null_odds(correction=False)
    ours = mantel_haenszel(np.array([[x, y] for (x, _), (y, _) in strata]).T,
                           np.array([[n, m] for (_, n), (_, m) in strata]).T)  # fmt: skip
    assert ours == pytest.approx(theirs.pvalue, abs=1e-9)


def _drawn(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values that are alike in a cluster, who is inside, and the clusters."""
    rng = np.random.default_rng(seed)
    cluster = np.sort(rng.integers(0, max(n // 3, 40), n))
    values = rng.lognormal(0, 1, n) + rng.normal(0, 1, cluster.max() + 1)[cluster]
    return values, rng.random(n) < 0.4, np.unique(cluster, return_inverse=True)[1]


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(120, 400))
def test_a_cell_against_the_rest_is_a_clustered_regression(seed: int, n: int) -> None:
    values, inside, cluster = _drawn(seed, n)
    fit = sm.OLS(values, sm.add_constant(inside.astype(float))).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    trees = Trees(cluster)
    clusters = cluster.max() + 1
    found = against_rest(Measured(values, trees).moments(inside.astype(np.int8)[trees.order], 2))
    assert found.difference[1] == pytest.approx(fit.params[1])
    assert found.error[1] == pytest.approx(fit.bse[1] * np.sqrt(clusters / (clusters - 1)))


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(120, 400))
def test_a_mean_and_a_ratio_are_clustered_regressions_on_nothing(seed: int, n: int) -> None:
    values, _, cluster = _drawn(seed, n)
    clusters = cluster.max() + 1
    kinds = {"cov_type": "cluster", "cov_kwds": {"groups": cluster, "use_correction": False}}
    correction = np.sqrt(clusters / (clusters - 1))
    trees = Trees(cluster)
    found = means(Measured(values, trees).moments(np.zeros(n, np.int8), 1))
    fit = sm.OLS(values, np.ones(n)).fit(**kinds)
    assert (found.inside[0], found.error[0]) == pytest.approx((fit.params[0], fit.bse[0] * correction))

    below = np.random.default_rng(seed + 1).uniform(1, 5, n)
    given_both = ratio_of_sums(values, below, cluster)
    fit = sm.WLS(values / below, np.ones(n), weights=below).fit(**kinds)
    low, high = given_both["interval"]
    reach = fit.bse[0] * correction * _student(clusters - 1)
    assert (low, high) == pytest.approx((fit.params[0] - reach, fit.params[0] + reach))


def _student(freedom: int) -> float:
    """Half of the 95 % interval in standard errors, by a regression's own."""
    fit = sm.OLS(np.arange(freedom + 1.0), np.ones(freedom + 1)).fit()
    low, high = fit.conf_int()[0]
    return float((high - low) / 2 / fit.bse[0])


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(40, 200))
def test_times_with_many_who_still_wait(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    days, seen = np.ceil(rng.exponential(60, n)), rng.random(n) < 0.7
    curve = SurvfuncRight(days, seen.astype(int))
    found = time_until(days, seen, horizon=30.0)
    median = curve.quantile(0.5)
    assert found["median_days"] == (None if np.isnan(median) else median)
    if days.max() >= 30:
        at = np.flatnonzero(curve.surv_times <= 30)
        assert found["within_horizon"]["value"] == pytest.approx(
            1 - curve.surv_prob[at[-1]] if at.size else 0
        )
