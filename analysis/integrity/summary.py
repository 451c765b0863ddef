"""What speaks against some claims, with the evidence."""

from __future__ import annotations

from typing import Any

from refnet.graph import Graph


def integrity(graph: Graph, *, limit: int = 20) -> dict[str, Any]:
    """Claims without credit by reason, rings among claims, and customers who share a device, an account or an address.

    Returns:
        `uncredited`: {reason: claims}; `rings`: [{claim_id, ring, size}]; `shared`: [{kind, customers, size}], at most
        `limit` of the two latter, largest first.
    """
    return {
        "uncredited": {row["reason"]: row["claims"] for row in graph.query("integrity/uncredited")},
        "rings": [
            {"claim_id": row["claimId"], "ring": row["ring"], "size": row["size"]}
            for row in graph.query("integrity/cycles", limit=limit)
        ],
        "shared": [dict(row) for row in graph.query("integrity/shared-tokens", limit=limit)],
    }
