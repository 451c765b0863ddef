"""/v1/affiliates: scorecards and verdicts; another commission, replayed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from refnet.analysis.currency import currency_in
from refnet.analysis.success.affiliates import By, Declared, Facts, facts_of, some_of
from refnet.analysis.success.affiliates.figures import scorecards
from refnet.analysis.success.affiliates.replay import what_if
from refnet.analysis.success.affiliates.structure import structure_of
from refnet.api import affiliates_figures as figures
from refnet.api.asked import Id, ReaderDep, SettingsDep
from refnet.api.worked import Worked, WorkedDep
from refnet.graph.asynchronous import Reader

router = APIRouter(prefix="/affiliates", tags=["affiliates"])

Target = Annotated[
    float, Query(ge=1, le=1000, description="what each unit of commission has to bring in margin: declared")
]
Young = Annotated[
    float, Query(ge=0, le=600, description="no verdict where half of the customers joined less long ago")
]


async def _facts(reader: Reader, worked: Worked) -> Facts:
    # Reading is most of it, and the same whatever is asked.
    held = await worked.answer(
        reader, "affiliate facts", lambda graph: {"facts": facts_of(graph)}, of_scores=False
    )
    facts: Facts = held["facts"]
    return facts


async def _cards(reader: Reader, worked: Worked, by: By, declared: Declared) -> dict[str, Any]:
    facts = await _facts(reader, worked)
    return await worked.answer(
        reader,
        ("affiliates", by, declared),
        lambda _: scorecards(facts, by=by, declared=declared),
        of_scores=False,
    )


@router.get("", response_model=figures.Affiliates)
async def affiliates(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    by: Annotated[By, Query(description="what a scorecard is of")] = "affiliate",
    target: Target = 3.0,
    young_months: Young = 6.0,
) -> dict[str, Any]:
    """Affiliates: whom they brought, what it cost, whether those stay, and a verdict, best net first."""
    found = await _cards(reader, worked, by, Declared(target, young_months))
    return {**found, "items": found["affiliates"], "currency": await reader.ask(currency_in(settings))}


@router.get("/{affiliate_id:path}", response_model=figures.OneAffiliate)
async def affiliate(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    affiliate_id: Id,
    target: Target = 3.0,
    young_months: Young = 6.0,
) -> dict[str, Any]:
    """One affiliate's scorecard."""
    found = await _cards(reader, worked, "affiliate", Declared(target, young_months))
    (one,) = some_of(found, [affiliate_id])
    shared = ("others", "until", "churn_by", "value_of", "declared", "missing", "organic_survival")
    return {
        **one,
        **{name: found[name] for name in shared},
        "currency": await reader.ask(currency_in(settings)),
    }


@router.post("/what-if", response_model=figures.WhatIf)
async def replayed(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, asked: figures.Structure
) -> dict[str, Any]:
    """Another commission structure, replayed on the orders as they were, beside what was paid."""
    structure = structure_of(asked.plain())
    declared = Declared(asked.target, asked.young_months)
    currency = await reader.ask(currency_in(settings))
    facts = await _facts(reader, worked)
    found = await worked.answer(
        reader,
        ("what if", structure, declared),
        lambda _: what_if(facts, structure, currency=currency, declared=declared),
        of_scores=False,
    )
    return {**found, "items": found["affiliates"], "currency": currency}
