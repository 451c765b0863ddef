"""Made input for Spark, and every answer once more by the array kernels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.credit.policy import decide
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.scores import bands, percentile, quadrants

_DAY_MS = 86_400_000


class Made:
    """Canonical tables as frames; ids sorted, since ties in rounding go by id here and by node number there."""

    def __init__(
        self,
        customers: pd.DataFrame,
        *,
        referrals: pd.DataFrame | None = None,
        given: pd.DataFrame | None = None,
        affiliates: pd.DataFrame | None = None,
    ) -> None:
        self.customers = customers.sort_values("customer_id").reset_index(drop=True)
        none = pd.DataFrame({"affiliate_id": pd.Series(dtype=object), "customer_id": pd.Series(dtype=object)})
        self.affiliates = (
            none if affiliates is None else affiliates.sort_values("affiliate_id").reset_index(drop=True)
        )
        self.referrals, self.credits = referrals, given

    def write(self, directory: Path) -> str:
        directory.mkdir()
        for name in ("customers", "affiliates", "referrals", "credits"):
            table = getattr(self, name)
            if table is not None and (len(table) or name != "affiliates"):
                table.to_parquet(directory / f"{name}.parquet", coerce_timestamps="us")
        return str(directory)

    def decided(self, policy: str, window: float | None = None) -> pd.DataFrame:
        """The claims with credit and reason."""
        assert self.referrals is not None
        table = self.referrals.copy()
        tail, head = self._ends(table)
        at = (
            table["referred_at"]
            .astype("datetime64[ms, UTC]")
            .astype("int64")
            .where(table["referred_at"].notna())
        )
        joined = self.customers["joined_at"].astype("datetime64[ms, UTC]").astype("int64")
        joined = joined.where(self.customers["joined_at"].notna())
        known = np.concatenate([joined.to_numpy(float) / _DAY_MS, np.full(len(self.affiliates), np.nan)])
        decision = decide(
            tail, head, at.to_numpy(float) / _DAY_MS, table["claim_id"].to_numpy(object), known,
            policy=policy, window_days=window,
        )  # fmt: skip
        return table.assign(credit=decision.credit, reason=decision.reason)

    def scores(
        self, edges: pd.DataFrame, *, value: str = "revenue", hops: int | None = 6, decay: float = 0.5
    ) -> pd.DataFrame:
        """The scores of all customers, then all affiliates, by id; amounts in minor units of two places."""
        n, nodes = len(self.customers), len(self.customers) + len(self.affiliates)
        tail, head = self._ends(edges)
        network = Network(tail, head, edges["credit"].to_numpy(float), nodes=nodes)
        own = np.zeros(nodes, dtype=np.int64)
        worth = np.ones(n) / 100 if value == "heads" else self.customers[value].fillna(0).to_numpy(float)
        own[:n] = np.rint(worth * 100)
        influence, below = network.influence(own, hops=hops, decay=decay), network.downline()
        ecr_network = own + network.influence(own, hops=None, decay=1.0)
        table = pd.DataFrame(
            {
                "id": [*self.customers["customer_id"], *self.affiliates["affiliate_id"]],
                "own": own,
                "influence": influence,
                "ecr_direct": own + network.influence(own, hops=1, decay=1.0),
                "ecr_network": ecr_network,
                "conserved_credit": network.conserved(own, decay=decay),
                "downline": below,
                "longest_chain": network.longest_chain(),
            }
        )
        cltv = self.customers["cltv"].to_numpy(float) if "cltv" in self.customers else np.full(n, np.nan)
        table["percentile"] = pd.Series(percentile(influence[:n]))
        table["band"] = pd.Series(bands(ecr_network[:n], own[:n], below[:n] > 0))
        table["quadrant"] = pd.Series(quadrants(cltv, influence[:n]))
        return table

    def _ends(self, edges: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        customer, affiliate = (
            pd.Index(self.customers["customer_id"]),
            pd.Index(self.affiliates["affiliate_id"]),
        )
        own = customer.get_indexer(self.affiliates["customer_id"])
        stands = np.where(own >= 0, own, len(customer) + np.arange(len(affiliate)))
        place = affiliate.get_indexer(edges["referrer_id"])
        other = np.where(place >= 0, stands[place] if len(stands) else -1, -1)
        kind = (
            edges["referrer_kind"] if "referrer_kind" in edges else pd.Series("customer", index=edges.index)
        )
        tail = np.where(kind == "affiliate", other, customer.get_indexer(edges["referrer_id"]))
        return tail, customer.get_indexer(edges["referee_id"])


def ids(numbers: Any) -> list[str]:
    return [f"c{n:06d}" for n in np.asarray(numbers).tolist()]


def people(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Customers with values of which some are not known."""
    revenue = rng.integers(-500, 50_000, count) / 100
    revenue[rng.random(count) < 0.05] = np.nan
    cltv = rng.integers(0, 900, count).astype(float)
    cltv[rng.random(count) < 0.1] = np.nan
    return pd.DataFrame(
        {"customer_id": ids(np.arange(count)), "revenue": revenue, "margin": revenue / 4, "cltv": cltv}
    )


