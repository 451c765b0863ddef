"""Influence, downline and conserved credit: worked truths, and every measure against listing paths."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.influence.conserved import to_whole
from refnet.analysis.influence.distinct import people_below
from refnet.analysis.influence.network import Network
from refnet.core.errors import InputError, UsageError
from tests.analysis.influence.networks import Made, forests, networks

hops = st.one_of(st.none(), st.integers(1, 14))
decays = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(9, 10), Fraction(1, 10)])
both = pytest.mark.parametrize("compiled", [False, True], ids=["numpy", "compiled"])
CHAIN = Network([0, 1, 2], [1, 2, 3], nodes=4)
HUNDRED = np.full(4, 10_000)


@both
def test_worked_truths(compiled):
    chain = Network([0, 1, 2], [1, 2, 3], nodes=4, compiled=compiled)
    assert chain.influence(HUNDRED).tolist() == [17_500, 15_000, 10_000, 0]
    assert chain.conserved(HUNDRED).tolist() == [24_762, 9_524, 5_714, 0]
    assert chain.at_risk(HUNDRED, [1, 0.5, 0.1, 0.2]).tolist() == [8_000, 3_000, 2_000, 0]
    diamond = Network([0, 0, 1, 2], [1, 2, 3, 3], [1, 1, 0.5, 0.5], nodes=4, compiled=compiled)
    assert diamond.influence(HUNDRED, hops=2)[0] == 25_000
    assert not diamond.is_forest
    assert diamond.downline().tolist() == [3, 1, 1, 0]

    friends = Network([0] * 10 + [1, 1, 2, 2, 3, 4], range(1, 17), nodes=17, compiled=compiled)
    spent = np.append(20_000, np.full(16, 18_750))
    assert spent[0] + friends.influence(spent, hops=None, decay=1)[0] == 320_000

    seven = Network([0] * 7 + [1, 1, 2, 3], range(1, 12), nodes=12, compiled=compiled)
    heads = np.ones(12, dtype=np.int64)
    assert seven.influence(heads)[0] == 9
    assert seven.generations(0, heads) == [(1, 7, 7), (2, 4, 4)]
    assert seven.downline()[0] == 11

    cascade = Network([0] * 10 + [1, 1, 2, 2, 3, 4], range(1, 17), nodes=17, compiled=compiled)
    assert 1 + 0.1 * cascade.influence(np.ones(17), hops=None, decay=0.1)[0] == pytest.approx(2.06)


@given(made=networks, hops=hops, decay=decays)
@settings(deadline=None, max_examples=150)
def test_influence_is_the_sum_over_paths(made, hops, decay):
    found = made.network().influence(made.value, hops=hops, decay=float(decay))
    assert found == pytest.approx(made.influence(hops, decay), rel=1e-9, abs=1e-6)


@given(made=forests(), hops=hops)
@settings(deadline=None)
def test_whole_credits_without_decay_stay_exact(made, hops):
    big = made.value * 90_000_000_001  # beyond what float64 holds exactly
    found = made.network().influence(big, hops=hops, decay=1)
    assert found.dtype == np.int64
    exact = [
        sum(int(big[u]) for d, u, _ in made.paths(v) if not hops or d <= hops) for v in range(made.nodes)
    ]
    assert found.tolist() == exact


@given(made=networks)
@settings(deadline=None, max_examples=150)
def test_shape_of_the_network(made):
    network = made.network()
    graph = made.graph
    assert network.downline().tolist() == [len(nx.descendants(graph, v)) for v in range(made.nodes)]
    longest = [max((length for length, *_ in made.paths(v)), default=0) for v in range(made.nodes)]
    assert network.longest_chain().tolist() == longest
    assert network.is_forest == all(d <= 1 for _, d in graph.in_degree())
    assert network.roots().tolist() == [v for v in graph if graph.out_degree(v) and not graph.in_degree(v)]
    trees = {
        frozenset(np.flatnonzero(network.tree_of() == t).tolist()) for t in set(network.tree_of().tolist())
    }
    assert trees == {frozenset(c) for c in nx.weakly_connected_components(graph)}
    assert (np.diff(np.unique(network.tree_of(), return_index=True)[1]) > 0).all()


@given(made=networks)
@settings(deadline=None)
def test_generations_add_up(made):
    network = made.network()
    everything = network.influence(made.value, hops=None, decay=1)
    for root in range(made.nodes):
        found = network.generations(root, made.value)
        depth = nx.single_source_shortest_path_length(made.graph, root)
        assert [g.depth for g in found] == list(range(1, len(found) + 1))
        for generation in found:
            assert generation.customers == sum(d == generation.depth for d in depth.values())
            at_depth = sum(c * int(made.value[u]) for d, u, c in made.paths(root) if d == generation.depth)
            assert generation.value == pytest.approx(float(at_depth), abs=1e-6)
        assert len(found) == network.longest_chain()[root]
        assert sum(g.value for g in found) == pytest.approx(float(everything[root]), abs=1e-6)


@given(made=networks, decay=decays)
@settings(deadline=None, max_examples=150)
def test_conserved_credit_is_the_expected_share_and_sums_exactly(made, decay):
    found = made.network().conserved(made.value, decay=float(decay))
    assert found.dtype == np.int64
    assert found.sum() == made.value.sum()
    assert np.abs(found - np.array([float(s) for s in made.shares(decay)])).max(initial=0) < 1 + 1e-6


def test_conserved_credit_of_long_walks_with_several_referrers():
    """A ladder of 150 rungs: beyond the columns of one block, and beyond where the decay's sums stand still."""
    length = 150
    tail = [i for i in range(length) for _ in (0, 1)]
    head = [j for i in range(length) for j in (i + 1, min(i + 2, length))]
    edges = sorted(set(zip(tail, head, strict=True)))
    brought = np.bincount([h for _, h in edges])
    credit = [0.9 / brought[h] for _, h in edges]
    network = Network(*zip(*edges, strict=True), credit, nodes=length + 1)
    value = np.random.default_rng(1).integers(0, 10**7, length + 1)
    for decay in (0.5, 0.97, 1.0):
        # P(walk from u is at v after d steps), all of it
        step = np.zeros((length + 1, length + 1))
        for (v, u), c in zip(edges, credit, strict=True):
            step[u, v] = c
        stop = 1 - step.sum(axis=1)
        after = [np.eye(length + 1)]
        for _ in range(length):
            after.append(after[-1] @ step)
        ends = np.array([p @ stop for p in after])  # [j, v]: exactly j more steps
        weight = np.array([sum(decay**i for i in range(m)) for m in range(1, 2 * length + 2)])
        share = value * stop
        for d in range(1, length + 1):
            share += (
                (value @ after[d])
                * decay ** (d - 1)
                * (ends / weight[d - 1 : d + length][:, None]).sum(axis=0)
            )
        found = network.conserved(value, decay=decay)
        assert found.sum() == value.sum()
        assert np.abs(found - share).max() < 1.001


