"""/v1/segments: worked out once for each analysis, in a thread, and kept."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query

from refnet.analysis.currency import currency_in
from refnet.analysis.influence.profile import current_analysis, scored
from refnet.analysis.segments.graph import segment_findings
from refnet.analysis.segments.rules import segment_id as id_of
from refnet.api import figures, models
from refnet.api.asked import CursorText, Id, Limit, ReaderDep, SettingsDep, plain
from refnet.api.influence import page
from refnet.api.models import Items
from refnet.api.worked import Worked, WorkedDep
from refnet.core.errors import NotFound
from refnet.core.settings import Settings
from refnet.graph import Graph
from refnet.graph.asynchronous import Reader

router = APIRouter(prefix="/segments", tags=["segments"])


async def _segments(worked: Worked, reader: Reader, settings: Settings) -> dict[str, Any]:
    if await reader.ask(current_analysis()) is None:
        currency = await reader.ask(currency_in(settings))
        nothing: dict[str, Any] = {"items": [], "relation": None, "skipped_attributes": {}, "looked_at": None}
        return {**nothing, "currency": currency, "value_unit": currency, **scored(None)}

    def work(graph: Graph) -> dict[str, Any]:
        found = segment_findings(graph, settings)
        return {**found, "items": [{**one, "id": id_of(one["rule"])} for one in found["segments"]]}

    return await worked.answer(reader, "segments", work)


async def _one(worked: Worked, reader: Reader, settings: Settings, segment_id: str) -> dict[str, Any]:
    found = await _segments(worked, reader, settings)
    for one in found["items"]:
        if one["id"] == segment_id:
            told = ("currency", "value_unit", "scored_at", "score_version", "changes_since", "hops", "decay")
            return {**one, **{name: found[name] for name in told}}
    raise NotFound(
        f"There is no segment {segment_id}.",
        "Ids are attribute:level, with & between two, as /v1/segments lists them.",
    )


@router.get("", response_model=figures.Segments)
async def segments(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    reported: Annotated[
        bool | None, Query(description="true: only those that stand out from chance; false: only the others")
    ] = None,
) -> dict[str, Any]:
    """Every level of every attribute, and pairs that stand out: is their CLTV lower, and do they bring more?"""
    found = await _segments(worked, reader, settings)
    return {**found, "items": [one for one in found["items"] if reported in (None, one["reported"])]}


@router.get("/kept", response_model=Items[figures.KeptSegment])
async def kept(reader: ReaderDep) -> dict[str, Any]:
    """The segments that are kept, and the line that gives their customers in Neo4j Browser."""
    rows = plain(list(await reader.query("segments/kept")))
    return {"items": [{**row, "rule": json.loads(row["rule"])} for row in rows]}


@router.get("/{segment_id:path}/history", response_model=Items[figures.Measured])
async def history(reader: ReaderDep, segment_id: Id) -> dict[str, Any]:
    """A kept segment's figures at each analysis, the earliest first."""
    rows = plain(list(await reader.query("segments/history", segmentId=segment_id)))
    if not rows:
        raise NotFound(f"No segment {segment_id} is kept.", "/v1/segments/kept lists those that are.")
    return {"items": [row for row in rows if row["at"] is not None]}


@router.get("/{segment_id:path}/customers", response_model=models.Page[models.ListedScores])
async def members(
    reader: ReaderDep,
    settings: SettingsDep,
    worked: WorkedDep,
    segment_id: Id,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> dict[str, Any]:
    """The customers of one segment, by influence."""
    one = await _one(worked, reader, settings, segment_id)
    return await reader.ask(
        page(
            f"segment {one['id']}",
            sort="influence",
            limit=limit,
            cursor=cursor,
            settings=settings,
            segment=one["query"]["parameters"],
        )
    )


@router.get("/{segment_id:path}", response_model=figures.OneSegment)
async def one_segment(
    reader: ReaderDep, settings: SettingsDep, worked: WorkedDep, segment_id: Id
) -> dict[str, Any]:
    """One segment."""
    return await _one(worked, reader, settings, segment_id)
