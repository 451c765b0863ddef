"""From table to table: ids of any kind, dirty input, several measures, against networks made beforehand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import refnet
from refnet.analysis.influence import hashing, table
from refnet.analysis.influence.ids import Ids, _texts
from refnet.analysis.influence.measures import (
    Measure,
    at_risk,
    conserved_credit,
    downline,
    ecr_direct,
    ecr_network,
    longest_chain,
)
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.sift import REASONS, sift
from refnet.analysis.influence.table import influence_table
from refnet.cli import app
from refnet.core.errors import InputError, UsageError
from tests.analysis.influence.networks import networks

both = pytest.mark.parametrize("compiled", [False, True], ids=["arrow", "compiled"])
PEOPLE = pd.DataFrame(
    {"customer_id": list("abcd"), "revenue": [100.0] * 4, "churn_probability": [1, 0.5, 0.1, 0.2]}
)
CHAIN = pd.DataFrame({"referrer_id": list("abc"), "referee_id": list("bcd")})
MEASURES = {
    "score": Measure(),
    "people": Measure(None, None, 1.0),
    "direct": Measure(hops=1, decay=1.0),
    "risk": at_risk(),
}


@pytest.mark.parametrize(
    "kind", [pd.DataFrame, pl.from_pandas, pa.Table.from_pandas], ids=["pandas", "polars", "pyarrow"]
)
def test_worked_truths_from_every_kind_of_table(kind):
    scored = influence_table(kind(PEOPLE), kind(CHAIN), MEASURES)
    table = scored.to_pandas()
    assert table["customer_id"].tolist() == list("abcd")
    assert table["score"].tolist() == [175, 150, 100, 0]
    assert table["people"].tolist() == [3, 2, 1, 0]
    assert table["direct"].tolist() == [100, 100, 100, 0]
    assert table["risk"].tolist() == [80, 30, 20, 0]
    assert scored.to_polars()["score"].to_list() == [175, 150, 100, 0]
    assert scored.dropped == {}


ALL = {
    "influence": Measure(),
    "ecr_direct": ecr_direct(),
    "ecr_network": ecr_network(),
    "conserved_credit": conserved_credit(),
    "downline": downline(),
    "longest_chain": longest_chain(),
}


def test_worked_truths_of_what_is_one_s_own_and_of_people():
    """The chain; Cate's ten friends and their six; a diamond, where paths are not people."""
    chain = influence_table(PEOPLE, CHAIN, ALL).to_pandas()
    assert chain["ecr_direct"].tolist() == [200, 200, 200, 100]
    assert chain["ecr_network"].tolist() == [400, 300, 200, 100]
    assert chain["conserved_credit"].tolist() == [247.62, 95.24, 57.14, 0]
    assert chain["downline"].tolist() == chain["longest_chain"].tolist() == [3, 2, 1, 0]
    assert (chain.dtypes[["downline", "longest_chain"]] == np.int64).all()
    cate = pd.DataFrame({"customer_id": range(17), "revenue": [200.0] + [200.0] * 10 + [1000 / 6] * 6})
    brought = pd.DataFrame({"referrer_id": [0] * 10 + [1, 2, 3, 4, 5, 6], "referee_id": range(1, 17)})
    first = influence_table(cate, brought, ALL).to_pandas().iloc[0]
    assert first["ecr_network"] == pytest.approx(3200, abs=0.03)
    assert (first["ecr_direct"], first["downline"], first["longest_chain"]) == (2200, 16, 2)
    diamond = pd.DataFrame(
        {"referrer_id": list("aabc"), "referee_id": list("bcdd"), "credit": [1, 1, 0.25, 0.5]}
    )
    many = ALL | {"paths": Measure(None, None, 1.0), "people": ecr_network(None)}
    found = influence_table(PEOPLE, diamond, many).to_pandas()
    assert found["downline"].tolist() == [3, 1, 1, 0]
    assert found["paths"].tolist() == [2.75, 0.25, 0.5, 0]
    assert found["people"].tolist() == [3.75, 1.25, 1.5, 1]
    assert found["ecr_network"].tolist() == [375, 125, 150, 100]
    assert found["conserved_credit"].sum() == 400
    half = pd.DataFrame({"referrer_id": list("ab"), "referee_id": list("bc"), "credit": [0.5, 1.0]})
    shared = influence_table(PEOPLE, half, {"shared": conserved_credit()}).to_pandas()["shared"]
    assert shared.tolist() == [166.67, 133.33, 0, 100]


