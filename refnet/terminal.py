"""What is printed for a person: findings, one customer, rows, engines."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from refnet.core.money import exponent
from refnet.core.money import show as money

if TYPE_CHECKING:
    from refnet.graph.local import Running

_FILE_WIDTH = 132


def console_of() -> Console:
    """Where to print: a terminal, or a file of long rows."""
    console = Console(highlight=False, soft_wrap=False)
    # Into a file or a pipe there is no window to fit into: long rows are better than cut ones.
    return (
        console
        if console.is_terminal
        else Console(highlight=False, width=int(os.environ.get("COLUMNS", _FILE_WIDTH)))
    )


def percent(value: float | None, digits: int = 1) -> str:
    """A fraction of 1 as a percentage; `–` where it is not known."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def _between(interval: Sequence[float] | None, digits: int = 1) -> str:
    return "" if interval is None else f"({100 * interval[0]:.{digits}f} to {100 * interval[1]:.{digits}f})"


def _table(*columns: str, right: Sequence[int] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in right else "left", overflow="fold")
    return table


def _amount(value: float | None, currency: str) -> str:
    return "–" if value is None else f"{value:,.{exponent(currency)}f}"


def _heading(console: Console, title: str, remark: str) -> None:
    console.print()
    console.print(Text.assemble((title, "bold"), "  ", (remark, "dim")))


def tree_line(generations: Sequence[dict[str, Any]]) -> str:
    """A tree in one line: `7 → 4 → 1`."""
    return " → ".join(f"{g['customers']:,}" for g in generations) or "nobody"


def print_findings(found: dict[str, Any]) -> None:
    """All findings, for a person."""
    _print_all(console_of(), found)


def findings_text(found: dict[str, Any]) -> str:
    """The same for a file."""
    with (console := Console(highlight=False, width=_FILE_WIDTH, file=io.StringIO())).capture() as capture:
        _print_all(console, found)
    return capture.get()


def _print_all(console: Console, found: dict[str, Any]) -> None:
    currency = found["data"]["currency"]
    _print_behind(console, found["data"])
    _print_advocates(console, found, currency)
    _print_segments(console, found, currency)
    _print_programme(console, found["programme"], currency)
    _print_affiliates(console, found["affiliates"], currency)
    _print_leaving(console, found["churn"], currency)
    _print_integrity(console, found["integrity"])
    for note in found["data"]["unknown"]:
        console.print(Text(f"note: {note}", style="dim"))


def _print_leaving(console: Console, found: dict[str, Any], currency: str) -> None:
    from refnet.terminal_churn import print_leaving

    print_leaving(console, found, currency)


def _print_advocates(console: Console, found: dict[str, Any], currency: str) -> None:
    _heading(
        console,
        "Hidden advocates",
        f"buy little and bring much, generation by generation; amounts in {currency}",
    )
    if not found["hidden_advocates"]:
        console.print("none: nobody with a low CLTV brings more than most referrers do")
        return
    table = _table(
        "customer", "", "CLTV", "influence", "brought", "people", "spent below", right=(2, 3, 5, 6)
    )
    for one in found["hidden_advocates"]:
        table.add_row(
            one["customer_id"],
            one["name"] or "",
            _amount(one["cltv"], currency),
            _amount(one["influence"], currency),
            tree_line(one["generations"]),
            f"{one['downline']:,}",
            _amount(sum(g["value"] for g in one["generations"]), currency),
        )
    console.print(table)
    quadrants = {q["quadrant"]: q["customers"] for q in found["quadrants"]}
    parts = [
        f"{quadrants[name]:,} {name.replace('_', ' ')}"
        for name in ("champions", "affluents", "hidden_advocates", "misers")
        if name in quadrants
    ]
    console.print(Text("all customers: " + ", ".join(parts), style="dim"))


