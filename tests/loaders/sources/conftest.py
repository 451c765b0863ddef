"""Exports of other systems, made up in their own shapes, and how a graph is told in lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refnet.graph import Graph
from refnet.graph.model import ALIAS_SOURCES, SOURCES
from refnet.loaders import LoadSummary

HERE = Path(__file__).parent
EXPORTS = sorted((HERE / "exports").iterdir())


def source_of(path: Path) -> str:
    """The source that an export is of: its file's name, but for the older of two shapes."""
    return path.stem.removesuffix("-older")


def told(graph: Graph, summary: LoadSummary) -> str:
    """Everything in the graph, the runs and whose it is excepted, and all rows that were not taken."""
    nodes = graph.read("MATCH (n) WHERE NOT n:LoadRun RETURN labels(n)[0] AS label, properties(n) AS held")
    edges = graph.read(
        "MATCH (a)-[r]->(b) RETURN labels(a)[0] AS al, properties(a) AS a, type(r) AS type, properties(r) AS held, "
        "labels(b)[0] AS bl, properties(b) AS b"
    )
    lines = sorted(
        f"{_name(row['label'], row['held'])} {_held(row['label'], row['held'])}".strip() for row in nodes
    )
    lines.append("")
    lines += sorted(
        f"{_name(e['al'], e['a'])} -{e['type']}-> {_name(e['bl'], e['b'])} {_held('', e['held'])}".strip()
        for e in edges
    )
    for table in summary.tables:
        lines.append("")
        lines.append(f"{table.table} from {table.source}: {table.rows_read} read, {table.rows_loaded} loaded")
        if table.rows_repeated:
            lines.append(f"  {table.rows_repeated} came again")
        lines += [f"  rejected {r.row}, {r.column}: {r.value!r} {r.reason}" for r in table.rejects]
        lines += [f"  {count} left out: {reason}" for reason, count in table.rows_left_out.items()]
    lines.append("")
    lines += summary.warnings
    return "\n".join(lines).strip() + "\n"


_KEYS = {"Customer": "customerId", "Affiliate": "affiliateId", "Claim": "claimId", "Order": "orderId",
         "Commission": "commissionId", "Invitation": "invitationId", "Reward": "rewardId", "Attribute": "name",
         "LandingPage": "landingPage", "Waiting": "waitingId", "Alias": "aliasId"}  # fmt: skip


def _name(label: str, held: Mapping[str, Any]) -> str:
    return f"{label} {held[_KEYS[label]]}"


def _held(label: str, held: Mapping[str, Any]) -> str:
    apart = {_KEYS.get(label), SOURCES, ALIAS_SOURCES}
    rest = sorted((name, value) for name, value in held.items() if name not in apart)
    return " ".join(f"{name}={_shown(value)}" for name, value in rest)


def _shown(value: Any) -> str:
    text = value.iso_format() if hasattr(value, "iso_format") else repr(value)
    return text.replace("+00:00", "Z").replace(".000000000Z", "Z")
