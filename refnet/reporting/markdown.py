"""The report as Markdown, for a wiki or a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refnet.reporting.document import Cell, Column, Estimate, Report, Table, shown, told


def markdown(report: Report) -> str:
    """The report as Markdown (GitHub's tables); plots are left out, their figures are in the tables."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# {report.title}", "", _plain(report.about), "")
    for note in report.notes:
        yield from (f"- {_plain(note)}", "")
    for section in report.sections:
        yield from (f"## {_plain(section.title)}", "")
        if section.lead:
            yield from (_plain(section.lead), "")
        for figure in section.figures:
            value = told(figure.estimate, figure.unit, report.currency)
            yield f"- **{_plain(figure.name)}: {value}.** {_plain(figure.reading)}"
        if section.figures:
            yield ""
        for table in section.tables:
            yield from _table(table, report.currency)


def _table(table: Table, currency: str) -> Iterator[str]:
    yield from (f"### {_plain(table.title)}", "")
    yield _row([column.name for column in table.columns])
    yield "|" + "|".join(" --- " if column.unit == "text" else " ---: " for column in table.columns) + "|"
    for row in table.rows:
        yield _row([_cell(cell, column, currency) for cell, column in zip(row, table.columns, strict=True)])
    yield ""
    if table.note:
        yield from (_plain(table.note), "")


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _cell(cell: Cell, column: Column, currency: str) -> str:
    if isinstance(cell, Estimate):
        return told(cell, column.unit, currency)
    if column.unit == "text":
        return "" if cell is None else str(cell)
    return shown(cell, column.unit, currency)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
