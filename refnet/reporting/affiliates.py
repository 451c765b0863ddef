"""The report's section on affiliates: verdicts, churn beside the organic, who is still there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refnet.reporting.document import (
    LITTLE,
    Cell,
    Column,
    Estimate,
    Figure,
    Plot,
    Section,
    Table,
    estimated,
    shown,
)

_MOST_DOTS = 25


def affiliate_sections(found: Mapping[str, Any], currency: str) -> list[Section]:
    """The section, if any affiliate has brought anybody."""
    partners = [one for one in found["affiliates"] if one["customers"]]
    if not partners:
        return []
    others, asked = found["others"], found["declared"]["target"]
    counts = {
        name: sum(one["verdict"]["verdict"] == name for one in partners)
        for name in ("keep", "renegotiate", "stop", LITTLE)
    }
    verdicts = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    lead = (
        f"Best net first: {verdicts}. A verdict is by return: what customers have been worth so far ({_value(found)}) "
        f"for each unit of commission. At least {asked:g} is asked, and more of those whose customers leave faster "
        "than organic ones, whom nobody brought, who joined in the same months. Organic customers leave at "
        f"{shown(others['value'], 'share')} a month. Who has left is known by {found['churn_by']}."
    )
    told = [one for one in partners if one["per_customer"]["contribution"]["interval"] is not None]
    tables = [_verdicts(partners, currency), *([_worth(told, found)] if told else [])]
    notes = [Table("affiliates note", "Not made", [Column("what")], [[note] for note in found["missing"]])]
    return [
        Section(
            "affiliates",
            "Affiliates",
            lead,
            _figures(found, currency),
            _plots(partners, found),
            [*tables, *(notes if found["missing"] else [])],
        )
    ]


def _figures(found: Mapping[str, Any], currency: str) -> list[Figure]:
    everyone = found["all"]
    little = everyone["verdict"]["figure"]["interval"] is None
    few = f"{everyone['customers']:,} customers: too little data."
    ratio, returns = everyone["churn_ratio"], everyone["return_on_commission"]
    each = everyone["per_customer"]["contribution"]
    theirs = (
        f"Customers of affiliates: {everyone['reading']}, against organic ones who joined in the same months."
    )
    earned = f"What they have been worth so far ({_value(found)}) for each unit of commission."
    left = f"What a customer of theirs has been worth so far ({_value(found)}), less what they cost, in {currency}."
    made = [
        ("Churn beside the organic", ratio, "times", theirs),
        ("Return on commission", returns, "number", earned),
        ("Left by a customer", each, "amount", left),
    ]
    return [
        Figure(
            name,
            estimated(figure["value"], figure["interval"], little=little or figure["interval"] is None),
            unit,  # type: ignore[arg-type]
            few if little or figure["interval"] is None else reading,
        )
        for name, figure, unit, reading in made
    ]


def _plots(partners: list[dict[str, Any]], found: Mapping[str, Any]) -> list[Plot]:
    told = sorted((one for one in partners if one["reading"] != LITTLE), key=_churn)[:_MOST_DOTS]
    dots = [(one["name"] or one["affiliate_id"], _estimate(one["monthly_churn"])) for one in told]
    plots = [Plot("dots", "Leave a month", "share", [("organic", _estimate(found["others"])), *dots])]
    for title, points in (
        ("Customers of affiliates still there, by month", found["all"]["survival"]),
        ("Organic customers still there, by month", found["organic_survival"]),
    ):
        if points:
            line = [(str(point["month"]), _estimate(point)) for point in points]
            plots.append(Plot("line", title, "share", line))
    return plots if dots else plots[1:]


def _churn(one: Mapping[str, Any]) -> float:
    return -float(one["monthly_churn"]["value"])


def _verdicts(partners: list[dict[str, Any]], currency: str) -> Table:
    rows: list[list[Cell]] = [
        [
            one["affiliate_id"], one["name"], one["customers"], one["sales"], one["commission"], one["net"],
            _estimate(one["monthly_churn"], little=one["reading"] == LITTLE),
            _estimate(one["return_on_commission"], little=one["verdict"]["verdict"] == LITTLE),
            one["verdict"]["verdict"], turning(one["verdict"], currency), one["verdict"]["why"],
        ]
        for one in sorted(partners, key=lambda one: one["verdict"]["verdict"] == LITTLE)
    ]  # fmt: skip
    columns = [
        Column("affiliate"), Column("name"), Column("customers", "count"), Column("sales", "amount"),
        Column("commission", "amount"), Column("net", "amount"), Column("monthly churn", "share", estimates=True),
        Column("return", "number", estimates=True), Column("verdict"), Column("turns at"), Column("in words"),
    ]  # fmt: skip
    note = "Turns at: the commission at which the verdict would be another one."
    return Table("affiliates", "Affiliates", columns, rows, note)


def turning(judged: Mapping[str, Any], currency: str) -> str:
    """The commission at which a verdict would be another one: `rate 9.3 %`, `7.20 a customer`."""
    at = judged["turns_at"]
    if judged["turns_to"] is None:
        return ""
    if at is None:
        return "no commission"
    if at["fixed"] is not None and at["rate"] is None:
        return f"{shown(at['fixed'], 'amount', currency)} a customer"
    if at["rate"] is not None and at["fixed"] is None:
        return f"rate {shown(at['rate'], 'share')}" if at["rate"] <= 1 else "no rate"
    return f"{shown(at['per_customer'], 'amount', currency)} a customer"


def _worth(partners: list[dict[str, Any]], found: Mapping[str, Any]) -> Table:
    def figures(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        each = one["per_customer"]
        return [
            each["value"], one["organic"]["value"], each["contribution"], each["cltv"], each["sales_below"], one["epc"],
            one["payback_months"],
        ]  # fmt: skip

    rows: list[list[Cell]] = [
        [one["affiliate_id"], one["name"], *map(_figure, figures(one))] for one in partners
    ]
    columns = [
        Column("affiliate"), Column("name"), Column("worth", "amount", estimates=True),
        Column("organic of the same months", "amount", estimates=True),
        Column("less commission", "amount", estimates=True),
        Column("CLTV", "amount", estimates=True), Column("spent below them", "amount", estimates=True),
        Column("commission a click", "amount", estimates=True), Column("payback, months", "number", estimates=True),
    ]  # fmt: skip
    note = f"Means per customer so far; worth: {_value(found)}. Below them: whom they brought, and those in turn."
    return Table("affiliates customers", "What their customers are worth", columns, rows, note)


def _figure(figure: Mapping[str, Any]) -> Estimate:
    """Too little data where there is a value and no interval."""
    return _estimate(figure, little=figure["value"] is not None and figure["interval"] is None)


def _estimate(figure: Mapping[str, Any], *, little: bool = False) -> Estimate:
    return estimated(figure["value"], figure["interval"], little=little)


def _value(found: Mapping[str, Any]) -> str:
    return "margin" if found["value_of"] == "margin" else "sales: no margin is known"
