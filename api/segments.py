"""/v1/segments: worked out once for each analysis, in a thread, and kept."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from refnet.analysis.currency import currency_in
from refnet.analysis.findings import segment_findings
from refnet.analysis.influence.profile import current_analysis, scored
from refnet.api import figures, models
from refnet.api.asked import CursorText, Id, Limit, ReaderDep, SettingsDep, rows_of, settled
from refnet.api.influence import page
from refnet.api.problems import BeingComputed
from refnet.core.errors import NotFound
from refnet.core.settings import Settings
from refnet.graph.asynchronous import AsyncGraph, Reader

router = APIRouter(prefix="/segments", tags=["segments"])

_SECONDS = 600.0  # for a large graph; whoever waits is told to come back


class SegmentCache:
    """Segments of the current analysis.

    Args:
        graph: where they are computed from.
        settings: for the currency, and how long a request waits.
    """

    def __init__(self, graph: AsyncGraph, settings: Settings) -> None:
        self._graph, self._settings = graph, settings
        self._key: tuple[Any, ...] | None = None
        self._work: asyncio.Task[dict[str, Any]] | None = None

    async def current(self, reader: Reader) -> dict[str, Any]:
        """The segments, each with its id, and of which analysis they are.

        Raises:
            BeingComputed: it takes longer than a request may.
            BeingAnalyzed: scores are being written.
        """
        analysis = await reader.ask(current_analysis())
        if analysis is None:
            currency = await reader.ask(currency_in(self._settings))
            return {
                "items": [],
                "relation": None,
                "skipped_attributes": {},
                "currency": currency,
                **scored(None),
            }
        key = (analysis["version"], analysis["finishedAt"])
        failed = (
            self._work is not None
            and self._work.done()
            and (self._work.cancelled() or self._work.exception())
        )
        if self._work is None or self._key != key or failed:
            self._key, self._work = key, asyncio.create_task(self._compute())
        try:
            return await asyncio.wait_for(asyncio.shield(self._work), self._settings.api_seconds)
        except TimeoutError:
            raise BeingComputed("The segments are still being worked out.", "Ask again in a while.") from None

    async def _compute(self) -> dict[str, Any]:
        reader = self._graph.within(_SECONDS)
        # The scores are read first; were they written to meanwhile, the analysis after is another than before.
        _, before = await reader.ask(settled(rows_of("export/currency")))
        found = await reader.in_thread(lambda graph: segment_findings(graph, self._settings))
        _, after = await reader.ask(settled(rows_of("export/currency")))
        if before != after:
            raise BeingComputed("A new analysis has finished meanwhile.", "Ask again in a while.")
        items = []
        for one in found["segments"]:
            ((attribute, level),) = one["rule"].items()
            text = str(level).lower() if isinstance(level, bool) else str(level)
            items.append({**one, "id": f"{attribute}:{text}", "rule": {attribute: level}})
        return {
            "items": items,
            "relation": found["relation"],
            "skipped_attributes": found["skipped_attributes"],
            "currency": found["currency"],
            **scored(after),
        }

    def close(self) -> None:
        """Wait for nothing more."""
        if self._work is not None:
            self._work.cancel()


async def _cache(request: Request) -> SegmentCache:
    cache: SegmentCache = request.app.state.segments
    return cache


CacheDep = Annotated[SegmentCache, Depends(_cache)]


async def _one(cache: SegmentCache, reader: Reader, segment_id: str) -> dict[str, Any]:
    found = await cache.current(reader)
    for one in found["items"]:
        if one["id"] == segment_id:
            return {**one, **{name: found[name] for name in ("currency", "scored_at", "score_version")}}
    raise NotFound(
        f"There is no segment {segment_id}.", "Ids are attribute:level, as /v1/segments lists them."
    )


@router.get("", response_model=figures.Segments)
async def segments(
    reader: ReaderDep,
    cache: CacheDep,
    reported: Annotated[
        bool | None, Query(description="true: only those that stand out from chance; false: only the others")
    ] = None,
) -> dict[str, Any]:
    """Every level of every attribute against the other customers: is its CLTV lower, and does it bring more?"""
    found = await cache.current(reader)
    return {**found, "items": [one for one in found["items"] if reported in (None, one["reported"])]}


@router.get("/{segment_id:path}/customers", response_model=models.Page[models.ListedScores])
async def members(
    reader: ReaderDep,
    settings: SettingsDep,
    cache: CacheDep,
    segment_id: Id,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> dict[str, Any]:
    """The customers of one segment, by influence."""
    one = await _one(cache, reader, segment_id)
    (attribute,) = one["rule"]
    level = one["id"].removeprefix(f"{attribute}:")
    return await reader.ask(
        page(
            f"segment {one['id']}",
            sort="influence",
            limit=limit,
            cursor=cursor,
            settings=settings,
            attribute=attribute,
            level=level,
        )
    )


@router.get("/{segment_id:path}", response_model=figures.OneSegment)
async def one_segment(reader: ReaderDep, cache: CacheDep, segment_id: Id) -> dict[str, Any]:
    """One segment."""
    return await _one(cache, reader, segment_id)