@given(made=networks, seed=st.integers(0, 99), scale=st.sampled_from([1, 7_919]), data=st.data())
@settings(deadline=None)
@pytest.mark.parametrize("by_parts", [False, True], ids=["rows", "parts"])
def test_every_measure_is_that_of_the_small_door(by_parts, made, seed, scale, data):
    """As `refnet.influence` on the same people, in any order, with people whom no referral names."""
    alone = data.draw(st.integers(1, 3))
    ids = np.random.default_rng(seed).permutation(made.nodes + alone) * scale
    if data.draw(st.booleans()):
        ids = np.array([f"c{each}" for each in ids.tolist()], dtype=object)
    value = np.append(made.value, np.arange(alone) * 101) / 100
    edges = pd.DataFrame(
        [(ids[a], ids[b], float(credit)) for a, b, credit in made.edges],
        columns=["referrer", "referee", "credit"],
    )
    if not len(edges):
        return
    people = pd.DataFrame({"customer_id": ids, "revenue": value})
    claims = edges.rename(columns={"referrer": "referrer_id", "referee": "referee_id"})
    with pytest.MonkeyPatch.context() as patch:
        if by_parts:
            patch.setattr("refnet.analysis.influence.named.worth_compiling", lambda *_: True)
        found = influence_table(people, claims, ALL).to_pandas().set_index("customer_id")
        heads = influence_table(
            people,
            claims,
            {"influence": Measure(None), "ecr_direct": ecr_direct(None), "ecr_network": ecr_network(None)},
        ).to_pandas()
    want = refnet.influence(edges, pd.Series(value, index=ids))
    for name in ALL:
        assert found[name].tolist() == pytest.approx(want[name].tolist(), rel=1e-12), name
    for name in ("downline", "longest_chain", "conserved_credit"):
        assert found[name].tolist() == want[name].tolist()
    counted = refnet.influence(edges).reindex(ids)
    for name in ("influence", "ecr_direct", "ecr_network"):
        other = counted[name].fillna(0 if name == "influence" else 1).tolist()
        assert heads[name].tolist() == pytest.approx(other, rel=1e-12)


def test_who_does_not_ask_for_them_does_not_read_twice(monkeypatch):
    """Own values of all are read for extended and conserved ones only."""
    read = []
    minor = table._minor
    monkeypatch.setattr(table, "_minor", lambda *given: read.append(given[1]) or minor(*given))
    monkeypatch.setattr("refnet.analysis.influence.named.worth_compiling", lambda *_: True)
    influence_table(PEOPLE, CHAIN, MEASURES | {"downline": downline()})
    assert read == ["revenue"]
    influence_table(PEOPLE, CHAIN, ALL)
    assert read == ["revenue"] * 3


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (Measure(None, kind="conserved_credit"), "conserved credit of heads"),
        (Measure(kind="people"), "of kind 'people', not one of influence, extended"),
        (Measure(weight="churn_probability", kind="extended"), "has a weight"),
        (conserved_credit(decay=2), "decay"),
    ],
)
def test_kinds_that_are_none(measure, message):
    with pytest.raises(UsageError, match=message):
        influence_table(PEOPLE, CHAIN, {"x": measure})


