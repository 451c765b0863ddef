"""What `refnet affiliates` and `refnet what-if` print for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from refnet.reporting.affiliates import turning
from refnet.reporting.document import LITTLE, Unit, estimated, shown, told
from refnet.terminal.forms import console_of, table_of

_MEASURES = (
    ("sales", "sales"), ("refunds", "refunds"), ("value", "margin"), ("cltv", "CLTV"),
    ("customers_below", "people they brought"), ("sales_below", "what those spent"),
)  # fmt: skip


def print_cards(found: Mapping[str, Any], currency: str) -> None:
    """A line for each affiliate, programme, niche or month that has anything."""
    console = console_of()
    cards = [one for one in found["affiliates"] if one["customers"] or one["commission"]]
    if not cards:
        console.print("No affiliate has brought a customer or earned a commission.")
        return
    what = found["by"]
    columns = (
        "customers",
        "commission",
        "net",
        "return",
        "churn a month, %",
        "× organic",
        "verdict",
        "turns at",
    )
    table = table_of(what, *columns, right=range(1, 7))
    for one in cards:
        name = f"{one['affiliate_id']}  {one['name'] or ''}" if what == "affiliate" else one["level"] or "–"
        table.add_row(*_line(name, one, currency))
    table.add_row(*_line("all", found["all"], currency), style="bold")
    console.print(table)
    console.print(
        Text(
            f"amounts in {currency}; return: {_value(found)} for each unit of commission, "
            f"{found['declared']['target']:g} is asked; × organic: churn beside that of organic customers who joined "
            "in the same months, in brackets where the difference is not clear; all organic customers leave at "
            f"{_interval(found['others'], 'share')} a month; who has left is known by {found['churn_by']}. "
            "`refnet affiliates ID` has the whole of one",
            style="dim",
        )
    )


def _line(name: str, one: Mapping[str, Any], currency: str) -> list[str]:
    judged, churn, ratio = one["verdict"], one["monthly_churn"], one["churn_ratio"]["value"]
    little = judged["verdict"] == LITTLE
    ends = churn["interval"] if one["reading"] != LITTLE else None
    between = f"{100 * churn['value']:.1f} ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})" if ends else ""
    clear = one["reading"].startswith(("leave", "stay"))
    beside = (
        "" if ratio is None or one["reading"] == LITTLE else f"{ratio:.2f}" if clear else f"({ratio:.2f})"
    )
    return [
        name,
        f"{one['customers']:,}",
        shown(one["commission"], "amount", currency),
        shown(one["net"], "amount", currency),
        "" if little else shown(one["return_on_commission"]["value"], "number"),
        between,
        beside,
        judged["verdict"],
        "" if little else turning(judged, currency),
    ]


def print_card(one: Mapping[str, Any], found: Mapping[str, Any], currency: str) -> None:
    """One affiliate's scorecard, next to the organic customers of the same months."""
    console = console_of()
    judged, organic, each = one["verdict"], one["organic"], one["per_customer"]
    console.print()
    console.print(Text.assemble((f"{one['affiliate_id']}  {one['name'] or ''}", "bold"), f"  {_who(one)}"))
    turn = f" It would be {judged['turns_to']} at: {turning(judged, currency)}." if judged["turns_to"] else ""
    console.print(Text.assemble((judged["verdict"], "bold"), f": {judged['why']}{turn}"))
    facts = table_of("", "", "", right=(1,))
    money = {
        "gross sales": one["gross_sales"], "refunds": one["refunds"], "sales": one["sales"],
        "commission": one["commission"], "net": one["net"], "commission taken back": one["commission_taken_back"],
        "commission kept on refunds": one["kept_on_refunds"], "commission on those below": one["commission_override"],
        "affiliates above got": one["overrides_above"],
    }  # fmt: skip
    for name, amount in money.items():
        if amount or name in ("sales", "commission", "net"):
            facts.add_row(name, shown(amount, "amount", currency), "")
    for name, figure, unit in (
        ("ROAS: sales / commission", {"value": one["roas"], "interval": one["roas_interval"]}, "number"),
        (f"return: {_value(found)} / commission", one["return_on_commission"], "number"),
        ("ROI: return − 1", one["roi"], "number"),
        ("payback, months", one["payback_months"], "number"),
        ("EPC: commission / clicks", one["epc"], "amount"),
        ("sales / clicks (Dub's EPC)", one["sales_per_click"], "amount"),
    ):
        if figure["value"] is not None:
            facts.add_row(name, shown(figure["value"], unit, currency), _ends(figure, unit, currency))  # type: ignore[arg-type]
    console.print(facts)
    beside = table_of(
        "per customer", f"{one['customers']:,} of theirs", "", f"{organic['customers']:,} organic", "",
        right=(1, 3),
    )  # fmt: skip
    for name, said in _MEASURES:
        if name == "value" and found["value_of"] == "revenue":
            continue
        kind: Unit = "number" if name == "customers_below" else "amount"
        beside.add_row(said, *_pair(each[name], kind, currency), *_pair(organic[name], kind, currency))
    for name in ("commission", "contribution"):
        beside.add_row(name, *_pair(each[name], "amount", currency), "", "")
    churn = (*_pair(one["monthly_churn"], "share", ""), *_pair(organic["monthly_churn"], "share", ""))
    beside.add_row("leave a month", *churn)
    console.print(beside)
    ratio = estimated(one["churn_ratio"]["value"], one["churn_ratio"]["interval"])
    console.print(
        f"Churn is {told(ratio, 'times')} that of the organic of the same months: {one['reading']}."
    )
    _print_survival(one, found)
    for name, text in (("below", _below(one, currency)), ("as_customer", _as_customer(one, currency))):
        if one[name]:
            console.print(text)
    for note in found["missing"]:
        console.print(Text(f"note: {note}", style="dim"))