def forests(rng: np.random.Generator, trees: int = 120, largest: int = 12) -> Made:
    """Many small trees of all shapes, with credits of 1."""
    edges, count = [], 0
    for _ in range(trees):
        size = int(rng.integers(1, largest))
        names = count + rng.permutation(size)
        deep = rng.random() < 0.3
        up = [n - 1 if deep and rng.random() < 0.8 else rng.integers(0, n) for n in range(1, size)]
        edges += [(names[p], names[n], 1.0) for n, p in enumerate(up, start=1)]
        count += size
    return Made(people(count, rng), given=_edges(edges))


def dags(rng: np.random.Generator, nets: int = 80, largest: int = 8) -> Made:
    """Many small networks in which one has up to three referrers, credits summing to 1 or less."""
    edges, count = [], 0
    for _ in range(nets):
        size = int(rng.integers(1, largest))
        names = count + rng.permutation(size)
        for n in range(1, size):
            up = rng.choice(n, size=min(n, int(rng.integers(0, 4))), replace=False)
            parts = rng.integers(1, 5, len(up) + 1)
            whole = parts[:-1].sum() + (0 if rng.random() < 0.5 else parts[-1])
            edges += [(names[p], names[n], part / whole) for p, part in zip(up, parts[:-1], strict=True)]
        count += size
    return Made(people(count, rng), given=_edges(edges))


def _edges(edges: list[tuple[int, int, float]]) -> pd.DataFrame:
    tail, head, credit = zip(*edges, strict=True)
    return pd.DataFrame(
        {"referrer_id": ids(tail), "referee_id": ids(head), "credit": np.array(credit, float)}
    )


def dirty(rng: np.random.Generator, circles: int = 60, each: int = 6) -> Made:
    """Claims in all directions within small circles: rings, oneself, the same twice, nobody, no dates; affiliates."""
    count = circles * each
    customers = people(count, rng)
    joined = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 6, count), unit="D")
    customers["joined_at"] = pd.Series(joined).where(rng.random(count) > 0.5)
    circle = np.repeat(np.arange(circles), 10) * each
    tail, head = (circle + rng.integers(0, each, len(circle)) for _ in range(2))
    tail, head = np.concatenate([tail, tail[:50]]), np.concatenate([head, head[:50]])
    tail[60:70] = head[80:90] = count + 3  # nobody
    at = pd.Timestamp("2024-01-02", tz="UTC") + pd.to_timedelta(rng.integers(0, 48, len(tail)), unit="h")
    kind = np.where(rng.random(len(tail)) < 0.1, "affiliate", "customer")
    referrer = np.array(ids(tail), dtype=object)
    referrer[kind == "affiliate"] = rng.choice(["a1", "a2", "a3", "nobody"], (kind == "affiliate").sum())
    referrals = pd.DataFrame(
        {
            "claim_id": [f"k{n:05d}" for n in rng.permutation(len(tail))],
            "referrer_kind": kind,
            "referrer_id": referrer,
            "referee_id": ids(head),
            "referred_at": pd.Series(at).where(rng.random(len(tail)) > 0.2),
        }
    )
    affiliates = pd.DataFrame(
        {"affiliate_id": ["a1", "a2", "a3"], "customer_id": [None, ids([7])[0], "gone"]}
    )
    return Made(customers, referrals=referrals, affiliates=affiliates)
