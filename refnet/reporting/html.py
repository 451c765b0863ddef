"""The report as one page of HTML: nothing is fetched, nothing runs; light, dark, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from refnet.reporting.document import (
    LITTLE,
    Cell,
    Column,
    Estimate,
    Figure,
    Report,
    Section,
    Table,
    between,
    shown,
)
from refnet.reporting.plots import drawn

_STYLE = files("refnet.reporting").joinpath("report.css").read_text(encoding="utf-8")


def page(report: Report) -> str:
    """The report as a page."""
    body = "".join(_parts(report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _parts(report: Report) -> Iterator[str]:
    yield f'<header>\n<h1>{escape(report.title)}</h1>\n<p class="soft">{escape(report.about)}</p>\n'
    for note in report.notes:
        yield f"<p>{escape(note)}</p>\n"
    links = "".join(f'<li><a href="#{one.key}">{escape(one.title)}</a></li>' for one in report.sections)
    yield f'<nav aria-label="Sections"><ul>{links}</ul></nav>\n</header>\n'
    for section in report.sections:
        yield from _section(section, report.currency)


def _section(section: Section, currency: str) -> Iterator[str]:
    yield f'<section id="{section.key}" aria-labelledby="{section.key}-title">\n'
    yield f'<h2 id="{section.key}-title">{escape(section.title)}</h2>\n'
    if section.lead:
        yield f"<p>{escape(section.lead)}</p>\n"
    if section.figures:
        yield (
            '<dl class="figures">\n' + "".join(_figure(one, currency) for one in section.figures) + "</dl>\n"
        )
    for plot in section.plots:
        svg = drawn(plot, currency)
        if svg:
            yield f"<h3>{escape(plot.title)}</h3>\n"
            if plot.mark in [label for label, _ in plot.points]:
                yield f'<p class="soft">The dashed line is before {escape(str(plot.mark))}.</p>\n'
            yield f"{svg}\n"
    for table in section.tables:
        yield from _table(table, currency)
    yield "</section>\n"


def _figure(figure: Figure, currency: str) -> str:
    one = figure.estimate
    if one.little:
        value = f'<span class="value little">{LITTLE}</span>'
    else:
        interval = between(one, figure.unit, currency)
        told = (
            f' <span class="interval">{escape(interval)}</span>' if interval and one.value is not None else ""
        )
        value = f'<span class="value">{escape(shown(one.value, figure.unit, currency))}</span>{told}'
    return f'<div class="figure"><dt>{escape(figure.name)}</dt><dd>{value}<p>{escape(figure.reading)}</p></dd></div>\n'


def _table(table: Table, currency: str) -> Iterator[str]:
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">\n<table>\n'
    yield f"<caption>{escape(table.title)}</caption>\n<thead><tr>"
    for column in table.columns:
        yield f'<th scope="col"{_align(column)}>{escape(column.name)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in table.rows:
        cells = (_cell(cell, column, currency) for cell, column in zip(row, table.columns, strict=True))
        yield f"<tr>{''.join(cells)}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"
    if table.note:
        yield f'<p class="soft">{escape(table.note)}</p>\n'


def _align(column: Column) -> str:
    return "" if column.unit == "text" else ' class="n"'


def _cell(cell: Cell, column: Column, currency: str) -> str:
    if isinstance(cell, Estimate):
        if cell.little:
            return f'<td class="n"><span class="little">{LITTLE}</span></td>'
        interval = between(cell, column.unit, currency)
        told = (
            f'<span class="interval">{escape(interval)}</span>' if interval and cell.value is not None else ""
        )
        return f'<td class="n">{escape(shown(cell.value, column.unit, currency))}{told}</td>'
    if column.unit == "text":
        words = ' class="words"' if column.name == "in words" else ""
        return f"<td{words}>{escape('' if cell is None else str(cell))}</td>"
    return f'<td class="n">{escape(shown(cell, column.unit, currency))}</td>'