def test_the_command_writes_further_columns(tmp_path):
    people, claims, out = (tmp_path / f"{name}.parquet" for name in ("people", "claims", "scores"))
    PEOPLE.to_parquet(people)
    CHAIN.to_parquet(claims)
    asked = ["influence", str(people), str(claims), "-o", str(out), "--json"]
    for name in list(ALL)[1:]:
        asked += ["--also", name]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["columns"] == list(ALL)
    assert pq.read_table(out).to_pylist() == influence_table(PEOPLE, CHAIN, ALL).table.to_pylist()
    for wrong in (["--also", "people"], ["--also", "conserved_credit", "--value", "heads"]):
        assert isinstance(CliRunner().invoke(app, [*asked, *wrong]).exception, UsageError)


def test_a_probability_that_is_missing_counts_as_nothing():
    gap = PEOPLE.assign(churn_probability=[1, None, 0.1, 0.2])
    assert influence_table(gap, CHAIN, {"risk": at_risk()}).to_pandas()["risk"].tolist() == [30, 30, 20, 0]
    with pytest.raises(InputError, match=r"column churn_probability: row 1, b, has 1\.5, .* leave it empty"):
        influence_table(PEOPLE.assign(churn_probability=[1, 1.5, 0.1, 0.2]), CHAIN, {"risk": at_risk()})


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("revenue", "says"),
    [
        ([1, 1e308, 1e307, 2], "row 1 holds 1e[+]308"),
        ([1, 2, 3, np.inf], "row 3 holds inf"),
        ([1, -1e20, 1, 1], "-1e"),
    ],
)
@pytest.mark.parametrize("measure", [Measure(), ecr_network(), conserved_credit()])
def test_the_amount_that_is_too_large_is_named_as_it_is_written(revenue, says, measure):
    with pytest.raises(InputError, match=f"column revenue: .*{says}"):
        influence_table(PEOPLE.assign(revenue=revenue), CHAIN, {"x": measure})


@pytest.mark.parametrize(
    ("customers", "referrals", "says"),
    [
        (
            PEOPLE,
            CHAIN.assign(referee_id=["b", None, "d"]),
            "row 1 of the referrals names nobody: it is empty",
        ),
        (
            PEOPLE.assign(customer_id=list("abca")),
            CHAIN,
            "a is there twice, again in row 3. Keep one row of each.",
        ),
        (PEOPLE.assign(revenue=["1", "2", "x", "3"]), CHAIN, "row 2 holds 'x', no number. Leave it empty"),
        (
            PEOPLE.assign(customer_id=np.array([1, 2**63 + 5, 3, 4], "u8")),
            CHAIN,
            "Read the column as texts.$",
        ),
    ],
)
def test_what_is_wrong_has_its_place_and_a_next_step(customers, referrals, says):
    with pytest.raises(InputError) as told:
        influence_table(customers, referrals)
    assert re.search(says, str(told.value))


def test_a_measure_has_a_text_for_a_name():
    with pytest.raises(UsageError, match="need a name each"):
        influence_table(PEOPLE, CHAIN, {1: Measure()})


def test_the_command_from_parquet_to_parquet(tmp_path):
    people, claims, out = (tmp_path / f"{name}.parquet" for name in ("people", "claims", "scores"))
    PEOPLE.to_parquet(people)
    pd.concat([CHAIN, pd.DataFrame({"referrer_id": ["d", "x"], "referee_id": ["a", "b"]})]).to_parquet(claims)
    told = CliRunner().invoke(app, ["influence", str(people), str(claims), "-o", str(out), "--drop"])
    assert told.exit_code == 0
    assert "left out: 1 referrals, would_close_cycle" in told.stdout
    assert "left out: 1 referrals, unknown_referrer" in told.stdout
    assert pq.read_table(out).to_pydict() == {"customer_id": list("abcd"), "influence": [175, 150, 100, 0]}
    heads = ["influence", str(people), str(claims), "-o", str(out), "--value", "heads", "--hops", "all"]
    assert isinstance(CliRunner().invoke(app, heads).exception, InputError)
    told = CliRunner().invoke(app, [*heads, "--decay", "1", "--drop", "--json"])
    assert '"would_close_cycle": 1' in told.stdout
    assert pq.read_table(out)["influence"].to_pylist() == [3, 2, 1, 0]
    two = [*heads[:-1], "2", "--decay", "1", "--drop"]
    assert CliRunner().invoke(app, two).exit_code == 0
    assert pq.read_table(out)["influence"].to_pylist() == [2, 2, 1, 0]
    assert CliRunner().invoke(app, [*heads[:-1], "all", "--decay", "1", "--drop"]).exit_code == 0
    assert pq.read_table(out)["influence"].to_pylist() == [3, 2, 1, 0]
    for wrong in ("0", "-1", "some", "1.5", "²"):
        asked = CliRunner().invoke(app, [*heads[:-1], wrong])
        assert isinstance(asked.exception, UsageError), wrong
    assert isinstance(
        CliRunner().invoke(app, ["influence", str(people), str(claims), "-o", str(people)]).exception,
        UsageError,
    )


