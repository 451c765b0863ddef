"""/v1/churn, customers/{id}/churn, exposure: who might leave, and what hangs below them, by the model that is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from fastapi import APIRouter

from refnet.analysis.currency import currency_in
from refnet.analysis.influence.profile import known_as
from refnet.analysis.success import exposure as exposures
from refnet.analysis.success.churn import graph as churns
from refnet.analysis.success.churn.saved import Saved
from refnet.analysis.success.churn.score import Scored, score
from refnet.api import leaving_models as models
from refnet.api.asked import CustomerId, Limit, ReaderDep, SettingsDep
from refnet.api.worked import Worked, WorkedDep
from refnet.core.errors import InputError, NotFound
from refnet.core.settings import Settings
from refnet.graph.asynchronous import Reader

router = APIRouter(tags=["churn"])


def _model(settings: Settings) -> Saved:
    try:
        return churns.kept(settings)
    except (NotFound, InputError):  # where it is kept is nobody's business here
        raise NotFound(
            "There is no churn model that fits.", "Whoever runs this makes one: refnet churn --train"
        ) from None


async def _scored(worked: Worked, reader: Reader, model: Saved) -> Scored:
    """Everybody's, worked out once for each state of the graph and each model."""
    held = await worked.answer(
        reader,
        ("churn", model.version),
        lambda graph: {"scored": score(churns.facts_of(graph), model)},
        of_scores=False,
    )
    scored: Scored = held["scored"]
    return scored


@router.get("/churn", response_model=models.Churn)
async def churn(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, limit: Limit = 100
) -> dict[str, Any]:
    """Who is likeliest to leave within a month, and why; the model, and what it was worth when tried."""
    scored = await _scored(worked, reader, _model(settings))
    return {**churns.summary(scored), "items": churns.likeliest(scored, limit)}


@router.get("/customers/{customer_id:path}/churn", response_model=models.CustomerChurn)
async def of_customer(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, customer_id: CustomerId
) -> dict[str, Any]:
    """How likely one customer is to leave within a month, and why; or when they left."""
    model = _model(settings)
    scored = await _scored(worked, reader, model)
    number = scored.number_of.get(customer_id)
    if number is None:
        number = scored.number_of.get(await reader.ask(known_as(customer_id)))
    if number is None:
        raise NotFound(f"There is no customer {customer_id}.", "Ids are told apart by upper and lower case.")
    return {**churns.one(scored, number), "as_of": scored.as_of, "model_version": model.version}


@router.get("/exposure", response_model=models.Exposure)
async def exposure(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, limit: Limit = 100
) -> dict[str, Any]:
    """What it would cost to lose a referrer: what hangs below each, times how likely they are to leave."""
    model = _model(settings)
    scored = await _scored(worked, reader, model)
    held = await worked.answer(
        reader,
        ("exposure", model.version),
        lambda _: {"exposure": exposures.exposure(scored)},
        of_scores=False,
    )
    found: exposures.Exposure = held["exposure"]
    return {
        **exposures.summary(scored, found),
        "currency": await reader.ask(currency_in(settings)),
        "items": exposures.largest(scored, found, limit),
    }


@router.get("/customers/{customer_id:path}/exposure", response_model=models.CustomerExposure)
async def exposure_of_customer(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, customer_id: CustomerId
) -> dict[str, Any]:
    """What it would cost to lose one customer with those below them."""
    model = _model(settings)
    scored = await _scored(worked, reader, model)
    number = scored.number_of.get(customer_id)
    if number is None:
        number = scored.number_of.get(await reader.ask(known_as(customer_id)))
    if number is None:
        raise NotFound(f"There is no customer {customer_id}.", "Ids are told apart by upper and lower case.")
    held = await worked.answer(
        reader,
        ("exposure", model.version),
        lambda _: {"exposure": exposures.exposure(scored)},
        of_scores=False,
    )
    return {
        **exposures.told(scored, held["exposure"], np.array([number]))[0],
        "as_of": scored.as_of,
        "model_version": model.version,
        "association": held["exposure"].ratio,
        "currency": await reader.ask(currency_in(settings)),
    }
