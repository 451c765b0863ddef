"""Customer success from a graph: everything read once, and what is found in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from refnet.analysis.influence.columns import Kind, read
from refnet.analysis.programme.facts import DAY_MS
from refnet.analysis.programme.figures import observed_until
from refnet.analysis.segments.graph import customers
from refnet.analysis.success.candidates import Purpose, Rank, candidates
from refnet.analysis.success.health import Health, health, summary, told
from refnet.analysis.success.kept_model import load, save
from refnet.analysis.success.landing import Part, landing_pages
from refnet.analysis.success.propensity import scored as chances_of
from refnet.analysis.success.propensity import trained
from refnet.analysis.success.record import CUSTOMER_NUMBERS, CUSTOMER_TEXTS, Record, record_of
from refnet.analysis.success.successful import GOOD, By, successful
from refnet.analysis.success.weights import Weights, weights_of
from refnet.core.errors import NotFound, UsageError
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings
from refnet.graph import Graph

_TABLES: dict[str, dict[str, Kind]] = {
    "success/customers": {
        "customerId": "text",
        "name": "text",
        "joined": "number",
        "lost": "number",
        "lastOrder": "number",
        "channel": "text",
        "crmRole": "text",
        "healthLabel": "text",
        "consent": "number",
        "revenue": "number",
        "cltv": "number",
        "retentionCost": "number",
        "affiliate": "number",
    },
    "success/orders": {"customerId": "text", "placed": "number", "amount": "number", "kind": "text"},
    "success/tickets": {"customerId": "text", "opened": "number", "closed": "number"},
    "success/surveys": {"customerId": "text", "kind": "text", "score": "number", "answered": "number"},
    "success/usage": {"customerId": "text", "year": "number", "month": "number", "activeDays": "number"},
    "success/landings": {
        "customerId": "text",
        "landingPage": "text",
        "niche": "text",
        "useCase": "text",
        "affiliateId": "text",
        "landed": "number",
    },
    "success/visits": {"landingPage": "text", "affiliateId": "text", "visits": "number", "clicks": "number"},
    "success/brought": {"customerId": "text", "referrer": "text", "affiliate": "text", "at": "number"},
    "programme/invitations": {
        "customerId": "text",
        "sent": "number",
        "campaign": "text",
        "status": "text",
        "became": "number",
    },
}
assert {*CUSTOMER_NUMBERS, *CUSTOMER_TEXTS} == set(_TABLES["success/customers"])


@dataclass(frozen=True)
class People:
    """A graph's customers, all in one order.

    Attributes:
        record: what is known of them.
        attributes: a column for each attribute of which something is known.
        tree: shape (n,), the tree of customers each is in.
        currency: of amounts.
    """

    record: Record
    attributes: pd.DataFrame
    tree: npt.NDArray[np.int64]
    currency: str

    @cached_property
    def place(self) -> dict[str, int]:
        """Customers' numbers by their ids."""
        return {one: number for number, one in enumerate(self.record.ids)}


def read_record(graph: Graph, reporter: Reporter | None = None) -> Record:
    """What is known of everybody.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    tables: dict[str, dict[str, Any]] = {}
    with (reporter or Quiet()).stage("customers and what they did", unit="rows") as progress:
        for name, kinds in _TABLES.items():
            found = read(graph, name, kinds, progress)
            tables[name.split("/")[1]] = {
                column: _texts(found[column]) if kind == "text" else found[column]
                for column, kind in kinds.items()
            }
    until = observed_until(graph)
    return record_of(tables, None if until is None else until.timestamp() * 1000 / DAY_MS)


def people(graph: Graph, settings: Settings, reporter: Reporter | None = None) -> People:
    """Everybody with their attributes and trees.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    record = read_record(graph, reporter)
    of = customers(graph, settings)
    place: Any = pd.Index(of.table["customerId"]).get_indexer(pd.Index(record.ids))
    return People(record, of.attributes.iloc[place].reset_index(drop=True), of.tree[place], of.currency)


