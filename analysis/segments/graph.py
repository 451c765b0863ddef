"""Segments of a graph: customers and their attributes as columns, and what is found in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from refnet.analysis.currency import currency_of
from refnet.analysis.influence.analyze import network_of
from refnet.analysis.segments import rules
from refnet.analysis.segments.cells import Floats
from refnet.analysis.segments.discover import discover
from refnet.analysis.segments.relation import relation
from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.connection import native

# Columns of the customers table that describe a customer, as the graph names them.
KNOWN_ATTRIBUTES = ("country", "plan", "channel", "crmRole")
JOINED = "joinedAt"
COUNTED = "customers"
"""The unit of referral value where only how many each customer has brought is known."""


@dataclass(frozen=True)
class Customers:
    """Customers of a graph, all columns in one order.

    Attributes:
        table: what `export/customers` gives.
        attributes: a column for each attribute of which something is known, dates as such.
        tree: the tree of each, shape (n,).
        cltv: in currency; NaN is not known.
        referrals: how many each has brought.
        value: influence in currency; or how many each has brought, where no network is known.
        unit: of `value`: the currency, or COUNTED.
        currency: the graph's.
    """

    table: pd.DataFrame
    attributes: pd.DataFrame
    tree: npt.NDArray[np.int64]
    cltv: Floats
    referrals: Floats
    value: Floats
    unit: str
    currency: str


def customers(graph: Graph, settings: Settings) -> Customers:
    """Everybody in a graph, with the scores of the last finished analysis."""
    table = graph.query("export/customers").to_pandas()
    attributes = _attributes(graph, table)
    edges = graph.query("export/referred").to_pandas()
    by_customers = edges[edges["kind"] == "customer"]
    # Trees of customers only: an affiliate brings strangers, and one of them must not make one tree of thousands.
    ends = {
        name: pa.array(by_customers[column], pa.large_string())
        for name, column in (("customer", "referrer"), ("referee", "referee"))
    }
    nobody = pa.nulls(len(by_customers), pa.large_string())
    network = network_of(
        pa.array(table["customerId"], pa.large_string()),
        nobody[:0],
        {**ends, "affiliate": nobody, "credit": by_customers["credit"].to_numpy(dtype=np.float64)},
    )
    brought = by_customers["referrer"].value_counts()
    heads: Any = brought.reindex(table["customerId"]).fillna(0)
    referrals: Floats = heads.to_numpy(dtype=np.float64)
    value: Floats = pd.to_numeric(table["influence"]).to_numpy(dtype=np.float64, na_value=0.0)
    currency = currency_of(graph, settings)
    unit = currency
    if not len(edges) and table["referralCount"].notna().any():
        referrals = value = pd.to_numeric(table["referralCount"]).to_numpy(dtype=np.float64, na_value=np.nan)
        unit = COUNTED
    return Customers(
        table,
        attributes,
        network.tree_of()[: len(table)].astype(np.int64, copy=False),
        pd.to_numeric(table["cltv"]).to_numpy(dtype=np.float64, na_value=np.nan),
        referrals,
        value,
        unit,
        currency,
    )


def _attributes(graph: Graph, table: pd.DataFrame) -> pd.DataFrame:
    """A column for each attribute of which something is known, in the order of `table`."""
    further = list(graph.query("export/attribute-names"))
    names = [*KNOWN_ATTRIBUTES, *(row["name"] for row in further)]
    levels = graph.query("export/attributes", attributes=names)
    attributes = pd.DataFrame([row["levels"] for row in levels], columns=names, dtype=object)
    attributes.index = pd.Index([row["customerId"] for row in levels])
    attributes = attributes.reindex(table["customerId"]).reset_index(drop=True)
    attributes = attributes.dropna(axis="columns", how="all").infer_objects()
    for name in (
        row["name"] for row in further if row["kind"] == "time" and row["name"] in attributes.columns
    ):
        attributes[name] = pd.to_datetime([native(one) for one in attributes[name]], utc=True)
    if table[JOINED].notna().any():
        attributes[JOINED] = pd.to_datetime(table[JOINED].to_numpy(dtype=np.float64), unit="ms", utc=True)
    return attributes


def segment_findings(graph: Graph, settings: Settings) -> dict[str, Any]:
    """What there is to say of groups of customers, from the scores that the graph has.

    Returns:
        currency, value_unit (the currency, or `customers` where only numbers of referrals are known), customers (how
        many), attributes, skipped_attributes {name: why}, looked_at, relation, segments, quadrants as in `findings`;
        no_cltv: of how many customers it is not known, no_joining_date likewise.
    """
    of = customers(graph, settings)
    found = discover(of.attributes, of.cltv, of.value, of.tree, currency=of.currency, value_unit=of.unit)
    related = relation(of.cltv, of.referrals, of.tree, found.levels)
    return {
        "currency": of.currency,
        "value_unit": of.unit,
        "customers": len(of.table),
        "attributes": list(of.attributes.columns),
        "skipped_attributes": found.skipped,
        "looked_at": found.looked_at,
        "relation": {
            "rho": related.rho,
            "p_value": related.p_value,
            "interval": [related.low, related.high] if related.low is not None else None,
            "customers": related.customers,
            "strata": related.strata,
            "explained_by": related.explained_by,
            "reading": related.reading,
        },
        "segments": [_segment(row) for row in found.table.to_dict("records")],
        "quadrants": _quadrants(of.table),
        "no_cltv": int(np.isnan(of.cltv).sum()),
        "no_joining_date": int(of.table[JOINED].isna().sum()),
    }


def _segment(row: dict[Any, Any]) -> dict[str, Any]:
    rule = row["rule"]
    figures = {str(name): _plain(value) for name, value in row.items() if name != "rule"}
    return {"rule": rules.plain(rule), **figures, "query": rules.query(rule)}


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    return (
        None if value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) else value
    )


def _quadrants(table: pd.DataFrame) -> list[dict[str, Any]]:
    grouped = table.groupby("quadrant", dropna=True)
    summed = grouped.agg(
        customers=("customerId", "size"), mean_cltv=("cltv", "mean"), influence=("influence", "sum")
    )
    rows = summed.astype(object).reset_index().to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]
