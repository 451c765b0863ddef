"""The table of segments: what is planted is found, what is not there is not."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.influence.network import Network
from refnet.analysis.segments.table import COLUMNS, compare, segment_table
from refnet.core.errors import InputError


def brand(
    seed: int, *, planted: bool, customers: int = 2500
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Customers in trees; whoever is brought resembles their referrer in attributes and in spending."""
    rng = np.random.default_rng(seed)
    niche, plan = rng.integers(0, 8, customers), rng.integers(0, 4, customers)
    taste = rng.normal(size=customers)
    brought = np.flatnonzero(rng.random(customers) < 0.35)
    brought = brought[brought > 50]
    # Planted: those of niche 3 bring more than others, and spend less.
    pull = np.where(planted & (niche == 3), 6.0, 1.0)
    referrer = np.empty(brought.size, dtype=np.int64)
    for place, child in enumerate(brought):
        weight = np.cumsum(pull[:child])
        referrer[place] = np.searchsorted(weight, rng.random() * weight[-1])
        if rng.random() < 0.3:
            plan[child] = plan[referrer[place]]
            if not planted:
                niche[child] = niche[referrer[place]]
        taste[child] = 0.6 * taste[referrer[place]] + 0.8 * taste[child]
    spent = np.exp(4 + 0.6 * taste) * np.where(planted & (niche == 3), 0.6, 1.0)
    network = Network(referrer, brought, nodes=customers)
    attributes = pd.DataFrame(
        {
            "niche": [f"n{k}" for k in niche],
            "plan": pd.Categorical.from_codes(plan, list("abcd")),
            "odd": niche % 2 == 1,
        }
    )
    return attributes, spent, network.influence(spent), network.tree_of()


def test_a_planted_segment_is_found():
    attributes, cltv, value, tree = brand(1, planted=True)
    table = segment_table(attributes, cltv, value, tree)
    assert list(table.columns) == COLUMNS
    assert len(table) == 8 + 4 + 2
    first = table.iloc[0]
    assert (first["attribute"], first["level"]) == ("niche", "n3")
    assert first["reported"]
    assert first["q_value"] < 0.01
    here = (attributes["niche"] == "n3").to_numpy()
    assert first["customers"] == here.sum()
    assert first["mean_cltv"] == pytest.approx(cltv[here].mean())
    assert first["referral_difference"] == pytest.approx(value[here].mean() - value[~here].mean())
    assert first["interval"][0] < first["referral_difference"] < first["interval"][1]
    assert first["cltv_interval"][1] < 0
    assert first["share_of_value"] == pytest.approx(value[here].sum() / value.sum())
    assert first["hidden_value"] > 0
    assert "Low value, high referral" in first["reading"]
    assert "95 % interval" in first["reading"]
    assert not table[table["attribute"] == "plan"]["reported"].any()
    assert json.loads(table.to_json(orient="records"))


def test_nothing_planted_is_seldom_reported():
    found = [
        segment_table(*brand(seed, planted=False, customers=800))["reported"].any() for seed in range(40)
    ]
    assert sum(found) <= 5  # 2 expected at most at q .05


def test_shifting_and_order_of_rows():
    attributes, cltv, value, tree = brand(2, planted=True, customers=800)
    order = np.random.default_rng(1).permutation(800)
    plain = segment_table(attributes, cltv, value, tree)
    mixed = segment_table(attributes.iloc[order], cltv[order], value[order], tree[order])
    numbers = ["customers", "mean_cltv", "referral_difference", "p_value", "q_value", "hidden_value"]
    pd.testing.assert_frame_equal(plain[numbers], mixed[numbers])


def test_columns_that_make_no_segments_are_named():
    n = 1200
    table = segment_table(
        pd.DataFrame(
            {
                "age": np.arange(n),
                "born": pd.Timestamp("2020-01-01"),
                "email": [f"{i}@x" for i in range(n)],
                "town": [f"t{i % 51}" for i in range(n)],
                "empty": pd.Series([None] * n, dtype=object),
                "vip": [True, False] * (n // 2),
            }
        ),
        np.arange(n),
        np.arange(n),
        np.arange(n),
    )
    assert set(table["attribute"]) == {"vip"}
    assert table.attrs["skipped"] == {
        "age": "numbers",
        "born": "dates",
        "email": "1,200 different values",
        "town": "51 different values",
        "empty": "nothing known",
    }


def test_too_little_data_is_said():
    rng = np.random.default_rng(3)
    plan = np.array(["big"] * 300 + ["small"] * 49 + [None] * 51, dtype=object)
    cltv = rng.lognormal(size=400)
    cltv[:5] = np.nan
    table = segment_table(
        pd.DataFrame({"plan": plan}), cltv, rng.lognormal(size=400), np.arange(400)
    ).set_index("level")
    assert "too little data (49 customers, 50 are needed)" in table.loc["small", "reading"]
    assert np.isnan(table.loc["small", "q_value"])
    assert table.loc["big", "mean_cltv_rest"] == pytest.approx(
        cltv[300:349].mean()
    )  # not of whom nothing is known
    assert table.loc["big", "q_value"] == table.loc["big", "p_value"]
    alone = segment_table(pd.DataFrame({"plan": ["a"] * 99}), np.arange(99), np.arange(99), np.arange(99))
    assert "no difference can be tested" in alone.loc[0, "reading"]


def test_a_segment_in_one_tree_proves_nothing():
    rng = np.random.default_rng(4)
    here = np.arange(600) < 100
    table = segment_table(
        pd.DataFrame({"club": here}),
        rng.normal(10 - 5 * here),
        rng.normal(1 + 5 * here),
        np.where(here, 0, np.arange(600)),
    )
    assert not table["reported"].any()


def test_nobody():
    table = segment_table(pd.DataFrame({"plan": pd.Series([], dtype=object)}), [], [], [])
    assert list(table.columns) == COLUMNS
    assert len(table) == 0
    with pytest.raises(InputError):
        segment_table(pd.DataFrame({"plan": ["a"]}), [], [], [])


def test_singleton_clusters_give_welchs_error():
    rng = np.random.default_rng(5)
    values, inside = rng.normal(size=900), np.arange(900) < 300
    found = compare(values, inside, ~inside, np.arange(900))
    error = np.sqrt(values[inside].var() / 300 + values[~inside].var() / 600)
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.01)
    assert found.p_lower + found.p_higher == pytest.approx(1)