def _print_segments(console: Console, found: dict[str, Any], currency: str) -> None:
    _heading(
        console,
        "Segments with low CLTV and high referral value",
        f"{found['data']['looked_at']['segments']:,} levels and pairs of levels looked at, false-discovery rate 5 %; "
        f"in {currency}",
    )
    reported = [s for s in found["segments"] if s["reported"]]
    if not reported:
        console.print("none stands out from chance")
    else:
        table = _table(
            "segment",
            "customers",
            "mean CLTV",
            "the rest's",
            "brings each",
            "the rest",
            "share of value",
            "q",
            right=(1, 2, 3, 4, 5, 6, 7),
        )
        for s in reported:
            words = " and ".join(f"{attribute} = {level}" for attribute, level in s["rule"].items())
            table.add_row(
                f"{words}, explained by {s['explained_by']}" if s["explained_by"] else words,
                f"{s['customers']:,}",
                _amount(s["mean_cltv"], currency),
                _amount(s["mean_cltv_rest"], currency),
                _brings(s["referral_value_per_customer"], found),
                _brings(s["referral_value_per_customer_rest"], found),
                percent(s["share_of_value"]),
                "<0.001" if s["q_value"] < 0.001 else f"{s['q_value']:.3f}",
            )
        console.print(table)
    console.print(Text(found["relation"]["reading"], style="dim"))


def _brings(value: float | None, found: dict[str, Any]) -> str:
    """What each brings: an amount, or where only that is known how many customers."""
    unit = found["data"]["value_unit"]
    return _amount(value, unit) if unit != "customers" else "–" if value is None else f"{value:.2f}"


def _print_programme(console: Console, figures: dict[str, Any], currency: str) -> None:
    _heading(console, "The programme", "95 % intervals")
    table = _table("figure", "value", "interval", "", right=(1,))
    rate, conversion, propensity = figures["referral_rate"], figures["conversion"], figures["propensity"]
    table.add_row(
        "referral rate",
        percent(rate["value"]),
        _between(rate["interval"]),
        f"{rate['count']:,} of {rate['of']:,} customers invited somebody",
    )
    if conversion["of"]:
        table.add_row(
            "conversion",
            percent(conversion["value"]),
            _between(conversion["interval"]),
            f"{conversion['count']:,} of {conversion['of']:,} invitations, "
            f"{conversion['rejected']:,} rejected ones apart",
        )
    if propensity["value"] is not None:
        low, high = propensity["interval"]
        table.add_row(
            "propensity",
            f"{propensity['value']:.2f} ×",
            f"({low:.2f} to {high:.2f})",
            f"the referred : the others, inviting within {propensity['window_days']} days",
        )
    if figures["k_factor"]["value"] is not None:
        table.add_row(
            "K-factor",
            f"{figures['k_factor']['value']:.2f}",
            _plainly(figures["k_factor"]["interval"]),
            f"{figures['k_factor']['invitations_per_customer']:.2f} invitations per customer × conversion",
        )
    share = figures["referral_share"]
    table.add_row(
        "referral share",
        percent(share["value"]),
        _between(share["interval"]),
        f"of new customers were brought by customers, {percent(share['by_affiliates']['value'])} by affiliates",
    )
    if share["before_after"]:
        around = share["before_after"]
        change = around["difference"]
        table.add_row(
            f"  from {around['date']} on",
            f"{percent(around['before']['value'])} → {percent(around['after']['value'])}",
            _between(change["interval"]),
            f"a change of {100 * change['value']:+.1f} points, {around['verdict']}"
            if change["value"] is not None
            else around["verdict"],
        )
    for channel in figures["acquisition_cost"]:
        table.add_row(
            f"spend per new customer, {channel['channel']}",
            money(channel["cac"], currency),
            "",
            f"{money(channel['spend'], currency)} for {channel['customers']:,}",
        )
    console.print(table)
    if figures["acquisition_cost"]:
        console.print(Text("rewards and commissions come on top of spend", style="dim"))
    _print_readings(console, figures)


def _print_readings(console: Console, figures: dict[str, Any]) -> None:
    """What is better said in a sentence: times, costs, growth, value; and before and after."""
    around = figures["referral_share"]["before_after"]
    for name, said in (
        ("before and after", around and around["reading"]),
        ("cycle time", figures["cycle_time"]["reading"]),
        ("referral against paid", figures["referral_cost"]["reading"]),
        ("payback of rewards", figures["reward_payback"]["reading"]),
        ("earned growth", figures["earned_growth"]["reading"]),
        ("referral value", figures["crv"]["reading"]),
        ("forecast", figures["forecast"]["reading"]),
        ("forecast tried", (figures["forecast"]["backtest"] or {}).get("reading")),
    ):
        if said:
            console.print(Text.assemble((f"{name}: ", "dim"), said))


def _plainly(interval: Sequence[float] | None) -> str:
    return "" if interval is None else f"({interval[0]:.2f} to {interval[1]:.2f})"


