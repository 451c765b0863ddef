"""Crediting against a plain second implementation, on made and on real claims."""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import get_args

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.credit.cycles import ManyParents
from refnet.analysis.credit.policy import Decision, Reason, decide
from refnet.core.errors import InputError, UsageError
from refnet.core.settings import CreditPolicy

POLICIES = get_args(CreditPolicy)
ADVOGATO = Path(__file__).parents[4] / "shared" / "data" / "advogato" / "out.advogato.gz"
NAN = float("nan")


def one(referrer=0, referee=1, at=10.0, joined=(0.0, 10.0), **more) -> tuple[float, str]:
    decision = decide([referrer], [referee], [at], ["c"], list(joined), **more)
    return float(decision.credit[0]), decision.reason[0]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({}, ""),
        ({"at": NAN, "joined": (NAN, NAN)}, ""),
        ({"referrer": -1}, Reason.UNKNOWN_REFERRER),
        ({"referee": -1}, Reason.UNKNOWN_REFEREE),
        ({"referrer": 1}, Reason.SELF_REFERRAL),
        ({"at": 11.0}, ""),
        ({"at": 11.1}, Reason.REFEREE_WAS_THERE_BEFORE),
        ({"joined": (11.0, 10.0)}, ""),
        ({"joined": (11.1, 10.0)}, Reason.REFERRER_JOINED_LATER),
        ({"joined": (NAN, 10.0)}, ""),
        ({"at": 3.0, "window_days": 7.0}, ""),
        ({"at": 2.9, "window_days": 7.0}, Reason.OUTSIDE_WINDOW),
        ({"at": NAN, "window_days": 7.0}, ""),
        ({"at": 2.9, "joined": (0.0, NAN), "window_days": 7.0}, ""),
    ],
)
def test_a_claim_by_itself(policy, claim, reason):
    credit, why = one(**claim, policy=policy)
    assert why == reason
    assert credit == (0.0 if reason else 1.0)


def three(policy, at=(1.0, 2.0, NAN), joined=10.0, **more) -> Decision:
    """0, 1 and 2 all claim 3."""
    return decide([0, 1, 2], [3, 3, 3], at, ["a", "b", "c"], [NAN, NAN, NAN, joined], policy=policy, **more)


def test_whose_claim_is_credited():
    assert three("first").credit.tolist() == [1, 0, 0]
    assert three("last").credit.tolist() == [0, 1, 0]
    assert three("last", at=[NAN] * 3).credit.tolist() == [0, 0, 1]
    assert three("linear").credit.tolist() == pytest.approx([1 / 3] * 3)
    assert three("first").reason.tolist() == ["", "second_claim", "second_claim"]


def test_time_decay_halves_by_half_life():
    ages = three(
        "time-decay", at=[3.0, 10.0, NAN]
    )  # 7 days before joining, and on the day; undated as the oldest
    assert ages.credit.tolist() == pytest.approx([0.25, 0.5, 0.25])
    unknown = three("time-decay", at=[3.0, 10.0, NAN], joined=NAN)  # counted from the latest claim
    assert unknown.credit.tolist() == pytest.approx([0.25, 0.5, 0.25])
    assert three("time-decay", at=[NAN] * 3).credit.tolist() == pytest.approx([1 / 3] * 3)
    old = three("time-decay", at=[-1e6, 10.0, 10.0])
    assert old.credit[0] > 0
    assert old.credit.sum() <= 1 + 1e-12


def test_the_same_pair_again():
    again = ([0, 0], [1, 1], [1.0, 2.0], ["a", "b"], [NAN, NAN])
    assert decide(*again, policy="first").reason.tolist() == ["", "second_claim"]
    assert decide(*again, policy="linear").reason.tolist() == ["", "repeated"]
    assert decide(*again, policy="linear").credit.tolist() == [1, 0]


def test_after_a_cycle_the_next_claim_gets_its_chance():
    claims = ([0, 1, 2], [1, 0, 0], [1.0, 2.0, 3.0], ["a", "b", "c"], [NAN] * 3)
    for policy in POLICIES:
        assert decide(*claims, policy=policy).reason.tolist() == (
            ["", "second_claim", ""] if policy == "last" else ["", "would_close_cycle", ""]
        )
    # The last claims, 0 → 1 at 1 and 1 → 0 at 3, close a cycle; 0's last but one is tried.
    claims = ([0, 2, 1], [1, 0, 0], [1.0, 2.0, 3.0], ["a", "b", "c"], [NAN] * 3)
    assert decide(*claims, policy="last").reason.tolist() == ["", "", "would_close_cycle"]