def health_of(
    graph: Graph,
    ids: Sequence[str] = (),
    *,
    weights: Weights | None = None,
    lowest: int = 10,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """Health scores: of these customers with each signal's part, else everybody's in short.

    Args:
        graph: with customers.
        ids: any ids of theirs.
        weights: unset: ./health.toml, else those that come with refnet.
        lowest: with no ids, how many of those with the lowest scores are listed, and of the highest.
        reporter: told of the rows.

    Returns:
        With ids {version, customers: as `told`}; else `summary` with lowest and highest, [{customer_id, name, score,
        grade}].

    Raises:
        NotFound: there is no such customer.
    """
    weights = weights or weights_of()
    record = read_record(graph, reporter)
    found = health(record, weights)
    if ids:
        return {
            "version": weights.version,
            "customers": [told(record, found, one) for one in numbers(graph, record, ids)],
        }
    ranked = np.lexsort((record.ids.astype(str), found.score))
    ranked = ranked[~np.isnan(found.score[ranked])]
    return {
        **summary(record, found),
        "lowest": [_short(record, found, one) for one in ranked[:lowest].tolist()],
        "highest": [_short(record, found, one) for one in ranked[::-1][:lowest].tolist()],
    }


def numbers(graph: Graph, record: Record, ids: Collection[str]) -> list[int]:
    """The customers' numbers by any of their ids.

    Raises:
        NotFound: there is no such customer.
    """
    place = {one: number for number, one in enumerate(record.ids)}
    found = []
    for one in ids:
        number = place.get(one)
        if number is None:
            known = list(graph.query("identity/find", aliasId=one))
            number = place.get(known[0]["customerId"]) if known else None
        if number is None:
            raise NotFound(f"There is no customer {one}.", "Ids are told apart by upper and lower case.")
        found.append(number)
    return found


def write_health(
    graph: Graph, *, weights: Weights | None = None, reporter: Reporter | None = None
) -> dict[str, Any]:
    """Write everybody's health score as properties of :Customer, and take it from those who have none now.

    Returns:
        version, written, removed, at.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    weights = weights or weights_of()
    reporter = reporter or Quiet()
    record = read_record(graph, reporter)
    found = health(record, weights)
    has, grade = ~np.isnan(found.score), found.grade
    at = pd.Timestamp.now("UTC").floor("s").isoformat()
    rows = [
        {"id": record.ids[n], "score": round(float(found.score[n]), 2), "grade": grade[n]}
        for n in np.flatnonzero(has)
    ]
    with reporter.stage("health scores", len(rows), "customers") as progress:
        for first in range(0, len(rows), _BATCH):
            part = rows[first : first + _BATCH]
            graph.query("success/write-health", rows=part, version=weights.version, at=at)
            progress.advance(len(part))
    removed = 0
    while count := graph.query("success/forget-health", at=at, limit=_BATCH).one()["forgotten"]:
        removed += count
    return {"version": weights.version, "written": len(rows), "removed": removed, "at": at}


_BATCH = 5_000


def success_of(
    graph: Graph,
    settings: Settings,
    *,
    by: By = "score",
    labels: Collection[str] = GOOD,
    segment: str | None = None,
    days: int = 60,
    weights: Weights | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """The successful of a graph: `successful`, with its currency."""
    of = people(graph, settings, reporter)
    scored = health(of.record, weights or weights_of())
    found = successful(
        of.record, scored, of.attributes, of.tree, by=by, labels=labels, segment=segment, days=days
    )
    return {"currency": of.currency, **found}


def candidates_of(
    graph: Graph,
    settings: Settings,
    *,
    purpose: Purpose = "affiliate",
    limit: int = 25,
    control: float = 0.0,
    seed: int = 0,
    rank: Rank = "points",
    modelled: bool = True,
    kept: Path | None = None,
    weights: Weights | None = None,
    reporter: Reporter | None = None,
) -> dict[str, Any]:
    """The candidates of a graph: `candidates`, with its currency.

    Args:
        modelled: with a model of who refers, where there is scikit-learn and data enough.
        kept: the file of that model: scored by it where it is there, else made and put there.
    """
    of = people(graph, settings, reporter)
    scored = health(of.record, weights or weights_of())
    probability, card = model_of(of, modelled=modelled, kept=kept, reporter=reporter)
    found = candidates(
        of.record,
        scored,
        purpose=purpose,
        limit=limit,
        control=control,
        seed=seed,
        rank=rank,
        probability=probability,
        model=card,
    )
    return {"currency": of.currency, **found}


def model_of(
    of: People, *, modelled: bool = True, kept: Path | None = None, reporter: Reporter | None = None
) -> tuple[npt.NDArray[np.float64] | None, dict[str, Any] | None]:
    """Who refers, by a model; why there is none where scikit-learn is not installed.

    Raises:
        InputError: the kept model cannot be read or written, or goes by what this graph has not.
    """
    if not modelled:
        return None, None
    try:
        with (reporter or Quiet()).stage("who refers, by a model"):
            if kept is not None and kept.exists():
                card, numbers = load(kept)
                return chances_of(of.record, of.attributes, numbers), card
            card, made = trained(of.record, of.attributes, of.tree)
            if made is None:
                return np.full(len(of.record), np.nan), card
            if kept is not None:
                save(card, made, kept)
            return chances_of(of.record, of.attributes, made), card
    except UsageError as error:
        why = f"{error.message} {error.hint}"
        return None, {"why": why, "scores": None, "reading": f"No model: {why}"}


def success_findings(
    graph: Graph, settings: Settings, *, limit: int = 10, reporter: Reporter | None = None
) -> dict[str, Any] | None:
    """What a report says of customer success, from one reading of the graph; None: there are no customers.

    Returns:
        health, successful, landing_pages, candidates.
    """
    of = people(graph, settings, reporter)
    if not len(of.record):
        return None
    scored = health(of.record, weights_in(settings))
    probability, card = model_of(of)
    return {
        "health": summary(of.record, scored),
        "successful": successful(of.record, scored, of.attributes, of.tree),
        "landing_pages": landing_pages(of.record),
        "candidates": candidates(of.record, scored, limit=limit, probability=probability, model=card),
    }


def landing_of(
    graph: Graph, settings: Settings, by: Sequence[Part] = ("page", "affiliate")
) -> dict[str, Any]:
    """The landing pages of a graph: `landing_pages`, with its currency."""
    from refnet.analysis.currency import currency_of

    return {"currency": currency_of(graph, settings), **landing_pages(read_record(graph), by)}


def weights_in(settings: Settings, path: Path | None = None) -> Weights:
    """The weights of a file, else of the settings' file, else ./health.toml, else those that come with refnet."""
    return weights_of(path or settings.health)


def _short(record: Record, found: Health, number: int) -> dict[str, Any]:
    return {
        "customer_id": record.ids[number],
        "name": record.name[number],
        "score": float(found.score[number]),
        "grade": found.grade[number],
    }


def _texts(column: Any) -> npt.NDArray[np.object_]:
    """Texts as Python's, None where there is none, each text kept once."""
    if not len(column):
        return np.zeros(0, dtype=object)
    coded = column.dictionary_encode().unify_dictionaries()
    words = np.array([*coded.chunk(0).dictionary.to_pylist(), None], dtype=object)
    places = [part.indices.fill_null(len(words) - 1).to_numpy() for part in coded.chunks]
    texts: npt.NDArray[np.object_] = words[np.concatenate(places)]
    return texts
