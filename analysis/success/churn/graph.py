"""Graph → model → graph: train on what is loaded, score who is there, and write it where a CRM or a browser looks."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.analysis.influence.publish import BATCH_ROWS, TRANSACTION_ROWS
from refnet.analysis.programme.figures import observed_until
from refnet.analysis.success.churn.facts import Facts, called, read_facts
from refnet.analysis.success.churn.leaving import leaving
from refnet.analysis.success.churn.model import TooLittle, train
from refnet.analysis.success.churn.saved import Saved, load, place, save, saved
from refnet.analysis.success.churn.score import Scored
from refnet.analysis.success.gaps import MULTIPLE
from refnet.core.errors import NotFound
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Settings
from refnet.graph import Graph, catalogue

_DAY_S = 86_400.0
_OF_THE_FILE = {"kind", "format", "features"}


def facts_of(graph: Graph, reporter: Reporter | None = None) -> Facts:
    """What is read of a graph.

    Raises:
        StoreError: the graph cannot be reached.
    """
    until = observed_until(graph)
    with (reporter or Quiet()).stage("read orders, tickets, usage …") as progress:
        return read_facts(graph, None if until is None else until.timestamp() / _DAY_S, progress)


def make(
    facts: Facts, *, rule: str = "auto", multiple: float = MULTIPLE, reporter: Reporter | None = None
) -> Saved | TooLittle:
    """A model of these facts, tried, and not yet kept.

    Raises:
        UsageError: no such rule, or nothing that it needs.
        RefnetError: scikit-learn is not installed.
    """
    what = leaving(facts, rule, multiple)
    with (reporter or Quiet()).stage("churn model", unit="customers") as progress:
        trained = train(facts, what)
        progress.advance(len(facts))
    return trained if isinstance(trained, TooLittle) else saved(trained, facts)


def keep(model: Saved, settings: Settings, path: Path | None = None) -> Path:
    """Put a model where the next command finds it; where that is."""
    file = place(settings, path)
    save(model, file)
    return file


def kept(settings: Settings, path: Path | None = None) -> Saved:
    """The model that is kept.

    Raises:
        NotFound: none is. InputError: it is damaged, or of another version of the features.
    """
    return load(place(settings, path))


def numbers(graph: Graph, scored: Scored, ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """The numbers of customers by any of their ids.

    Raises:
        NotFound: there is no such customer.
    """
    place_of = scored.number_of
    found = []
    for given in ids:
        number = place_of.get(given)
        if number is None:
            known = graph.query("identity/find", aliasId=given)
            number = place_of.get(known.one()["customerId"]) if len(known) else None
        if number is None:
            raise NotFound(f"There is no customer {given}.", "Ids are told apart by upper and lower case.")
        found.append(number)
    return np.array(found, dtype=np.int64)


def asked(graph: Graph, scored: Scored, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Some customers by any of their ids: probability and reasons, or that they are not there.

    Raises:
        NotFound: there is no such customer.
    """
    return [one(scored, int(number)) for number in numbers(graph, scored, ids)]


def one(scored: Scored, number: int) -> dict[str, Any]:
    """One customer by their number."""
    at = int(np.searchsorted(scored.who, number))
    if at < len(scored.who) and scored.who[at] == number:
        return {**scored.told(np.array([at]))[0], "there": True, "left_at": None}
    mine = np.flatnonzero(scored.there.who == number)
    ended = scored.there.end[mine]
    left = float(ended[np.isfinite(ended)].max(initial=-np.inf))
    return {
        "customer_id": str(scored.facts.ids[number]),
        "probability": None,
        "percentile": None,
        "reasons": [],
        "there": False,
        "left_at": called(left),
    }


def likeliest(scored: Scored, limit: int) -> list[dict[str, Any]]:
    """Those who are there and likeliest to leave, the likeliest first; ties by id."""
    order = np.lexsort((scored.facts.ids[scored.who].astype(str), -scored.probability))[:limit]
    return [
        {**each, "there": True, "left_at": None} for each in scored.told(np.asarray(order, dtype=np.int64))
    ]


def summary(scored: Scored) -> dict[str, Any]:
    """Of everybody, and of the model: what every answer begins with."""
    return {
        "as_of": scored.as_of,
        "customers": len(scored.who),
        "expected_to_leave": float(scored.probability.sum()),
        "model": about(scored.model),
    }


def about(model: Saved) -> dict[str, Any]:
    """What is told of a model."""
    return {name: value for name, value in model.told.items() if name not in _OF_THE_FILE}


def write(graph: Graph, scored: Scored, reporter: Reporter | None = None) -> int:
    """Write churnProbability, churnVersion and churnAt of all who are there, in batches; others lose theirs.

    Returns:
        How many have them now.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    reporter = reporter or Quiet()
    statement = catalogue()["churn/write"].text
    now = datetime.now(UTC).isoformat()
    ids, model = scored.facts.ids, scored.model
    with reporter.stage("write probabilities", len(scored.who), "customers") as progress:
        for begin in range(0, len(scored.who), TRANSACTION_ROWS):
            part = range(begin, min(begin + TRANSACTION_ROWS, len(scored.who)))
            graph.write_all(
                (
                    statement,
                    {
                        "rows": _rows(scored, ids, part[at : at + BATCH_ROWS]),
                        "version": model.version,
                        "at": now,
                    },
                )
                for at in range(0, len(part), BATCH_ROWS)
            )
            progress.advance(len(part))
    _forget(graph, set(ids[scored.who]))
    return len(scored.who)


def forget(graph: Graph) -> int:
    """Take what was written away again; how many had it."""
    return _forget(graph, frozenset())


def _rows(scored: Scored, ids: Any, part: range) -> list[dict[str, Any]]:
    return [{"id": ids[scored.who[at]], "probability": float(scored.probability[at])} for at in part]


def _forget(graph: Graph, but: Set[str]) -> int:
    """Take it away from all who have it but some."""
    have = [row["customerId"] for row in graph.query("churn/written") if row["customerId"] not in but]
    for begin in range(0, len(have), BATCH_ROWS):
        graph.query("churn/forget", ids=have[begin : begin + BATCH_ROWS])
    return len(have)
