"""The currency that a graph counts in."""

from __future__ import annotations

from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.asking import Asking, Question, ask

DEFAULT_CURRENCY = "EUR"


def currency_of(graph: Graph, settings: Settings) -> str:
    """What was loaded, else the setting, else EUR: an ISO 4217 code."""
    return ask(graph, currency_in(settings))


def currency_in(settings: Settings) -> Asking[str]:
    """The question and the answer of `currency_of`."""
    loaded = yield Question("export/currency")
    return str(loaded.one()["currency"]) if len(loaded) else settings.currency or DEFAULT_CURRENCY
