"""The programme's part of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from refnet.analysis.programme.estimates import FEWEST
from refnet.reporting.document import (
    Cell,
    Column,
    Estimate,
    Figure,
    Plot,
    Section,
    Table,
    Unit,
    between,
    estimated,
    shown,
)
from refnet.reporting.forecast import forecast_section

_TITLES = {
    "month": "By month",
    "quarter": "By quarter",
    "year": "By year",
    "cohort": "By month of joining",
    "country": "By country",
    "channel": "By channel",
    "campaign": "By campaign",
}
_PERIODS = ("month", "quarter", "year", "cohort")
_COLUMNS = (
    Column("level"),
    Column("new customers", "count"),
    Column("referral share", "share", estimates=True),
    Column("referral rate", "share", estimates=True),
    Column("conversion", "share", estimates=True),
    Column("K-factor", "number", estimates=True),
    Column("propensity", "times", estimates=True),
    Column("bring within a year", "share", estimates=True),
    Column("spend per customer", "amount", estimates=True),
    Column("payback, months", "months", estimates=True),
    Column("return on rewards", "share", estimates=True),
)


def programme_sections(found: Mapping[str, Any], currency: str) -> Iterator[Section]:
    """Sections of the programme's figures as `programme` gives them."""
    yield _overall(found)
    yield from _change(found)
    yield _costs(found, currency)
    yield _growth(found)
    yield _value(found, currency)
    yield forecast_section(found["forecast"])
    for breakdown in found["breakdowns"]:
        yield _breakdown(breakdown, found)


def estimate(figure: Mapping[str, Any], *, little: bool = False) -> Estimate:
    """A figure's value and interval."""
    return estimated(figure["value"], figure.get("interval"), little=little)


def _figure(
    name: str, figure: Mapping[str, Any], unit: Unit, meaning: str, *, size: int, of: str, currency: str = ""
) -> Figure:
    """A figure with its sentence; `size` is what it rests on."""
    name = f"{name}, {currency}" if currency else name
    made = estimate(figure, little=size < FEWEST)
    if made.little:
        return Figure(name, made, unit, f"Too little data: {size:,} {of}, {FEWEST} are needed.")
    if made.value is None:
        return Figure(name, made, unit, "Not known from this data.")
    interval = between(made, unit, currency)
    sure = f"95 % interval {interval}" if interval else "no interval can be given"
    return Figure(name, made, unit, f"{meaning}; {sure}, {size:,} {of}.")


def _overall(found: Mapping[str, Any]) -> Section:
    rate, conversion, propensity = found["referral_rate"], found["conversion"], found["propensity"]
    share, k, cycle = found["referral_share"], found["k_factor"], found["cycle_time"]
    least = min(propensity["referred"]["of"], propensity["not_referred"]["of"])
    figures = [
        _figure(
            "Referral share", share, "share", f"{shown(share['value'], 'share')} of new customers were "
            "brought by customers",
            size=share["of"], of="new customers",
        ),
        _figure(
            "Referral rate", rate, "share", f"{shown(rate['value'], 'share')} of customers invited or brought "
            "somebody",
            size=rate["of"], of="customers",
        ),
        _figure(
            "Conversion", conversion, "share",
            f"{shown(conversion['value'], 'share')} of invitations became customers, "
            f"{conversion['rejected']:,} rejected "
            "ones in neither", size=conversion["of"], of="invitations",
        ),
        _figure(
            "Propensity", propensity, "times",
            f"The referred are {shown(propensity['value'], 'times')} as likely to refer within "
            f"{propensity['window_days']} "
            "days of joining as the others", size=least, of="customers on the smaller side",
        ),
        _figure("K-factor", k, "number", _k_meaning(k), size=rate["of"], of="customers"),
        Figure(
            "Cycle time, days", estimated(cycle["median_days"], cycle["interval"], little=cycle["of"] < FEWEST),
            "days", cycle["reading"],
        ),
    ]  # fmt: skip
    return Section("programme", "The programme", "95 % intervals throughout.", figures)


def _k_meaning(k: Mapping[str, Any]) -> str:
    if k["value"] is None:
        return ""
    times = k["multiplier"]
    told = (
        "every wave is larger than the one before"
        if times is None
        else f"the waves end, and one customer becomes {times:.2f}"
    )
    return f"A customer brings {k['value']:.2f} others by invitations: {told}"


