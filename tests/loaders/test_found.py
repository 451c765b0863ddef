"""What properties and fuzzing have found, each once more in plain."""

from __future__ import annotations

import pandas as pd

from refnet import front
from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import load
from tests.dump import picture
from tests.loaders.conftest import Write


def test_a_further_column_that_says_nothing_yet_has_no_kind_yet(graph: Graph, write: Write) -> None:
    """Empty in the first load and numbers in the second is numbers, as it is in one load."""
    for files in (["a,\n", "b,41\n"], ["b,41\n", "a,\n"]):
        graph.write("MATCH (n) DETACH DELETE n")
        for rows in files:
            load(graph, write({"customers.csv": "customer_id,shoe_size\n" + rows}))
        assert graph.read("MATCH (c:Customer {customerId: 'b'}) RETURN c.shoeSize AS size").one() == {
            "size": 41
        }
        assert [row["kind"] for row in graph.query("export/attribute-names")] == ["number"]


def test_a_credit_tells_the_time_and_campaign_of_its_claim_as_it_was_loaded_last(graph: Graph) -> None:
    claims = {"claim_id": ["k"], "referrer_id": ["a"], "referee_id": ["b"]}
    people = pd.DataFrame({"customer_id": ["a", "b"]})
    last = pd.DataFrame(claims | {"referred_at": ["2024-01-02"], "campaign": ["summer"]})
    front.load(graph, {"customers": people, "referrals": last})
    expected = picture(graph)
    graph.write("MATCH (n) DETACH DELETE n")
    first = pd.DataFrame(claims | {"referred_at": ["2024-01-01"], "campaign": [None]})
    front.load(graph, {"customers": people, "referrals": first})
    front.load(graph, {"referrals": last})
    assert picture(graph) == expected


def test_the_smallest_credits_follow_the_policy_too(graph: Graph) -> None:
    """60 half-lives weigh 2⁻⁶⁰, whatever a half-life is; 55 of a longer one are a credit as near to nothing."""
    front.load(
        graph,
        {
            "customers": pd.DataFrame({"customer_id": ["a", "b", "c"]}),
            "referrals": pd.DataFrame(
                {
                    "referrer_id": ["a", "b"],
                    "referee_id": ["c", "c"],
                    "referred_at": ["2024-01-01", "2024-02-25"],
                }
            ),
        },
        settings=load_settings(credit_policy="time-decay", credit_half_life_days=0.5),
    )
    made = front.decide_credit(
        graph, settings=load_settings(credit_policy="time-decay", credit_half_life_days=1.0)
    )
    assert made.changed == 1  # 2⁻⁵⁵ beside 1 is still 1
    found = graph.read("MATCH (:Customer)<-[r:REFERRED]-() RETURN r.credit AS credit ORDER BY credit")
    assert [row["credit"] for row in found] == [2.0**-55, 1.0]
