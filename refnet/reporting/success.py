"""Customer success as parts of the report: health, the successful, landing pages, candidates.

The same parts are what `refnet health`, `success`, `landing-pages` and `candidates` print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refnet.reporting.document import Cell, Column, Estimate, Figure, Section, Table, estimated

_MOST = 15


def success_sections(found: Mapping[str, Any] | None) -> list[Section]:
    """The parts of a report for what `findings` has as success; none where there is nothing to say."""
    if not found:
        return []
    return [
        health_section(found["health"]),
        successful_section(found["successful"]),
        landing_section(found["landing_pages"]),
        candidates_section(found["candidates"]),
    ]


def health_section(found: Mapping[str, Any]) -> Section:
    """Everybody's health scores in short."""
    if not found["scored"]:
        lead = f"Nobody has a health score: {found['too_little']:,} customers have too little known of them."
        return Section("health", "Health score", lead)
    grades, limits = found["grades"], found["limits"]
    lead = (
        f"{found['scored']:,} customers have a score from 0 to 100 by the weights {found['version']} "
        f"({found['source']}): {grades['green']:,} green (from {limits['green']:g} on), {grades['amber']:,} amber "
        f"(from {limits['amber']:g} on), {grades['red']:,} red. {found['left']:,} have left or not joined; of "
        f"{found['too_little']:,} too little is known."
    )
    rows: list[list[Cell]] = [
        [
            one["signal"], one["about"], one["weight"], one["direction"] or "by word", one["low"], one["high"],
            "skip" if one["missing"] == "skip" else f"{one['missing']:g}", one["known"], one["mean_points"],
            one["mean_contribution"],
        ]
        for one in found["signals"]
    ]  # fmt: skip
    columns = [
        Column("signal"), Column("is"), Column("weight", "number"), Column("better"), Column("low", "number"),
        Column("high", "number"), Column("missing"), Column("known", "share"), Column("mean points", "number"),
        Column("mean part of the score", "number"),
    ]  # fmt: skip
    tables = [
        Table("health signals", "What the score is made from", columns, rows, "Counted, not estimated.")
    ]
    for name, title in (("lowest", "The lowest"), ("highest", "The highest")):
        if found.get(name):
            people: list[list[Cell]] = [
                [one["customer_id"], one["name"], one["score"], one["grade"]] for one in found[name]
            ]
            shown = [Column("customer"), Column("name"), Column("score", "number"), Column("grade")]
            tables.append(Table(f"health {name}", title, shown, people))
    return Section("health", "Health score", lead, tables=tables)


def one_health(found: Mapping[str, Any]) -> Section:
    """One customer's score with each signal's part."""
    score = "no score" if found["score"] is None else f"{found['score']:.1f}, {found['grade']}"
    name = f"  {found['name']}" if found["name"] else ""
    lead = found["why"] or f"Signals of {found['known']:.0%} of the weights are known. {found['version']}"
    rows: list[list[Cell]] = [
        [
            one["signal"], one["about"],
            one["value"] if isinstance(one["value"], str) or one["value"] is None else f"{one['value']:,.2f}",
            one["points"], one["weight"], one["contribution"], one["why"] or "",
        ]
        for one in found["signals"]
    ]  # fmt: skip
    columns = [
        Column("signal"), Column("is"), Column("value"), Column("points", "number"), Column("weight", "number"),
        Column("part of the score", "number"), Column(""),
    ]  # fmt: skip
    title = "Signals" if found["score"] is None else "Parts sum to the score"
    table = Table("signals", title, columns, rows)
    return Section("health", f"{found['customer_id']}{name}: {score}", lead, tables=[table])


