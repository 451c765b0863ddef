"""The customers of one segment, as a list for a CRM: of a segment that is kept, or of one that is found."""

from __future__ import annotations

import json
from typing import Any

from refnet.analysis.currency import currency_of
from refnet.analysis.influence.profile import in_minor
from refnet.analysis.segments.graph import segment_findings
from refnet.analysis.segments.rules import MEMBERS, segment_id
from refnet.core.errors import NotFound
from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.model import CUSTOMER


def members(graph: Graph, name: str, settings: Settings) -> list[dict[str, Any]]:
    """Everyone who is in a segment now, by influence.

    Args:
        graph: analyzed.
        name: the id, such as `diet:vegan`; that of a kept segment is its rule as it was kept.
        settings: what discovery goes by, where it is not kept.

    Returns:
        customer_id, name, cltv, own_revenue, influence (in the graph's currency), downline (people).

    Raises:
        NotFound: no segment of that id is kept, and none was looked at; or the graph has not been analyzed.
    """
    if not len(graph.query("scores/current")):
        raise NotFound("This graph has no finished analysis.", "Run `refnet analyze`.")
    kept = {one["segmentId"]: json.loads(one["parameters"]) for one in graph.query("segments/kept")}
    if name in kept:
        parameters = kept[name]
    else:
        found = segment_findings(graph, settings)["segments"]
        looked_at = {segment_id(one["rule"]): one["query"]["parameters"] for one in found}
        if name not in looked_at:
            raise NotFound(
                f"There is no segment {name}.", "`refnet segments --all` lists those that are looked at."
            )
        parameters = looked_at[name]
    # Engines make room for as many as are asked for.
    counted = {row["label"]: row["nodes"] for row in graph.query("graph/contents")}
    limit = max(counted.get(CUSTOMER.label, 0), 1)
    currency = currency_of(graph, settings)
    return [
        in_minor(
            {
                "customer_id": row["customerId"],
                "name": row["name"],
                "cltv": row["cltv"],
                "own_revenue": row["ownRevenue"],
                "influence": row["influence"],
                "downline": row["downline"],
            },
            currency,
        )
        for row in graph.query(MEMBERS, limit=limit, **parameters)
    ]
