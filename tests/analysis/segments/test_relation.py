"""Spearman's rho against scipy, and its interval where people of one tree are alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from refnet.analysis.segments.levels import levels_of
from refnet.analysis.segments.relation import relation


@pytest.mark.parametrize("strength", [-0.6, 0.0, 0.1, 0.9])
@pytest.mark.parametrize("ties", [False, True])
def test_rho_is_scipys(strength, ties):
    rng = np.random.default_rng(1)
    x = rng.normal(size=400)
    y = strength * x + rng.normal(size=400)
    if ties:
        x, y = np.round(x), np.maximum(np.round(y), 0)
    found, scipys = relation(x, y, np.arange(400)), spearmanr(x, y)
    assert found.rho == pytest.approx(scipys.statistic, abs=1e-12)
    assert found.low < found.rho < found.high
    assert found.p_value == pytest.approx(scipys.pvalue, rel=0.3, abs=0.02)
    assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


def test_coverage_and_level_where_trees_are_alike():
    """Every tree has a taste of its own for spending and for referring, independent of each other: no relation."""
    rng = np.random.default_rng(2)
    wrong = naive = 0
    for _ in range(300):
        tree = np.repeat(np.arange(100), rng.integers(1, 9, 100))
        x = rng.normal(size=100)[tree] + 0.5 * rng.normal(size=tree.size)
        y = rng.poisson(np.exp(rng.normal(size=100)[tree] - 1.5))
        wrong += relation(x, y, tree).p_value < 0.05
        naive += spearmanr(x, y).pvalue < 0.05
    assert 4 <= wrong <= 27  # 15 expected
    assert naive > 30


def test_coverage_of_a_real_relation():
    rng = np.random.default_rng(3)
    truth = 6 / np.pi * np.arcsin(0.5 / 2)
    inside = 0
    for _ in range(300):
        x = rng.normal(size=150)
        y = 0.5 * x + np.sqrt(0.75) * rng.normal(size=150)
        found = relation(x, y, np.arange(150))
        inside += found.low <= truth <= found.high
    assert 272 <= inside <= 297


def test_too_little_data():
    for found in (
        relation([], [], []),
        relation(np.arange(29.0), np.arange(29.0), np.arange(29)),
        relation(np.arange(99.0), np.arange(99.0), np.zeros(99)),
        relation(np.arange(99.0), np.zeros(99), np.arange(99)),
    ):
        assert (found.rho, found.p_value, found.low, found.high) == (None,) * 4
        assert found.reading
    known = np.append(np.arange(40.0), np.nan)
    assert relation(known, known, np.arange(41)).customers == 40
    assert relation(known, known, np.arange(41)).rho == pytest.approx(1)


def test_a_reading_says_what_was_found():
    x = np.arange(200.0)
    y = np.random.default_rng(4).permutation(200)
    assert relation(x, y, x).reading.startswith("No relation")
    assert relation(x, y + 5 * x, x).reading.startswith("Customers with a higher CLTV bring more")
    assert relation(x, y - 5 * x, x).reading.startswith("Customers with a lower CLTV bring more")


def test_a_relation_that_is_only_tenure_is_explained_by_it():
    """Earlier customers have spent more and brought more; within a quarter the two are not related."""
    rng = np.random.default_rng(12)
    n = 6000
    day = rng.integers(0, 900, n)
    country = pd.Series(rng.choice(["DE", "FR"], n))
    joined = pd.Series(pd.Timestamp("2023-01-01") + pd.to_timedelta(day, unit="D"))
    levels = [levels_of(joined, "joinedAt"), levels_of(country, "country")]
    cltv = rng.lognormal(5 - day / 900, 0.4)
    referrals = rng.poisson(1.5 * (1 - day / 900) + 0.05)
    found = relation(cltv, referrals, np.arange(n), levels)
    assert found.low > 0.1
    assert found.explained_by == "joinedAt"
    assert "joinedAt explains it" in found.reading
    assert {one["attribute"] for one in found.strata} == {"joinedAt", "country"}
    for one in found.strata:
        if one["attribute"] == "country":
            here = (country == one["level"]).to_numpy()
            assert one["customers"] == here.sum()
            assert one["rho"] == pytest.approx(spearmanr(cltv[here], referrals[here]).statistic)
    true = relation(cltv, rng.poisson(cltv / cltv.mean()), np.arange(n), levels)
    assert true.low > 0
    assert true.explained_by is None
