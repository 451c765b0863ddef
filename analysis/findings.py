"""All findings in one object: what `refnet report` writes and `refnet demo` prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from refnet.analysis.currency import currency_of
from refnet.analysis.influence.analyze import network_of
from refnet.analysis.influence.profile import generations, scored
from refnet.analysis.integrity import integrity
from refnet.analysis.programme import By, Declared, programme
from refnet.analysis.programme.figures import observed_until
from refnet.analysis.segments.relation import relation
from refnet.analysis.segments.table import segment_table
from refnet.analysis.success.affiliates import affiliates
from refnet.core.errors import BeingAnalyzed, NotFound
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph

# Columns of design's customers table that describe a customer, as the graph names them.
KNOWN_ATTRIBUTES = ("country", "plan", "channel", "crmRole")


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
            "unknown": _unknown(grouped, figures),
        },
        "programme": figures,
        "relation": grouped["relation"],
        "segments": grouped["segments"],
        "quadrants": grouped["quadrants"],
        "hidden_advocates": advocates,
        "affiliates": partners,
        "success": None,
        "integrity": doubts,
    }


def segment_findings(graph: Graph, settings: Settings) -> dict[str, Any]:
    """What there is to say of groups of customers, from the scores that the graph has.

    Returns:
        currency, customers (how many), attributes, skipped_attributes {name: why}, relation, segments, quadrants as in
        `findings`; no_cltv: of how many customers it is not known, no_joining_date likewise.
    """
    customers, attributes, tree, referrals = _customers(graph)
    cltv = pd.to_numeric(customers["cltv"]).to_numpy(dtype=np.float64, na_value=np.nan)
    value = pd.to_numeric(customers["influence"]).to_numpy(dtype=np.float64, na_value=0.0)
    related = relation(cltv, referrals, tree)
    currency = currency_of(graph, settings)
    segments = segment_table(attributes, cltv, value, tree, currency=currency)
    return {
        "currency": currency,
        "customers": len(customers),
        "attributes": list(attributes.columns),
        "skipped_attributes": segments.attrs["skipped"],
        "relation": {
            "rho": related.rho,
            "p_value": related.p_value,
            "interval": [related.low, related.high] if related.low is not None else None,
            "customers": related.customers,
            "strata": [],
            "explained_by": None,
            "reading": related.reading,
        },
        "segments": [_segment(row) for _, row in segments.iterrows()],
        "quadrants": _quadrants(customers),
        "no_cltv": int(np.isnan(cltv).sum()),
        "no_joining_date": int(customers["joinedAt"].isna().sum()),
    }


def _customers(graph: Graph) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray, np.ndarray]:
    """Customers, their attributes in the same order, the tree each is in, and how many each brought."""
    customers = graph.query("export/customers").to_pandas()
    edges = graph.query("export/referred").to_pandas()
    names = [*KNOWN_ATTRIBUTES, *(row["name"] for row in graph.query("export/attribute-names"))]
    levels = graph.query("export/attributes", attributes=names)
    attributes = pd.DataFrame([row["levels"] for row in levels], columns=names, dtype=object)
    attributes.index = pd.Index([row["customerId"] for row in levels])
    attributes = attributes.reindex(customers["customerId"]).reset_index(drop=True)
    attributes = attributes.dropna(axis="columns", how="all").infer_objects()

    by_customers = edges[edges["kind"] == "customer"]
    n = len(customers)
    # Trees of customers only: an affiliate brings strangers, and one of them must not make one tree of thousands.
    ends = {
        name: pa.array(by_customers[column], pa.large_string())
        for name, column in (("customer", "referrer"), ("referee", "referee"))
    }
    nobody = pa.nulls(len(by_customers), pa.large_string())
    network = network_of(
        pa.array(customers["customerId"], pa.large_string()),
        nobody[:0],
        {**ends, "affiliate": nobody, "credit": by_customers["credit"].to_numpy(dtype=np.float64)},
    )
    brought = by_customers["referrer"].value_counts()
    referrals = brought.reindex(customers["customerId"]).fillna(0).to_numpy(dtype=np.int64)
    return customers, attributes, network.tree_of()[:n], referrals


def _segment(row: pd.Series) -> dict[str, Any]:
    plain = {str(k): _plain(v) for k, v in row.items()}
    attribute, level = plain.pop("attribute"), plain.pop("level")
    return {
        "rule": {attribute: level},
        **plain,
        "explained_by": None,
        "query": {"name": "segments/members", "parameters": {"attribute": attribute, "level": level}},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return (
        None if value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) else value
    )


def _quadrants(customers: pd.DataFrame) -> list[dict[str, Any]]:
    grouped = customers.groupby("quadrant", dropna=True)
    table = grouped.agg(
        customers=("customerId", "size"), mean_cltv=("cltv", "mean"), influence=("influence", "sum")
    )
    rows = table.astype(object).reset_index().to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


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
    if not figures["conversion"]["of"]:
        notes.append("No invitations were loaded: conversion and the K-factor are not known.")
    missing = grouped["no_joining_date"]
    if missing == grouped["customers"]:
        notes.append("Nobody has a joining date: referral share by month and propensity are not known.")
    elif missing:
        notes.append(f"{missing:,} customers have no joining date and are left out of figures by time.")
    return notes
