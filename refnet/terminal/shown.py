"""One customer, the rows of a query, an engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from refnet.core.money import show as money
from refnet.terminal.forms import console_of, counted, print_behind, table_of

if TYPE_CHECKING:
    from refnet.graph.local import Running


_LEAST = 10
"""Characters that a column needs to be read."""


def print_profile(found: dict[str, Any], asked: str) -> None:
    """One customer, for a person who asked by one of their ids."""
    console, currency = console_of(), found["currency"]
    other = "" if asked == found["customer_id"] else f"  also known as {asked}"
    console.print(Text.assemble((found["customer_id"], "bold"), (other, "dim")))
    table = table_of("", "", "", right=(1,))
    table.show_header = False
    table.add_row("own revenue", money(found["own_revenue"], currency), "")
    if found["scored_at"] is None:
        console.print(table)
        console.print("not analyzed yet: run `refnet analyze`")
    else:
        table.add_row("direct revenue", money(found["ecr_direct"], currency), "own and of those they brought")
        table.add_row("network revenue", money(found["ecr_network"], currency), "own and of everyone below")
        table.add_row(
            "influence",
            money(found["influence"], currency),
            counted(found["hops"], found["decay"]),
        )
        table.add_row("percentile", _number(found["percentile"]), "of customers, by influence as analyzed")
        table.add_row("band", found["band"] or "–", "of network revenue, beside customers who bring nobody")
        table.add_row(
            "conserved credit", money(found["conserved_credit"], currency), "their share of all revenue"
        )
        table.add_row("downline", f"{found['downline']:,}", f"longest chain {found['longest_chain']}")
        console.print(table)
        console.print(Text(f"analysis {found['score_version']}, {found['scored_at']}", style="dim"))
        print_behind(console, found)
    for g in found["generations"]:
        console.print(
            f"  generation {g['depth']}: {g['customers']:,} customers, {money(g['value'], currency)}"
        )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.{2 if value > 99.9 else 1}f}"


def print_rows(columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Rows of a query as a table; each as a list of its own where a window is too narrow for so many columns."""
    console = console_of()
    cells = [[_cell(value) for value in row] for row in values]
    if cells and _LEAST * len(columns) > console.width:
        width = max(map(len, columns))
        for number, row in enumerate(cells, start=1):
            console.print(Text(f"row {number:,}", style="dim"))
            for column, cell in zip(columns, row, strict=True):
                console.print(Text.assemble((f"  {column:<{width}}  ", "dim"), cell))
    else:
        numeric = [n for n in range(len(columns)) if any(isinstance(row[n], (int, float)) for row in values)]
        table = table_of(*columns, right=numeric)
        for row in cells:
            table.add_row(*row)
        console.print(table)
    console.print(Text(f"{len(values):,} rows" if len(values) != 1 else "1 row", style="dim"))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, list):
        return ", ".join(_cell(v) for v in value)
    if hasattr(value, "nodes"):  # a path
        return " → ".join(str(n.get("customerId") or n.get("affiliateId")) for n in value.nodes)
    return value.iso_format() if hasattr(value, "iso_format") else str(value)


def print_engine(running: Running | None, *, as_json: bool = False) -> None:
    """Where an engine is, with the password that only its owner is shown."""
    if running is None:
        print_plain({"running": False}, as_json=as_json, text="no engine runs")
        return
    facts = {
        "running": True,
        "kind": running.kind,
        "uri": running.uri,
        "username": running.username,
        "password": running.password,
        "database": running.database,
        "browser": running.browser,
        "pid": running.pid,
    }
    print_plain(
        facts,
        as_json=as_json,
        text="\n".join(f"{k:<9} {v}" for k, v in facts.items() if k != "running" and v),
    )


def print_plain(value: Any, *, as_json: bool, text: str) -> None:
    """JSON or text."""
    Console(highlight=False, soft_wrap=True, markup=False).print(
        json.dumps(value, indent=2) if as_json else text
    )