def _change(found: Mapping[str, Any]) -> Iterator[Section]:
    around = found["referral_share"]["before_after"]
    if around is None:
        return
    little = around["verdict"] == "too little data"
    figure = Figure(
        f"Referral share from {around['date']} on",
        estimate(around["difference"], little=little),
        "points",
        around["reading"],
    )
    yield Section("before-after", f"Before and after {around['date']}", figures=[figure])


def _costs(found: Mapping[str, Any], currency: str) -> Section:
    cost, roi = found["referral_cost"], found["reward_roi"]
    back = found["reward_payback"]
    figures = []
    for side, name in (("referral", "A referred customer costs"), ("paid", "A paid customer costs")):
        one = cost[side]
        figures.append(
            _figure(
                name,
                {"value": one["cac"], "interval": one["interval"]},
                "amount",
                f"{shown(one['cac'], 'amount', currency)} {currency} each"
                + (
                    ", rewards included"
                    if side == "referral"
                    else f" ({', '.join(cost['paid_channels']) or 'no channel'})"
                )
                + _payback(one),
                size=one["customers"],
                of="customers",
                currency=currency,
            )
        )
    figures.append(
        _figure(
            "Return on rewards",
            roi,
            "share",
            f"Customers brought have earned {shown(roi['gained'], 'amount', currency)} {currency} of "
            f"{roi['value_of']} for "
            f"{shown(roi['rewards'], 'amount', currency)} of rewards",
            size=roi["clusters"],
            of="trees of customers",
        )
    )
    figures.append(
        Figure(
            "Payback of rewards, days",
            estimated(back["median_days"], back["interval"], little=back["of"] < FEWEST),
            "days",
            back["reading"],
        )
    )
    rows: list[list[Cell]] = [
        [
            one["channel"], "paid" if one["paid"] else "", one["spend"], one["customers"],
            estimated(one["cac"], one["interval"]),
            estimated(one["monthly_margin"], one["monthly_margin_interval"]),
            estimated(one["payback_months"], one["payback_interval"]),
        ]
        for one in found["acquisition_cost"]
    ]  # fmt: skip
    table = Table(
        "channels",
        "What new customers cost",
        [
            Column("channel"), Column("paid"), Column("spend", "amount"), Column("customers", "count"),
            Column("spend per customer", "amount", estimates=True), Column("margin a month", "amount", estimates=True),
            Column("payback, months", "months", estimates=True),
        ],
        rows,
        "Rewards and commissions come on top of spend. Margin a month is of a customer; the payback's "
        "interval is of margin only.",
    )  # fmt: skip
    kept = found["retention_cost"]
    if kept["customers"]:
        share = (
            "" if kept["share_of_revenue"] is None else f", {kept['share_of_revenue']:.1%} of what they spent"
        )
        figures.append(
            Figure(
                f"Keeping a customer costs, {currency}",
                Estimate(kept["value"]),
                "amount",
                f"{shown(kept['value'], 'amount', currency)} {currency} on average{share}: the mean of "
                f"{kept['customers']:,} customers, counted and not estimated.",
            )
        )
    return Section("costs", "Costs and return", cost["reading"], figures, tables=[table] if rows else [])


def _payback(one: Mapping[str, Any]) -> str:
    return "" if one["payback_months"] is None else f", earned back in {one['payback_months']:.1f} months"


def _growth(found: Mapping[str, Any]) -> Section:
    growth = found["earned_growth"]
    names: list[tuple[str, str, str]] = [
        ("nrr", "Net revenue retention", "of the year before, customers who were there spent"),
        ("grr", "Gross revenue retention", "of the year before was kept, without what they spent more"),
        ("earned_new", "Earned new customers", "of the year before came from new customers who came by "
        "themselves or were brought"),
        ("bought_new", "Bought new customers", "of the year before came from new customers who were paid for"),
        ("rate", "Earned growth rate", "is the growth without those who were paid for"),
        ("ratio", "Earned growth ratio", "of all growth was earned"),
    ]  # fmt: skip
    figures = [
        _figure(
            name, growth[key], "share", f"{shown(growth[key]['value'], 'share')} {meaning}",
            size=growth[key]["clusters"], of="trees of customers",
        )
        for key, name, meaning in names
    ]  # fmt: skip
    lead = growth["reading"]
    if growth["from"] is not None:
        paid = ", ".join(growth["paid_channels"]) or "none"
        lead += f" {growth['middle']} to {growth['to']} beside the year before; paid channels: {paid}."
    return Section("growth", "Earned growth", lead, figures)


