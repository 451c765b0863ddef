"""The compiled loops beside numpy, whatever is asked; and networks that are as deep or as broad as can be."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.influence import loops, ranking
from refnet.analysis.influence.network import Network
from refnet.core.errors import InputError
from tests.analysis.influence.networks import Made, networks

hops = st.one_of(st.none(), st.integers(1, 14))
decays = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(9, 10), Fraction(1, 10)])
both = pytest.mark.parametrize("compiled", [False, True], ids=["numpy", "compiled"])


@given(made=networks, asked=st.lists(st.tuples(hops, decays), max_size=5), share=st.floats(0, 1))
@settings(deadline=None, max_examples=150)
def test_loops_and_numpy_agree_on_everything(made, asked, share):
    one, other = made.network(compiled=True), made.network(compiled=False)
    pairs = [(hops, float(decay)) for hops, decay in asked]
    for value in (made.value, made.value / 3):
        for ours, theirs, (hops, decay) in zip(
            one.influences(value, pairs), other.influences(value, pairs), pairs, strict=True
        ):
            assert ours.dtype == theirs.dtype
            assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-6)
            assert ours.tolist() == one.influence(value, hops=hops, decay=decay).tolist()
        for network in (one, other):
            out = np.full((len(pairs), made.nodes), np.nan)
            given = network.influences(value, pairs, out=out)
            assert all(np.shares_memory(row, out) for row in given if made.nodes)
            for row, ours in zip(out, network.influences(value, pairs), strict=True):
                assert row == pytest.approx(ours, rel=1e-12, abs=1e-6)
    chance = np.linspace(0, share, made.nodes)
    at_risk = one.at_risk(made.value, chance)
    assert at_risk == pytest.approx(other.at_risk(made.value, chance), rel=1e-12, abs=1e-6)
    assert at_risk == pytest.approx(one.influence(made.value * chance, hops=None, decay=1), rel=1e-12)
    assert (one.conserved(made.value) - other.conserved(made.value)).tolist() == [0] * made.nodes
    for measure in ("downline", "longest_chain", "tree_of", "roots"):
        assert getattr(one, measure)().tolist() == getattr(other, measure)().tolist()
    assert one.is_forest == other.is_forest
    for root in range(made.nodes):
        theirs = np.array(other.generations(root, made.value))
        assert np.array(one.generations(root, made.value)) == pytest.approx(theirs)


@given(above=st.lists(st.integers(-8, 30), max_size=30))
@settings(deadline=None)
def test_a_forest_has_the_ranks_that_any_network_has(above):
    """Everyone has one referrer or none; they may go in circles."""
    edges = [(up, node) for node, up in enumerate(above) if 0 <= up < len(above) and up != node]
    tail, head = np.array(edges, dtype=np.int32).reshape(-1, 2).T.copy()
    want = loops.ranked(tail, head, np.ones(tail.size), len(above))
    found = ranking.singly(tail, head, len(above))
    assert found[0] == want[0]
    if found[0]:
        assert [each.tolist() for each in found[1:]] == [each.tolist() for each in want[1:6]]


@both
def test_answers_go_where_they_are_asked_to(compiled):
    network = Network([0, 1], [1, 2], nodes=3, compiled=compiled)
    out = np.full((3, 3), np.nan)
    large = 2**60  # whole sums that are no floats: rounded once, in the end
    network.influences([1, 2, large + 1], [(1, 1.0), (None, 1.0), (6, 0.5)], out=out)
    assert out.tolist() == [[2, large, 0], [float(large + 3), large, 0], [2 + large / 2, large, 0]]
    for wrong in (np.zeros((2, 3)), np.zeros((3, 3), dtype=np.int64)):
        with pytest.raises(InputError, match="out is"):
            network.influences([1, 2, 3], [(1, 1.0), (None, 1.0), (6, 0.5)], out=wrong)


@given(made=networks, asked=st.lists(st.tuples(hops, decays), min_size=1, max_size=5), two=st.booleans())
@settings(deadline=None)
def test_two_threads_write_what_one_writes(made, asked, two):
    """Halves of one node and of none, nodes that brought nobody at either end."""
    pairs = [(hops, float(decay)) for hops, decay in asked]
    network, found = made.network(compiled=True), []
    for worth_two in (0, 2_000_000):
        out = np.full((len(pairs), made.nodes), np.nan) if two else None
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("refnet.analysis.influence.compiled._WORTH_TWO", worth_two)
            found.append([each.tolist() for each in network.influences(made.value, pairs, out=out)])
    assert found[0] == found[1]


@given(made=networks, decay=decays, seed=st.integers(0, 99))
@settings(deadline=None)
def test_names_and_order_do_not_matter(made, decay, seed):
    name = np.random.default_rng(seed).permutation(made.nodes)
    value = np.zeros(made.nodes, dtype=np.int64)
    value[name] = made.value
    edges = [(int(name[v]), int(name[u]), credit) for v, u, credit in reversed(made.edges)]
    renamed = Made(edges, value.tolist(), compiled=made.compiled).network()
    found = renamed.influence(value, decay=float(decay))[name]
    assert found == pytest.approx(made.network().influence(made.value, decay=float(decay)), rel=1e-12)


@pytest.mark.parametrize("hops", [1, 6, 1_000, 500_000, None])
def test_a_celebrity_a_chain_and_a_million(hops):
    """One who brought a million, and a chain as long: closed forms."""
    million = 1_000_000
    one = np.ones(million + 1, dtype=np.int64)
    star = Network(np.zeros(million, dtype=int), np.arange(1, million + 1), nodes=million + 1)
    assert star.influence(one, hops=hops, decay=1)[[0, 1]].tolist() == [million, 0]
    chain = Network(np.arange(million), np.arange(1, million + 1), nodes=million + 1)
    reached = min(hops or million, million)
    assert chain.influence(one, hops=hops, decay=1)[[0, million - 2]].tolist() == [reached, min(reached, 2)]
    assert chain.influence(one, hops=hops, decay=0.5)[0] == pytest.approx(2 - 2.0 ** (1 - reached))
    if hops is None:
        assert chain.longest_chain()[0] == chain.downline()[0] == million
        assert star.conserved(one).tolist() == [million + 1, *[0] * million]
        assert chain.conserved(one, decay=1).sum() == million + 1


@both
@pytest.mark.parametrize("diamond", [False, True])
def test_a_chain_of_a_hundred_thousand_is_quick(diamond, compiled):
    length = 100_000
    tail, head, credit = np.arange(length - 1), np.arange(1, length), np.ones(length - 1)
    if diamond:  # 5 → 6 → 7 and 5 → 7
        tail, head = np.append(tail, 5), np.append(head, 7)
        credit = np.append(credit, 0.5)
        credit[6] = 0.5
    started = time.perf_counter()
    network = Network(tail, head, credit, nodes=length)
    value = np.full(length, 100)
    assert network.influence(value, hops=None)[10] == pytest.approx(200)
    assert network.influence(value, hops=6)[10] == pytest.approx(196.875)
    assert network.influence(value, hops=None, decay=1)[10] == 100 * (length - 11)
    assert network.downline()[10] == network.longest_chain()[10] == length - 11
    assert network.downline()[0] == length - 1
    assert network.conserved(value).sum() == 100 * length
    assert len(network.generations(length - 100, value)) == 99
    assert time.perf_counter() - started < 15
