"""Tables: how measured rows are printed, and how a section of docs/benchmarks.md is written."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
import re
import statistics
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


class Table:
    """Rows, printed as soon as they are known.

    Args:
        title: what was measured, on what.
        columns: their names.
    """

    def __init__(self, title: str, columns: Sequence[str]) -> None:
        self.title, self.columns = title, tuple(columns)
        self.rows: list[tuple[str, ...]] = []
        self.figures: dict[str, str] = {}
        self.before = os.getloadavg()
        print(f"\n{title}\n  {' | '.join(columns)}", flush=True)

    def row(self, *cells: str) -> None:
        """One row, a cell a column."""
        assert len(cells) == len(self.columns), cells
        self.rows.append(cells)
        print(f"  {cells[0]:<44} {'  '.join(f'{cell:>12}' for cell in cells[1:])}", flush=True)

    def times(self, name: str, seconds: Sequence[float], ratio: float, note: str = "") -> None:
        """One row of `TIMES`: median and least seconds, a ratio of medians within this run, and what more is to say."""
        self.row(name, f"{statistics.median(seconds):.4f}", f"{min(seconds):.4f}", f"{ratio:.2f}", note)

    def figure(self, name: str, said: str) -> None:
        """A figure that a page quotes, between `<!-- name -->` and `<!-- /name -->`."""
        self.figures[name] = said
        print(f"  {name}: {said}", flush=True)

    def markdown(self) -> str:
        """The table, and the machine's load (1, 5 and 15 minutes) when it was begun and now."""
        head = f"| {' | '.join(self.columns)} |\n| --- |{' ---: |' * (len(self.columns) - 1)}"
        body = "\n".join(f"| {' | '.join(row)} |" for row in self.rows)
        before, after = (", ".join(f"{load:.1f}" for load in each) for each in (self.before, os.getloadavg()))
        return f"{self.title}\n\n{head}\n{body}\n\nLoad of the machine: {before} before, {after} after.\n"


def taken(ratio_of: str) -> tuple[str, ...]:
    """The columns of a table of `times`; what the ratio is of."""
    return ("", "median s", "least s", f"times {ratio_of}", "at best")


def machine() -> str:
    """Where and with what it was measured, in a line."""
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("neo4j", "pandas", "pyarrow")
    )
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {versions}"
    )


def write(section: str, command: str, tables: Sequence[Table], page: Path = PAGE) -> None:
    """Put tables between the markers of a section of docs/benchmarks.md, and their figures where pages quote them.

    Raises:
        ValueError: the page has no such section.
    """
    text = page.read_text(encoding="utf-8")
    told = "\n".join(["", f"`{command}`, {machine()}", "", *(table.markdown() for table in tables)])
    made, count = re.subn(
        rf"(<!-- begin {section} -->\n).*?(<!-- end {section} -->)",
        lambda found: found[1] + told.lstrip("\n") + found[2],
        text,
        flags=re.DOTALL,
    )
    if not count:
        raise ValueError(f"{page} has no section {section}.")
    page.write_text(made, encoding="utf-8")
    for name, said in {name: said for table in tables for name, said in table.figures.items()}.items():
        _quote(name, said, page.parent)


def _quote(name: str, said: str, docs: Path) -> None:
    for quoting in sorted(docs.glob("*.md")):
        text = quoting.read_text(encoding="utf-8")
        marks = rf"(<!-- {re.escape(name)} -->).*?(<!-- /{re.escape(name)} -->)"
        made = re.sub(marks, lambda found: found[1] + said + found[2], text)
        if made != text:
            quoting.write_text(made, encoding="utf-8")