ids = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=40),
    st.lists(st.integers(0, 60), unique=True, max_size=40),
    st.lists(st.text(max_size=20), unique=True, max_size=40),
)


@given(known=ids, seed=st.integers(0, 99), chunked=st.booleans())
@settings(deadline=None)
def test_ids_find_their_rows(known, seed, chunked):
    kind = pa.string() if known and isinstance(known[0], str) else pa.int64()
    strangers = ["nobody-at-all", "", "x" * 70] if kind == pa.string() else [-5, 2**40, 61]
    asked = [*known, None, *strangers]
    order = np.random.default_rng(seed).permutation(len(asked))
    there = {one: row for row, one in enumerate(known)}
    want = [there.get(asked[at], -1) for at in order]
    array = pa.array([asked[at] for at in order], kind)
    held = pa.array([*known, *known], kind).slice(len(known))  # an offset that is not 0
    if chunked:
        held = pa.chunked_array([held.slice(0, len(known) // 2), held.slice(len(known) // 2)])
        array = pa.chunked_array([array.slice(0, 3), array.slice(3)])
    for compiled in (False, True):
        assert Ids(held, compiled=compiled).rows(array, column="x").tolist() == want


@both
def test_ids_of_other_kinds(compiled):
    seven = Ids(pa.array([7, 8]), compiled=compiled)
    assert seven.rows(pa.array(["8", "x", "7", None]), column="x").tolist() == [1, -1, 0, -1]
    assert seven.rows(pa.array([8.0, None, 7.0]), column="x").tolist() == [1, -1, 0]
    texts = Ids(pa.array(["7", "8"]).dictionary_encode(), compiled=compiled)
    assert texts.rows(pa.array([8, 9]), column="x").tolist() == [1, -1]
    far = Ids(pa.array([1, 2**40]), compiled=compiled)
    assert far.rows(pa.array([2**40, 3]), column="x").tolist() == [1, -1]
    with pytest.raises(
        InputError, match=r"column x: ids are .* or texts, but 7.5 in row 1 is no whole number"
    ):
        seven.rows(pa.array([7.0, 7.5]), column="x")
    assert seven.rows(pa.array([8.0, float("nan")], pa.float32()), column="x").tolist() == [1, -1]
    with pytest.raises(InputError, match="9223372036854775808 in row 0 is beyond"):
        seven.rows(pa.array([2**63], pa.uint64()), column="x")
    with pytest.raises(InputError, match="not bool"):
        Ids(pa.array([True]), compiled=compiled)
    for twice in ([7, 3, 7], [7, 2**40, 7], ["7", "3", "7"]):
        with pytest.raises(InputError, match="customer_id: 7 is there twice, again in row 2"):
            Ids(pa.array(twice), compiled=compiled)
    with pytest.raises(InputError, match="row 1 has no id"):
        Ids(pa.array(["a", None]), compiled=compiled)


@both
@pytest.mark.parametrize(
    ("kind", "most"), [(pa.float64(), 2**53), (pa.float32(), 2**24), (pa.float16(), 2**11)], ids=str
)
def test_floats_are_ids_only_where_they_are_exact(compiled, kind, most):
    below = np.array([most - 1, -most + 1], dtype=kind.to_pandas_dtype())
    assert Ids(pa.array(below), compiled=compiled).rows(
        pa.array([most - 1, 1 - most]), column="x"
    ).tolist() == [0, 1]
    for beyond in (most, -most, float("inf")):
        far = pa.array(np.array([1, beyond], dtype=kind.to_pandas_dtype()))
        with pytest.raises(InputError, match=r"customer_id: ids are .* in row 1 is a float beyond") as told:
            Ids(far, compiled=compiled)
        assert "dtype 'Int64'" in told.value.hint


def test_a_gap_among_long_ids_makes_nobody_another():
    """pandas makes floats of whole numbers with a gap: 2^60 + 1 and 2^60 are then the same."""
    people = pd.DataFrame({"customer_id": [2**60 + 1, 2**60, 2**60 + 500], "revenue": [1.0, 1.0, 1.0]})
    claims = {"referrer_id": [2**60 + 1, None], "referee_id": [2**60 + 500, 2**60]}
    for drop in (False, True):
        with pytest.raises(InputError, match=r"column referrer_id: .* in row 0 is a float beyond"):
            influence_table(people, pd.DataFrame(claims), drop=drop)
    for made in (pd.DataFrame(claims, dtype="Int64"), pa.table(claims), pl.DataFrame(claims)):
        found = influence_table(people, made, drop=True)
        assert found.table["influence"].to_pylist() == [1, 0, 0]
        assert found.dropped == {"unknown_referrer": 1}


@given(
    homes=st.lists(st.sampled_from([0, 1, 29, 30, 31, 32, 33, 62, 63]), max_size=40),
    twice=st.none() | st.integers(0, 39),
)
@settings(deadline=None)
def test_two_threads_fill_a_table_as_one_does(homes, twice):
    """Also where ids run over the end of a half, or of the table: 64 places, ids made for where they belong."""
    made = [(home << 58 | at) * pow(int(hashing.SPREAD), -1, 2**64) % 2**64 for at, home in enumerate(homes)]
    again = twice is not None and twice < len(made)
    ids = np.array([*made, *([made[twice]] if again else [])], dtype=np.uint64).view(np.int64)
    text = pa.array([f"c{each}" for each in ids], pa.large_string())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "_WORTH_TWO", 0)
        found, table = hashing.numbers_table(ids, 6)
        said, texts = hashing.texts_table(*_texts(text), 6)
    assert found == said == (len(made) if again else -1)
    if not again:
        asked = np.append(ids[::-1], 17)
        assert hashing.numbers_found(table, 6, asked).tolist() == [*reversed(range(len(made))), -1]
        asked_text = _texts(pa.array([f"c{each}" for each in asked], pa.large_string()))
        want = [*reversed(range(len(made))), -1]
        assert hashing.texts_found(texts, 6, *_texts(text), *asked_text).tolist() == want


@pytest.mark.parametrize("kind", [int, str])
def test_many_ids(kind):
    rng = np.random.default_rng(3)
    ids = rng.permutation(np.unique(rng.integers(0, 1 << 48, 150_000)))
    held = pa.array(ids if kind is int else [f"c-{one}" for one in ids])
    order = rng.permutation(len(ids))
    assert (Ids(held).rows(held.take(pa.array(order)), column="x") == order).all()
    with pytest.raises(InputError, match=f"is there twice, again in row {len(ids)}"):
        Ids(pa.concat_arrays([held, held.slice(77, 1)]))


claims = st.lists(st.tuples(st.integers(-1, 8), st.integers(-1, 8)), max_size=30)


@both
@given(made=claims, seed=st.integers(0, 99), parts=st.booleans())
@settings(deadline=None)
def test_what_is_credited_is_a_network_and_nothing_more_could_be(made, seed, parts, compiled):
    rng = np.random.default_rng(seed)
    tail, head = (np.array([c[end] for c in made], dtype=np.int32) for end in (0, 1))
    order = rng.permutation(len(made))
    credit = rng.choice([0.0, 0.2, 0.25, 0.5, 1.0, np.nan], len(made)) if parts else None
    reason = sift(order, tail, head, credit, 9, compiled=compiled)
    kept = reason == 0
    Network(tail[kept], head[kept], None if credit is None else credit[kept], nodes=9)  # or it would refuse
    graph, into = nx.DiGraph(), dict.fromkeys(range(9), 0.0)
    graph.add_nodes_from(range(9))
    for claim in order.tolist():
        a, b, part = int(tail[claim]), int(head[claim]), 1.0 if credit is None else credit[claim]
        why = REASONS[reason[claim]]
        assert (why == "unknown_referrer") == (a < 0)
        assert (why == "unknown_referee") == (a >= 0 > b)
        assert (why == "self_referral") == (a == b >= 0)
        if why == "wrong_credit":
            assert not 0 < part <= 1
        elif why == "second_claim":
            assert into[b] + part > 1
        elif why == "would_close_cycle":
            assert into[b] + part <= 1 + 1e-9
            assert nx.has_path(graph, b, a)
        elif not why:
            graph.add_edge(a, b)
            into[b] += part


@pytest.mark.parametrize("claims", [
    (["a→b", "b→a", "c→a"], [1.0, 1.0, 1.0], {"would_close_cycle": 1}, 105.0),
    (["a→b", "b→a", "c→a"], None, {"would_close_cycle": 1}, 105.0),
    (["a→b", "b→a", "c→a"], [0.5, 0.6, 0.5], {"would_close_cycle": 1}, 0.5 * 100 + 0.5 * 0.25 * 10),
    (["a→b", "b→a", "b→a"], [0.5, 0.5, 0.75], {"would_close_cycle": 2}, 0.0),
])  # fmt: skip
def test_a_cycle_that_is_cut_uses_up_no_credit(claims):
    (rows, credit, dropped, of_c) = claims
    people = pd.DataFrame({"customer_id": list("abc"), "revenue": [100.0, 10.0, 1.0]})
    table = pd.DataFrame([row.split("→") for row in rows], columns=["referrer_id", "referee_id"])
    scored = influence_table(people, table if credit is None else table.assign(credit=credit), drop=True)
    assert scored.dropped == dropped
    assert scored.to_pandas()["influence"].tolist()[2] == pytest.approx(of_c)


@given(made=networks, seed=st.integers(0, 99))
@settings(deadline=None, max_examples=50)
def test_rows_and_names_do_not_matter(made, seed):
    rng = np.random.default_rng(seed)
    names = [f"c-{n}" for n in rng.permutation(1000)[: made.nodes]]
    rows, lines = rng.permutation(made.nodes), rng.permutation(len(made.edges))
    people = pd.DataFrame({"customer_id": [names[r] for r in rows], "revenue": made.value[rows] / 100})
    tail, head, credit = zip(*(made.edges[at] for at in lines), strict=True) if made.edges else ((), (), ())
    table = pa.table(
        {
            "referrer_id": pa.array([names[n] for n in tail], pa.string()),
            "referee_id": pa.array([names[n] for n in head], pa.string()),
            "credit": pa.array([float(c) for c in credit], pa.float64()),
        }
    )
    for drop in (False, True):
        scored = influence_table(people.astype({"customer_id": str}), table, drop=drop)
        want = made.network().influence(made.value)[rows] / 100
        assert scored.to_pandas()["influence"].to_numpy() == pytest.approx(want)
        assert not scored.dropped


def test_dirty_claims_by_time():
    claims = pd.DataFrame(
        {
            "referrer_id": ["a", "b", "c", "a", "d", None, "a", "a", "c"],
            "referee_id": ["b", "a", "a", "a", "b", "c", "z", "c", "d"],
            "referred_at": pd.to_datetime(["2024-02-01", "2024-01-01", None, *["2024-01-01"] * 6]),
        }
    )
    scored = influence_table(PEOPLE, claims, {"people": Measure(None, None, 1.0)}, drop=True)
    # Credited: d → b → a → c; c → d would lead round in a circle.
    assert scored.to_pandas()["people"].tolist() == [1, 2, 0, 3]
    assert scored.dropped == {
        "unknown_referrer": 1,
        "unknown_referee": 1,
        "self_referral": 1,
        "second_claim": 2,
        "would_close_cycle": 1,
    }


@pytest.mark.parametrize(
    ("people", "claims", "message"),
    [
        (PEOPLE.drop(columns="revenue"), CHAIN, "column revenue: the table of customers has no such column"),
        (PEOPLE, CHAIN.drop(columns="referee_id"), "column referee_id: the table of referrals has no such"),
        (PEOPLE, CHAIN.replace("b", "x"), "column referrer_id: row 1 of the referrals names x"),
        (PEOPLE, CHAIN.replace("b", "a"), "Edge a → a leads from a node to itself"),
        (PEOPLE, CHAIN.replace("d", "a"), "Edge a → b is on a cycle"),
        (PEOPLE, CHAIN.replace("d", "b"), "Edge a → b leads to a node whose credits sum"),
        (
            PEOPLE.assign(revenue=["1", "2", "much", "4"]),
            CHAIN,
            "column revenue: row 2 holds 'much', no number",
        ),
        (
            PEOPLE.assign(revenue=[1, 2**53 + 1, 1, 1]),
            CHAIN,
            r"column revenue: row 1 holds .*: amounts beyond",
        ),
        (
            PEOPLE.assign(revenue=PEOPLE.index.astype("datetime64[s]")),
            CHAIN,
            "column revenue: holds timestamp",
        ),
        (
            PEOPLE.assign(customer_id=[1, "a", 2, 3]),
            CHAIN,
            "column customer_id: holds 1 in row 0 and 'a' in row 1",
        ),
        (
            PEOPLE.assign(customer_id=[1, 2, 2**70, 3]),
            CHAIN,
            f"column customer_id: row 2 holds {2**70}, beyond 64",
        ),
        (
            PEOPLE.assign(customer_id=[1j, 2j, 3j, 4j]),
            CHAIN,
            r"column customer_id: holds .*1j.* in row 0, which is no value",
        ),
        (
            pd.concat([PEOPLE, PEOPLE[["revenue"]]], axis=1),
            CHAIN,
            "column revenue: the table of customers has it twice",
        ),
        (Path(), CHAIN, "is a directory"),
        ("nowhere.parquet", CHAIN, "nowhere.parquet: is not there"),
    ],
)
def test_what_cannot_be_is_named(people, claims, message):
    with pytest.raises(InputError, match=message):
        refnet.influence_table(people, claims)


def test_asked_wrongly():
    with pytest.raises(UsageError, match="is no table"):
        influence_table([1], CHAIN)
    with pytest.raises(UsageError, match="need a name"):
        influence_table(PEOPLE, CHAIN, {})
    with pytest.raises(UsageError, match="hops is 0"):
        influence_table(PEOPLE, CHAIN, {"x": Measure(hops=0)})
    with pytest.raises(UsageError, match=r"decay is '0\.5'"):
        influence_table(PEOPLE, CHAIN, {"x": Measure(decay="0.5")})
    with pytest.raises(UsageError, match=r"x is \('revenue', 6, 0.5\), no measure"):
        influence_table(PEOPLE, CHAIN, {"x": ("revenue", 6, 0.5)})
    with pytest.raises(UsageError, match="x is of 7, which is no column's name"):
        influence_table(PEOPLE, CHAIN, {"x": Measure(7)})
    for currency in (None, "EURO", "€", 3):
        with pytest.raises(UsageError, match="is no currency"):
            influence_table(PEOPLE, CHAIN, currency=currency)


def timed(times):
    """Who is credited for d, whom a, b and c claim at these times."""
    claims = pa.table({"referrer_id": list("abc"), "referee_id": ["d"] * 3, "referred_at": times})
    found = influence_table(PEOPLE, claims, {"people": Measure(None, None, 1.0)}, drop=True)
    return "abcd"[found.table["people"].to_pylist().index(1)]


@pytest.mark.parametrize(
    ("times", "first"),
    [
        (["2024-10-01", "2024-09-01", "2024-09-02"], "b"),
        (["2024-01-01T12:00:00+02:00", "2024-01-01T11:00:00Z", "2024-01-01T09:30:00-01:00"], "a"),
        (["2024-01-01 12:00:00", "2024-01-01T11:59:59.5", "20240101T115959"], "c"),
        (["2024-02", None, "2024"], "c"),
        (["", "2024-01-01", None], "b"),
        ([None, None, None], "a"),
        ([3, 2, None], "b"),
        ([2.5, float("nan"), 1.5], "c"),
        (pa.array([3, 1, 2], pa.date32()), "b"),
        (pa.array([None, "2024-01-01", "2023-01-01"]).dictionary_encode(), "c"),
    ],
)
def test_the_earliest_time_of_whatever_kind_is_first(times, first):
    assert timed(times) == first


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2024-10-01", "10/01/2024", "9/01/2024"], "column referred_at: row 1 holds '10/01/2024', no time"),
        (["2024-10-01", "2024-13-01", "today"], "column referred_at: row 1 holds '2024-13-01', no time"),
        (["today", None, "now"], "column referred_at: row 0 holds 'today', no time"),
        ([True, False, None], "column referred_at: holds bool, no times"),
        ([[1], [2], [3]], "column referred_at: holds list"),
    ],
)
def test_a_time_that_is_none_is_named(times, message):
    with pytest.raises(InputError, match=message):
        timed(times)


