"""Landing pages by affiliate, niche and use case: visits, conversion, value and churn, small cells drawn to the middle.

A customer counts for their first landing. Visits are told by page and affiliate: a cell that is narrower, by use case,
has customers, value and churn, and no conversion. Visits of affiliates whose landings are not told are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from refnet.analysis.success.record import MONTH_DAYS, Floats, Record
from refnet.analysis.success.shrink import Shrunk, shrunk_means, shrunk_rates, shrunk_shares
from refnet.core.errors import UsageError

Part = Literal["page", "affiliate", "niche", "use_case"]
PARTS: tuple[Part, ...] = get_args(Part)
NONE = "(none)"
_HARDLY = 0.01  # of its own data in a cell's figure


def landing_pages(record: Record, by: Sequence[Part] = ("page", "affiliate")) -> dict[str, Any]:
    """Figures of each cell, the most customers first.

    Args:
        record: of the customers.
        by: what cells are made of, any of PARTS.

    Returns:
        by, customers (who landed anywhere), cells [{page, affiliate, niche, use_case (those asked), customers, visits,
        conversion, value, monthly_churn, churned, months_at_risk}], middle {conversion, value, monthly_churn}, notes;
        each of the three figures is {raw, value, interval, weight}: the cell's own, drawn to the middle with its 95 %
        interval, and how much its own data weigh in that. Value is revenue per customer in the graph's currency,
        churn is per month. What cannot be known is None.

    Raises:
        UsageError: there is no such part, or none is asked.
    """
    for one in by:
        if one not in PARTS:
            raise UsageError(f"Landing pages are not told by {one}.", f"There are {', '.join(PARTS)}.")
    by = list(dict.fromkeys(by))
    if not by:
        raise UsageError("Say by what.", f"There are {', '.join(PARTS)}.")
    landed = np.array([page is not None for page in record.page], dtype=bool)
    frame = pd.DataFrame(
        {
            "page": record.page,
            "affiliate": record.page_affiliate,
            "niche": record.niche,
            "use_case": record.use_case,
            "value": np.where(np.isnan(record.revenue), np.nan, record.revenue),
            "months": _months(record),
            "churned": (record.lost <= record.until).astype(np.float64),
        }
    )[landed]
    frame[list(PARTS)] = frame[list(PARTS)].astype(object).where(frame[list(PARTS)].notna(), NONE)
    grouped = frame.groupby(by, sort=True)
    table = grouped.agg(
        customers=("months", "size"),
        mean=("value", "mean"),
        spread=("value", "std"),
        valued=("value", "count"),
        months=("months", "sum"),
        churned=("churned", "sum"),
    ).reset_index()
    visits, notes = _visits(record, frame, by)
    table["visits"] = [visits.get(tuple(key), np.nan) for key in table[by].itertuples(index=False, name=None)]
    table = table.sort_values(["customers", *by], ascending=[False, *[True] * len(by)], kind="stable")
    return _told(table, by, len(frame), notes)


def _told(table: pd.DataFrame, by: Sequence[str], customers: int, notes: list[str]) -> dict[str, Any]:
    columns = {
        name: table[name].to_numpy(dtype=np.float64)
        for name in ("customers", "visits", "mean", "spread", "valued", "churned", "months")
    }
    # Who comes twice is one customer and more visits; more customers than visits are visits that were not counted.
    counted = np.where(columns["visits"] >= columns["customers"], columns["visits"], np.nan)
    if (columns["visits"] < columns["customers"]).any():
        notes.append(
            "Cells with fewer visits than customers have no conversion: visits were not all counted."
        )
    known = np.nan_to_num(counted)
    conversion = shrunk_shares(np.where(known > 0, columns["customers"], 0.0), known)
    value = shrunk_means(columns["mean"], columns["spread"], columns["valued"])
    churn = shrunk_rates(columns["churned"], columns["months"])
    if len(table) and np.isnan(value.middle):
        notes.append("Fewer than three cells: nothing is drawn to the middle.")
    for name, figure in (("Conversion", conversion), ("Value", value), ("Monthly churn", churn)):
        if np.isfinite(figure.middle) and np.nanmax(figure.weight, initial=0.0) < _HARDLY:
            notes.append(f"{name} does not differ between cells by more than chance: each has the middle.")
    rows = []
    for number, key in enumerate(table[list(by)].itertuples(index=False, name=None)):
        visits = columns["visits"][number]
        rows.append(
            {
                **{name: None if part == NONE else part for name, part in zip(by, key, strict=True)},
                "customers": int(columns["customers"][number]),
                "visits": None if np.isnan(visits) else int(visits),
                "conversion": _figure(conversion, number) if known[number] > 0 else _figure(None, number),
                "value": _figure(value, number),
                "monthly_churn": _figure(churn, number),
                "churned": int(columns["churned"][number]),
                "months_at_risk": float(columns["months"][number]),
            }
        )
    return {
        "by": list(by),
        "customers": customers,
        "cells": rows,
        "middle": {
            "conversion": _plain(conversion.middle),
            "value": _plain(value.middle),
            "monthly_churn": _plain(churn.middle),
        },
        "notes": notes,
    }


def _months(record: Record) -> Floats:
    """Customer-months of each so far; 0 where joining is not known."""
    end = np.minimum(np.where(np.isnan(record.lost), record.until, record.lost), record.until)
    return np.nan_to_num(np.maximum(end - record.joined, 0.0)) / MONTH_DAYS


def _visits(
    record: Record, frame: pd.DataFrame, by: Sequence[str]
) -> tuple[dict[tuple[Any, ...], float], list[str]]:
    """Visits of each cell where they can be told of it."""
    if not record.visits:
        return {}, ["No visits are loaded: conversion is not known."]
    if "use_case" in by:
        return {}, ["Visits are told by page and affiliate: by use case conversion is not known."]
    niche = frame.drop_duplicates("page").set_index("page")["niche"].to_dict()
    affiliates = set(frame["affiliate"])
    found: dict[tuple[Any, ...], float] = {}
    for (page, affiliate), visits in record.visits.items():
        who = NONE if affiliate is None else affiliate
        if page not in niche or who not in affiliates:
            continue
        parts = {"page": page, "affiliate": who, "niche": niche[page]}
        key = tuple(parts[one] for one in by)
        found[key] = found.get(key, 0.0) + visits
    return found, []


def _figure(of: Shrunk | None, number: int) -> dict[str, Any]:
    if of is None:
        return {"raw": None, "value": None, "interval": None, "weight": None}
    low, high = _plain(of.low[number]), _plain(of.high[number])
    return {
        "raw": _plain(of.raw[number]),
        "value": _plain(of.value[number]),
        "interval": [low, high] if low is not None and high is not None else None,
        "weight": _plain(of.weight[number]),
    }


def _plain(value: Any) -> float | None:
    return None if not np.isfinite(value) else float(value)
