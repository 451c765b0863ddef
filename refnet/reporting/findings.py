"""Findings → the report: the programme, segments, the relation, quadrants, advocates, affiliates, claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refnet.reporting.affiliates import affiliate_sections
from refnet.reporting.document import Cell, Column, Figure, Report, Section, Table, estimated
from refnet.reporting.leaving import leaving_sections
from refnet.reporting.programme import estimate, programme_sections
from refnet.reporting.success import success_sections

_MOST_SEGMENTS = 50


def report_of(found: Mapping[str, Any]) -> Report:
    """The report of what `findings` gives."""
    data, programme = found["data"], found["programme"]
    currency = data["currency"]
    told = [one for one in programme_sections(programme, currency) if one is not None]
    # What was found first, the long tables of it by quarter, country and so on behind.
    broken_down = [one for one in told if one.key.startswith("by-")]
    sections = [
        *(one for one in told if one not in broken_down),
        _segments(found),
        _quadrants(found),
        _advocates(found),
        *affiliate_sections(found["affiliates"], currency),
        *success_sections(found["success"]),
        *leaving_sections(found["churn"]),
        *broken_down,
        _integrity(found),
    ]
    people = data["contents"].get("Customer", 0)
    span = " to ".join(
        (
            programme["from"] or "the beginning",
            f"the day before {programme['to']}" if programme["to"] else "the end",
        )
    )
    until = data["observed_until"]
    about = (
        f"{people:,} customers; from {span}; the data end on {until[:10] if until else 'a day that is not known'}; "
        f"amounts in {currency}; scores of {data['scored_at'][:10]}."
    )
    notes = list(data["unknown"])
    if data.get("changes_since"):
        notes.append(
            f"{data['changes_since']:,} loads or changes have come since the scores were made: run `refnet analyze`."
        )
    return Report("Referral report", about, currency, [one for one in sections if one is not None], notes)


def _segments(found: Mapping[str, Any]) -> Section:
    relation, data = found["relation"], found["data"]
    figure = Figure(
        "CLTV against referrals, rank correlation",
        estimated(relation["rho"], relation["interval"], little=relation["rho"] is None),
        "number",
        relation["reading"],
    )
    reported = [one for one in found["segments"] if one["reported"]]
    looked = (
        f"{data['looked_at']['segments']:,} segments looked at, levels of attributes and pairs of levels,"
    )
    lead = (
        f"{len(reported):,} of {looked} have a low CLTV and a high referral value that chance does not explain "
        "(false-discovery rate 5 %)."
        if reported
        else f"None of {looked} stands out from chance."
    )
    rows: list[list[Cell]] = [
        [
            rule_text(one["rule"]), one["customers"], one["mean_cltv"], one["referral_value_per_customer"],
            estimate({"value": one.get("referral_difference"), "interval": one["interval"]}),
            one["share_of_value"], one["q_value"], _explained(one), one["reading"],
        ]
        for one in reported[:_MOST_SEGMENTS]
    ]  # fmt: skip
    columns = [
        Column("segment"), Column("customers", "count"), Column("mean CLTV", "amount"), Column("brings each", "amount"),
        Column("more than the rest", "amount", estimates=True), Column("share of value", "share"),
        Column("q", "number"), Column("explained by"), Column("in words"),
    ]  # fmt: skip
    tables = [Table("segments", "Low CLTV, high referral value", columns, rows)] if rows else []
    return Section("segments", "Segments", lead, [figure], tables=tables)


def rule_text(rule: Mapping[str, Any]) -> str:
    """A segment's rule: `diet = vegan and plan = flexible`."""
    return " and ".join(f"{attribute} = {level}" for attribute, level in rule.items())


def _explained(one: Mapping[str, Any]) -> str:
    by = one.get("explained_by")
    return "" if not by else by if isinstance(by, str) else ", ".join(map(str, by))


def _quadrants(found: Mapping[str, Any]) -> Section:
    rows: list[list[Cell]] = [
        [one["quadrant"].replace("_", " "), one["customers"], one["mean_cltv"], one["influence"]]
        for one in found["quadrants"]
    ]
    columns = [
        Column("quadrant"),
        Column("customers", "count"),
        Column("mean CLTV", "amount"),
        Column("influence", "amount"),
    ]
    lead = (
        "Every customer is in one: CLTV above its median or not, influence above the median of those who "
        "have any or not."
    )
    tables = [Table("quadrants", "Quadrants", columns, rows, "Counted, not estimated.")] if rows else []
    return Section(
        "quadrants",
        "Quadrants",
        lead if rows else "Nobody has a CLTV: there are no quadrants.",
        tables=tables,
    )


def _advocates(found: Mapping[str, Any]) -> Section:
    rows: list[list[Cell]] = [
        [
            one["customer_id"], one["name"], one["cltv"], one["influence"], one["ecr_network"], one["downline"],
            " → ".join(f"{g['customers']:,}" for g in one["generations"]),
        ]
        for one in found["hidden_advocates"]
    ]  # fmt: skip
    columns = [
        Column("customer"), Column("name"), Column("CLTV", "amount"), Column("influence", "amount"),
        Column("network revenue", "amount"), Column("people below", "count"), Column("brought, by generation"),
    ]  # fmt: skip
    lead = (
        "They buy little and bring much."
        if rows
        else "Nobody with a low CLTV brings more than most referrers do."
    )
    table = Table("hidden advocates", "Hidden advocates", columns, rows, "Counted, not estimated.")
    return Section("hidden-advocates", "Hidden advocates", lead, tables=[table] if rows else [])


def _integrity(found: Mapping[str, Any]) -> Section:
    doubts = found["integrity"]
    reasons: list[list[Cell]] = [
        [name.replace("_", " "), count] for name, count in doubts["uncredited"].items()
    ]
    rings: list[list[Cell]] = [
        [" → ".join([*ring["ring"], ring["ring"][0]]), ring["size"]] for ring in doubts["rings"]
    ]
    shared: list[list[Cell]] = [
        [one["kind"], ", ".join(one["customers"]), one["size"]] for one in doubts["shared"]
    ]
    tables = [
        Table("claims without credit", "Claims without credit", [Column("reason"), Column("claims", "count")], reasons),
        Table("rings", "Rings", [Column("customers"), Column("size", "count")], rings),
        Table("shared", "Shared devices, accounts, addresses",
              [Column("what"), Column("customers"), Column("size", "count")], shared),
    ]  # fmt: skip
    lead = "Claims without credit are kept, with the reason." if reasons else "Every claim has credit."
    return Section("integrity", "Doubtful claims", lead, tables=[table for table in tables if table.rows])