@given(made=networks, decay=decays, seed=st.integers(0, 9))
@settings(deadline=None)
def test_order_of_edges_does_not_matter_to_the_last_bit(made, decay, seed):
    order = np.random.default_rng(seed).permutation(len(made.edges))
    shuffled = Made([made.edges[i] for i in order], made.value.tolist(), compiled=made.compiled).network()
    network = made.network()
    for measure in (
        lambda n: n.influence(made.value, decay=float(decay)),
        lambda n: n.influence(made.value, hops=None, decay=float(decay)),
        lambda n: n.conserved(made.value, decay=float(decay)),
    ):
        assert measure(network).tolist() == measure(shuffled).tolist()


@given(made=networks, decay=decays, data=st.data())
@settings(deadline=None)
def test_what_changes_and_what_does_not(made, decay, data):
    if not made.nodes:
        return
    network = made.network()
    decay = float(decay)
    before = network.influence(made.value, decay=decay)
    assert network.influence(made.value * 3, decay=decay) == pytest.approx(3 * before)
    unlimited = network.influence(made.value, hops=None, decay=decay)
    assert network.influence(made.value, hops=made.nodes, decay=decay) == pytest.approx(unlimited, abs=1e-6)
    parent = data.draw(st.integers(0, made.nodes - 1))
    grown = Made(
        [*made.edges, (parent, made.nodes, Fraction(1))], [*made.value.tolist(), 500], compiled=made.compiled
    )
    gain = grown.network().influence(grown.value, hops=None, decay=decay)[:-1] - unlimited
    above = nx.ancestors(made.graph, parent) | {parent}
    assert gain[parent] == pytest.approx(500)
    for node in range(made.nodes):
        ways = [(d, credit) for d, last, credit in grown.paths(node) if last == made.nodes]
        assert bool(ways) == (node in above)
        assert gain[node] == pytest.approx(500 * float(sum(decay ** (d - 1) * c for d, c in ways)), abs=1e-6)