def _print_affiliates(console: Console, found: dict[str, Any], currency: str, most: int = 5) -> None:
    partners = [a for a in found["affiliates"] if a["customers"]]
    if not partners:
        return
    others = found["others"]
    _heading(
        console,
        "Affiliates",
        f"the best by net, then those whose customers leave fastest; in {currency}; monthly churn of the organic: "
        f"{percent(others['value'], 2)} {_between(others['interval'], 2)}",
    )
    table = _table(
        "affiliate",
        "",
        "customers",
        "sales",
        "commission",
        "net",
        "monthly churn",
        "interval",
        "their customers",
        "verdict",
        right=(2, 3, 4, 5, 6),
    )
    worst = sorted(
        (a for a in partners if a["reading"].startswith("leave")),
        key=lambda a: -a["monthly_churn"]["interval"][0],
    )[:most]
    best = [a for a in partners if a not in worst][:most]
    for one in [*best, *worst]:
        table.add_row(
            one["affiliate_id"],
            one["name"] or "",
            f"{one['customers']:,}",
            _amount(one["sales"], currency),
            _amount(one["commission"], currency),
            _amount(one["net"], currency),
            percent(one["monthly_churn"]["value"], 2),
            _between(one["monthly_churn"]["interval"], 2),
            one["reading"],
            one["verdict"]["verdict"],
        )
    console.print(table)
    if len(partners) > len(best) + len(worst):
        rest = len(partners) - len(best) - len(worst)
        console.print(Text(f"and {rest} more: refnet affiliates", style="dim"))


def _print_integrity(console: Console, found: dict[str, Any]) -> None:
    if not found["uncredited"]:
        return
    _heading(console, "Claims without credit", "kept, with the reason")
    console.print(uncredited_line(found["uncredited"]))
    for ring in found["rings"][:3]:
        console.print(f"ring: {' → '.join([*ring['ring'], ring['ring'][0]])}")


_REASONS = {
    "self_referral": "name the referrer themselves",
    "unknown_referrer": "by somebody unknown",
    "unknown_referee": "about somebody unknown",
    "referee_was_there_before": "about a customer who was there before",
    "referrer_joined_later": "by a referrer who joined later",
    "outside_window": "outside the window",
    "second_claim": "second to another claim",
    "repeated": "repeated",
    "would_close_cycle": "would close a cycle",
}


def uncredited_line(reasons: Mapping[str, int]) -> str:
    """Claims without credit in one line: `10 name the referrer themselves, 4 would close a cycle`."""
    return ", ".join(f"{count:,} {_REASONS.get(reason, reason)}" for reason, count in reasons.items())


def print_profile(found: dict[str, Any], asked: str) -> None:
    """One customer, for a person who asked by one of their ids."""
    console, currency = console_of(), found["currency"]
    other = "" if asked == found["customer_id"] else f"  also known as {asked}"
    console.print(Text.assemble((found["customer_id"], "bold"), (other, "dim")))
    table = _table("", "", "", right=(1,))
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
            f"{found['hops']} hops, each further one × {found['decay']:g}; percentile {_number(found['percentile'])}",
        )
        table.add_row("band", found["band"] or "–", "of network revenue, beside customers who bring nobody")
        table.add_row(
            "conserved credit", money(found["conserved_credit"], currency), "their share of all revenue"
        )
        table.add_row("downline", f"{found['downline']:,}", f"longest chain {found['longest_chain']}")
        console.print(table)
        console.print(Text(f"analysis {found['score_version']}, {found['scored_at']}", style="dim"))
        _print_behind(console, found)
    for g in found["generations"]:
        console.print(
            f"  generation {g['depth']}: {g['customers']:,} customers, {money(g['value'], currency)}"
        )


def _print_behind(console: Console, scored: Mapping[str, Any]) -> None:
    """That something has come since the scores were made: figures of the graph as it is are beside them."""
    since = scored["changes_since"]
    if since:
        console.print(
            f"Scores are of {scored['scored_at'][:16].replace('T', ' ')} UTC; "
            f"{f'{since:,} loads or changes' if since > 1 else '1 load or change'} since: run `refnet analyze`."
        )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def print_rows(columns: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Rows of a query as a table."""
    console = console_of()
    numeric = [n for n in range(len(columns)) if any(isinstance(row[n], (int, float)) for row in values)]
    table = _table(*columns, right=numeric)
    for row in values:
        table.add_row(*(_cell(value) for value in row))
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
