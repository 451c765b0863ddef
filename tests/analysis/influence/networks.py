"""Made networks, and every measure once more by listing paths: slow, and easy to believe."""

from __future__ import annotations

from fractions import Fraction

import networkx as nx
import numpy as np
from hypothesis import strategies as st

from refnet.analysis.influence.network import Network


class Made:
    """Edges with exact credits, a value for each node, and the network of them, by compiled loops or by numpy."""

    def __init__(
        self, edges: list[tuple[int, int, Fraction]], value: list[int], *, compiled: bool = False
    ) -> None:
        self.compiled = compiled
        self.edges, self.value, self.nodes = edges, np.array(value, dtype=np.int64), len(value)
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from(range(self.nodes))
        self.graph.add_weighted_edges_from(edges, weight="credit")

    def network(self, *, compiled: bool | None = None) -> Network:
        tail, head, credit = zip(*self.edges, strict=True) if self.edges else ((), (), ())
        return Network(
            list(tail),
            list(head),
            [float(c) for c in credit],
            nodes=self.nodes,
            compiled=self.compiled if compiled is None else compiled,
        )

    def paths(self, root: int):
        """(length, last node, Π credits) of every path from `root`."""
        stack = [(0, root, Fraction(1))]
        while stack:
            length, node, credit = stack.pop()
            if length:
                yield length, node, credit
            stack += [
                (length + 1, u, credit * data["credit"])
                for _, u, data in self.graph.out_edges(node, data=True)
            ]

    def influence(self, hops: int | None, decay: Fraction) -> list[float]:
        return [
            float(
                sum(
                    decay ** (length - 1) * credit * int(self.value[node])
                    for length, node, credit in self.paths(root)
                    if hops is None or length <= hops
                )
            )
            for root in range(self.nodes)
        ]

    def shares(self, decay: Fraction) -> list[Fraction]:
        """Conserved credit before rounding: every chain of referrers with its probability."""
        share = [Fraction(0)] * self.nodes

        def walk(customer: int, node: int, chance: Fraction, chain: list[int]) -> None:
            into = list(self.graph.in_edges(node, data="credit"))
            stop = chance * (1 - sum((c for *_, c in into), Fraction(0)))
            value = int(self.value[customer])
            if stop and not chain:
                share[customer] += stop * value
            elif stop:
                whole = sum((decay**d for d in range(len(chain))), Fraction(0))
                for d, ancestor in enumerate(chain):
                    share[ancestor] += stop * value * decay**d / whole
            for referrer, _, credit in into:
                walk(customer, referrer, chance * credit, [*chain, referrer])

        for customer in range(self.nodes):
            walk(customer, customer, Fraction(1), [])
        return share


values = st.integers(-5_000, 100_000)


@st.composite
def forests(draw, *, whole: bool = True):
    """Everyone has at most one referrer; node numbers are shuffled."""
    nodes = draw(st.integers(0, 12))
    names = draw(st.permutations(range(nodes)))
    edges = []
    for node in range(1, nodes):
        parent = draw(st.integers(-1, node - 1))
        credit = Fraction(1) if whole else Fraction(draw(st.integers(1, 4)), 4)
        if parent >= 0:
            edges.append((names[parent], names[node], credit))
    worth = draw(st.lists(values, min_size=nodes, max_size=nodes))
    return Made(draw(st.permutations(edges)), worth, compiled=draw(st.booleans()))


@st.composite
def dags(draw):
    """Up to three referrers for one, credits that sum to 1 or less."""
    nodes = draw(st.integers(1, 9))
    names = draw(st.permutations(range(nodes)))
    edges = []
    for node in range(1, nodes):
        parents = draw(st.lists(st.integers(0, node - 1), max_size=3, unique=True))
        parts = draw(st.lists(st.integers(1, 4), min_size=len(parents) + 1, max_size=len(parents) + 1))
        left = 0 if draw(st.booleans()) else parts[-1]
        whole = sum(parts[: len(parents)]) + left
        edges += [
            (names[p], names[node], Fraction(part, whole)) for p, part in zip(parents, parts, strict=False)
        ]
    worth = draw(st.lists(values, min_size=nodes, max_size=nodes))
    return Made(draw(st.permutations(edges)), worth, compiled=draw(st.booleans()))


networks = st.one_of(forests(), forests(whole=False), dags())