@pytest.mark.parametrize(
    ("edges", "credit", "message"),
    [
        (([0], [4]), None, "Edge 0 → 4 names none of 4 nodes"),
        (([0], [-1]), None, "Edge 0 → -1 names none of 4 nodes"),
        (([2], [2]), None, "Edge 2 → 2 leads from a node to itself"),
        (([0], [1]), [0.0], "Edge 0 → 1 has a credit"),
        (([0], [1]), [1.5], "Edge 0 → 1 has a credit"),
        (([0], [1]), [np.nan], "Edge 0 → 1 has a credit"),
        (([0, 1, 2], [3, 2, 1]), None, "Edge 1 → 2 is on a cycle"),
        (([0, 1, 2, 0], [1, 2, 1, 3]), [0.5] * 4, "Edge 1 → 2 is on a cycle"),
        (([0, 1], [2, 2]), None, "Edge 0 → 2 leads to a node whose credits sum to more than 1"),
        (([0, 1], [2]), None, "as many referrers as referees"),
    ],
)
@both
def test_what_is_no_credited_network_is_refused(edges, credit, message, compiled):
    with pytest.raises(InputError, match=message):
        Network(*edges, credit, nodes=4, compiled=compiled)


def test_questions_asked_wrongly():
    with pytest.raises(InputError, match="4 nodes and values of shape"):
        CHAIN.influence([1.0])
    with pytest.raises(InputError, match="value of b is not"):
        Network([0], [1], nodes=2, names=["a", "b"]).influence([1.0, np.nan])
    with pytest.raises(InputError, match="integers"):
        CHAIN.conserved(HUNDRED / 3)
    for wrong in ({"hops": 0}, {"decay": 0.0}, {"decay": 1.1}):
        with pytest.raises(UsageError):
            CHAIN.influence(HUNDRED, **wrong)
    with pytest.raises(UsageError):
        CHAIN.generations(4, HUNDRED)


@both
@pytest.mark.parametrize(
    "value", [[0, 2**62, 2**62], [0, -(2**62), -(2**62)], np.array([0, 2**63, 1], np.uint64)]
)
def test_whole_values_that_cannot_be_added_exactly_are_refused(value, compiled):
    network = Network([0, 1], [1, 2], nodes=3, compiled=compiled)
    for ask in (
        lambda: network.influence(value, hops=None, decay=1),
        lambda: network.conserved(value),
        lambda: network.generations(0, value),
    ):
        with pytest.raises(InputError, match="more than can be added exactly"):
            ask()
    assert network.influence(np.asarray(value, dtype=np.float64), hops=None, decay=1)[0] == sum(
        map(float, value)
    )
    most = [0, 2**61, 2**61]
    assert network.influence(most, hops=None, decay=1).tolist() == [2**62, 2**61, 0]


@both
def test_conserved_credit_that_is_no_whole_number_any_more_is_refused(compiled):
    network = Network([0, 1], [1, 2], nodes=3, names=["ann", "bob", "cy"], compiled=compiled)
    with pytest.raises(
        InputError, match=r"conserved credit of ann is about .* cannot be shared out to the unit"
    ):
        network.conserved([0, 2**53 + 1, 2**53 + 1])
    value = [0, 2**48 + 1, 2**48 + 1]
    found = network.conserved(value)
    assert sum(found.tolist()) == sum(value)
    assert abs(found[1] * 3 - 2 * value[2]) <= 3  # bob was one of two steps, the nearer


@pytest.mark.parametrize(
    ("edges", "credit", "message"),
    [
        (([0.7], [1.2]), None, "column referrer: node numbers are whole numbers from 0 on, not float64"),
        ((["a"], ["b"]), None, "column referrer: node numbers are whole"),
        (([0], [None]), None, "column referee: node numbers are whole"),
        (([True], [False]), None, "column referrer: node numbers are whole"),
        (([0], np.array([2**63 + 1], np.uint64)), None, "column referee: node numbers are whole"),
        (([0], [1]), ["much"], "Credits are numbers"),
    ],
)
def test_nodes_and_credits_of_another_kind_are_refused(edges, credit, message):
    with pytest.raises(InputError, match=message):
        Network(*edges, credit, nodes=4)


@pytest.mark.parametrize("nodes", [-1, 1.5, "4", None])
def test_a_count_of_nodes_that_is_none_is_refused(nodes):
    with pytest.raises(UsageError, match="it must say how many nodes there are"):
        Network([0], [1], nodes=nodes)


def test_what_is_asked_at_once_is_pairs():
    for wrong in ([6], [(6,)], [(6, 0.5, 1)], 6):
        with pytest.raises(UsageError, match="pairs of hops and decay"):
            CHAIN.influences(HUNDRED, wrong)
    with pytest.raises(InputError, match="out is a list, and has to be an array of numpy"):
        CHAIN.influences(HUNDRED, [(6, 0.5)], out=[0.0])