def test_nothing_and_nonsense():
    for policy in POLICIES:
        nothing = decide([], [], [], [], [], policy=policy)
        assert nothing.credit.shape == nothing.reason.shape == (0,)
    with pytest.raises(InputError, match="Claim c: referee 2 is none of the 2 nodes"):
        one(referee=2)
    with pytest.raises(InputError, match="as many referrers"):
        decide([0], [1, 1], [1.0], ["a"], [0.0, 0.0])
    with pytest.raises(UsageError, match="no credit policy 'best'"):
        one(policy="best")
    with pytest.raises(UsageError, match="above zero"):
        one(window_days=0)


def plainly(referrer, referee, at, claim_id, joined, policy, window) -> dict[str, tuple[float, str]]:
    """The rules once more, claim by claim, with networkx looking for ways."""
    known = {i: j for i, j in enumerate(joined) if j == j}
    result, left = {}, []
    for v, u, when, name in zip(referrer, referee, at, claim_id, strict=True):
        rules = {
            "unknown_referrer": v < 0,
            "unknown_referee": u < 0,
            "self_referral": v == u,
            "referee_was_there_before": u in known and known[u] < when - 1,
            "referrer_joined_later": u in known and v in known and known[v] > known[u] + 1,
            "outside_window": window is not None and u in known and known[u] > when + window,
        }
        why = next((reason for reason, holds in rules.items() if holds), None)
        if why:
            result[name] = (0.0, why)
        else:
            left.append((when != when, when if when == when else 0.0, name, v, u))
    left.sort()
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(joined)))
    held: dict[int, list[tuple]] = {}
    if policy == "last":
        best: dict[int, list[tuple]] = {}
        for claim in left:
            best.setdefault(claim[4], []).append(claim)
        order = []
        for claims in best.values():
            dated = [c for c in claims if not c[0]][::-1] + [c for c in claims if c[0]][::-1]
            order.append((left.index(dated[0]), dated))
        queue = [claim for _, claims in sorted(order) for claim in claims]
    else:
        queue = left
    pairs = set()
    for claim in queue:
        _, _, name, v, u = claim
        if policy in ("first", "last") and u in held:
            result[name] = (0.0, "second_claim")
        elif policy not in ("first", "last") and (v, u) in pairs:
            result[name] = (0.0, "repeated")
        elif nx.has_path(graph, u, v):
            result[name] = (0.0, "would_close_cycle")
        else:
            graph.add_edge(v, u)
            held.setdefault(u, []).append(claim)
        pairs.add((v, u))
    for u, claims in held.items():
        dates = [c[1] for c in claims if not c[0]]
        until = known.get(u, max(dates, default=0.0))
        ages = [max(until - d, 0.0) for d in dates]
        weights = [
            1.0
            if policy != "time-decay"
            else 2 ** (-(max(ages, default=0.0) if c[0] else max(until - c[1], 0.0)) / 7)
            for c in claims
        ]
        for claim, weight in zip(claims, weights, strict=True):
            result[claim[2]] = (weight / sum(weights), "")
    return result


days = st.one_of(st.just(NAN), st.integers(0, 6).map(float))


@st.composite
def claims(draw):
    nodes = draw(st.integers(1, 7))
    count = draw(st.integers(0, 25))
    ends = st.lists(st.integers(-1, nodes - 1), min_size=count, max_size=count)
    at = draw(st.lists(days, min_size=count, max_size=count))
    ids = draw(st.permutations([f"c{i}" for i in range(count)]))
    return draw(ends), draw(ends), at, ids, draw(st.lists(days, min_size=nodes, max_size=nodes))