def _value(found: Mapping[str, Any], currency: str) -> Section:
    crv, extended = found["crv"], found["extended_revenue"]
    figures = [
        _figure(
            "Customer referral value", crv["per_referrer"], "amount",
            f"A referrer has been worth {shown(crv['per_referrer']['value'], 'amount', currency)} {currency} "
            "beyond what they "
            f"bought, if {crv['type1_share']:.0%} of those they brought would not have come otherwise "
            "(declared) and each saved "
            f"{shown(crv['saved_each'], 'amount', currency)} of acquisition cost",
            size=crv["per_referrer"]["clusters"], of="trees of customers", currency=currency,
        )
    ]  # fmt: skip
    for key, name, meaning in (
        ("own", "Own revenue of referrers", "they spent themselves"),
        ("ecr_direct", "Extended revenue, direct", "with those they brought"),
        ("ecr_network", "Extended revenue, network", "with everyone below them"),
        ("conserved_credit", "Conserved credit", "is their share of all revenue, which sums to it exactly"),
    ):
        value = extended[key]
        if extended["referrers"]:
            reading = (
                f"{shown(value, 'amount', currency)} {currency} {meaning}: the mean of all "
                f"{extended['referrers']:,} referrers, "
                "counted and not estimated."
            )
            figures.append(Figure(f"{name}, {currency}", Estimate(value), "amount", reading))
    lead = "What referrers are worth beyond their own purchases."
    return Section("value", "Referral value", lead, figures)


def _breakdown(breakdown: Mapping[str, Any], found: Mapping[str, Any]) -> Section:
    by, groups = breakdown["by"], breakdown["groups"]
    rows = [_row(group) for group in groups]
    around = found["referral_share"]["before_after"]
    shares = [
        (
            str(group["level"]),
            estimate(group["referral_share"], little="referral_share" in group["too_little_data"]),
        )
        for group in groups
    ]
    rates = [
        (str(group["level"]), estimate(group["k_factor"], little="k_factor" in group["too_little_data"]))
        for group in groups
    ]
    kind = "line" if by in _PERIODS else "dots"
    plots = []
    if groups and by != "channel":
        mark = _period(around["date"], by) if around and by in _PERIODS else None
        plots.append(Plot(kind, "Share of new customers brought by customers", "share", shares, mark))  # type: ignore[arg-type]
    if groups and by not in ("month", "quarter", "year"):
        plots.append(Plot(kind, "K-factor: new customers that one brings", "number", rates))  # type: ignore[arg-type]
    left = breakdown["left_out"]
    note = f"{left:,} smaller ones are left out." if left else ""
    lead = _DIFFERENT.get(by, "") if groups else "Nothing is known by this."
    table = Table(by, _TITLES[by], _COLUMNS, rows, note)
    return Section(f"by-{by}", _TITLES[by], lead, plots=plots, tables=[table] if rows else [])


_DIFFERENT = {
    "month": "Who joined, invited and was rewarded in the month.",
    "quarter": "Who joined, invited and was rewarded in the quarter.",
    "year": "Who joined, invited and was rewarded in the year.",
    "cohort": "What those who joined in the month have done since: the younger a cohort, the less time it had.",
    "country": "Levels differ by chance, too: where intervals overlap, no difference is shown.",
    "channel": "By the channel through which customers came; where intervals overlap, no difference is shown.",
    "campaign": "Invitations of the campaign, and the customers brought in it, of all customers.",
}


def _row(group: Mapping[str, Any]) -> list[Cell]:
    little = group["too_little_data"]
    within, cost = group["cycle_time"]["within_horizon"], group["cost"]
    return [
        group["level"],
        group["customers"],
        *(
            estimate(group[name], little=name in little)
            for name in ("referral_share", "referral_rate", "conversion", "k_factor", "propensity")
        ),
        estimate(within, little="cycle_time" in little),
        estimated(cost["cac"], cost["interval"]),
        estimated(cost["payback_months"], cost["payback_interval"]),
        estimate(group["roi"], little="roi" in little),
    ]


def _period(day: str, by: str) -> str:
    """The month, quarter or year that a day is in, as levels are called."""
    year, month = day[:4], int(day[5:7])
    return {"year": year, "quarter": f"{year}-Q{(month + 2) // 3}"}.get(by, day[:7])
