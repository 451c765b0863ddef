"""All findings, as `refnet report` and the demo print them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from refnet.core.money import show as money
from refnet.terminal.forms import (
    FILE_WIDTH,
    amount,
    between,
    console_of,
    counted,
    heading,
    percent,
    print_behind,
    table_of,
    tree_line,
)
from refnet.terminal.leaving import print_leaving

_LITTLE = "too little data"


def print_findings(found: dict[str, Any]) -> None:
    """All findings, for a person."""
    _print_all(console_of(), found)


def findings_text(found: dict[str, Any]) -> str:
    """The same for a file."""
    with (console := Console(highlight=False, width=FILE_WIDTH, file=io.StringIO())).capture() as capture:
        _print_all(console, found)
    return capture.get()


def _print_all(console: Console, found: dict[str, Any]) -> None:
    currency = found["data"]["currency"]
    print_behind(console, found["data"])
    _print_advocates(console, found, currency)
    _print_segments(console, found, currency)
    _print_programme(console, found["programme"], currency)
    _print_affiliates(console, found["affiliates"], currency)
    print_leaving(console, found["churn"], currency)
    _print_integrity(console, found["integrity"])
    for note in found["data"]["unknown"]:
        console.print(Text(f"note: {note}", style="dim"))


def _print_advocates(console: Console, found: dict[str, Any], currency: str) -> None:
    heading(
        console,
        "Hidden advocates",
        f"buy little and bring much, generation by generation; amounts in {currency}; "
        f"influence: {counted(found['data']['hops'], found['data']['decay'])}",
    )
    if not found["hidden_advocates"]:
        console.print("none: nobody with a low CLTV brings more than most referrers do")
        return
    table = table_of(
        "customer", "", "CLTV", "influence", "brought", "people", "spent below", right=(2, 3, 5, 6)
    )
    for one in found["hidden_advocates"]:
        table.add_row(
            one["customer_id"],
            one["name"] or "",
            amount(one["cltv"], currency),
            amount(one["influence"], currency),
            tree_line(one["generations"]),
            f"{one['downline']:,}",
            amount(sum(g["value"] for g in one["generations"]), currency),
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
    heading(
        console,
        "Segments with low CLTV and high referral value",
        f"{found['data']['looked_at']['segments']:,} levels and pairs of levels looked at, false-discovery rate 5 %; "
        f"in {currency}",
    )
    reported = [s for s in found["segments"] if s["reported"]]
    if not reported:
        console.print("none stands out from chance")
    else:
        table = table_of(
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
                amount(s["mean_cltv"], currency),
                amount(s["mean_cltv_rest"], currency),
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
    return amount(value, unit) if unit != "customers" else "–" if value is None else f"{value:.2f}"


def _print_programme(console: Console, figures: dict[str, Any], currency: str) -> None:
    heading(console, "The programme", "95 % intervals")
    table = table_of("figure", "value", "interval", "", right=(1,))
    rate, conversion, propensity = figures["referral_rate"], figures["conversion"], figures["propensity"]
    table.add_row(
        "referral rate",
        percent(rate["value"]),
        between(rate["interval"]),
        f"{rate['count']:,} of {rate['of']:,} customers invited somebody",
    )
    if conversion["of"]:
        table.add_row(
            "conversion",
            percent(conversion["value"]),
            between(conversion["interval"]),
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
        between(share["interval"]),
        f"of new customers were brought by customers, {percent(share['by_affiliates']['value'])} by affiliates",
    )
    if share["before_after"]:
        around = share["before_after"]
        change = around["difference"]
        table.add_row(
            f"  from {around['date']} on",
            f"{percent(around['before']['value'])} → {percent(around['after']['value'])}",
            between(change["interval"]),
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
    heading(
        console,
        "Affiliates",
        f"the best by net, then those whose customers leave fastest; in {currency}; monthly churn of the organic: "
        f"{percent(others['value'], 2)} {between(others['interval'], 2)}",
    )
    table = table_of(
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
        churn = one["monthly_churn"] if one["reading"] != _LITTLE else {"value": None, "interval": None}
        table.add_row(
            one["affiliate_id"],
            one["name"] or "",
            f"{one['customers']:,}",
            amount(one["sales"], currency),
            amount(one["commission"], currency),
            amount(one["net"], currency),
            percent(churn["value"], 2),
            between(churn["interval"], 2),
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
    heading(console, "Claims without credit", "kept, with the reason")
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
