"""A graph filled as the import tool would fill it, by plain statements: small files, on any engine, in no time."""

from __future__ import annotations

import csv
from pathlib import Path

from refnet.graph import Graph
from refnet.graph.model import NODES, quoted

_KEYS = {node.label: node.key for node in NODES}
_READ = {
    "long": "toInteger({})",
    "double": "toFloat({})",
    "boolean": "toBoolean({})",
    "datetime": "datetime({})",
    "date": "date({})",
    "string[]": "split({}, ';')",
}


def fill(graph: Graph, directory: Path) -> None:
    """Nodes first, then relationships."""
    files = {}
    for path in directory.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            files[path] = list(csv.reader(file))
    for path, (head, *rows) in sorted(files.items(), key=lambda each: "_ID(" in "".join(each[1][0])):
        cells = [
            (name, _READ.get(kind, "{}").format(f"r[{place}]"))
            for place, (name, _, kind) in enumerate(each.partition(":") for each in head)
            if "START_ID(" not in kind and "END_ID(" not in kind
        ]
        held = ", ".join(f"{quoted(name)}: {said}" for name, said in cells)
        label, *edge = path.name.partition(".")[0].split("-")
        text = f"UNWIND $rows AS r\nCREATE (n:{label}) SET n += {{{held}}}"
        if "START_ID(" in head[0]:
            kind, other = edge
            text = (
                f"UNWIND $rows AS r\nMATCH (a:{label} {{{_KEYS[label]}: r[0]}})\n"
                f"MATCH (b:{other} {{{_KEYS[other]}: r[1]}})\nCREATE (a)-[e:{kind}]->(b) SET e += {{{held}}}"
            )
        graph.write(text, rows=[[cell or None for cell in row] for row in rows])
