"""Notebooks that are written in py2neo read what refnet wrote."""

import pytest

from refnet.analysis.influence.analyze import analyze
from refnet.front import load
from refnet.graph import Graph
from tests.cypher.village import TABLES

pytest.importorskip("py2neo", reason="py2neo is an extra")


def test_py2neo_reads_what_we_wrote(graph: Graph) -> None:
    from refnet.graph.py2neo_view import Affiliate, Customer, open_py2neo

    load(graph, TABLES)
    analyze(graph)
    opened = open_py2neo(
        graph.at.uri, username=graph.at.username, password=graph.at.password, database=graph.at.database
    )
    try:
        ann = Customer.match(opened, "ann").first()
        assert (ann.name, ann.influence, ann.quadrant) == ("Ann", 425.0, "hidden_advocates")
        assert {friend.customerId for friend in ann.referred} == {"ben", "eve", "nat"}
        cat = Customer.match(opened, "cat").first()
        assert [referrer.customerId for referrer in cat.referrers] == ["ben"]
        assert cat.referrers.get(next(iter(cat.referrers)), "credit") == 1.0
        (blog,) = Affiliate.match(opened).where(niche="health")
        assert [c.customerId for c in blog.referred] == ["fay"]
        assert [a.affiliateId for a in Affiliate.match(opened, "a-3").first().parents] == ["a-1"]
        rows = opened.run(
            "MATCH (c:Customer) WHERE c.influence > 100 RETURN c.customerId AS id ORDER BY id"
        ).data()
        assert [row["id"] for row in rows] == ["ann", "ben", "hal"]
    finally:
        opened.service.connector.close()
