"""Percentile, band, quadrant, and the door for notebooks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import percentileofscore

from refnet.analysis.influence.scores import bands, influence, percentile, quadrants
from refnet.core.errors import InputError

NAN = float("nan")
CHAIN = pd.DataFrame({"referrer": ["a", "b", "c"], "referee": ["b", "c", "d"]})


def test_percentile_is_the_mid_rank():
    scores = np.random.default_rng(1).integers(0, 9, 200)
    assert percentile(scores) == pytest.approx([percentileofscore(scores, s, kind="mean") for s in scores])
    assert percentile([0, 0, 0, 5]).tolist() == [37.5, 37.5, 37.5, 87.5]
    assert percentile([]).tolist() == []


def test_bands_against_those_who_refer_nobody():
    own = np.append(np.arange(101.0), [10, 10, 10, NAN])  # cut-offs 95 and 75
    network = np.append(np.arange(101.0), [95, 94.9, 74.9, NAN])
    refers = np.append(np.zeros(101, bool), np.ones(4, bool))
    found = bands(network, own, refers)
    assert found[101:].tolist() == ["high", "medium", "low", None]
    assert (found[:101] == "high").sum() == 6
    assert (found[:101] == "medium").sum() == 20
    assert bands([1.0], [1.0], [True]).tolist() == [None]
    assert bands([], [], []).tolist() == []


def test_quadrants_put_everyone_in_exactly_one():
    cltv = [1, 1, 9, 9, 5, NAN]
    crv = [0, 30, 30, 0, 10, 30]
    assert quadrants(cltv, crv).tolist() == ["misers", "misers", "affluents", "affluents", "misers", None]
    crv = [0, 40, 40, 0, 10, 30]
    found = quadrants(cltv, crv).tolist()
    assert found == ["misers", "hidden_advocates", "champions", "affluents", "misers", None]
    assert quadrants([1, 2], [0, 0]).tolist() == ["misers", "affluents"]
    assert quadrants([NAN], [NAN]).tolist() == [None]
    assert quadrants([], []).tolist() == []


def test_the_notebook_door():
    table = influence(CHAIN, dict.fromkeys("abcd", 100.0))
    assert table.index.tolist() == list("abcd")
    assert table["influence"].tolist() == [175, 150, 100, 0]
    assert table["conserved_credit"].tolist() == [247.62, 95.24, 57.14, 0]
    assert table["ecr_direct"].tolist() == [200, 200, 200, 100]
    assert table["ecr_network"].tolist() == [400, 300, 200, 100]
    assert table["downline"].tolist() == table["longest_chain"].tolist() == [3, 2, 1, 0]


def test_heads_and_ids_that_only_edges_know():
    heads = influence(CHAIN)
    assert "conserved_credit" not in heads
    assert heads.loc["a"].tolist() == [1.75, 2, 4, 3, 3]
    some = influence(CHAIN, pd.Series({"z": 5.0, "d": 8.0, "c": NAN}))
    assert some.index.tolist() == ["z", "d", "c", "a", "b"]
    assert some.loc["a", "influence"] == 2
    assert some.loc["z"].tolist() == [0, 5, 5, 0, 0, 5]


def test_credits_numbers_as_ids_and_other_currencies():
    edges = pd.DataFrame({"referrer": [1, 1, 2, 3], "referee": [2, 3, 4, 4], "credit": [1, 1, 0.5, 0.5]})
    table = influence(edges, pd.Series(100, index=[1, 2, 3, 4]), hops=2, currency="JPY")
    assert table.loc[1, "influence"] == 250
    assert table["conserved_credit"].sum() == 400
    assert (table["conserved_credit"] % 1 == 0).all()


def test_an_empty_table():
    nothing = influence(pd.DataFrame({"referrer": [], "referee": []}))
    assert len(nothing) == 0
    alone = influence(pd.DataFrame({"referrer": [], "referee": []}), {"a": 3.0})
    assert alone.loc["a"].tolist() == [0, 3, 3, 0, 0, 3]


@pytest.mark.parametrize(
    ("edges", "values", "message"),
    [
        ({"referrer": ["a"]}, None, "column referee: the table of edges has no such column"),
        ({"referrer": ["a", None], "referee": ["b", "c"]}, None, "row 1 of the edges names nobody"),
        ({"referrer": ["a", "b"], "referee": ["b", "a"]}, None, "Edge a → b is on a cycle"),
        (
            {"referrer": ["a"], "referee": ["b"]},
            pd.Series([1.0, 2.0], index=["a", "a"]),
            "'a' is there twice",
        ),
        ({"referrer": ["a"], "referee": ["b"]}, pd.Series([1.0], index=[None]), "an id is missing"),
    ],
)
def test_errors_name_what_is_wrong(edges, values, message):
    with pytest.raises(InputError, match=message):
        influence(pd.DataFrame(edges), values)
