"""Graph → arrays → graph: the scores of every customer and affiliate.

Read once, by ranges of ids, computed for everyone by the array kernels, and only what differs is written back. An
:Analysis is opened first and closed last: until then the scores before are the current ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from refnet.analysis.currency import currency_of
from refnet.analysis.influence import columns, publish
from refnet.analysis.influence.forest import Ints
from refnet.analysis.influence.ids import Ids, by_id
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.scores import bands, moved_little, percentile, quadrants
from refnet.core.money import exponent, from_minor, to_minor
from refnet.core.progress import Quiet, Reporter
from refnet.core.settings import Hops, Settings, load_settings
from refnet.graph import Graph

WORDS = {
    "band": ("low", "medium", "high"),
    "quadrant": ("champions", "affluents", "hidden_advocates", "misers"),
}

_SHARED = ("influence", "ecrNetwork", "conservedCredit", "downline", "longestChain")
_NUMBERS = (
    "influence",
    "ecrDirect",
    "ecrNetwork",
    "conservedCredit",
    "downline",
    "longestChain",
    "percentile",
)
_CUSTOMER: dict[str, columns.Kind] = {
    "customerId": "text",
    "revenue": "number",
    "cltv": "number",
    **dict.fromkeys(_NUMBERS, "number"),
    **WORDS,
}
_AFFILIATE: dict[str, columns.Kind] = {"affiliateId": "text", **dict.fromkeys(_SHARED, "number")}
_CREDIT: dict[str, columns.Kind] = {
    "customer": "text",
    "affiliate": "text",
    "referee": "text",
    "credit": "number",
}


@dataclass(frozen=True)
class AnalysisSummary:
    """What an analysis did.

    Attributes:
        version: its number, one more than the last.
        customers, affiliates, credits: what it looked at.
        changed: how many customers and affiliates got other scores than they had.
        currency: of every amount among the scores.
        hops, decay: of influence; hops a number or 'all'.
    """

    version: int
    customers: int
    affiliates: int
    credits: int
    changed: int
    currency: str
    hops: Hops
    decay: float


def analyze(
    graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> AnalysisSummary:
    """Score everyone and write the scores where they have changed.

    Args:
        graph: with customers and credited referrals.
        settings: hops and decay of the influence score; unset: from the environment.
        reporter: told each stage.

    Raises:
        StoreError: the graph cannot be reached.
    """
    settings, reporter = settings or load_settings(), reporter or Quiet()
    currency = currency_of(graph, settings)
    version = publish.take_back(graph, reporter)
    with reporter.stage("read", unit="rows") as progress:
        ids, ids_of_affiliates = columns.bounds(graph, "customers"), columns.bounds(graph, "affiliates")
        customers = columns.read_ranges(graph, "scores/read-customers", _CUSTOMER, ids, progress)
        affiliates = columns.read_ranges(
            graph, "scores/read-affiliates", _AFFILIATE, ids_of_affiliates, progress
        )
        credited = columns.read_ranges(graph, "scores/read-credits", _CREDIT, ids, progress)
    n, m = len(customers["customerId"]), len(affiliates["affiliateId"])
    with reporter.stage("work out", n + m, "scores") as progress:
        network = network_of(customers["customerId"], affiliates["affiliateId"], credited)
        edges = len(credited.pop("referee"))
        credited.clear()
        scores = score(
            network,
            customers["revenue"],
            customers["cltv"],
            currency=currency,
            hops=settings.most_hops,
            decay=settings.decay,
            ties=_by_id(customers["customerId"], affiliates["affiliateId"]),
        )
        for name, words in WORDS.items():
            scores[name] = columns.coded(scores[name], words)
        of_customers = {name: values[:n] for name, values in scores.items()}
        of_affiliates = {name: scores[name][n:] for name in _SHARED}
        changed = [_changed(of_customers, customers), _changed(of_affiliates, affiliates)]
        progress.advance(n + m)
    analysis = publish.open_analysis(graph, version, settings)
    for kind, key, there, new, rows in (
        ("customers", "customerId", customers, of_customers, changed[0]),
        ("affiliates", "affiliateId", affiliates, of_affiliates, changed[1]),
    ):
        publish.write(graph, kind, analysis, there[key], new, rows, WORDS, reporter)
    publish.close_analysis(graph, analysis, currency, n)
    return AnalysisSummary(
        version, n, m, edges, sum(map(len, changed)), currency, settings.hops, settings.decay
    )


def network_of(
    customers: pa.ChunkedArray, affiliates: pa.ChunkedArray, credited: Mapping[str, Any]
) -> Network:
    """The credited network, customers numbered first and affiliates after them, in the order given.

    Args:
        customers, affiliates: their ids.
        credited: of each edge `customer` and `affiliate`, the referrer's id in one of them, and `referee`, as texts of
            arrow; `credit`, float64.
    """
    number, affiliate = Ids(customers), Ids(affiliates, column="affiliate_id")
    referrer = number.rows(credited["customer"], column="customer").astype(np.int64)
    brought = affiliate.rows(credited["affiliate"], column="affiliate")
    referrer[brought >= 0] = len(number) + brought[brought >= 0]
    referee = number.rows(credited["referee"], column="referee").astype(np.int64)
    return Network(referrer, referee, credited["credit"], nodes=len(number) + len(affiliate))


def score(
    network: Network,
    revenue: npt.NDArray[np.float64],
    cltv: npt.NDArray[np.float64],
    *,
    currency: str,
    hops: int | None,
    decay: float,
    ties: Callable[[Ints], Ints] | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """The scores of all customers and then all affiliates, in their order, under the names they have in the graph.

    Args:
        network: customers are numbered first.
        revenue, cltv: of customers, shape (n,), in currency, NaN is not known.
        currency: of revenue; amounts come back in it. Sums of whole credits are exact to its minor unit, what decay
            and part credits make of it is not rounded, so that it equals what Cypher gives.
        hops, decay: of `influence`, hops None for all; everything else counts all hops, undiminished.
        ties: of conserved credit, see `Network.conserved`.

    Returns:
        Each of shape (nodes,); percentile, band and quadrant, and ecrDirect as far as it is written, are customers'
        only: percentile, band and quadrant of shape (n,).
    """
    n = len(revenue)
    own = np.zeros(network.nodes, dtype=np.int64)
    own[:n] = to_minor(revenue, currency)
    scale = 10 ** exponent(currency)
    influence = network.influence(own, hops=hops, decay=decay) / scale
    downline = network.downline()
    ecr_network = own + network.influence(own, hops=None, decay=1.0)
    return {
        "influence": influence,
        "ecrDirect": (own + network.influence(own, hops=1, decay=1.0)) / scale,
        "ecrNetwork": ecr_network / scale,
        "conservedCredit": from_minor(network.conserved(own, decay=decay, ties=ties), currency),
        "downline": downline,
        "longestChain": network.longest_chain(),
        "percentile": percentile(influence[:n]),
        "band": bands(ecr_network[:n], own[:n], downline[:n] > 0),
        "quadrant": quadrants(cltv, influence[:n]),
    }


def _by_id(customers: Any, affiliates: Any) -> Callable[[Ints], Ints]:
    """Nodes that tie by id, customers first: an engine returns rows in whatever order."""
    first, second, n = by_id(customers), by_id(affiliates), len(customers)

    def ordered(nodes: Ints) -> Ints:
        middle = int(np.searchsorted(nodes, n))
        return np.concatenate([first(nodes[:middle]), n + second(nodes[middle:] - n)])

    return ordered


def _changed(
    new: Mapping[str, npt.NDArray[Any]], old: Mapping[str, npt.NDArray[Any]]
) -> npt.NDArray[np.int64]:
    """The rows of which any score is another, a percentile by more than it may; none there (NaN) is another, too."""
    differ: npt.NDArray[np.bool_] | bool = False
    for name, values in new.items():
        same = moved_little(values, old[name]) if name == "percentile" else values == old[name]
        differ = differ | ~same
    return np.flatnonzero(differ)