@pytest.mark.parametrize("revenue", [[1e23, 1, 1], [5e16, 5e16, 5e16], [float("inf"), 1, 1]])
def test_amounts_that_cannot_be_added_are_refused(revenue: list[float]) -> None:
    people = pd.DataFrame({"customer_id": ["a", "b", "c"], "revenue": revenue})
    edges = pd.DataFrame({"referrer_id": ["a", "b"], "referee_id": ["b", "c"]})
    with pytest.raises(InputError, match="more than can be added exactly"):
        influence_table(people, edges, {"i": Measure("revenue", hops=None, decay=1)})


def test_a_table_is_written_as_parquet_only(tmp_path: Path) -> None:
    people = pd.DataFrame({"customer_id": ["a", "b"], "revenue": [1.0, 2.0]})
    edges = pd.DataFrame({"referrer_id": ["a"], "referee_id": ["b"]})
    with pytest.raises(UsageError, match="another kind"):
        influence_table(people, edges).write(tmp_path / "scores.csv")
    assert not list(tmp_path.iterdir())


def test_columns_that_are_written_say_that_nothing_is_missing(tmp_path: Path) -> None:
    scored = influence_table(PEOPLE, CHAIN)
    scored.write(tmp_path / "scores.parquet")
    read = pq.read_table(tmp_path / "scores.parquet")
    assert not any(each.nullable for each in read.schema)
    assert read.cast(scored.table.schema).equals(scored.table)


def test_what_is_written_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scored = influence_table(PEOPLE, CHAIN)
    path = tmp_path / "scores.parquet"
    scored.write(path)
    before = path.read_bytes()

    def half(_table: object, where: Path, **_: object) -> None:
        Path(where).write_bytes(b"PAR1 and no more")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", half)
        with pytest.raises(KeyboardInterrupt):
            scored.write(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(UsageError, match="is no directory"):
        scored.write(tmp_path / "nowhere" / "scores.parquet")
    with pytest.raises(UsageError, match="is there and no file"):
        scored.write(tmp_path)