@pytest.mark.parametrize("policy", POLICIES)
@given(made=claims(), window=st.sampled_from([None, 2.0]), seed=st.integers(0, 9))
@settings(deadline=None, max_examples=60)
def test_as_plainly_written_in_any_order_of_rows(policy, made, window, seed):
    referrer, referee, at, ids, joined = made
    decision = decide(referrer, referee, at, ids, joined, policy=policy, window_days=window)
    expected = plainly(referrer, referee, at, ids, joined, policy, window)
    assert dict(zip(ids, decision.reason.tolist(), strict=True)) == {
        n: why for n, (_, why) in expected.items()
    }
    assert decision.credit == pytest.approx([expected[name][0] for name in ids])
    holds(decision, np.array(referrer, dtype=int), np.array(referee, dtype=int), len(joined))

    order = np.random.default_rng(seed).permutation(len(ids))
    shuffled = decide(
        *(np.array(x)[order] for x in (referrer, referee, at, ids)), joined, policy=policy, window_days=window
    )
    assert shuffled.reason.tolist() == decision.reason[order].tolist()
    assert shuffled.credit == pytest.approx(decision.credit[order])


def holds(decision, referrer, referee, nodes):
    """What must hold of every decision."""
    credited = decision.credit > 0
    assert (credited == (decision.reason == "")).all()
    assert (
        np.bincount(referee[credited], decision.credit[credited], minlength=nodes).max(initial=0) <= 1 + 1e-12
    )
    graph = nx.DiGraph(zip(referrer[credited].tolist(), referee[credited].tolist(), strict=True))
    assert nx.is_directed_acyclic_graph(graph)


@pytest.mark.skipif(not ADVOGATO.exists(), reason="the Advogato network is not beside this checkout")
@pytest.mark.parametrize("policy", POLICIES)
def test_a_real_network_full_of_cycles(policy):
    with gzip.open(ADVOGATO, "rt") as file:
        edges = np.array([line.split()[:2] for line in file if not line.startswith("%")], dtype=np.int64)
    nodes = int(edges.max()) + 1
    ids = np.char.add("c", np.arange(len(edges)).astype(str))
    nothing = np.full(len(edges), NAN)
    started = time.perf_counter()
    decision = decide(edges[:, 0], edges[:, 1], nothing, ids, np.full(nodes, NAN), policy=policy)
    assert time.perf_counter() - started < 10
    assert (decision.reason == "self_referral").sum() == 3992
    assert (decision.reason == "would_close_cycle").sum() > 100
    holds(decision, edges[:, 0], edges[:, 1], nodes)
    order = np.random.default_rng(1).permutation(len(edges))
    again = decide(edges[order, 0], edges[order, 1], nothing, ids[order], np.full(nodes, NAN), policy=policy)
    assert (again.reason == decision.reason[order]).all()


@pytest.mark.parametrize("policy", POLICIES)
def test_many_claims_are_quick(policy):
    rng = np.random.default_rng(2)
    joined = np.floor(np.sort(rng.uniform(0, 1000, 1_000_000)))
    pair = np.sort(rng.integers(0, joined.size, (350_000, 2)), axis=1)
    ids = np.char.add("c", np.arange(350_000).astype(str))
    started = time.perf_counter()
    decision = decide(pair[:, 0], pair[:, 1], joined[pair[:, 1]], ids, joined, policy=policy)
    assert time.perf_counter() - started < 5
    assert (decision.credit > 0).sum() > 250_000


@given(
    edges=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=60),
    order=st.permutations(range(9)),
)
@settings(deadline=None)
def test_pearce_kelly_keeps_an_order(edges, order):
    keeper, graph = ManyParents(order), nx.DiGraph()
    graph.add_nodes_from(range(9))
    for parent, child in edges:
        closes = nx.has_path(graph, child, parent)
        assert keeper.add(parent, child) is not closes
        if not closes:
            graph.add_edge(parent, child)
        assert sorted(keeper._place) == list(range(9))
        assert all(keeper._place[v] < keeper._place[u] for v, u in graph.edges)


def test_a_ring_is_cut_at_its_last_claim():
    ring = list(range(50))
    for policy in POLICIES:
        reasons = decide(
            ring,
            ring[1:] + ring[:1],
            [float(i) for i in ring],
            [f"c{i}" for i in ring],
            [NAN] * 50,
            policy=policy,
        ).reason.tolist()
        assert reasons == [""] * 49 + ["would_close_cycle"]
