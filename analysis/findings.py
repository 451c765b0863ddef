"""All findings in one object: what `refnet report` writes and `refnet demo` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from refnet.analysis.influence.profile import generations, scored
from refnet.analysis.integrity import integrity
from refnet.analysis.programme import By, Declared, programme
from refnet.analysis.programme.figures import observed_until
from refnet.analysis.segments.graph import segment_findings
from refnet.analysis.success.affiliates import affiliates
from refnet.analysis.success.churn.findings import churn_findings
from refnet.analysis.success.graph import success_findings
from refnet.core.errors import BeingAnalyzed, NotFound
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph

BREAKDOWNS: tuple[By, ...] = ("quarter", "cohort", "country", "channel", "campaign")
"""What the programme is broken down by, unless told otherwise."""


def findings(
    graph: Graph,
    *,
    since: date | None = None,
    until: date | None = None,
    by: Sequence[By] = BREAKDOWNS,
    declared: Declared | None = None,
    launch: date | None = None,
    top: int = 10,
    settings: Settings | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Everything found, as plain values that JSON can hold; amounts in the graph's currency, unknown is None.

    Args:
        graph: analyzed.
        since, until: the programme's period, the second outside it; all else is of all time.
        by: what the programme is broken down by.
        declared: what no data say and the programme's figures need.
        launch: a date to compare before and after.
        top: how many hidden advocates to list.

    Raises:
        NotFound: the graph has not been analyzed yet.
        BeingAnalyzed: another analysis has finished meanwhile.
    """
    settings, reporter = settings or load_settings(), reporter or Quiet()
    current = graph.query("scores/current")
    if not len(current):
        raise NotFound("This graph has no finished analysis.", "Run `refnet analyze`.")
    analysis = current.one()
    with reporter.stage("segments", unit="customers") as progress:
        grouped = segment_findings(graph, settings)
        progress.advance(grouped["customers"])
    with reporter.stage("programme and affiliates"):
        figures = programme(graph, since=since, until=until, by=by, launch=launch, declared=declared)
        partners = affiliates(graph)
        advocates = [_advocate(graph, row) for row in graph.query("referrers/hidden-advocates", limit=top)]
        doubts = integrity(graph)
    with reporter.stage("customer success"):
        succeeds = success_findings(graph, settings, limit=top)
    until = observed_until(graph)
    now = graph.query("scores/current").one()
    if now["version"] != analysis["version"]:
        raise BeingAnalyzed("An analysis has finished just now.", "Ask again.")
    return {
        "data": {
            "contents": {row["label"]: row["nodes"] for row in graph.query("graph/contents")},
            "currency": grouped["currency"],
            "observed_until": until.isoformat() if until else None,
            **scored(now),
            "settings": json.loads(analysis["settings"]),
            "attributes": grouped["attributes"],
            "skipped_attributes": grouped["skipped_attributes"],
            "looked_at": grouped["looked_at"],
            "value_unit": grouped["value_unit"],
            "unknown": _unknown(grouped, figures),
        },
        "programme": figures,
        "relation": grouped["relation"],
        "segments": grouped["segments"],
        "quadrants": grouped["quadrants"],
        "hidden_advocates": advocates,
        "affiliates": partners,
        "success": succeeds,
        "churn": churn_findings(graph, settings, reporter, top=top),
        "integrity": doubts,
    }


def _advocate(graph: Graph, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer_id": row["customerId"],
        "name": row["name"],
        "cltv": row["cltv"],
        "own_revenue": row["ownRevenue"],
        "influence": row["influence"],
        "ecr_network": row["ecrNetwork"],
        "downline": row["downline"],
        "longest_chain": row["longestChain"],
        "percentile": row["percentile"],
        "generations": generations(graph, row["customerId"]),
    }


def _unknown(grouped: dict[str, Any], figures: dict[str, Any]) -> list[str]:
    """What could not be known from this data, in words."""
    notes = []
    if grouped["no_cltv"] == grouped["customers"]:
        notes.append("No customer has a CLTV or orders: segments and quadrants need one of them.")
    if grouped["value_unit"] == "customers":
        notes.append(
            "No referrals were loaded, only how many each customer has made: segments compare those numbers. "
            "What the referred spent, chains, trees and who are alike in them are not known."
        )
    if not figures["conversion"]["of"]:
        notes.append("No invitations were loaded: conversion and the K-factor are not known.")
    missing = grouped["no_joining_date"]
    if missing == grouped["customers"]:
        notes.append("Nobody has a joining date: referral share by month and propensity are not known.")
    elif missing:
        notes.append(f"{missing:,} customers have no joining date and are left out of figures by time.")
    return notes