def successful_section(found: Mapping[str, Any]) -> Section:
    """The successful: origins, use cases, traits, first actions."""
    if not found["customers"]:
        return Section("success", "Who succeeds", found["reading"])
    share = found["share"]
    looked = found["looked_at"]
    figure = Figure(
        "successful customers",
        estimated(share["value"], share["interval"], little=share["interval"] is None),
        "share",
        found["reading"],
    )
    tables = [
        _lifts("origins", "Where the successful came from", found["origins"]),
        _lifts("use cases", "For which use", found["use_cases"]),
        _lifts("traits", "What they have in common", found["traits"]),
    ]
    actions = found["first_actions"]
    rows: list[list[Cell]] = [
        [
            one["action"], one["customers"], one["of"], one["share"], one["share_rest"],
            _estimate(one["ratio"], one["ratio_interval"]), one["q_value"], _verdict(one),
        ]
        for one in actions["rows"]
    ]  # fmt: skip
    columns = [
        Column("first action"), Column("did", "count"), Column("of", "count"), Column("successful", "share"),
        Column("the others", "share"), Column("times as many", "times", estimates=True), Column("q", "number"),
        Column(""),
    ]  # fmt: skip
    note = (
        f"Within {actions['days']} days of joining; of {actions['customers']:,} customers who joined by "
        f"{actions['joined_before']} and stayed that long, so that what their score looks back at comes after. "
        + " ".join(actions["notes"])
    )
    tables.append(Table("first actions", "Which first actions set them apart", columns, rows, note.strip()))
    if found["referrers"]:
        brought: list[list[Cell]] = [
            [
                one["customer_id"], one["name"], one["brought"], one["successful"],
                _estimate(one["share"]["value"], one["share"]["interval"]),
            ]
            for one in found["referrers"][:10]
        ]  # fmt: skip
        shown = [
            Column("customer"), Column("name"), Column("brought", "count"), Column("successful", "count"),
            Column("share", "share", estimates=True),
        ]  # fmt: skip
        told = "Of those brought who are looked at. One person's are one tree: no test against the others."
        tables.append(Table("referrers of successful", "Who brought the most of them", shown, brought, told))
    if found["segments"]:
        tables.append(_segments(found["segments"]))
    lead = (
        f"{looked['levels']:,} levels of {looked['attributes']:,} attributes looked at, {looked['tested']:,} tested, "
        "false-discovery rate 5 %. A lift is the share of successful ones over that of everybody of "
        "whom the attribute is known."
    )
    return Section("success", "Who succeeds", lead, [figure], tables=[one for one in tables if one.rows])


def _lifts(name: str, title: str, given: Sequence[Mapping[str, Any]]) -> Table:
    told = [one for one in given if one["interval"] is not None]
    little = len(given) - len(told)
    rows: list[list[Cell]] = [
        [
            f"{one['attribute'].replace('_', ' ')} = {one['level']}", one["customers"], one["share"],
            _estimate(one["lift"], one["interval"]), one["q_value"],
            _estimate(one["value_ratio"], one["value_interval"]), one["value_q_value"], _verdict(one),
        ]
        for one in told[:_MOST]
    ]  # fmt: skip
    columns = [
        Column("level"), Column("customers", "count"), Column("successful", "share"),
        Column("lift", "times", estimates=True), Column("q", "number"),
        Column("CLTV, of the rest's", "times", estimates=True), Column("q of CLTV", "number"), Column(""),
    ]  # fmt: skip
    notes = []
    if len(told) > _MOST:
        notes.append(f"{len(told) - _MOST:,} more with less evidence.")
    if little:
        notes.append(f"{little:,} levels have too little data.")
    return Table(name, title, columns, rows, " ".join(notes))


def _segments(found: Mapping[str, Any]) -> Table:
    rows: list[list[Cell]] = [
        [
            one["level"], one["customers"], one["share"], _estimate(one["lift"], one["interval"]),
            one["leading_channel"] or "", _estimate(one["leading_lift"], one["leading_interval"])
            if one["leading_channel"] else None,
        ]
        for one in found["levels"]
    ]  # fmt: skip
    columns = [
        Column(found["by"]), Column("customers", "count"), Column("successful", "share"),
        Column("lift", "times", estimates=True), Column("leading channel"), Column("its lift", "times", estimates=True),
    ]  # fmt: skip
    note = "The channel that leads in a level beyond chance, if one does."
    return Table("success by segment", f"By {found['by']}", columns, rows, note)


