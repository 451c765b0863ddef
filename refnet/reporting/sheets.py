"""The report as tables for a spreadsheet: one long CSV, or a workbook with a sheet for each table.

Values are numbers as they are (shares as fractions of 1), each with the ends of its interval in columns of their own.
A text that a spreadsheet would take for a formula is kept from being one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from refnet.reporting.document import LITTLE, Cell, Estimate, Report, Table

_LONG = ("section", "table", "row", "figure", "value", "low", "high", "unit", "note")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def comma_separated(report: Report) -> str:
    """Every figure of every section and table, one a row: section, table, row, figure, value, low, high, "
    "unit, note.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_LONG)
    writer.writerows([_safe(value) for value in row] for row in _long(report))
    return out.getvalue()


def rows_as_csv(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return out.getvalue()


def workbook(report: Report) -> bytes:
    """An .xlsx: all figures on the first sheet, then a sheet for each table."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: list[tuple[str, list[list[Any]]]] = [
        ("figures", [["section", "figure", "value", "low", "high", "unit", "in words"], *_figures(report)])
    ]
    sheets += [(table.name, _wide(table)) for section in report.sections for table in section.tables]
    taken: set[str] = set()
    for name, rows in sheets:
        sheet = book.create_sheet(_title(name, taken))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row, start=1):
                cell = sheet.cell(number, place)
                cell.value = _clean(value) if isinstance(value, str) else value
                if isinstance(value, str):
                    cell.data_type = "s"  # never a formula
                if number == 1:
                    cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        for place in range(1, len(rows[0]) + 1):
            longest = max((len(str(row[place - 1])) for row in rows if row[place - 1] is not None), default=8)
            sheet.column_dimensions[get_column_letter(place)].width = min(max(longest + 2, 9), 60)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def listed(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of the same keys, their keys the header; nothing where there are none."""
    return rows_as_csv(list(rows[0]), [list(row.values()) for row in rows]) if rows else ""


def _figures(report: Report) -> Iterator[list[Any]]:
    yield ["report", "about", None, None, None, report.currency, report.about]
    for note in report.notes:
        yield ["report", "note", None, None, None, None, note]
    for section in report.sections:
        if section.lead:
            yield [section.title, None, None, None, None, None, section.lead]
        for figure in section.figures:
            one = figure.estimate
            ends = [None] * 3 if one.little else [one.value, one.low, one.high]
            yield [section.title, figure.name, *ends, _unit(figure.unit, report.currency), figure.reading]


def _long(report: Report) -> Iterator[list[Any]]:
    for section, figure, value, low, high, unit, words in _figures(report):
        yield [section, None, None, figure, value, low, high, unit, words]
    for section_ in report.sections:
        for table in section_.tables:
            for row in table.rows:
                for column, cell in list(zip(table.columns, row, strict=True))[1:]:
                    if column.unit == "text":
                        yield [
                            section_.title,
                            table.name,
                            row[0],
                            column.name,
                            None,
                            None,
                            None,
                            "text",
                            cell,
                        ]
                    else:
                        ends, note = _ends(cell)
                        unit = _unit(column.unit, report.currency)
                        yield [section_.title, table.name, row[0], column.name, *ends, unit, note]


def _wide(table: Table) -> list[list[Any]]:
    header: list[Any] = []
    for column in table.columns:
        header += (
            [column.name, f"{column.name}, low", f"{column.name}, high"]
            if column.estimates
            else [column.name]
        )
    rows = [header]
    for row in table.rows:
        cells: list[Any] = []
        for column, cell in zip(table.columns, row, strict=True):
            ends, note = _ends(cell)
            cells += [note or ends[0], *ends[1:]] if column.estimates else [cell]
        rows.append(cells)
    return rows


def _ends(cell: Cell) -> tuple[list[Any], str | None]:
    if not isinstance(cell, Estimate):
        return [cell, None, None], None
    return ([None] * 3, LITTLE) if cell.little else ([cell.value, cell.low, cell.high], None)


def _unit(unit: str, currency: str) -> str:
    return currency if unit == "amount" else unit


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _clean(text: str) -> str:
    """Without what a workbook cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n")[:32_000]


def _title(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, each once."""
    short = name[:28]
    while short in taken:
        short = f"{short[:26]}-{len(taken)}"
    taken.add(short)
    return short
