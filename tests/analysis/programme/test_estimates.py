"""Ratios of sums, times with many who still wait, and shares at equal days of the week: published figures, scipy,
brute force."""

import numpy as np
import pytest
from scipy import stats

from refnet.analysis.programme.estimates import mantel_haenszel, ratio_of_sums, same_weekdays, time_until

# Admissions at Berkeley, 1973, by department: men and women (admitted, applied). P. J. Bickel et al., Science 187:398.
BERKELEY = {
    "admitted": [[512, 353, 120, 138, 53, 22], [89, 17, 202, 131, 94, 24]],
    "applied": [[825, 560, 325, 417, 191, 373], [108, 25, 593, 375, 393, 341]],
}


def test_mantel_haenszel_as_published() -> None:
    # R: mantelhaen.test(UCBAdmissions, correct = FALSE): 1.5246, p = 0.2169 (with correction 1.4269, p = 0.2323).
    found = mantel_haenszel(BERKELEY["admitted"], BERKELEY["applied"])
    assert found == pytest.approx(0.2169, abs=5e-4)


def test_mantel_haenszel_is_a_permutation_test() -> None:
    rng = np.random.default_rng(3)
    of = np.array([[40, 25, 60], [30, 45, 20]])
    count = np.array([[12, 8, 20], [13, 20, 11]])
    expected = (of[1] * count.sum(axis=0) / of.sum(axis=0)).sum()
    seen = abs(count[1].sum() - expected)
    drawn = rng.hypergeometric(count.sum(axis=0), (of - count).sum(axis=0), of[1], size=(40_000, 3)).sum(
        axis=1
    )
    # With the half that a distribution on whole numbers owes to a smooth one.
    away = np.abs(drawn - expected)
    by_chance = (away > seen + 1e-9).mean() + (np.abs(away - seen) < 1e-9).mean() / 2
    assert mantel_haenszel(count, of) == pytest.approx(by_chance, abs=0.015)


def test_nothing_varies() -> None:
    assert mantel_haenszel([[0, 0], [0, 0]], [[5, 5], [5, 5]]) is None


