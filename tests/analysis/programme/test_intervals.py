"""Shares, differences and ratios against published figures and scipy."""

import numpy as np
import pytest
from scipy.stats import contingency

from refnet.analysis.programme.intervals import difference, ratio, share


def test_wilson_as_published() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    found = share(81, 263)
    assert found["interval"] == pytest.approx([0.2553, 0.3662], abs=5e-5)


def test_difference_as_published() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10, 56/70 against 48/80.
    found = difference((48, 80), (56, 70))
    assert found["value"] == pytest.approx(0.2)
    assert found["interval"] == pytest.approx([0.0524, 0.3339], abs=5e-5)


def test_the_case_of_the_brand() -> None:
    assert ratio((35, 100), (10, 100))["value"] == pytest.approx(3.5)
    assert difference((200, 1000), (270, 1000))["value"] == pytest.approx(0.07)
    assert difference((200, 1000), (270, 1000))["p_value"] < 0.001


@pytest.mark.parametrize(("a", "n", "b", "m"), [(35, 100, 10, 100), (3, 7, 2, 90), (500, 1000, 400, 3000)])
def test_ratio_agrees_with_scipy(a: int, n: int, b: int, m: int) -> None:
    found = ratio((a, n), (b, m))
    theirs = contingency.relative_risk(a, n, b, m)
    interval = theirs.confidence_interval(0.95)
    assert found["value"] == pytest.approx(theirs.relative_risk)
    assert found["interval"] == pytest.approx([interval.low, interval.high])


def test_an_empty_cell_gets_a_half() -> None:
    found = ratio((5, 10), (0, 10))
    assert found["value"] == pytest.approx((5.5 / 11) / (0.5 / 11))
    assert np.isfinite(found["interval"]).all()


def test_too_little_data_is_none() -> None:
    assert share(0, 0)["value"] is None
    assert difference((0, 0), (1, 2))["value"] is None
    assert ratio((0, 10), (0, 10))["value"] is None
    assert ratio((1, 10), (0, 0))["interval"] is None


def test_intervals_cover() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for count, other in zip(rng.binomial(300, 0.2, 400), rng.binomial(500, 0.27, 400), strict=True):
        low, high = difference((int(count), 300), (int(other), 500))["interval"]
        covered += low <= 0.07 <= high
    assert 0.92 < covered / 400 < 0.98
