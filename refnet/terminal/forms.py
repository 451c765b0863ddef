"""What everything that is printed has in common: where to, tables, amounts, headings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from refnet.core.money import exponent

FILE_WIDTH = 132


def console_of() -> Console:
    """Where to print: a terminal, or a file of long rows."""
    console = Console(highlight=False, soft_wrap=False)
    # Into a file or a pipe there is no window to fit into: long rows are better than cut ones.
    return (
        console
        if console.is_terminal
        else Console(highlight=False, width=int(os.environ.get("COLUMNS", FILE_WIDTH)))
    )


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction of 1 as a percentage; `–` where it is not known."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def between(interval: Sequence[float] | None, digits: int = 1) -> str:
    """An interval of fractions of 1 as percentages, in brackets; nothing where there is none."""
    return "" if interval is None else f"({100 * interval[0]:.{digits}f} to {100 * interval[1]:.{digits}f})"


def table_of(*columns: str, right: Sequence[int] = ()) -> Table:
    """An empty table; which columns are numbers, and so stand to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in right else "left", overflow="fold")
    return table


def amount(value: float | None, currency: str) -> str:
    """Money without its currency, which the heading says; `–` where it is not known."""
    return "–" if value is None else f"{value:,.{exponent(currency)}f}"


def heading(console: Console, title: str, remark: str) -> None:
    """What comes next, and a remark on it."""
    console.print()
    console.print(Text.assemble((title, "bold"), "  ", (remark, "dim")))


def counted(hops: int | str, decay: float) -> str:
    """What influence counts: `6 hops, each further one × 0.5`."""
    return f"{hops} {'hop' if hops == 1 else 'hops'}, each further one × {decay:g}"


def tree_line(generations: Sequence[dict[str, Any]]) -> str:
    """A tree in one line: `7 → 4 → 1`."""
    return " → ".join(f"{g['customers']:,}" for g in generations) or "nobody"


def print_behind(console: Console, scored: Mapping[str, Any]) -> None:
    """That something has come since the scores were made: figures of the graph as it is are beside them."""
    since = scored["changes_since"]
    if since:
        console.print(
            f"Scores are of {scored['scored_at'][:16].replace('T', ' ')} UTC; "
            f"{f'{since:,} loads or changes' if since > 1 else '1 load or change'} since: run `refnet analyze`."
        )