def days(start: int, shares: np.ndarray, of: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    return np.arange(start, start + len(of)), rng.binomial(of, shares), of


def test_weekdays_are_compared_with_their_own_kind() -> None:
    """Mondays are good days. After the date there are Mondays only: the plain shares differ, and nothing has
    changed."""
    day = np.arange(19_723, 19_723 + 7 * 40)  # from Monday the first of January 2024
    monday = (day + 3) % 7 == 0
    date = 19_723 + 7 * 20
    keep = (day < date) | monday
    rng = np.random.default_rng(1)
    of = np.full(len(day), 200)
    count = rng.binomial(of, np.where(monday, 0.5, 0.2))
    found = same_weekdays(day[keep], count[keep], of[keep], date)
    plain = stats.fisher_exact(
        [[count[day < date].sum(), 200 * 140 - count[day < date].sum()],
         [count[keep & (day >= date)].sum(), 200 * 20 - count[keep & (day >= date)].sum()]]
    ).pvalue  # fmt: skip
    assert plain < 1e-10
    assert found["verdict"] == "not significant"
    low, high = found["interval"]
    assert low <= 0 <= high


def test_one_weekday_is_the_plain_difference() -> None:
    day = 19_723 + 7 * np.arange(20)
    count, of = np.r_[np.full(10, 20), np.full(10, 27)], np.full(20, 100)
    found = same_weekdays(day, count, of, int(day[10]))
    assert found["value"] == pytest.approx(0.07)
    assert found["weeks"] == [10, 10]
    assert found["p_value_independent"] == pytest.approx(
        stats.chi2_contingency([[200, 800], [270, 730]], correction=False).pvalue, rel=0.01
    )


def test_a_change_is_found_and_covered() -> None:
    rng = np.random.default_rng(7)
    shares = np.array([0.2, 0.25, 0.2, 0.22, 0.18, 0.3, 0.28] * 30)
    start = 19_723
    date = start + 105
    covered = found_it = 0
    for _ in range(300):
        day, count, of = days(start, shares + 0.07 * (np.arange(210) >= 105), np.full(210, 15), rng)
        found = same_weekdays(day, count, of, date)
        covered += found["interval"][0] <= 0.07 <= found["interval"][1]
        found_it += found["verdict"] == "significant"
    assert 0.91 <= covered / 300 <= 0.985
    assert found_it / 300 > 0.9


def test_no_change_is_seldom_significant_though_weeks_differ() -> None:
    """Each week has a share of its own: the plain test, and Mantel and Haenszel's, would cry wolf."""
    rng = np.random.default_rng(5)
    wolves = independent = 0
    for _ in range(400):
        of_week = np.repeat(rng.beta(8, 24, 30), 7)
        day, count, of = days(19_723, of_week, np.full(210, 40), rng)
        found = same_weekdays(day, count, of, 19_723 + 105)
        wolves += found["verdict"] == "significant"
        independent += found["p_value_independent"] < 0.05
    assert wolves / 400 <= 0.08
    assert independent / 400 > 0.2


def test_too_little_to_compare() -> None:
    day, of = np.arange(19_723, 19_723 + 28), np.full(28, 100)
    found = same_weekdays(day, of // 4, of, 19_723 + 14)
    assert (found["verdict"], found["value"], found["weeks"]) == ("too little data", None, [2, 2])
    few = same_weekdays(day[::4], np.ones(7, int), np.full(7, 2), 19_723 + 14)
    assert few["verdict"] == "too little data"


def test_ratio_of_sums_against_the_bootstrap() -> None:
    rng = np.random.default_rng(2)
    size = rng.integers(1, 5, 400)
    cluster = np.repeat(np.arange(400), size)
    level = rng.gamma(2, 1, 400)[cluster]
    y = rng.gamma(2, 1, len(cluster)) + 0.5
    x = level * y
    found = ratio_of_sums(x, y, cluster)
    sums = np.array([np.bincount(cluster, x), np.bincount(cluster, y)])
    drawn = sums[:, rng.integers(0, 400, (4000, 400))].sum(axis=2)
    low, high = np.quantile(drawn[0] / drawn[1], [0.025, 0.975])
    assert found["value"] == pytest.approx(x.sum() / y.sum())
    assert found["interval"] == pytest.approx([low, high], rel=0.02)
    assert found["clusters"] == 400


def test_ratio_of_sums_of_a_mean_is_students_interval() -> None:
    values = np.random.default_rng(4).normal(5, 2, 50)
    found = ratio_of_sums(values, np.ones(50), np.arange(50))
    theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    # G/(G−1) · Σ/G² is the sample variance over G.
    assert found["interval"] == pytest.approx([theirs.low, theirs.high])


def test_ratio_of_sums_of_little() -> None:
    assert ratio_of_sums([1, 2], [1, 1], [0, 1]) == {"value": 1.5, "interval": None, "clusters": 2}
    assert ratio_of_sums([1, 2], [0, 0], [0, 1])["value"] is None
    assert ratio_of_sums([], [], [])["value"] is None


def test_times_with_many_who_wait() -> None:
    """Exponential times, half of the customers seen for a short while only: the median of those seen is far too low."""
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(100):
        true, watched = rng.exponential(100, 400), rng.uniform(20, 300, 400)
        found = time_until(np.minimum(true, watched), true <= watched, horizon=200)
        low, high = found["interval"]
        covered += low <= 100 * np.log(2) <= (high or np.inf)
    assert 90 <= covered <= 100
    assert np.median(true[true <= watched]) < 0.75 * 100 * np.log(2)
    low, high = found["within_horizon"]["interval"]
    assert low <= 1 - np.exp(-2) <= high


def test_times_by_hand() -> None:
    """Forty people: thirty at 10, 20, 30 (ten each), ten leave sight at 15. S: 3/4 at 10, then ×2/3 and 0."""
    days = np.repeat([10.0, 15.0, 20.0, 30.0], 10)
    found = time_until(days, np.repeat([True, False, True, True], 10), horizon=20)
    # At 20: 3/4 · (1 − 10/20) = 3/8 are left, so that 5/8 have it.
    assert found["within_horizon"]["value"] == pytest.approx(5 / 8)
    assert found["median_days"] == 20.0
    assert found["half_days"] == 20.0


def test_who_never_do_have_no_median() -> None:
    found = time_until(np.full(100, 50.0), np.arange(100) < 20, horizon=40)
    assert (found["median_days"], found["interval"], found["count"], found["of"]) == (None, None, 20, 100)
    assert time_until(np.full(10, 5.0), np.ones(10, bool), horizon=3)["median_days"] is None
    assert time_until(np.zeros(0), np.zeros(0, bool), horizon=3)["of"] == 0
