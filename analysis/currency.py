"""The currency that a graph counts in."""

from __future__ import annotations

from refnet.core.settings import Settings
from refnet.graph import Graph

DEFAULT_CURRENCY = "EUR"


def currency_of(graph: Graph, settings: Settings) -> str:
    """What was loaded, else the setting, else EUR: an ISO 4217 code."""
    loaded = graph.query("export/currency")
    return str(loaded.one()["currency"]) if len(loaded) else settings.currency or DEFAULT_CURRENCY
