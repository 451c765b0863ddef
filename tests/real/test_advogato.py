"""A real network, as dirty as real ones are: self-certificates, cycles, several sponsors, no dates."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.profile import profile
from refnet.core.settings import load_settings
from refnet.front import load
from refnet.graph import Graph
from tests.conftest import unavailable
from tests.real.prepare import SHARED, advogato

pytestmark = pytest.mark.slow

PEOPLE, ROWS, SELF, SPONSORED = 6_539, 51_127, 3_992, 4_422


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    if not (SHARED / "advogato").exists():
        unavailable(f"no Advogato network in {SHARED} (REFNET_TEST_DATA says where it is)")
    return advogato()


def test_every_row_is_credited_or_says_why_not(graph: Graph, tables: dict[str, pd.DataFrame]) -> None:
    loaded, credit = load(graph, tables)
    rows = {table.table: (table.rows_read, table.rows_loaded, table.rows_rejected) for table in loaded.tables}
    assert rows == {"customers": (PEOPLE, PEOPLE, 0), "referrals": (ROWS, ROWS, 0)}
    assert credit.claims == ROWS
    assert credit.uncredited["self_referral"] == SELF
    assert credit.credited + sum(credit.uncredited.values()) == ROWS
    assert set(credit.uncredited) == {"self_referral", "second_claim", "would_close_cycle"}
    by_reason = {row["reason"]: row["claims"] for row in graph.query("integrity/uncredited")}
    assert by_reason == credit.uncredited

    edges = graph.query("export/referred").to_pandas()
    network = nx.DiGraph(list(edges[["referrer", "referee"]].itertuples(index=False)))
    assert len(edges) == credit.credited == network.number_of_edges()
    assert nx.is_forest(network)
    assert nx.is_directed_acyclic_graph(network)
    # Nobody who could have a referrer is without one: every claim on them would close a cycle.
    others = tables["referrals"].query("referrer_id != referee_id")
    assert others["referee_id"].nunique() == SPONSORED
    without = set(others["referee_id"]) - set(edges["referee"])
    for referee, claims in others[others["referee_id"].isin(without)].groupby("referee_id"):
        assert all(nx.has_path(network, referee, claimant) for claimant in claims["referrer_id"])

    analyze(graph)
    scores = graph.query("export/customers").to_pandas().set_index("customerId")
    expected = by_node(network, scores.index, hops=6, decay=0.5)
    assert np.allclose(scores["influence"], expected, rtol=0, atol=1e-9)
    below = [len(nx.descendants(network, c)) if c in network else 0 for c in scores.index]
    assert scores["downline"].tolist() == below
    assert (scores["ecrNetwork"] - 1).tolist() == below
    assert scores["conservedCredit"].sum() == pytest.approx(PEOPLE)

    best = scores["influence"].idxmax()
    shown = profile(graph, best)
    assert shown["influence"] == scores.loc[best, "influence"]
    assert shown["downline"] == sum(g["customers"] for g in shown["generations"])
    by_cypher = graph.query("influence/one", customerId=best, hops=6, decay=0.5, value="revenue").one()
    assert by_cypher["influence"] == pytest.approx(shown["influence"], abs=1e-9)


def test_shared_credit_is_acyclic_and_equals_networkx(graph: Graph, tables: dict[str, pd.DataFrame]) -> None:
    settings = load_settings(credit_policy="linear")
    _, credit = load(graph, tables, settings=settings)
    assert credit.credited + sum(credit.uncredited.values()) == ROWS
    assert "second_claim" not in credit.uncredited
    edges = graph.query("export/referred").to_pandas()
    network = nx.DiGraph()
    network.add_weighted_edges_from(
        edges[["referrer", "referee", "credit"]].itertuples(index=False), weight="credit"
    )
    assert nx.is_directed_acyclic_graph(network)
    into = edges.groupby("referee")["credit"].sum()
    assert np.allclose(into, 1.0)

    analyze(graph, settings=settings)
    scores = graph.query("export/customers").to_pandas().set_index("customerId")
    # Every path of a length is a product of the adjacency matrix: sums over paths, without walking them.
    order = list(network)
    step = nx.to_scipy_sparse_array(network, nodelist=order, weight="credit")
    reached, expected = np.ones(len(order)), np.zeros(len(order))
    for depth in range(6):
        reached = step @ reached
        expected += 0.5**depth * reached
    assert np.allclose(scores.loc[order, "influence"], expected, rtol=1e-9)
    below = {c: len(nx.descendants(network, c)) for c in order[::50]}
    assert scores.loc[list(below), "downline"].to_dict() == below
    assert scores["conservedCredit"].sum() == pytest.approx(PEOPLE)


def by_node(network: nx.DiGraph, ids: pd.Index, *, hops: int, decay: float) -> list[float]:
    found = []
    for c in ids:
        depths = nx.single_source_shortest_path_length(network, c, cutoff=hops) if c in network else {}
        found.append(sum(decay ** (depth - 1) for depth in depths.values() if depth))
    return found
