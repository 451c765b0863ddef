"""The worked truths of influence, by Cypher and by arrays, on every engine."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.profile import profile
from refnet.analysis.influence.scores import influence
from refnet.core.settings import load_settings
from refnet.front import load
from refnet.graph import Graph


def tables(edges: list[tuple[str, str]], revenue: dict[str, float]) -> dict[str, pd.DataFrame]:
    """Customers, and undated claims in the order given."""
    return {
        "customers": pd.DataFrame({"customer_id": list(revenue), "revenue": list(revenue.values())}),
        "referrals": pd.DataFrame(edges, columns=["referrer_id", "referee_id"]).assign(
            claim_id=[f"k-{n:03}" for n in range(len(edges))]
        ),
    }


def scored(graph: Graph, data: dict[str, pd.DataFrame], **given: Any) -> pd.DataFrame:
    """What `refnet load` and `refnet analyze` make of it, by customer."""
    settings = load_settings(**given)
    load(graph, data, settings=settings)
    analyze(graph, settings=settings)
    return graph.query("export/customers").to_pandas().set_index("customerId")


def test_cate(graph: Graph) -> None:
    friends = [f"f{n}" for n in range(10)]
    theirs = [f"g{n}" for n in range(6)]
    edges = [("cate", f) for f in friends] + [(friends[n % 4], g) for n, g in enumerate(theirs)]
    spent = {"cate": 200.0} | dict.fromkeys(friends + theirs, 187.5)
    assert sum(spent.values()) - 200 == 3000
    scores = scored(graph, tables(edges, spent))
    assert scores.loc["cate", "ecrNetwork"] == 3200 == 16 * scores.loc["cate", "revenue"]
    assert graph.query("influence/network-revenue", customerId="cate").one()["ecrNetwork"] == pytest.approx(
        3200
    )
    by_arrays = influence(data_edges(edges), spent)
    assert by_arrays.loc["cate", "ecr_network"] == 3200

    # An offer passed on with probability .1 to each: 1 + 10 · .1 + 6 · .01.
    spread = graph.query("influence/spread", customerId="cate", probability=0.1).one()["expectedSpread"]
    assert spread == pytest.approx(2.06)
    heads = influence(data_edges(edges), decay=0.1, hops=None)["influence"]
    assert 1 + 0.1 * heads["cate"] == pytest.approx(2.06)


def test_seven_friends_and_four_of_theirs(graph: Graph) -> None:
    edges = [("ann", f"f{n}") for n in range(7)] + [(f"f{n}", f"g{n}") for n in range(4)]
    people = ["ann", *(v for _, v in edges)]
    scored(graph, tables(edges, dict.fromkeys(people, 1.0)))
    found = graph.query("influence/one", customerId="ann", hops=6, decay=0.5, value="heads").one()
    assert (found["influence"], found["people"]) == (9, 11)
    by_arrays = influence(data_edges(edges))
    assert (by_arrays.loc["ann", "influence"], by_arrays.loc["ann", "downline"]) == (9, 11)
    shown = profile(graph, "ann")
    assert [g["customers"] for g in shown["generations"]] == [7, 4]
    assert shown["downline"] == 11


def test_chain(graph: Graph) -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "d")]
    spent = dict.fromkeys("abcd", 100.0)
    scores = scored(graph, tables(edges, spent))
    assert scores.loc[list("abcd"), "influence"].tolist() == [175, 150, 100, 0]
    assert scores.loc[list("abcd"), "conservedCredit"].tolist() == [247.62, 95.24, 57.14, 0]
    assert scores["conservedCredit"].sum() == pytest.approx(400, abs=1e-9)
    by_cypher = {
        r["customerId"]: r["influence"]
        for r in graph.query("influence/everyone", hops=6, decay=0.5, value="revenue")
    }
    assert by_cypher == {"a": 175, "b": 150, "c": 100}
    shares = {r["id"]: r["conservedCredit"] for r in graph.query("influence/conserved", decay=0.5)}
    assert shares == pytest.approx({"a": 247.619, "b": 95.238, "c": 57.143}, abs=1e-3)
    by_arrays = influence(data_edges(edges), spent)
    assert by_arrays.loc[list("abcd"), "conserved_credit"].tolist() == [247.62, 95.24, 57.14, 0]
    # Decay and hops as asked for one customer are those of the definition.
    assert profile(graph, "a", hops=2, decay=0.1)["influence"] == pytest.approx(110)


def test_diamond(graph: Graph) -> None:
    edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]
    spent = dict.fromkeys("abcd", 100.0)
    scores = scored(graph, tables(edges, spent), credit_policy="linear", hops=2)
    assert scores.loc["a", "influence"] == 250
    assert scores.loc["a", "downline"] == 3
    assert scores["conservedCredit"].sum() == pytest.approx(400, abs=1e-9)
    found = graph.query("influence/one", customerId="a", hops=2, decay=0.5, value="revenue").one()
    assert (found["influence"], found["people"]) == (pytest.approx(250), 3)
    some = graph.query("influence/some", ids=["d", "a"], hops=2, decay=0.5, value="heads").values
    assert some == [["a", pytest.approx(2.5), 3], ["d", 0, 0]]
    shown = profile(graph, "a")
    assert [(g["customers"], g["value"]) for g in shown["generations"]] == [(2, 200), (1, 100)]
    credit = pd.Series([1, 1, 0.5, 0.5])
    by_arrays = influence(data_edges(edges).assign(credit=credit), spent, hops=2)
    assert by_arrays.loc["a", "influence"] == 250


def test_arrays_and_cypher_agree_on_a_forest(graph: Graph) -> None:
    rng = np.random.default_rng(5)
    people = [f"p{n}" for n in range(400)]
    edges = [
        (people[int(rng.integers(max(0, n - 40), n))], people[n]) for n in range(1, 400) if rng.random() < 0.7
    ]
    spent = {p: float(v) / 100 for p, v in zip(people, rng.integers(0, 100_000, 400), strict=True)}
    scores = scored(graph, tables(edges, spent), hops=3, decay=0.3)
    by_cypher = (
        graph.query("influence/everyone", hops=3, decay=0.3, value="revenue")
        .to_pandas()
        .set_index("customerId")
    )
    assert np.allclose(by_cypher["influence"], scores.loc[by_cypher.index, "influence"], rtol=0, atol=1e-9)
    assert scores.drop(by_cypher.index)["influence"].eq(0).all()
    shares = graph.query("influence/conserved", decay=0.3).to_pandas().set_index("id")["conservedCredit"]
    assert np.allclose(shares, scores.loc[shares.index, "conservedCredit"], rtol=0, atol=0.011)
    assert scores["conservedCredit"].sum() == pytest.approx(sum(spent.values()), abs=1e-6)


@pytest.mark.parametrize("hops", [1, 4, 6])
def test_arrays_and_cypher_agree_on_shared_credits(graph: Graph, hops: int) -> None:
    """Generation by generation: 40 layers of two who both bring both of the next have 2³⁹ paths."""
    edges = [
        (f"{left}{n}", f"{right}{n + 1}") for n in range(40) for left in ("a", "b") for right in ("a", "b")
    ]
    spent = {f"{side}{n}": float(n) for n in range(41) for side in ("a", "b")}
    scores = scored(graph, tables(edges, spent), credit_policy="linear", hops=hops, decay=0.7)
    found = graph.query("influence/some", ids=list(spent), hops=hops, decay=0.7, value="revenue").to_pandas()
    found = found.set_index("customerId")
    assert len(found) == 82
    assert np.allclose(found["influence"], scores.loc[found.index, "influence"], rtol=0, atol=1e-9)
    assert found.loc["b3", "people"] == 2 * hops


def test_conserved_credit_by_cypher_where_credit_is_shared(graph: Graph) -> None:
    """Five layers of three who all bring all of the next; a chain that is longer than paths go; credits below 1."""
    layers = [[f"{layer}{n}" for n in range(3)] for layer in "vwxyz"]
    edges = [(up, down) for above, below in pairwise(layers) for up in above for down in below]
    spent = {name: 100.0 for layer in layers for name in layer}
    scores = scored(graph, tables(edges, spent), credit_policy="linear")

    def shares() -> pd.Series:
        found = graph.query("influence/conserved", decay=0.5).to_pandas()
        return found.set_index("id")["conservedCredit"]

    assert shares().sum() == pytest.approx(1_500)
    held = scores["conservedCredit"]
    assert shares().to_dict() == pytest.approx(held[held > 0].to_dict(), abs=0.011)
    # Who was brought by several of those below has no probability that is a sum over paths.
    spread = {
        name: graph.query("influence/spread", customerId=name, probability=0.1).one()["expectedSpread"]
        for name in ("v0", "x0", "y0", "z0")
    }
    assert spread == {"v0": None, "x0": None, "y0": pytest.approx(1.3), "z0": 1}
    # A third of each credit is left over, and stays where it is.
    graph.write("MATCH ()-[r:REFERRED]->() SET r.credit = r.credit * 2 / 3")
    assert shares().sum() == pytest.approx(1_500)
    analyze(graph)
    held = graph.query("export/customers").to_pandas().set_index("customerId")["conservedCredit"]
    assert shares().to_dict() == pytest.approx(held.to_dict(), abs=0.011)

    chain = [f"c{n:02}" for n in range(30)]
    scored(graph, tables(list(pairwise(chain)), dict.fromkeys(chain, 100.0)))
    found = shares()
    assert found.sum() == pytest.approx(1_500 + 3_000)
    assert found["c29"] == 100, "too far from the top: it stays"


def test_arrays_and_cypher_agree_on_affiliates(graph: Graph) -> None:
    edges = [("s", "x"), ("x", "y"), ("y", "z"), ("s", "w"), ("t", "v")]
    spent = dict.fromkeys("vwxyz", 100.0)
    data = tables(edges, spent)
    data["affiliates"] = pd.DataFrame({"affiliate_id": ["s", "t", "u"]})
    data["referrals"]["referrer_kind"] = ["affiliate", "customer", "customer", "affiliate", "affiliate"]
    scored(graph, data, hops=2)
    found = graph.query("influence/affiliates", hops=2, decay=0.5, value="revenue").values
    assert found == [["s", 250, 3, 2], ["t", 100, 1, 1]]
    written = graph.read(
        "MATCH (a:Affiliate) WHERE a.influence > 0 RETURN a.affiliateId, a.influence ORDER BY a.affiliateId"
    )
    assert written.values == [["s", 250], ["t", 100]]


def data_edges(edges: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(edges, columns=["referrer", "referee"])
