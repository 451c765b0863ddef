"""Graph → arrays → graph: decides on all claims anew and writes what has changed.

Deciding anew from everything that was loaded, in one fixed order, is what makes the credited network independent of
the order of files and rows. Only the differences are written, so that deriving twice writes nothing, and an
interrupted run is finished by the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from refnet.analysis.credit.policy import Reason, decide
from refnet.core.progress import Quiet, Reporter
from refnet.core.rows import batches
from refnet.core.settings import Settings, load_settings
from refnet.graph import Graph
from refnet.graph.model import ERASED

_DAY_MS = 86_400_000

_TOLD = ["written", "campaign"]  # of a credit by its claim: the time as text, and the campaign


@dataclass(frozen=True)
class CreditSummary:
    """What became of the claims.

    Attributes:
        claims: how many there are.
        credited: how many of them give credit.
        uncredited: reason → claims.
        changed: how many decisions or credits were written.
    """

    claims: int
    credited: int
    uncredited: dict[str, int]
    changed: int


def derive(
    graph: Graph, *, settings: Settings | None = None, reporter: Reporter | None = None
) -> CreditSummary:
    """Decide which claims are credited and bring :REFERRED and the claims' status up to that.

    Args:
        graph: where the claims are.
        settings: policy, window and half-life; unset: from the environment.
        reporter: told how far it is.

    Raises:
        StoreError: the graph cannot be reached.
    """
    settings, reporter = settings or load_settings(), reporter or Quiet()
    claims = graph.query("export/claims").to_pandas()
    customers = graph.query("export/joined").to_pandas()
    affiliates = graph.query("export/affiliates").to_pandas()

    number_of = pd.Index(customers["customerId"].astype(object))
    affiliate_of = pd.Index(affiliates["affiliateId"].astype(object))
    # An affiliate who is a customer claims as that customer.
    own = number_of.get_indexer(affiliates["customerId"].astype(object))
    affiliate_node = np.where(own >= 0, own, len(number_of) + np.arange(len(affiliate_of)))

    by_affiliate = (claims["referrerKind"] == "affiliate").to_numpy(dtype=bool)
    referrer_ids = claims["referrerId"].astype(object)
    # A customer may be known by several ids: claims keep theirs, and are that customer's.
    known = {row["aliasId"]: row["customerId"] for row in graph.query("export/known-ids")}
    found = affiliate_of.get_indexer(referrer_ids)
    referrer = np.where(
        by_affiliate,
        np.where(found >= 0, affiliate_node[found] if len(affiliate_node) else -1, -1),
        number_of.get_indexer(_customers(referrer_ids, known)),
    )
    referee = number_of.get_indexer(_customers(claims["refereeId"].astype(object), known))
    own_claims = _own_claims(graph, claims, by_affiliate) & (referrer >= 0)
    referrer = np.where(own_claims, referee, referrer)
    joined = np.concatenate([_days(customers["joinedAt"]), np.full(len(affiliate_of), np.nan)])

    decision = decide(
        referrer,
        referee,
        _days(claims["at"]),
        _order(claims),
        joined,
        policy=settings.credit_policy,
        window_days=settings.credit_window_days,
        half_life_days=settings.credit_half_life_days,
    )
    credited = decision.credit > 0
    names = np.concatenate([number_of.to_numpy(dtype=object), affiliate_of.to_numpy(dtype=object)])
    wanted = pd.DataFrame(
        {
            "kind": np.where(referrer[credited] < len(number_of), "customer", "affiliate"),
            "referrer": names[referrer[credited]],
            "referee": names[referee[credited]],
            "credit": decision.credit[credited],
            "claimId": claims["claimId"].to_numpy(dtype=object)[credited],
            **{name: claims[name].to_numpy(dtype=object)[credited] for name in _TOLD},
        }
    )
    edges = _write_edges(graph, wanted, reporter)
    statuses = _write_statuses(graph, claims, credited, decision.reason, reporter)
    reasons = pd.Series(decision.reason[~credited], dtype=object).value_counts()
    return CreditSummary(
        claims=len(claims),
        credited=int(credited.sum()),
        uncredited={str(reason): int(count) for reason, count in reasons.items()},
        changed=edges + statuses,
    )


def _own_claims(graph: Graph, claims: pd.DataFrame, by_affiliate: np.ndarray) -> np.ndarray:
    """Which claims an affiliate made about themselves, by their email.

    Of somebody forgotten there is no email any more: what was decided then stays.
    """
    own = claims["claimId"].isin([row["claimId"] for row in graph.query("export/own-claims")])
    forgotten = claims["refereeId"].str.startswith(ERASED, na=False)
    stays = forgotten & (claims["reason"] == Reason.SELF_REFERRAL)
    return by_affiliate & (own | stays).to_numpy(dtype=bool)


def _write_edges(graph: Graph, wanted: pd.DataFrame, reporter: Reporter) -> int:
    there = graph.query("export/credits").to_pandas().astype({"credit": np.float64})
    keys = ["kind", "referrer", "referee", "claimId"]
    both = wanted.merge(there, on=keys, how="outer", suffixes=("", "_there"), indicator=True)
    # To the last digit: a credit may be 2⁻⁶⁰, and another policy's nearly the same. A claim that was loaded again may
    # have got another time or campaign.
    same = (both["_merge"] == "both") & (both["credit"] == both["credit_there"])
    for name in _TOLD:
        same &= both[name].fillna("") == both[f"{name}_there"].fillna("")
    stale = both.loc[both["_merge"] == "right_only", ["referee", "claimId"]]
    new = both.loc[(both["_merge"] != "right_only") & ~same, [*keys, "credit"]]
    if not len(stale) and not len(new):
        return 0
    with reporter.stage("credit", len(stale) + len(new), "credits") as progress:
        for rows in batches(stale.rename(columns={"referee": "refereeId"})):
            graph.query("credit/remove", rows=rows)
            progress.advance(len(rows))
        for kind in ("customer", "affiliate"):
            # Sorted by referrer, so that the relationships of one are written together.
            mine = new[new["kind"] == kind].sort_values(["referrer", "referee"]).drop(columns="kind")
            for rows in batches(mine.rename(columns={"referrer": "referrerId", "referee": "refereeId"})):
                graph.query(f"credit/give-{kind}s", rows=rows)
                progress.advance(len(rows))
    return len(stale) + len(new)


def _write_statuses(
    graph: Graph, claims: pd.DataFrame, credited: np.ndarray, reason: np.ndarray, reporter: Reporter
) -> int:
    status = np.where(credited, "credited", "uncredited").astype(object)
    reasons = reason.astype(object)
    reasons[credited] = None
    had = (
        claims[["status", "reason"]]
        .astype(object)
        .where(claims[["status", "reason"]].notna(), None)
        .to_numpy()
    )
    changed = (had[:, 0] != status) | (had[:, 1] != reasons) if len(claims) else np.zeros(0, dtype=bool)
    if not changed.any():
        return 0
    rows = pd.DataFrame(
        {"claimId": claims["claimId"].to_numpy(dtype=object), "status": status, "reason": reasons},
        dtype=object,
    )[changed]
    with reporter.stage("decisions", len(rows), "claims") as progress:
        for batch in batches(rows):
            graph.query("credit/decide", rows=batch)
            progress.advance(len(batch))
    return len(rows)


def _order(claims: pd.DataFrame) -> np.ndarray:
    """What claims of one moment are ordered by: their ids, but as they were where somebody was forgotten."""
    ids = claims["claimId"].to_numpy(dtype=object).copy()
    ties = pd.to_numeric(claims["tie"]).to_numpy(dtype=np.float64, na_value=np.nan)
    for place in np.flatnonzero(~np.isnan(ties)).tolist():
        ids[place] = f"\x00{int(ties[place]):012d}"
    return ids


def _customers(ids: pd.Series, known: Mapping[str, str]) -> pd.Series:
    return ids.map(lambda i: known.get(i, i)) if known else ids


def _days(milliseconds: pd.Series) -> np.ndarray:
    return pd.to_numeric(milliseconds).to_numpy(dtype=np.float64, na_value=np.nan) / _DAY_MS
