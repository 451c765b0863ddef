"""`refnet segments`: what was found, what is kept, what became of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refnet.commands.shared import Json, open_graph, print_json
from refnet.core.errors import NotFound, UsageError
from refnet.core.money import show
from refnet.core.progress import Console
from refnet.core.settings import load_settings
from refnet.reporting.sheets import listed

if TYPE_CHECKING:
    from refnet.graph import Graph


def segments(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Segments, such as diet:vegan.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that do not stand out from chance.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep these; no ID: all that are found and nothing explains.")
    ] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Keep these no longer.")] = False,
    kept: Annotated[bool, typer.Option("--kept", help="Those that are kept, by analysis.")] = False,
    moved: Annotated[
        bool, typer.Option("--moved", help="Customers who are in another quadrant than before.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Compare this day with the latest: the figures of kept ones, or with --moved who has moved; "
            "--moved without it: since the analysis before the last.",
        ),
    ] = None,
    members: Annotated[
        bool, typer.Option("--members", help="The customers of one segment, as CSV; with --json as that.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file for --members.")] = None,
    as_json: Json = False,
) -> None:
    """Segments that are worth little and bring much; keep them, and see what becomes of them; who moved.

    A kept segment is a node :Segment with its rule and its query; each `refnet analyze` puts its figures beside it.
    """
    if sum((keep, forget, moved, members, kept or (since is not None and not moved))) > 1:
        raise UsageError(
            "--keep, --forget, --kept, --moved and --members contradict one another.", "Give one of them."
        )
    if members and len(ids or ()) != 1:
        raise UsageError("--members is about one segment.", "Such as: refnet segments diet:vegan --members")
    if output is not None and not members:
        raise UsageError("--output goes with --members.")
    if moved and ids:
        raise UsageError("--moved is about customers, not segments.", "Leave the segments out.")
    if forget and not ids:
        raise UsageError("--forget needs the segments.", "`refnet segments --kept` lists them.")
    if everything and (keep or forget or kept or moved or members or since is not None):
        raise UsageError("--all lists what is looked at; it goes with no other option.")
    from refnet.analysis.currency import currency_of
    from refnet.analysis.influence.profile import in_minor

    settings = load_settings()
    with open_graph(settings) as graph:
        if keep:
            from refnet.front import keep_segments

            done = keep_segments(graph, ids or None, settings=settings, reporter=Console())
            _say({"kept": done}, [f"kept {name}" for name in done] or ["nothing was found to keep"], as_json)
        elif forget:
            count = graph.query("segments/forget", ids=ids).one()["forgotten"]
            _say({"forgotten": count}, [f"{count} kept no longer"], as_json)
        elif members:
            from refnet.analysis.segments.members import members as of

            rows = of(graph, (ids or [""])[0], settings)
            _hand_over(rows, output, as_json)
        elif moved:
            currency = currency_of(graph, settings)
            rows = [in_minor(row, currency) for row in _moved(graph, since)]
            _say(rows, _moves(rows, currency) or [_nobody(graph)], as_json)
        elif kept or since is not None:
            from refnet.analysis.segments.kept import compared, history

            names = ids or [row["segmentId"] for row in graph.query("segments/kept")]
            told = {name: history(graph, name) for name in names}
            currency = currency_of(graph, settings)
            if since is not None:
                changes = {name: compared(rows, since.replace(tzinfo=UTC)) for name, rows in told.items()}
                lines = [_change(name, change, currency) for name, change in changes.items()]
                _say(changes, lines or [_NONE], as_json)
            else:
                lines = [line for name, rows in told.items() for line in _history(name, rows, currency)]
                _say(told, lines or [_NONE], as_json)
        else:
            from refnet.analysis.segments.graph import segment_findings
            from refnet.analysis.segments.rules import segment_id

            if not len(graph.query("scores/current")):
                raise NotFound("This graph has no finished analysis.", "Run `refnet analyze`.")
            found = segment_findings(graph, settings)
            rows = [one | {"id": segment_id(one["rule"])} for one in found["segments"]]
            if ids:
                rows = [one for one in rows if one["id"] in ids]
            elif not everything:
                rows = [one for one in rows if one["reported"]]
            looked = f"{found['looked_at']['segments']:,} levels and pairs of levels looked at"
            none = f"{looked}: none stands out from chance." if not ids else f"{looked}: not these."
            _say(rows, [one["reading"] for one in rows] or [none], as_json)


_SHOWN = 20
_MOST = 1_000_000  # engines make room for as many as are asked for
_NONE = "No segment is kept: `refnet segments --keep` keeps those that are found."


def _say(value: Any, lines: Sequence[str], as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        typer.echo("\n".join(lines))


def _hand_over(rows: list[dict[str, Any]], output: Path | None, as_json: bool) -> None:
    """A list to the file, or to where the answer goes."""
    text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n" if as_json else listed(rows)
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error
    typer.echo(f"{output}: {len(rows):,} customers")


def _moved(graph: Graph, since: datetime | None) -> list[dict[str, Any]]:
    """Customers in another quadrant than before, by influence; their keys as elsewhere in JSON."""
    if not len(graph.query("scores/current")):
        raise NotFound("This graph has no finished analysis.", "Run `refnet analyze`.")
    rows = (
        graph.query("segments/moved", limit=_MOST)
        if since is None
        else graph.query("segments/moved-since", since=since.replace(tzinfo=UTC).isoformat(), limit=_MOST)
    )
    return [
        {
            "customer_id": row["customerId"],
            "name": row["name"],
            "quadrant_before": row["quadrantBefore"],
            "quadrant": row["quadrant"],
            "influence": row["influence"],
            "cltv": row["cltv"],
        }
        for row in rows
    ]


def _nobody(graph: Graph) -> str:
    """Why nobody has moved."""
    version = graph.query("scores/current").one()["version"]
    return (
        "Nobody has moved to another quadrant."
        if version > 1
        else "Analyzed once: there is nothing before it."
    )


def _moves(rows: Sequence[Mapping[str, Any]], currency: str) -> list[str]:
    """How many moved from where to where, and the first of them one by one."""
    counts = Counter((_quadrant(row["quadrant_before"]), _quadrant(row["quadrant"])) for row in rows)
    lines = [f"{count:,} from {old} to {new}" for (old, new), count in counts.most_common()]
    for row in rows[:_SHOWN]:
        worth = f"CLTV {'–' if row['cltv'] is None else show(row['cltv'], currency)}"
        brings = f"influence {'–' if row['influence'] is None else show(row['influence'], currency)}"
        old, new = _quadrant(row["quadrant_before"]), _quadrant(row["quadrant"])
        lines.append(f"  {row['customer_id']}  {old} → {new}, {worth}, {brings}")
    if len(rows) > _SHOWN:
        lines.append(f"  … and {len(rows) - _SHOWN:,} more: --json has them all")
    return lines


def _quadrant(name: str | None) -> str:
    return (name or "none").replace("_", " ")


def _history(name: str, rows: Sequence[Mapping[str, Any]], currency: str) -> list[str]:
    return [name, *(f"  {row['at']:%Y-%m-%d %H:%M}  {_figures(row, currency)}" for row in rows)]


def _change(name: str, change: Mapping[str, Any] | None, currency: str) -> str:
    if change is None:
        return f"{name}: measured once, nothing to compare"
    return "\n".join(_history(name, [change["from"], change["to"]], currency))


def _figures(row: Mapping[str, Any], currency: str) -> str:
    def amount(name: str) -> str:
        return "–" if row[name] is None else show(row[name], currency)

    chance = "not known" if row["pValue"] is None else f"{row['pValue']:.2g}"
    return ", ".join(
        (
            f"{row['customers']:,} customers",
            f"mean CLTV {amount('meanCltv')} (the rest {amount('meanCltvRest')})",
            f"each brings {amount('referralValuePerCustomer')} (the rest {amount('referralValuePerCustomerRest')})",
            f"hidden value {amount('hiddenValue')} ({amount('hiddenLow')} to {amount('hiddenHigh')})",
            f"p {chance}",
        )
    )