@pytest.mark.parametrize(
    "wrong", [{"hops": 1.5}, {"hops": True}, {"hops": "6"}, {"hops": float("nan")}, {"hops": -1}, {"decay": "0.5"},
              {"decay": None}, {"decay": float("nan")}, {"decay": Decimal(2)}],
)  # fmt: skip
def test_settings_of_another_kind_are_refused(wrong):
    with pytest.raises(UsageError, match=r"hops is|decay is"):
        CHAIN.influence(HUNDRED, **wrong)


@pytest.mark.parametrize("value", [["1", "2", "3", "4"], [1, 2, 3, "x"], [1j] * 4])
def test_values_that_are_no_numbers_are_refused(value):
    with pytest.raises(InputError, match="Values are numbers"):
        CHAIN.influence(value)


def test_settings_of_every_numeric_kind():
    for decay in (0.5, np.float32(0.5), Fraction(1, 2), Decimal("0.5")):
        assert CHAIN.influence(HUNDRED, hops=np.int8(6), decay=decay).tolist() == [17_500, 15_000, 10_000, 0]


@both
@pytest.mark.parametrize("nodes", [0, 3])
def test_nobody_and_no_edges(nodes, compiled):
    network = Network([], [], nodes=nodes, compiled=compiled)
    value = np.arange(nodes)
    assert network.influence(value).tolist() == [0] * nodes
    assert network.conserved(value).tolist() == value.tolist()
    assert network.downline().tolist() == network.longest_chain().tolist() == [0] * nodes
    assert network.tree_of().tolist() == list(range(nodes))
    assert network.roots().tolist() == []
    assert network.is_forest
    if nodes:
        assert network.generations(1, value) == []


def test_a_wrong_risk_is_refused():
    with pytest.raises(InputError, match="probability of 1 is not within"):
        CHAIN.at_risk(HUNDRED, [0, 1.1, 0, 0])
    with pytest.raises(InputError, match="probabilities of shape"):
        CHAIN.at_risk(HUNDRED, [0.5])


def test_distinct_people_in_blocks_of_joins():
    """More joins than one block holds, in one component, against networkx."""
    rng = np.random.default_rng(3)
    nodes = 6000
    referee = np.repeat(np.arange(1, nodes), 2)
    referrer = np.floor(rng.uniform(0.97, 1, referee.size) * referee).astype(np.int64)
    network = Network(referrer, referee, np.full(referee.size, 0.5), nodes=nodes)
    found = network.downline()
    graph = nx.DiGraph(zip(referrer.tolist(), referee.tolist(), strict=True))
    for node in [*range(0, nodes, 500), nodes - 1]:
        assert found[node] == len(nx.descendants(graph, node))
    assert (
        people_below(referrer, referee, network.longest_chain(), network.tree_of()).tolist() == found.tolist()
    )


def test_rounding_gives_the_units_to_the_largest_remainders():
    assert to_whole(np.array([1.6, 2.3, 0.1]), 4).tolist() == [2, 2, 0]
    assert to_whole(np.array([0.5, 0.5, 0.0]), 1).tolist() == [1, 0, 0]
    assert to_whole(np.array([-1.5, 2.5]), 1).tolist() == [-1, 2]
    assert to_whole(np.array([2.9999999999, 1.0]), 4).tolist() == [3, 1]


def test_rounding_gives_the_units_of_a_tie_as_it_is_told():
    def last_first(nodes):
        asked.append(nodes.tolist())
        return nodes[::-1]

    asked = []
    assert to_whole(np.array([1.25, 0.5, 1.25]), 3, last_first).tolist() == [1, 1, 1]
    assert to_whole(np.array([1.25, 0.5, 1.25]), 4, last_first).tolist() == [1, 1, 2]
    assert asked == [[0, 2]]


@pytest.mark.slow
def test_everyone_at_once_beats_one_by_one():
    rng = np.random.default_rng(4)
    nodes = 100_000
    child = np.flatnonzero(rng.random(nodes) < 0.35)
    child = child[child > 0]
    parent = np.floor(rng.random(child.size) ** 2 * child).astype(np.int64)
    value = rng.integers(0, 10_000, nodes)
    graph = nx.DiGraph(zip(parent.tolist(), child.tolist(), strict=True))
    graph.add_nodes_from(range(nodes))

    def by_node(node: int) -> float:
        reached = nx.single_source_shortest_path_length(graph, node, cutoff=6)
        return sum(0.5 ** (d - 1) * int(value[u]) for u, d in reached.items() if d)

    started = time.perf_counter()
    each = [by_node(node) for node in range(0, nodes, 10)]
    slow = 10 * (time.perf_counter() - started)
    network = Network(parent, child, nodes=nodes)
    started = time.perf_counter()
    found = network.influence(value)
    quick = time.perf_counter() - started
    assert found[::10] == pytest.approx(each)
    assert slow / quick > 30  # hundreds, on a machine that has nothing else to do
