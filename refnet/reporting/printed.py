"""Parts of the report on a terminal: a lead, figures, tables."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from refnet.reporting.document import Cell, Column, Estimate, Section, shown, told

_FILE_WIDTH = 170  # of the widest table


def printed(sections: Sequence[Section], currency: str = "") -> None:
    """Print them."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=int(os.environ.get("COLUMNS", _FILE_WIDTH)))
    _print(console, sections, currency)


def text_of(sections: Sequence[Section], currency: str = "") -> str:
    """The same for a file."""
    with (console := Console(highlight=False, width=_FILE_WIDTH, file=io.StringIO())).capture() as capture:
        _print(console, sections, currency)
    return capture.get()


def _print(console: Console, sections: Sequence[Section], currency: str) -> None:
    for section in sections:
        console.print()
        console.print(Text(section.title, style="bold"))
        if section.lead:
            console.print(Text(section.lead, style="dim"))
        for figure in section.figures:
            console.print(
                Text(f"{figure.name}: {told(figure.estimate, figure.unit, currency)}. {figure.reading}")
            )
        for table in section.tables:
            grid = Grid(
                box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim",
                title=Text(table.title, style="italic"), title_justify="left",
            )  # fmt: skip
            # A column of nothing is none.
            places = [n for n in range(len(table.columns)) if any(_told(row[n]) for row in table.rows)]
            for n in places:
                column = table.columns[n]
                words = column.unit == "text"
                grid.add_column(
                    column.name, justify="left" if words else "right", overflow="fold", no_wrap=not words
                )
            for row in table.rows:
                grid.add_row(*(Text(_cell(row[n], table.columns[n], currency)) for n in places))
            console.print()
            console.print(grid)
            if table.note:
                console.print(Text(table.note, style="dim"))


def _told(cell: Cell) -> bool:
    return cell.value is not None if isinstance(cell, Estimate) else cell not in (None, "")


def _cell(cell: Cell, column: Column, currency: str) -> str:
    if isinstance(cell, Estimate):
        # The unit once: `1.12 × (1.06 to 1.19)`.
        value, bracket, interval = told(cell, column.unit, currency).partition(" (")
        return value + bracket + interval.replace(" ×", "").replace(" %", "")
    if column.unit == "text":
        return "" if cell is None else str(cell)
    if isinstance(cell, float) and column.name.startswith("q"):
        return "<0.001" if cell < 0.001 else f"{cell:.3f}"
    return shown(cell, column.unit, currency)
