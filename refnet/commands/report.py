"""`refnet report`: all findings, printed or as a file."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from refnet.commands.shared import open_graph, print_json
from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Console
from refnet.core.settings import load_settings

_DAY = ["%Y-%m-%d"]
_FORMS = ("text", "json", "html", "csv", "xlsx", "md")


def report(
    fmt: Annotated[
        str | None,
        typer.Option(
            "--format", help="text, json, html, csv, xlsx or md; else as the ending of --output says."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else it is printed.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=_DAY, help="The period's first day (UTC).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=_DAY, help="The first day after the period.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Break the programme down by month, quarter, year, cohort, country, channel, campaign; may be given "
            "again. Else by quarter, cohort, country, channel and campaign."
        ),
    ] = None,
    launch: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="Compare new customers before and after this day."),
    ] = None,
    top: Annotated[int, typer.Option(help="Hidden advocates to list.", min=1, max=1000)] = 10,
    paid: Annotated[
        list[str] | None,
        typer.Option(
            help="A paid channel; may be given again. Else those that have spend and are not called organic, direct, "
            "email, referral …"
        ),
    ] = None,
    type1: Annotated[
        float,
        typer.Option(
            help="Of customers brought, the share who would not have come otherwise: for CRV.", min=0, max=1
        ),
    ] = 1.0,
    discount: Annotated[float, typer.Option(help="Discount a year of CRV: 0.1 is 10 %.", min=0)] = 0.0,
) -> None:
    """All findings: the programme's figures, segments, hidden advocates, affiliates, doubtful claims.

    `-o report.html` is one page with plots, to be sent round: it fetches nothing.
    """
    from refnet.analysis.findings import BREAKDOWNS, findings
    from refnet.analysis.programme import By, Declared

    form = _form(fmt, output)
    for one in by or ():
        if one not in get_args(By):
            raise UsageError(f"--by is one of {', '.join(get_args(By))}, not {one}.")
    settings = load_settings()
    with open_graph(settings) as graph:
        found = findings(
            graph,
            since=_day(since),
            until=_day(until),
            by=tuple(by) if by else BREAKDOWNS,  # type: ignore[arg-type]
            launch=_day(launch),
            declared=Declared(tuple(paid) if paid else None, type1, discount),
            top=top,
            settings=settings,
            reporter=Console(),
        )
    _hand_over(found, form, output)


def _form(fmt: str | None, output: Path | None) -> str:
    ending = output.suffix.lower().removeprefix(".") if output is not None else ""
    form = fmt or {"": "text", "txt": "text", "htm": "html", "markdown": "md"}.get(ending, ending)
    if form not in _FORMS:
        raise UsageError(
            f"There is no report as {form}.",
            f"--format is one of {', '.join(_FORMS)}; or end --output in one.",
        )
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise UsageError("A workbook is not for a terminal.", "Say where it goes: -o report.xlsx")
    return form


def _hand_over(found: dict[str, Any], form: str, output: Path | None) -> None:
    from refnet.reporting.findings import report_of
    from refnet.reporting.forms import written
    from refnet.reporting.printed import printed, text_of
    from refnet.reporting.success import success_sections
    from refnet.terminal.findings import findings_text, print_findings

    if output is None:
        if form == "text":
            print_findings(found)
            printed(success_sections(found["success"]), found["data"]["currency"])
        elif form == "json":
            print_json(found)
        else:
            sys.stdout.buffer.write(written(report_of(found), form))
        return
    if form == "text":
        told = text_of(success_sections(found["success"]), found["data"]["currency"])
        content = (findings_text(found) + told).encode("utf-8")
    elif form == "json":
        import json

        content = (json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
    else:
        content = written(report_of(found), form)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"cannot be written: {(error.strerror or str(error)).lower()}",
            file=output,
            hint="Write it elsewhere: -o",
        ) from None
    Console().say(f"{output}: {len(content):,} bytes")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
