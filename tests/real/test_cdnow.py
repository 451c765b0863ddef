"""Real purchases without any referral: revenue from orders, and an honest nothing where there is nothing to find."""

import pandas as pd
import pytest

from refnet.analysis.findings import findings
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.profile import profile
from refnet.front import load
from refnet.graph import Graph
from tests.real.prepare import cdnow, cdnow_sample

pytestmark = pytest.mark.slow


def test_orders_become_revenue(graph: Graph, kind: str) -> None:
    """All of them where no server is between, a tenth of the customers on Neo4j."""
    tables, customers, orders = (
        (cdnow(), 23_570, 69_659) if kind == "embedded" else (cdnow_sample(), 2_357, 6_919)
    )
    loaded, credit = load(graph, tables)
    rows = {table.table: (table.rows_loaded, table.rows_rejected) for table in loaded.tables}
    assert rows == {"customers": (customers, 0), "orders": (orders, 0)}
    assert credit.claims == 0

    summary = analyze(graph)
    assert (summary.customers, summary.credits, summary.currency) == (customers, 0, "USD")
    exported = graph.query("export/customers").to_pandas().set_index("customerId")
    spent = tables["orders"].groupby("customer_id")["amount"].sum().round(2)
    assert exported["revenue"].sort_index().tolist() == pytest.approx(spent.sort_index().tolist(), abs=0.005)
    first = tables["orders"].groupby("customer_id")["placed_at"].min()
    joined = pd.to_datetime(exported["joinedAt"], unit="ms")
    assert (joined.sort_index() == first.sort_index()).all()

    best = spent.idxmax()
    shown = profile(graph, best)
    assert shown["own_revenue"] == pytest.approx(spent.max())
    assert (shown["downline"], shown["influence"], shown["generations"]) == (0, 0, [])
    found = findings(graph)
    assert found["hidden_advocates"] == []
    assert found["relation"]["rho"] is None
    assert not any(s["reported"] for s in found["segments"])
    assert found["programme"]["referral_rate"]["value"] == 0
    assert found["programme"]["conversion"]["value"] is None
