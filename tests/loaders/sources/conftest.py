"""Exports of other systems, made up in their own shapes, and how a graph is told in lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refnet.graph import Graph
from refnet.graph.model import ALIAS_SOURCES, SOURCES
from refnet.loaders import LoadSummary
from tests.dump import KEYS, edges, nodes

HERE = Path(__file__).parent
EXPORTS = sorted((HERE / "exports").iterdir())


def source_of(path: Path) -> str:
    """The source that an export is of: its file's name, but for a second shape of it."""
    return re.sub("-(older|bare|excel)$", "", path.stem)


def told(graph: Graph, summary: LoadSummary) -> str:
    """Everything in the graph, the runs and whose it is excepted, and all rows that were not taken."""
    lines = sorted(f"{_name(label, held)} {_held(label, held)}".strip() for label, held in nodes(graph))
    lines.append("")
    lines += sorted(
        f"{_name(e.start, e.start_held)} -{e.type}-> {_name(e.end, e.end_held)} {_held('', e.held)}".strip()
        for e in edges(graph)
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


def _name(label: str, held: Mapping[str, Any]) -> str:
    return f"{label} {held[KEYS[label]]}"


def _held(label: str, held: Mapping[str, Any]) -> str:
    apart = {KEYS.get(label), SOURCES, ALIAS_SOURCES}
    rest = sorted((name, value) for name, value in held.items() if name not in apart)
    return " ".join(f"{name}={_shown(value)}" for name, value in rest)


def _shown(value: Any) -> str:
    text = value.iso_format() if hasattr(value, "iso_format") else repr(value)
    return text.replace("+00:00", "Z").replace(".000000000Z", "Z")
