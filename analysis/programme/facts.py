"""What the programme's figures are made from, read once from the graph as columns.

Customers are numbered in the order read; −1 stands for nobody. Times are days since 1970 in UTC, NaN where not known;
amounts are in the graph's currency, NaN where not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from refnet.analysis.influence.columns import Kind, read
from refnet.core.progress import Progress
from refnet.graph import Graph

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Levels: TypeAlias = npt.NDArray[np.object_]

DAY_MS = 86_400_000
TAKEN_BACK = ("revoked", "voided", "rejected", "cancelled", "canceled", "refunded", "reversed")
"""States of a reward that cost nothing in the end."""

_TABLES: dict[str, dict[str, Kind]] = {
    "customers": {
        "customerId": "text",
        "joined": "number",
        "lost": "number",
        "country": "text",
        "channel": "text",
        "revenue": "number",
        "margin": "number",
    },
    "invitations": {
        "customerId": "text",
        "sent": "number",
        "campaign": "text",
        "status": ("rejected", "converted"),
        "became": "number",
    },
    "referrals": {
        "referrer": "text",
        "referee": "text",
        "at": "number",
        "credit": "number",
        "campaign": "text",
        "claimId": "text",
    },
    "orders": {"customerId": "text", "placed": "number", "amount": "number", "margin": "number"},
    "granted": {
        "customerId": "text",
        "claimId": "text",
        "granted": "number",
        "amount": "number",
        "status": "text",
    },
    "spends": {"channel": "text", "year": "number", "month": "number", "amount": "number"},
}


@dataclass(frozen=True)
class Facts:
    """The programme as columns.

    Attributes:
        until: when the last thing happened, −inf in an empty graph.
        ids: of the customers, in the order of their numbers.
        joined, lost, revenue, margin: of each customer, shape (n,); `margin` is what their orders have earned so far.
        attributes: country and channel of each, None where not known.
        sender, sent, sent_in, rejected, converted: of each invitation: who, when, in which campaign, what came of it.
        referrer, referee, brought_at, credit, brought_in, claim: of each credited referral; an affiliate's referrer
            is −1.
        buyer, placed, amount, order_margin: of each order of those whom a customer brought, less what was given back.
        granted_to, granted, reward, kept, granted_for: of each reward: `kept` where it was not taken back; the claim.
        spend_channel, spend_at, spend: of each channel and month, by the month's first day.
    """

    until: float
    ids: Levels
    joined: Floats
    lost: Floats
    revenue: Floats
    margin: Floats
    attributes: Mapping[str, Levels]
    sender: Ints
    sent: Floats
    sent_in: Levels
    rejected: Flags
    converted: Flags
    referrer: Ints
    referee: Ints
    brought_at: Floats
    credit: Floats
    brought_in: Levels
    claim: Levels
    buyer: Ints
    placed: Floats
    amount: Floats
    order_margin: Floats
    granted_to: Ints
    granted: Floats
    reward: Floats
    kept: Flags
    granted_for: Levels
    spend_channel: Levels
    spend_at: Floats
    spend: Floats

    def __len__(self) -> int:
        return len(self.joined)

    @cached_property
    def referred(self) -> Flags:
        """Whether a customer brought them, shape (n,)."""
        return self._marked(self.referee[self.referrer >= 0])

    @cached_property
    def affiliated(self) -> Flags:
        """Whether an affiliate brought them and no customer did, shape (n,)."""
        return self._marked(self.referee[self.referrer < 0]) & ~self.referred

    @cached_property
    def campaign(self) -> Levels:
        """The campaign in which a customer first brought them, shape (n,); None: nobody did, or in none."""
        found = np.full(len(self), None, dtype=object)
        by_customers = np.flatnonzero(self.referrer >= 0)
        late_first = by_customers[np.argsort(-np.nan_to_num(self.brought_at[by_customers]), kind="stable")]
        found[self.referee[late_first]] = self.brought_in[late_first]
        return found

    @cached_property
    def first_sign(self) -> Floats:
        """When each first invited or brought somebody, shape (n,), NaN: not yet."""
        return self.first(
            np.concatenate([self.sender, self.referrer]), np.concatenate([self.sent, self.brought_at])
        )

    @cached_property
    def first_success(self) -> Floats:
        """When each sent the first of their invitations that became customers, shape (n,), NaN: none yet."""
        good = self.converted & ~self.rejected
        return self.first(self.sender[good], self.sent[good])

    @cached_property
    def tree(self) -> Ints:
        """The tree of customers each is in, shape (n,): people of one tree are alike."""
        own = self.referrer >= 0
        edges = coo_array(
            (np.ones(own.sum()), (self.referrer[own], self.referee[own])), shape=(len(self), len(self))
        )
        return connected_components(edges, directed=False)[1].astype(np.int64)

    @cached_property
    def value_of(self) -> str:
        """What customers are worth by: margin, where it is known of any order or customer; else revenue."""
        return (
            "margin" if np.isfinite(self.margin).any() or np.isfinite(self.order_margin).any() else "revenue"
        )

    @cached_property
    def value(self) -> Floats:
        """What each has earned the brand so far, shape (n,): margin or revenue, as `value_of` says."""
        return np.nan_to_num(self.margin if self.value_of == "margin" else self.revenue)

    @cached_property
    def order_value(self) -> Floats:
        """The same of each order."""
        return np.nan_to_num(self.order_margin if self.value_of == "margin" else self.amount)

    @cached_property
    def reward_referral(self) -> Ints:
        """Of each reward, the credited referral that it was given for; −1: none that is known."""
        place: dict[Any, int] = {claim: at for at, claim in enumerate(self.claim) if claim is not None}
        return np.array([place.get(claim, -1) for claim in self.granted_for], dtype=np.int64)

    def first(self, who: Ints, at: Floats) -> Floats:
        """The earliest moment of each customer, shape (n,); NaN: none. Nobody's, and unknown ones, are left out."""
        found = np.full(len(self), np.inf)
        known = (who >= 0) & ~np.isnan(at)
        np.minimum.at(found, who[known], at[known])
        found[np.isinf(found)] = np.nan
        return found

    def months(self, who: Flags | slice = slice(None)) -> Floats:
        """Months each has been a customer: from joining to leaving or the end of the data; NaN: joined when is not
        known.
        """
        joined, lost = self.joined[who], self.lost[who]
        end = np.minimum(np.where(np.isnan(lost), self.until, lost), self.until)
        return np.asarray(np.maximum(end - joined, 0.0) / 30.4375)

    def _marked(self, who: Ints) -> Flags:
        marks = np.zeros(len(self), dtype=bool)
        marks[who[who >= 0]] = True
        return marks


