"""/v1/customers/{id}/health, success, landing-pages, candidates: read once for each state of the graph, and kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from refnet.analysis.currency import currency_in
from refnet.analysis.influence.profile import known_as
from refnet.analysis.success.candidates import Purpose, Rank, candidates
from refnet.analysis.success.graph import People, model_of, people, weights_in
from refnet.analysis.success.health import Health, health, told
from refnet.analysis.success.landing import Part, landing_pages
from refnet.analysis.success.successful import GOOD, By, successful
from refnet.analysis.success.weights import Weights
from refnet.api import success_figures as figures
from refnet.api.asked import CustomerId, Limit, ReaderDep, SettingsDep
from refnet.api.worked import Worked, WorkedDep
from refnet.core.settings import Settings
from refnet.graph.asynchronous import Reader

customers = APIRouter(prefix="/customers", tags=["customers"])
router = APIRouter(tags=["success"])

Word = Annotated[str, Field(min_length=1, max_length=100)]


async def _people(worked: Worked, reader: Reader, settings: Settings) -> People:
    found = await worked.answer(
        reader, "people", lambda graph: {"people": people(graph, settings)}, of_scores=False
    )
    of: People = found["people"]
    return of


async def _health(worked: Worked, reader: Reader, of: People, weights: Weights) -> Health:
    found = await worked.answer(
        reader, ("health", weights.version), lambda _: {"health": health(of.record, weights)}, of_scores=False
    )
    scored: Health = found["health"]
    return scored


@customers.get("/{customer_id:path}/health", response_model=figures.CustomerHealth)
async def one_health(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, customer_id: CustomerId
) -> dict[str, Any]:
    """A customer's health score, with each signal's part and the weights that made it."""
    of = await _people(worked, reader, settings)
    scored = await _health(worked, reader, of, weights_in(settings))
    number = of.place.get(customer_id)
    if number is None:
        number = of.place[await reader.ask(known_as(customer_id))]
    return {**told(of.record, scored, number), "currency": await reader.ask(currency_in(settings))}


@router.get("/success", response_model=figures.Success)
async def success(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    by: Annotated[
        By, Query(description="who is successful: by health score, by the CRM's label, or by CLTV")
    ] = "score",
    label: Annotated[
        list[Word] | None,
        Query(max_length=20, description="labels that mean success; else green, healthy, good"),
    ] = None,
    segment: Annotated[
        Word | None, Query(description="an attribute, by whose levels it is told again", examples=["plan"])
    ] = None,
    days: Annotated[int, Query(ge=1, le=3650, description="first actions are those of so many days")] = 60,
) -> dict[str, Any]:
    """The successful: where they came from, what they have in common, which first actions set them apart."""
    of = await _people(worked, reader, settings)
    weights = weights_in(settings)
    scored = await _health(worked, reader, of, weights)
    labels = tuple(sorted(set(label))) if label else GOOD
    found = await worked.answer(
        reader,
        ("success", weights.version, by, labels, segment, days),
        lambda _: successful(
            of.record, scored, of.attributes, of.tree, by=by, labels=labels, segment=segment, days=days
        ),
        of_scores=False,
    )
    return {**found, "currency": await reader.ask(currency_in(settings))}


@router.get("/landing-pages", response_model=figures.LandingPages)
async def landings(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    by: Annotated[
        list[Part] | None,
        Query(
            min_length=1,
            max_length=4,
            description="what cells are made of, one each; else page and affiliate",
        ),
    ] = None,
) -> dict[str, Any]:
    """Landing pages by affiliate, niche and use case: visits, conversion, value, churn, small cells drawn in."""
    of = await _people(worked, reader, settings)
    found = await worked.answer(
        reader,
        ("landing-pages", *(by or ())),
        lambda _: landing_pages(of.record, by or ("page", "affiliate")),
        of_scores=False,
    )
    return {**found, "currency": await reader.ask(currency_in(settings))}


@router.get("/candidates", response_model=figures.Candidates)
async def who_to_invite(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    purpose: Annotated[Purpose, Query(alias="for", description="what they are invited to")] = "affiliate",
    limit: Limit = 25,
    control: Annotated[
        float, Query(ge=0, lt=1, description="set so large a random part apart that is not invited")
    ] = 0.0,
    seed: Annotated[int, Query(ge=0, le=2**31, description="the same seed gives the same control group")] = 0,
    rank: Annotated[
        Rank,
        Query(
            description="by points of the plain rule; by the model's probability, where there is a model: `rank` says "
            "which it was"
        ),
    ] = "points",
) -> dict[str, Any]:
    """Whom to invite as an affiliate or for a case study, with reasons; who is left out, and why."""
    of = await _people(worked, reader, settings)
    weights = weights_in(settings)
    scored = await _health(worked, reader, of, weights)
    held = await worked.answer(reader, "refers", lambda _: {"model": model_of(of)}, of_scores=False)
    probability, card = held["model"]
    found = candidates(
        of.record,
        scored,
        purpose=purpose,
        limit=limit,
        control=control,
        seed=seed,
        rank=rank if card is not None and card["why"] is None else "points",
        probability=probability,
        model=card,
    )
    return {**found, "currency": await reader.ask(currency_in(settings))}
