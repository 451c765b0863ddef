"""Lifts against statsmodels, and what is said of traits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t
from statsmodels.stats.contingency_tables import Table2x2

from refnet.analysis.segments.cells import Measured, Trees
from refnet.analysis.success.lift import lifts
from refnet.analysis.success.traits import traits


def test_a_lift_is_katz_ratio_of_statsmodels() -> None:
    """Everybody alone: statsmodels' interval of a risk ratio, but for G/(G − 1) and Student's t."""
    good, of = (30, 90), (100, 900)
    code = np.repeat([0, 1], of)
    success = np.concatenate([np.arange(n) < k for k, n in zip(good, of, strict=True)]).astype(float)
    trees = Trees(np.arange(1000))
    found = lifts(Measured(success, trees).moments(code[trees.order], 2))
    table = Table2x2(np.array([[30, 70], [90, 810]]))
    low, high = table.riskratio_confint()
    wider = np.sqrt(1000 / 999) * t.ppf(0.975, 99) / norm.ppf(0.975)
    assert found.ratio[0] == pytest.approx(table.riskratio) == pytest.approx(3.0)
    assert np.log(found.low[0] / 3) == pytest.approx(np.log(low / 3) * wider)
    assert np.log(found.high[0] / 3) == pytest.approx(np.log(high / 3) * wider)
    # 30 % of a tenth, 12 % over all: 2.5 times as many.
    assert found.lift[0] == pytest.approx(0.3 / 0.12)
    assert found.lift_low[0] < 2.5 < found.lift_high[0]
    assert found.inside.tolist() == pytest.approx([0.3, 0.1])
    # The two cells are each other's rest.
    assert found.ratio[1] == pytest.approx(1 / found.ratio[0])


def test_trees_count_once() -> None:
    """Ten alike in a tree are no more than one: the interval is as wide as by trees."""
    rng = np.random.default_rng(5)
    of_tree = (rng.random(200) < np.where(np.arange(200) < 100, 0.4, 0.2)).astype(float)
    code, success = np.repeat(np.arange(200) >= 100, 10).astype(np.int8), np.repeat(of_tree, 10)
    together = Trees(np.repeat(np.arange(200), 10))
    clustered = lifts(Measured(success, together).moments(code[together.order], 2))
    alone = Trees(np.arange(200))
    single = lifts(Measured(of_tree, alone).moments((np.arange(200) >= 100).astype(np.int8)[alone.order], 2))
    assert clustered.ratio[0] == pytest.approx(single.ratio[0])
    assert clustered.high[0] == pytest.approx(single.high[0])
    assert clustered.p_value[0] == pytest.approx(single.p_value[0])


def test_nobody_successful_has_an_end_above() -> None:
    code = np.repeat(["a", "b"], [60, 400])
    success = np.concatenate([np.zeros(60), np.arange(400) < 100]).astype(float)
    row = next(
        r for r in traits(pd.DataFrame({"x": code}), success, np.arange(460)).rows if r["level"] == "a"
    )
    assert row["lift"] == 0
    low, high = row["interval"]
    assert low == 0
    assert 0 < high < 1
    assert row["stands_out"]


def test_chance_is_not_reported_beyond_the_rate() -> None:
    """Nothing planted: in 60 draws of 12 attributes at q 5 % few have any finding."""
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(60):
        frame = pd.DataFrame({f"a{n}": rng.choice(list("abcd"), 600) for n in range(12)})
        tree = rng.integers(0, 300, 600)
        success = (rng.random(600) < 0.2 + 0.2 * rng.random(300)[tree]).astype(float)
        wrong += any(row["stands_out"] for row in traits(frame, success, tree).rows)
    assert wrong <= 8  # 3 expected, 9 or more in 0.3 % of such tests


def test_what_explains_a_trait_is_named() -> None:
    rng = np.random.default_rng(3)
    plan = rng.choice(["big", "small"], 4000)
    colour = np.where(rng.random(4000) < 0.8, np.where(plan == "big", "red", "blue"), "green")
    success = (rng.random(4000) < np.where(plan == "big", 0.4, 0.2)).astype(float)
    found = traits(pd.DataFrame({"plan": plan, "colour": colour}), success, np.arange(4000))
    rows = {(row["attribute"], row["level"]): row for row in found.rows}
    assert rows["plan", "big"]["stands_out"]
    assert rows["plan", "big"]["explained_by"] is None
    red = rows["colour", "red"]
    assert red["stands_out"]
    # Which plan a red one has is certain, and a green one's is not: within plans colour says nothing.
    assert red["explained_by"] == "plan"
    assert found.levels == 5


def test_too_few_are_too_little() -> None:
    frame = pd.DataFrame({"x": ["a"] * 10 + ["b"] * 90})
    row = next(r for r in traits(frame, np.tile([0.0, 1.0], 50), np.arange(100)).rows if r["level"] == "a")
    assert row["lift"] is None
    assert row["interval"] is None
    assert row["reading"] == "x = a: too little data (10 customers, 50 are needed)."
