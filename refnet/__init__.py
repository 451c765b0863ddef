"""refnet: who brings the customers. A referral network analyzer on Neo4j and Cypher.

A notebook needs this one import:

    import refnet

    with refnet.connect() as graph:                       # embedded, or NEO4J_URI
        refnet.load(graph, "exports/")                    # files or DataFrames
        refnet.analyze(graph)                             # influence of everyone
        graph.query("referrers/hidden-advocates", limit=20).to_pandas()

    refnet.influence(edges, values)                       # on DataFrames, with no database
    refnet.influence_table(customers, referrals)          # the same from table to table, of any size
    refnet.Network(referrer, referee, nodes=n)            # on arrays of numbers, for many values or settings
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refnet.analysis.findings import findings
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
    from refnet.analysis.influence.profile import profile
    from refnet.analysis.influence.scores import influence
    from refnet.analysis.influence.table import influence_table
    from refnet.core.errors import RefnetError
    from refnet.front import analyze, decide_credit, dry_run, keep_segments, load, predict_cltv
    from refnet.graph import Graph, connect

__all__ = [
    "Graph",
    "Measure",
    "Network",
    "RefnetError",
    "analyze",
    "at_risk",
    "connect",
    "conserved_credit",
    "decide_credit",
    "downline",
    "dry_run",
    "ecr_direct",
    "ecr_network",
    "findings",
    "influence",
    "influence_table",
    "keep_segments",
    "load",
    "longest_chain",
    "predict_cltv",
    "profile",
]

# Imported when first used, so that `refnet --help` need not wait for pandas and scipy.
_HOMES = {
    "Graph": "refnet.graph",
    "RefnetError": "refnet.core.errors",
    "analyze": "refnet.front",
    "connect": "refnet.graph",
    "decide_credit": "refnet.front",
    "dry_run": "refnet.front",
    "findings": "refnet.analysis.findings",
    "Measure": "refnet.analysis.influence.measures",
    "Network": "refnet.analysis.influence.network",
    "at_risk": "refnet.analysis.influence.measures",
    "conserved_credit": "refnet.analysis.influence.measures",
    "downline": "refnet.analysis.influence.measures",
    "ecr_direct": "refnet.analysis.influence.measures",
    "ecr_network": "refnet.analysis.influence.measures",
    "longest_chain": "refnet.analysis.influence.measures",
    "influence": "refnet.analysis.influence.scores",
    "influence_table": "refnet.analysis.influence.table",
    "keep_segments": "refnet.front",
    "load": "refnet.front",
    "predict_cltv": "refnet.front",
    "profile": "refnet.analysis.influence.profile",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"refnet has no {name!r}; it has {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