def read_facts(graph: Graph, until: float | None, progress: Progress) -> Facts:
    """Read them from the graph.

    Args:
        graph: is asked, in streams.
        until: when the last thing happened, in days since 1970; None in an empty graph.
        progress: told of the rows.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    found = {name: read(graph, f"programme/{name}", kinds, progress) for name, kinds in _TABLES.items()}
    customers, invitations, referrals = found["customers"], found["invitations"], found["referrals"]
    orders, granted, spends = found["orders"], found["granted"], found["spends"]
    ids = texts(customers["customerId"])
    index: pd.Index[Any] = pd.Index(ids)

    def number(column: pa.ChunkedArray) -> Ints:
        return np.asarray(index.get_indexer(pd.Index(texts(column))), dtype=np.int64)

    status = np.char.lower(texts(granted["status"]).astype(str))
    month = (spends["year"] - 1970) * 12 + spends["month"] - 1
    return Facts(
        until=-np.inf if until is None else until,
        ids=ids,
        joined=customers["joined"],
        lost=customers["lost"],
        revenue=customers["revenue"],
        margin=customers["margin"],
        attributes={name: texts(customers[name]) for name in ("country", "channel")},
        sender=number(invitations["customerId"]),
        sent=invitations["sent"],
        sent_in=texts(invitations["campaign"]),
        rejected=invitations["status"] == 0,
        converted=(invitations["status"] == 1) | (invitations["became"] > 0),
        referrer=number(referrals["referrer"]),
        referee=number(referrals["referee"]),
        brought_at=referrals["at"],
        credit=referrals["credit"],
        brought_in=texts(referrals["campaign"]),
        claim=texts(referrals["claimId"]),
        buyer=number(orders["customerId"]),
        placed=orders["placed"],
        amount=orders["amount"],
        order_margin=orders["margin"],
        granted_to=number(granted["customerId"]),
        granted=granted["granted"],
        reward=np.nan_to_num(granted["amount"]),
        kept=~np.isin(status, TAKEN_BACK),
        granted_for=texts(granted["claimId"]),
        spend_channel=texts(spends["channel"]),
        spend_at=month.astype("int64").astype("datetime64[M]").astype("datetime64[D]").astype(np.float64),
        spend=np.nan_to_num(spends["amount"]),
    )


def texts(column: pa.ChunkedArray) -> Levels:
    """Texts as Python's, None where there is none, each text kept once."""
    if not len(column):
        return np.zeros(0, dtype=object)
    coded = column.dictionary_encode().combine_chunks()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    words = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    places = coded.indices.fill_null(len(words) - 1).to_numpy()
    found: Levels = words[places]
    return found
