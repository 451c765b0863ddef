"""Graph → arrays → graph: the scores of every customer and affiliate.

Exported once, computed for everyone by the array kernels, and only what differs is written back. An :Analysis node is
opened first and closed last: it is the current one once it is finished.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.currency import currency_of
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.scores import bands, percentile, quadrants
from refnet.core.money import exponent, from_minor, to_minor
from refnet.core.progress import Quiet, Reporter
from refnet.core.rows import batches
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph

_SHARED = ["influence", "ecrNetwork", "conservedCredit", "downline", "longestChain"]
_CUSTOMER = [*_SHARED, "ecrDirect", "percentile", "band", "quadrant"]


@dataclass(frozen=True)
class AnalysisSummary:
    """What an analysis did.

    Attributes:
        version: its number, one more than the last.
        customers, affiliates, credits: what it looked at.
        changed: how many customers and affiliates got other scores than they had.
        currency: of every amount among the scores.
    """

    version: int
    customers: int
    affiliates: int
    credits: int
    changed: int
    currency: str


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
    with reporter.stage("export", unit="rows") as progress:
        customers = graph.query("export/customers").to_pandas()
        affiliates = graph.query("export/affiliates").to_pandas()
        edges = graph.query("export/referred").to_pandas()
        progress.advance(len(customers) + len(affiliates) + len(edges))
    with reporter.stage("influence of everyone", unit="nodes") as progress:
        scores = score(
            customers, affiliates, edges, currency=currency, hops=settings.hops, decay=settings.decay
        )
        progress.advance(len(scores))

    latest = graph.query("scores/latest")
    version = 1 + (latest.one()["version"] if len(latest) else 0)
    graph.query(
        "scores/begin",
        version=version,
        settings=json.dumps(
            {"hops": settings.hops, "decay": settings.decay, "creditPolicy": settings.credit_policy}
        ),
    )
    at = datetime.now(UTC).isoformat()
    changed = _write(
        graph, "customer", scores.iloc[: len(customers)], customers, _CUSTOMER, version, at, reporter
    )
    changed += _write(
        graph, "affiliate", scores.iloc[len(customers) :], affiliates, _SHARED, version, at, reporter
    )
    graph.query("scores/finish", version=version, currency=currency, customers=len(customers))
    return AnalysisSummary(version, len(customers), len(affiliates), len(edges), changed, currency)


def network_of(customers: pd.Series, affiliates: pd.Series, edges: pd.DataFrame) -> Network:
    """The credited network, customers numbered first and affiliates after them, in the order given."""
    number = pd.Index(customers.astype(object))
    affiliate = pd.Index(affiliates.astype(object))
    names = edges["referrer"].astype(object)
    referrer = np.where(
        (edges["kind"] == "customer").to_numpy(dtype=bool),
        number.get_indexer(names),
        len(number) + affiliate.get_indexer(names),
    )
    referee = number.get_indexer(edges["referee"].astype(object))
    return Network(
        referrer, referee, edges["credit"].to_numpy(dtype=np.float64), nodes=len(number) + len(affiliate)
    )


def score(
    customers: pd.DataFrame,
    affiliates: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    currency: str,
    hops: int,
    decay: float,
) -> pd.DataFrame:
    """The scores of all customers and then all affiliates, in their order, under the names they have in the graph.

    Args:
        customers: customerId, revenue, cltv. affiliates: affiliateId. edges: kind, referrer, referee, credit.
        currency: of revenue; amounts come back in it. Sums of whole credits are exact to its minor unit, what decay
            and part credits make of it is not rounded, so that it equals what Cypher gives.
        hops, decay: of `influence`; everything else counts all hops, undiminished.
    """
    n = len(customers)
    network = network_of(customers["customerId"], affiliates["affiliateId"], edges)
    own = np.zeros(n + len(affiliates), dtype=np.int64)
    own[:n] = to_minor(
        pd.to_numeric(customers["revenue"]).to_numpy(dtype=np.float64, na_value=np.nan), currency
    )
    scale = 10 ** exponent(currency)
    influence = network.influence(own, hops=hops, decay=decay) / scale
    downline = network.downline()
    ecr_network = own + network.influence(own, hops=None, decay=1.0)
    scores = pd.DataFrame(
        {
            "influence": influence,
            "ecrDirect": (own + network.influence(own, hops=1, decay=1.0)) / scale,
            "ecrNetwork": ecr_network / scale,
            "conservedCredit": from_minor(network.conserved(own, decay=decay), currency),
            "downline": downline,
            "longestChain": network.longest_chain(),
        }
    )
    cltv = pd.to_numeric(customers["cltv"]).to_numpy(dtype=np.float64, na_value=np.nan)
    of_customers = {
        "percentile": percentile(influence[:n]),
        "band": bands(ecr_network[:n], own[:n], downline[:n] > 0),
        "quadrant": quadrants(cltv, influence[:n]),
    }
    return scores.join(pd.DataFrame(of_customers, index=scores.index[:n]))


def _write(
    graph: Graph,
    kind: str,
    scores: pd.DataFrame,
    there: pd.DataFrame,
    names: list[str],
    version: int,
    at: str,
    reporter: Reporter,
) -> int:
    new = scores[names].astype(object).reset_index(drop=True)
    new = new.where(new.notna(), None)
    old = there[names].astype(object).where(there[names].notna(), None)
    changed = (new.to_numpy() != old.to_numpy()).any(axis=1) if len(new) else np.zeros(0, dtype=bool)
    if not changed.any():
        return 0
    rows = pd.DataFrame(
        {"id": there.loc[changed, f"{kind}Id"].to_numpy(), "scores": new[changed].to_dict("records")}
    )
    with reporter.stage(f"scores of {kind}s", len(rows), f"{kind}s") as progress:
        for batch in batches(rows):
            graph.query(f"scores/write-{kind}s", rows=_plain(batch), version=version, at=at)
            progress.advance(len(batch))
    return len(rows)


def _plain(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Numpy's numbers as Python's: the driver takes no others inside a map."""
    return [
        {**row, "scores": {k: v.item() if isinstance(v, np.generic) else v for k, v in row["scores"].items()}}
        for row in batch
    ]