def _print_survival(one: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    console = console_of()
    if not one["survival"]:
        return
    theirs = {point["month"]: point for point in one["survival"]}
    others = {point["month"]: point for point in found["organic_survival"] or ()}
    table = table_of("still there after", "theirs", "", "organic", "", right=(1, 3))
    for month in (1, 3, 6, 12, 18, 24, 36):
        if month in theirs:
            other = others.get(month, {"value": None, "interval": None})
            table.add_row(
                f"{month} month{'s' if month > 1 else ''}",
                *_pair(theirs[month], "share", ""),
                *_pair(other, "share", ""),
            )
    console.print(table)


def print_what_if(found: Mapping[str, Any], currency: str) -> None:
    """A line for each affiliate for whom something would have been different or paid."""
    console = console_of()
    table = table_of(
        "affiliate", "customers", "paid", "what if", "difference", "clawed back", "held", "contribution", "verdict",
        right=range(1, 8),
    )  # fmt: skip
    for one in [*found["affiliates"], found["all"]]:
        if not (one["what_if"] or one["paid"]):
            continue
        name = f"{one['affiliate_id']}  {one['name'] or ''}" if "affiliate_id" in one else "all"
        amounts = [one[key] for key in ("paid", "what_if", "difference", "clawed_back", "held")]
        table.add_row(
            name,
            f"{one['customers']:,}",
            *(shown(amount, "amount", currency) for amount in amounts),
            _interval(one["contribution"], "amount", currency),
            one["verdict"],
            style="" if "affiliate_id" in one else "bold",
        )
    console.print(table)
    notes = [f"{found['name']}: amounts in {currency}; contribution: value per customer less this commission"]
    if found["without_orders"]:
        notes.append(f"{found['without_orders']:,} customers have no orders: nothing is paid for them")
    notes.append("customers and affiliates are taken to have done as they did")
    console.print(Text("; ".join(notes), style="dim"))


def _who(one: Mapping[str, Any]) -> str:
    terms = [
        f"{100 * one['commission_rate']:g} % of sales" if one["commission_rate"] else "",
        f"{one['commission_fixed']:g} a customer" if one["commission_fixed"] else "",
    ]
    words = (one["niche"], one["programme"], *terms, f"below {one['parent_id']}" if one["parent_id"] else "")
    return ", ".join(word for word in words if word)


def _below(one: Mapping[str, Any], currency: str) -> str:
    family = one["below"]
    if not family:
        return ""
    amounts = ", ".join(
        f"{name} {shown(family[name], 'amount', currency)}" for name in ("sales", "commission", "net")
    )
    return (
        f"With {family['affiliates']:,} below: {family['customers']:,} customers, {amounts}. Each is counted once in "
        "what all affiliates bring."
    )


def _as_customer(one: Mapping[str, Any], currency: str) -> str:
    who = one["as_customer"]
    if not who:
        return ""
    return (
        f"They are the customer {who['customer_id']}, to whom {who['customers']:,} of these customers are credited "
        f"({shown(who['sales'], 'amount', currency)})."
    )


def _value(found: Mapping[str, Any]) -> str:
    return "margin" if found["value_of"] == "margin" else "sales, as no margin is known,"


def _pair(figure: Mapping[str, Any], unit: Unit, currency: str) -> tuple[str, str]:
    return shown(figure["value"], unit, currency), _ends(figure, unit, currency)


def _ends(figure: Mapping[str, Any], unit: Unit, currency: str) -> str:
    between = figure["interval"]
    if between is None:
        return LITTLE if figure["value"] is not None else ""
    return f"({shown(between[0], unit, currency)} to {shown(between[1], unit, currency)})"


def _interval(figure: Mapping[str, Any], unit: Unit, currency: str = "") -> str:
    return told(estimated(figure["value"], figure["interval"]), unit, currency)
