"""Percentile, band, quadrant, and the door for notebooks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.stats import percentileofscore

from refnet.analysis.influence.analyze import _by_id, network_of, score
from refnet.analysis.influence.scores import bands, influence, percentile, quadrants
from refnet.core.errors import InputError, UsageError

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


KINDS = pytest.mark.parametrize(
    "kind", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas], ids=["pandas", "polars", "pyarrow"]
)


@KINDS
@pytest.mark.parametrize("ids", [list("abcd"), [11, 12, 13, 2**60 + 1]], ids=["texts", "numbers"])
def test_every_kind_of_table(kind, ids):
    edges = kind(pd.DataFrame({"referrer": ids[:3], "referee": ids[1:], "credit": [1, 1.0, 0.5]}))
    worth = kind(pd.DataFrame({"id": ids, "value": [100.0] * 4}))
    for values in (worth, dict.fromkeys(ids, 100), pd.Series(100.0, index=ids)):
        table = influence(edges, values)
        assert table.index.tolist() == ids
        assert table["influence"].tolist() == [162.5, 125, 50, 0]
        assert table["conserved_credit"].sum() == 400
    assert influence(edges)["downline"].tolist() == [3, 2, 1, 0]


def test_numbers_and_texts_are_the_same_ids():
    edges = pd.DataFrame({"referrer": [1, 2], "referee": [2, 3]})
    assert influence(edges, {"1": 1.0, "2": 2.0, "3": 4.0})["influence"].to_dict() == {"1": 4, "2": 4, "3": 0}


@pytest.mark.parametrize("values", [[1.0, 2.0], np.ones(2), pa.array([1.0, 2.0]), pl.Series([1.0]), "a", 7.0])
def test_values_that_do_not_say_whose_they_are(values):
    with pytest.raises((UsageError, InputError), match=r"does not say whose they are|is not there"):
        influence(CHAIN, values)


def test_edges_left_out_are_counted():
    edges = pd.DataFrame(
        {"referrer": ["a", "b", "c", "c", None, "x"], "referee": ["b", "c", "a", "c", "d", "b"]}
    )
    with pytest.raises(InputError, match=r"column referrer: row 4 of the edges names nobody"):
        influence(edges)
    with pytest.raises(InputError, match="itself") as told:
        influence(edges.dropna())
    assert "drop=True" in told.value.hint
    table = influence(edges, {"a": 1.0, "b": 2.0, "c": 4.0}, drop=True)
    assert table.loc[["a", "b", "c"], "influence"].tolist() == [4, 4, 0]
    assert table.attrs["dropped"] == {
        "unknown_referrer": 1, "self_referral": 1, "second_claim": 1, "would_close_cycle": 1
    }  # fmt: skip
    late = edges[:3].assign(referred_at=["2024-03-01", "2024-02-01", "2024-01-01"])
    assert influence(late, drop=True)["influence"].to_dict() == {"a": 0, "b": 1.5, "c": 1}


def forest_and_shared(seed):
    """Ids without order, edges of 1 or of thirds: many a remainder ties."""
    rng = np.random.default_rng(seed)
    ids = [f"c{number}" for number in rng.permutation(60)]
    edges = [(ids[int(rng.integers(0, place))], ids[place], 1.0) for place in range(1, 50) if place % 5]
    if seed % 2:
        edges = [(one, two, 1 / 3) for one, two, _ in edges]
    frame = pd.DataFrame(edges, columns=["referrer", "referee", "credit"])
    return frame, pd.Series(rng.choice([1.0, 1.0, 2.5], 60), index=ids)


@pytest.mark.parametrize("seed", range(12))
def test_cents_do_not_go_by_the_order_of_rows(seed):
    edges, values = forest_and_shared(seed)
    want = influence(edges, values).sort_index()
    assert want["conserved_credit"].sum() == pytest.approx(values.sum())
    for turn in range(4):
        found = influence(edges.sample(frac=1, random_state=turn), values.sample(frac=1, random_state=turn))
        pd.testing.assert_frame_equal(found.sort_index(), want, rtol=1e-12)
        assert found.sort_index()["conserved_credit"].tolist() == want["conserved_credit"].tolist()


def test_the_cents_of_a_tie_go_by_id():
    """Six have half a cent each of three: those first by id have one, whoever comes first."""
    edges = pd.DataFrame({"referrer": ["z", "y", "x"], "referee": ["z1", "y1", "x1"], "credit": [0.5] * 3})
    found = influence(edges, {"z1": 0.01, "y1": 0.01, "x1": 0.01})["conserved_credit"]
    assert sorted(found[found > 0].index) == ["x", "x1", "y"]


def texts(values):
    return pa.chunked_array([list(values)], pa.large_string())


def test_the_cents_of_the_graph_do_not_go_by_the_order_of_an_engine():
    """`score` as `analyze` asks it, customers and affiliates in two orders."""
    edges, values = forest_and_shared(5)
    aff = {"c1", "c2", "c3", "c4", "c5", "c6"} - set(edges["referee"])
    found = []
    for turn in range(3):
        people = values.drop(list(aff)).sample(frac=1, random_state=turn)
        others = sorted(aff, reverse=bool(turn % 2))
        customers, affiliates = texts(people.index), texts(others)
        credited = {
            "customer": texts(None if one in aff else one for one in edges["referrer"]),
            "affiliate": texts(one if one in aff else None for one in edges["referrer"]),
            "referee": texts(edges["referee"]),
            "credit": edges["credit"].to_numpy(),
        }
        scores = score(
            network_of(customers, affiliates, credited), people.to_numpy(), people.to_numpy(),
            currency="EUR", hops=6, decay=0.5, ties=_by_id(customers, affiliates),
        )  # fmt: skip
        found.append(dict(zip([*people.index, *others], scores["conservedCredit"].tolist(), strict=True)))
    assert found[0] == found[1] == found[2]


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
        (
            {"referrer": ["a"], "referee": ["b"]},
            pd.Series([1.0, 2.0]),
            "none of the edges names any of these ids",
        ),
        (
            {"referrer": ["a"], "referee": ["b"]},
            {"a": "much"},
            "column values: row 0 holds 'much', no number",
        ),
        (
            {"referrer": ["a"], "referee": ["b"]},
            {"a": 1, 2: 3},
            "column values: holds 'a' in row 0 and 2 in row 1",
        ),
        (
            {"referrer": ["a"], "referee": ["b"], "credit": ["x"]},
            None,
            "column credit: row 0 holds 'x', no number",
        ),
        ({"referrer": [2.0**60, 1], "referee": [3, 4]}, None, "column referrer: ids are"),
        (
            {"referrer": ["a"], "referee": ["b"]},
            {"a": 1e18},
            "column values: .*more than can be added exactly",
        ),
    ],
)
def test_errors_name_what_is_wrong(edges, values, message):
    with pytest.raises(InputError, match=message):
        influence(pd.DataFrame(edges), values)