def landing_section(found: Mapping[str, Any]) -> Section:
    """Landing pages, cell by cell."""
    if not found["cells"]:
        return Section("landing-pages", "Landing pages", "No landings are loaded.")
    rows: list[list[Cell]] = [
        [
            *(one[part] or "(none)" for part in found["by"]), one["customers"], one["visits"],
            *(
                cell
                for name in ("conversion", "value", "monthly_churn")
                for cell in (one[name]["raw"], _estimate(one[name]["value"], one[name]["interval"]))
            ),
        ]
        for one in found["cells"][:50]
    ]  # fmt: skip
    columns = [
        *(Column(part.replace("_", " ")) for part in found["by"]), Column("customers", "count"),
        Column("visits", "count"), Column("conversion", "share"), Column("conversion drawn", "share", estimates=True),
        Column("value", "amount"), Column("value drawn", "amount", estimates=True),
        Column("monthly churn", "share"), Column("churn drawn", "share", estimates=True),
    ]  # fmt: skip
    more = len(found["cells"]) - 50
    notes = [*found["notes"], *([f"{more:,} more cells of fewer customers."] if more > 0 else [])]
    lead = (
        f"{found['customers']:,} customers, each by their first landing, in {len(found['cells']):,} cells. Each figure "
        "as it is, and drawn to the middle of all cells by as much as its data are few, with a 95 % interval."
    )
    table = Table("landing pages", "Landing pages", columns, rows, " ".join(notes))
    return Section("landing-pages", "Landing pages", lead, tables=[table])


def candidates_section(found: Mapping[str, Any]) -> Section:
    """Whom to invite, and who is left out and why."""
    what = "an affiliate" if found["purpose"] == "affiliate" else "a case study"
    rows: list[list[Cell]] = [
        [
            one["customer_id"], one["name"], one["score"], one["points"], one["probability"], one["consent"],
            one["group"], "; ".join(one["reasons"]),
        ]
        for one in found["candidates"]
    ]  # fmt: skip
    columns = [
        Column("customer"), Column("name"), Column("health", "number"), Column("points", "count"),
        Column("refers", "share"), Column("consent"), Column("group"), Column("in words"),
    ]  # fmt: skip
    tables = (
        [Table("candidates", f"Whom to invite as {what}", columns, rows, found["reading"])] if rows else []
    )
    left: list[list[Cell]] = [
        [one["customer_id"], one["name"], one["score"], "; ".join(one["why"])] for one in found["left_out"]
    ]
    if left:
        shown = [Column("customer"), Column("name"), Column("health", "number"), Column("in words")]
        counts = ", ".join(f"{count:,} {why}" for why, count in found["left_out_counts"].items())
        tables.append(
            Table("left out", "Left out, though they are as healthy", shown, left, f"In all: {counts}.")
        )
    return Section("candidates", "Candidates", found["lead"], _figures(found["model"]), tables=tables)


def _figures(model: Mapping[str, Any] | None) -> list[Figure]:
    if model is None or model.get("scores") is None:
        return []
    scores = model["scores"]
    return [
        Figure("model: area under the curve", estimated(*scores["model"]["auc"]), "number", model["reading"]),
        Figure(
            "the plain rule's",
            estimated(*scores["rule"]["auc"]),
            "number",
            f"{model['rule']} Brier score {scores['rule']['brier'][0]:.4f}, the model's "
            f"{scores['model']['brier'][0]:.4f}.",
        ),
    ]


def _verdict(one: Mapping[str, Any]) -> str:
    if one.get("explained_by"):
        return f"{one['explained_by']} explains it"
    return "beyond chance" if one["stands_out"] else "may be chance"


def _estimate(value: float | None, interval: Sequence[Any] | None) -> Estimate:
    return estimated(value, interval, little=value is None)
