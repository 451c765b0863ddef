"""The columns that affiliates are judged by, read from the graph: each query of cypher/affiliates once."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.influence.columns import Kind, read
from refnet.analysis.programme.facts import TAKEN_BACK, texts
from refnet.analysis.success.affiliates.facts import Facts, Ints, Levels, Partners
from refnet.core.progress import Progress, Quiet
from refnet.graph import Graph

_TABLES: dict[str, dict[str, Kind]] = {
    "affiliates/everyone": {
        "customerId": "text",
        "joined": "number",
        "lost": "number",
        "revenue": "number",
        "margin": "number",
        "cltv": "number",
        "orders": "number",
        "firstOrder": "number",
        "lastOrder": "number",
    },
    "affiliates/refunds": {"customerId": "text", "refunded": "number"},
    "affiliates/partners": {
        "affiliateId": "text",
        "name": "text",
        "niche": "text",
        "programme": "text",
        "rate": "number",
        "fixed": "number",
        "parentId": "text",
        "customerId": "text",
    },
    "affiliates/brought": {
        "affiliateId": "text",
        "customerId": "text",
        "credit": "number",
        "asCustomer": "number",
    },
    "affiliates/earned": {
        "affiliateId": "text",
        "customerId": "text",
        "orderId": "text",
        "amount": "number",
        "earned": "number",
        "status": "text",
    },
    "affiliates/sales": {
        "customerId": "text",
        "orderId": "text",
        "placed": "number",
        "amount": "number",
        "refunded": "number",
    },
    "affiliates/clicks": {
        "affiliateId": "text",
        "year": "number",
        "month": "number",
        "visits": "number",
        "clicks": "number",
    },
    "programme/referrals": {
        "referrer": "text",
        "referee": "text",
        "at": "number",
        "credit": "number",
        "campaign": "text",
        "claimId": "text",
    },
}


def states_of(status: Levels) -> Ints:
    """What became of commissions: 1 paid, −1 taken back, 0 whatever else: not paid yet, or not said."""
    words = np.char.lower(status.astype(str))
    return np.where(np.isin(words, TAKEN_BACK), -1, np.where(words == "paid", 1, 0)).astype(np.int64)


def read_facts(graph: Graph, until: float | None, progress: Progress | None = None) -> Facts:
    """Read them from the graph.

    Args:
        graph: is asked, in streams.
        until: when the last order, invitation or joining was, in days since 1970; None in an empty graph. Somebody's
            leaving after it, and not in the future, is the last thing that happened, too.
        progress: told of the rows.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    if progress is None:
        with Quiet().stage("affiliates") as quiet:
            return read_facts(graph, until, quiet)
    found = {name.partition("/")[2]: read(graph, name, kinds, progress) for name, kinds in _TABLES.items()}
    people, told = found["everyone"], found["partners"]
    ids, partner_ids = texts(people["customerId"]), texts(told["affiliateId"])
    customers, affiliates = pd.Index(ids), pd.Index(partner_ids)

    def number(index: pd.Index[Any], column: Any) -> Ints:
        return np.asarray(index.get_indexer(pd.Index(texts(column))), dtype=np.int64)

    refunds = found["refunds"]
    refunded = np.zeros(len(ids))
    refunded[number(customers, refunds["customerId"])] = refunds["refunded"]
    brought, earned, sales, clicks = found["brought"], found["earned"], found["sales"], found["clicks"]
    by_customers = number(customers, found["referrals"]["referrer"]) >= 0
    in_time = np.lexsort((texts(sales["orderId"]).astype(str), sales["placed"]))
    order_ids = pd.Index(texts(sales["orderId"])[in_time])
    left = people["lost"][people["lost"] <= time.time() / 86_400]
    return Facts(
        until=max([-np.inf if until is None else until, *([float(left.max())] if left.size else [])]),
        ids=ids,
        joined=people["joined"],
        lost=people["lost"],
        revenue=people["revenue"],
        refunded=refunded,
        margin=people["margin"],
        cltv=people["cltv"],
        orders=np.nan_to_num(people["orders"]),
        first_order=people["firstOrder"],
        last_order=people["lastOrder"],
        referrer=number(customers, found["referrals"]["referrer"])[by_customers],
        referee=number(customers, found["referrals"]["referee"])[by_customers],
        passed=found["referrals"]["credit"][by_customers],
        partners=Partners(
            partner_ids,
            texts(told["name"]),
            texts(told["niche"]),
            texts(told["programme"]),
            told["rate"],
            told["fixed"],
            number(affiliates, told["parentId"]),
            number(customers, told["customerId"]),
        ),
        customer=number(customers, brought["customerId"]),
        affiliate=number(affiliates, brought["affiliateId"]),
        credit=brought["credit"],
        as_customer=brought["asCustomer"] == 1,
        earner=number(affiliates, earned["affiliateId"]),
        earned_for=number(customers, earned["customerId"]),
        earned_by=number(order_ids, earned["orderId"]),
        earned=earned["earned"],
        earned_amount=np.nan_to_num(earned["amount"]),
        status=states_of(texts(earned["status"])),
        order_customer=number(customers, sales["customerId"])[in_time],
        order_at=sales["placed"][in_time],
        order_amount=np.nan_to_num(sales["amount"])[in_time],
        order_refund=np.nan_to_num(sales["refunded"])[in_time],
        click_affiliate=number(affiliates, clicks["affiliateId"]),
        click_month=np.asarray((clicks["year"] - 1970) * 12 + clicks["month"] - 1, dtype=np.int64),
        visits=np.nan_to_num(clicks["visits"]),
        clicks=np.nan_to_num(clicks["clicks"]),
    )
