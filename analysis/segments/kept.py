"""Segments that are kept: a node with the rule and the query, and its figures at each analysis since.

(:Segment {segmentId, rule, query, parameters, browser})-[:MEASURED {at, customers, meanCltv, …}]->(:Analysis)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.segments.cells import Measured, Trees
from refnet.analysis.segments.compare import against_rest, means
from refnet.analysis.segments.graph import Customers, customers, segment_findings
from refnet.analysis.segments.hidden import hidden_value
from refnet.analysis.segments.rules import segment_id
from refnet.core.errors import NotFound
from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.connection import native


def keep(graph: Graph, ids: Sequence[str] | None, settings: Settings) -> list[str]:
    """Keep segments under their ids, and measure all that are kept.

    Args:
        graph: analyzed.
        ids: as `/v1/segments` has them; None: all that are reported and not explained by something else.

    Returns:
        The ids of those that are kept now and were not before, or were asked for.

    Raises:
        NotFound: a segment of that id was not looked at, or the graph has not been analyzed.
    """
    if not len(graph.query("scores/current")):
        raise NotFound("This graph has no finished analysis.", "Run `refnet analyze`.")
    found = {segment_id(one["rule"]): one for one in segment_findings(graph, settings)["segments"]}
    if ids is None:
        ids = [name for name, one in found.items() if one["reported"] and not one["explained_by"]]
    for name in ids:
        if name not in found:
            raise NotFound(
                f"There is no segment {name}.", "`refnet segments --all` lists those that are looked at."
            )
    rows = [
        {
            "segmentId": name,
            "rule": json.dumps(found[name]["rule"], ensure_ascii=False),
            "query": found[name]["query"]["name"],
            "parameters": json.dumps(found[name]["query"]["parameters"], ensure_ascii=False),
            "browser": found[name]["query"]["browser"],
        }
        for name in ids
    ]
    graph.query("segments/keep", rows=rows)
    measure(graph, settings)
    return list(ids)


def measure(graph: Graph, settings: Settings) -> int:
    """Put the figures of every kept segment beside the current analysis; how many there are.

    They are those of this segment alone: `pValue` is for lower CLTV and higher referral value than the rest's, and not
    corrected for looking at others.
    """
    kept = list(graph.query("segments/kept"))
    if kept:
        of = customers(graph, settings)
        rows = [
            {"segmentId": one["segmentId"], **_figures(of, json.loads(one["parameters"]))} for one in kept
        ]
        graph.query("segments/measure", rows=rows)
    return len(kept)


def history(graph: Graph, name: str) -> list[dict[str, Any]]:
    """A kept segment's figures at each analysis, the earliest first.

    Raises:
        NotFound: no such segment is kept.
    """
    rows = list(graph.query("segments/history", segmentId=name))
    if not rows:
        raise NotFound(f"No segment {name} is kept.", "`refnet segments --kept` lists those that are.")
    return [{**row, "at": native(row["at"])} for row in rows if row["at"] is not None]


def compared(rows: Sequence[Mapping[str, Any]], since: datetime) -> dict[str, Any] | None:
    """What became of a kept segment: its last figures before a moment, or the first ones there are, and the latest.

    None where there are not two.
    """
    if len(rows) < 2:
        return None
    before = [row for row in rows if row["at"] <= since] or [rows[0]]
    return {"from": before[-1], "to": rows[-1]} if before[-1] is not rows[-1] else None


def _figures(of: Customers, parameters: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    inside, known = _members(of.attributes, parameters)
    trees = Trees(of.tree)
    code = np.where(known, inside, -1)[trees.order].astype(np.int8)
    cltv, value = (
        against_rest(Measured(each, trees).moments(code, 2, compiled=False)) for each in (of.cltv, of.value)
    )
    hidden = means(Measured(hidden_value(of.cltv, of.value), trees).moments(code, 2, compiled=False))
    total = float(np.nansum(of.value))
    reach = float(hidden.reach[1])
    figures = {
        "customers": int(inside.sum()),
        "meanCltv": cltv.inside[1],
        "meanCltvRest": cltv.outside[1],
        "referralValuePerCustomer": value.inside[1],
        "referralValuePerCustomerRest": value.outside[1],
        "shareOfValue": float(np.nansum(of.value[inside])) / total if total else np.nan,
        "hiddenValue": hidden.inside[1],
        "hiddenLow": hidden.inside[1] - reach,
        "hiddenHigh": hidden.inside[1] + reach,
        "pValue": np.maximum(cltv.p_lower[1], value.p_higher[1]),
    }
    return {
        name: None if np.isnan(each) else each if isinstance(each, int) else float(each)
        for name, each in figures.items()
    }


def _members(
    attributes: pd.DataFrame, parameters: Mapping[str, Mapping[str, Any]]
) -> tuple[np.ndarray, np.ndarray]:
    """Who is in a segment, as `segments/members` has it; and of whom its attributes are known."""
    inside = np.ones(len(attributes), dtype=np.bool_)
    known = inside.copy()
    for kind, asked in parameters.items():
        for name, level in asked.items():
            if name not in attributes:  # nobody has it any more
                return np.zeros_like(inside), np.zeros_like(known)
            column = attributes[name]
            known &= column.notna().to_numpy()
            if kind == "levels":
                texts = column.map(lambda one: str(one).lower() if isinstance(one, bool) else str(one))
                inside &= (texts == level).to_numpy(dtype=np.bool_, na_value=False)
                continue
            low, high = (pd.Timestamp(edge) if kind == "dates" and edge else edge for edge in level)
            inside &= (column >= low).to_numpy(dtype=np.bool_, na_value=False) if low is not None else True
            inside &= (column < high).to_numpy(dtype=np.bool_, na_value=False) if high is not None else True
    return inside & known, known
