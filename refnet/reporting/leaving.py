"""The report's part on who might leave and what hangs below them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refnet.reporting.document import Cell, Column, Figure, Section, Table, estimated, shown
from refnet.reporting.programme import estimate

_RULES = {"model": "model", "recency_rule": "recency rule", "everyone_alike": "everyone alike"}


def leaving_sections(found: Mapping[str, Any] | None) -> list[Section]:
    """Who might leave, and what it would cost to lose a referrer; where there is no model one that says why."""
    if found is None:
        return []
    if found["why"] is not None:
        return [Section("churn", "Who might leave", found["why"])]
    return [_churn(found), _exposure(found["exposure"])]


def _churn(found: Mapping[str, Any]) -> Section:
    model = found["model"]
    scores = model["scores"]
    better = scores["better"]["auc"]
    test = model["data"]["window"]["test"]
    figures = [
        Figure(
            "AUC more than the recency rule's",
            estimated(better["value"], better["interval"]),
            "number",
            f"{scores['verdict']} than the rule by the margin of {scores['margin']:.2f}; on the months from {test[0]} "
            f"to {test[1]}, which the model had not seen.",
        )
    ]
    compared: list[list[Cell]] = [
        [
            words, estimate(scores["scores"][name]["auc"]), scores["scores"][name]["brier"]["value"],
            scores["scores"][name]["log_loss"]["value"], estimate(scores["scores"][name]["observed_over_expected"]),
        ]
        for name, words in _RULES.items()
    ]  # fmt: skip
    parts: list[list[Cell]] = [
        [number, one["months"], one["left"], one["expected"], estimated(one["observed"], one["interval"])]
        for number, one in enumerate(model["calibration"], start=1)
    ]
    people: list[list[Cell]] = [
        [
            one["customer_id"], one["probability"],
            "; ".join(f"{why['odds']:.2f} × {why['because']}" for why in one["reasons"][:3]),
        ]
        for one in found["likeliest"]
    ]  # fmt: skip
    tables = [
        Table("likeliest to leave", "Likeliest to leave within a month",
              [Column("customer"), Column("probability", "share"), Column("odds beside the mean customer's, because")],
              people, "What the model goes by, no cause."),
        Table("churn model tried", "The model beside the recency rule",
              [Column("on the test months"), Column("AUC", "number", estimates=True), Column("Brier", "number"),
               Column("log loss", "number"), Column("observed : expected", "number", estimates=True)], compared),
        Table("churn calibration", "Expected and observed, from the least to the most likely",
              [Column("part", "count"), Column("customer-months", "count"), Column("left", "count"),
               Column("expected", "share"), Column("observed", "share", estimates=True)], parts),
    ]  # fmt: skip
    lead = (
        f"Of {found['customers']:,} customers who are there {shown(found['expected_to_leave'], 'count')} are expected "
        f"to leave within a month from {found['as_of']}; {model['leaving']['reading']}."
    )
    return Section("churn", "Who might leave", lead, figures, tables=tables)


def _exposure(found: Mapping[str, Any]) -> Section:
    association = found["association"]
    figure = Figure(
        "Leaving after one's referrer has left",
        estimated(association["value"], association["interval"], little=association["interval"] is None),
        "times",
        f"{association['reading']}.",
    )
    rows: list[list[Cell]] = [
        [
            one["customer_id"], one["probability"], one["people"], one["hangs"], one["exposure"],
            estimated(one["likely"], one["likely_interval"], little=one["likely"] is None),
        ]
        for one in found["items"]
    ]  # fmt: skip
    columns = [
        Column("customer"), Column("probability", "share"), Column("people below", "count"),
        Column("hangs below", "amount"), Column("exposure, all of it", "amount"),
        Column("the likely part", "amount", estimates=True),
    ]  # fmt: skip
    lead = (
        "What hangs below is what those below who are still there spent in twelve months. The exposure is all of it, "
        "times the probability that the referrer leaves within a month; the likely part is what the association makes "
        "likely to go with them within a year."
    )
    table = Table("exposure", "What it would cost to lose a referrer", columns, rows)
    return Section("exposure", "Losing a referrer", lead, [figure], tables=[table] if rows else [])
