"""/v1/programme, integrity, loads: figures of the whole graph."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from refnet.analysis.currency import currency_in
from refnet.analysis.integrity import integrity as integrity_of
from refnet.analysis.programme import By, Declared
from refnet.analysis.programme import programme as programme_of
from refnet.analysis.programme.figures import facts_of
from refnet.api import figures, programme_figures
from refnet.api.asked import Day, Limit, ReaderDep, SettingsDep, plain
from refnet.api.worked import WorkedDep

router = APIRouter(tags=["programme"])

Channel = Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/programme", response_model=programme_figures.Programme)
async def programme(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    since: Annotated[
        Day | None,
        Query(alias="from", description="the period's first day, UTC", examples=["2024-01-01"]),
    ] = None,
    until: Annotated[
        Day | None, Query(alias="to", description="the first day after the period", examples=["2025-01-01"])
    ] = None,
    by: Annotated[By, Query(description="what every figure is broken down by")] = "month",
    launch: Annotated[
        Day | None,
        Query(description="compare new customers before this day and from it on", examples=["2024-07-01"]),
    ] = None,
    paid: Annotated[
        list[Channel] | None,
        Query(
            max_length=100,
            description="the paid channels, one each; else those that have spend and are not called organic, direct, "
            "email or referral",
        ),
    ] = None,
    type1: Annotated[
        float,
        Query(ge=0, le=1, description="of those brought, who would not have come without: declared, for CRV"),
    ] = 1.0,
    discount: Annotated[float, Query(ge=0, le=10, description="a year, of CRV; 0.1 is 10 %")] = 0.0,
) -> dict[str, Any]:
    """Every figure of the referral programme, over all and by period, cohort, country, channel or campaign."""
    declared = Declared(None if paid is None else tuple(sorted(set(paid))), type1, discount)
    # Reading is most of it, and the same for every period and launch.
    held = await worked.answer(reader, "facts", lambda graph: {"facts": facts_of(graph)}, of_scores=False)
    found = await worked.answer(
        reader,
        ("programme", since, until, by, launch, declared),
        lambda graph: programme_of(
            graph, since=since, until=until, by=by, launch=launch, declared=declared, facts=held["facts"]
        ),
        of_scores=False,
    )
    return {**found, "currency": await reader.ask(currency_in(settings))}


@router.get("/integrity", response_model=figures.Integrity)
async def integrity(reader: ReaderDep, worked: WorkedDep, limit: Limit = 20) -> dict[str, Any]:
    """Claims without credit by reason, rings among claims, and customers who share a device, account or address."""
    return await worked.answer(
        reader, ("integrity", limit), lambda graph: integrity_of(graph, limit=limit), of_scores=False
    )


@router.get("/loads", response_model=figures.Loads)
async def loads(reader: ReaderDep, limit: Limit = 20) -> dict[str, Any]:
    """What was loaded, the latest first."""
    rows = list(await reader.query("loads/list", limit=limit + 1))
    return {"items": plain(rows[:limit]), "truncated": len(rows) > limit}
