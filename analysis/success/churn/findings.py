"""Who might leave, and what it would cost to lose a referrer, for the report: all of it in one object."""

from __future__ import annotations

from typing import Any

from refnet.analysis.success import exposure as work
from refnet.analysis.success.churn import graph as churn
from refnet.analysis.success.churn.model import TooLittle
from refnet.analysis.success.churn.score import score
from refnet.core.errors import InputError, NotFound, RefnetError, UsageError
from refnet.core.progress import Reporter
from refnet.core.settings import Settings
from refnet.graph import Graph


def churn_findings(graph: Graph, settings: Settings, reporter: Reporter, *, top: int = 10) -> dict[str, Any]:
    """By the model that is kept; else by one that is made for this, and not kept.

    Returns:
        why, where there is no model, and then nothing else; as_of, customers, expected_to_leave, model, kept (whether
        it is the one that is kept), likeliest, exposure {referrers, association, items}.

    Raises:
        StoreError: the graph cannot be reached.
    """
    try:
        model, kept = churn.kept(settings), True
    except NotFound:
        model, kept = None, False
    except InputError as error:
        return {"why": str(error)}
    facts = churn.facts_of(graph, reporter)
    if model is None:
        try:
            made = churn.make(facts, reporter=reporter)
        except UsageError:
            raise
        except RefnetError as error:  # scikit-learn is not there: the rest of the report is
            return {"why": str(error)}
        if isinstance(made, TooLittle):
            return {"why": made.why}
        model = made
    scored = score(facts, model)
    found = work.exposure(scored)
    return {
        "why": None,
        "kept": kept,
        **churn.summary(scored),
        "likeliest": churn.likeliest(scored, top),
        "exposure": {**work.summary(scored, found), "items": work.largest(scored, found, top)},
    }
