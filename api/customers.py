"""/v1/customers: search, one, their influence, the tree below them and who is above."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from refnet.analysis.currency import currency_in
from refnet.analysis.influence.profile import in_minor, known_as, profiled, scored
from refnet.api import models
from refnet.api.asked import (
    MOST_HOPS,
    CustomerId,
    HopsAsked,
    Limit,
    ReaderDep,
    SettingsDep,
    plain,
    settled,
    versioned,
)
from refnet.api.tree import ancestors as ancestors_of
from refnet.api.tree import tree as tree_of
from refnet.core.settings import Settings
from refnet.graph.asking import Asking, Question

router = APIRouter(prefix="/customers", tags=["customers"])


@router.get("", response_model=models.FoundCustomers)
async def search(
    reader: ReaderDep,
    settings: SettingsDep,
    search: Annotated[
        str,
        Query(
            min_length=1,
            max_length=100,
            pattern=r"\S",
            description="what an id, an email or the words of a name begin with, in upper or lower case; "
            "the most influential first",
            examples=["ben"],
        ),
    ],
    limit: Annotated[int, Query(ge=1, le=100, description="at most so many")] = 20,
) -> dict[str, Any]:
    """Find customers. An email is searched, and never given."""
    return await reader.ask(_found(" ".join(search.split()), limit, settings))


def _found(text: str, limit: int, settings: Settings) -> Asking[dict[str, Any]]:
    (rows, analysis) = yield from versioned("customers/by-id", prefix=text, limit=limit + 1)
    if len(rows) <= limit and text:  # ids have an index; the rest is looked through only if need be
        more, analysis = yield from versioned("customers/search", text=text, limit=limit + 1)
        there = {row["customerId"] for row in rows}
        rows += [row for row in more if row["customerId"] not in there]
    currency = yield from currency_in(settings)
    return {
        "items": [in_minor(row, currency) for row in plain(rows[:limit])],
        "currency": currency,
        "truncated": len(rows) > limit,
        **scored(analysis),
    }


@router.get("/{customer_id:path}/influence", response_model=models.Influence)
async def influence(
    reader: ReaderDep,
    settings: SettingsDep,
    customer_id: CustomerId,
    hops: Annotated[
        HopsAsked | None,
        Query(description="that influence counts, or all; left out: as analyzed"),
    ] = None,
    decay: Annotated[
        float | None,
        Query(gt=0, le=1, description="what each further hop is multiplied by; left out: as analyzed"),
    ] = None,
) -> dict[str, Any]:
    """What one customer is worth by what they brought: the object of `refnet show ID --json`.

    `hops` and `decay` concern `influence` only; all else counts every hop, undiminished.
    """
    return await reader.ask(profiled(customer_id, hops=hops, decay=decay, settings=settings))


@router.get("/{customer_id:path}/tree", response_model=models.Tree)
async def tree(
    reader: ReaderDep,
    settings: SettingsDep,
    customer_id: CustomerId,
    depth: Annotated[int, Query(ge=1, le=MOST_HOPS, description="hops below the customer")] = 3,
    limit: Annotated[int, Query(ge=1, le=5000, description="at most so many people below")] = 1000,
) -> Response:
    """The tree below one customer, nearest generations first: each person once, the most influential first."""
    found = await reader.ask(tree_of(customer_id, depth=depth, limit=limit, settings=settings))
    # As it is: checking 5,000 nodes against the model once more takes longer than all the rest.
    return Response(to_json(found, inf_nan_mode="null"), media_type="application/json")


@router.get("/{customer_id:path}/ancestors", response_model=models.Ancestors)
async def ancestors(
    reader: ReaderDep, settings: SettingsDep, customer_id: CustomerId, limit: Limit = 100
) -> dict[str, Any]:
    """Who brought a customer, and who brought those, up to the first."""
    return await reader.ask(ancestors_of(customer_id, limit=limit, settings=settings))


@router.get("/{customer_id:path}", response_model=models.Customer)
async def one(reader: ReaderDep, settings: SettingsDep, customer_id: CustomerId) -> dict[str, Any]:
    """One customer."""
    return await reader.ask(_one(customer_id, settings))


def _one(customer_id: str, settings: Settings) -> Asking[dict[str, Any]]:
    rows, analysis = yield from versioned("customers/one", customerId=customer_id)
    if not rows:
        customer_id = yield from known_as(customer_id)
        rows, analysis = yield from versioned("customers/one", customerId=customer_id)
    currency = yield from currency_in(settings)
    return {**in_minor(plain(rows)[0], currency), "currency": currency, **scored(analysis)}


advocates = APIRouter(tags=["customers"])


@advocates.get("/hidden-advocates", response_model=models.Advocates)
async def hidden_advocates(reader: ReaderDep, settings: SettingsDep, limit: Limit = 20) -> dict[str, Any]:
    """Customers who buy little and bring much, by influence: CLTV at or below the median, influence above it."""
    return await reader.ask(_advocates(limit, settings))


def _advocates(limit: int, settings: Settings) -> Asking[dict[str, Any]]:
    def rows() -> Asking[list[dict[str, Any]]]:
        return list((yield Question("referrers/hidden-advocates", {"limit": limit + 1})))

    found, analysis = yield from settled(rows())
    currency = yield from currency_in(settings)
    return {
        "items": [in_minor(row, currency) for row in plain(found[:limit])],
        "currency": currency,
        "truncated": len(found) > limit,
        **scored(analysis),
    }
