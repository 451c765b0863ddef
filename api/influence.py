"""/v1/influence: everyone's scores, page by page, and those of the customers given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Query

from refnet.analysis.currency import currency_in
from refnet.analysis.influence.profile import in_minor, scored
from refnet.api import models
from refnet.api.asked import (
    CursorText,
    Instant,
    Limit,
    ReaderDep,
    SettingsDep,
    plain,
    rows_of,
    settled,
    versioned,
)
from refnet.api.cursors import Cursor, read
from refnet.api.problems import ScoresChanged
from refnet.core.settings import Settings
from refnet.graph.asking import Asking

router = APIRouter(prefix="/influence", tags=["influence"])

Sort = Literal["influence", "ecr_network", "ecr_direct", "conserved_credit", "downline", "customer_id"]
_PROPERTIES = {
    "influence": "influence",
    "ecr_network": "ecrNetwork",
    "ecr_direct": "ecrDirect",
    "conserved_credit": "conservedCredit",
    "downline": "downline",
}
assert {*_PROPERTIES, "customer_id"} == set(get_args(Sort))


@router.get("", response_model=models.Page[models.ListedScores])
async def everyone(
    reader: ReaderDep,
    settings: SettingsDep,
    sort: Annotated[
        Sort,
        Query(description="by a score, the highest first; or by customer_id, the quickest way to take all"),
    ] = "influence",
    limit: Limit = 100,
    cursor: CursorText = None,
    updated_since: Annotated[
        Instant | None,
        Query(
            description="only scores changed by analyses that have finished since: `scored_at` of the last page "
            "taken, or the time before it was asked for",
            examples=["2026-10-01T06:00:00Z"],
        ),
    ] = None,
) -> dict[str, Any]:
    """Scores of everyone, page by page: pass `next_cursor` until it is null.

    When a new analysis finishes in between, a cursor answers with the problem scores-changed: begin again, or take
    only what has changed by `updated_since`.
    """
    return await reader.ask(
        page(
            f"influence {sort}", sort=sort, limit=limit, cursor=cursor, since=updated_since, settings=settings
        )
    )


def page(
    of: str,
    *,
    sort: Sort,
    limit: int,
    cursor: str | None,
    settings: Settings,
    since: datetime | None = None,
    segment: Mapping[str, Any] | None = None,
) -> Asking[dict[str, Any]]:
    """A page of scores, narrowed down to one segment (its parameters) or to those changed since a moment.

    Raises:
        MalformedCursor: the cursor is none of this list's.
        ScoresChanged: it is of an earlier analysis.
        BeingAnalyzed: an analysis has finished meanwhile.
    """
    moment = since.astimezone(UTC).isoformat() if since else None
    of = f"{of} {moment or ''}"
    after = read(cursor, of)
    if sort == "customer_id":
        asked = rows_of("scores/by-id", afterId=after.id if after else "", since=moment, limit=limit + 1)
    else:
        asked = rows_of(
            "scores/by-score",
            sort=_PROPERTIES[sort],
            afterScore=after.score if after else None,
            afterId=after.id if after else None,
            since=moment,
            **(segment or {"levels": {}, "ranges": {}, "dates": {}}),
            limit=limit + 1,
        )
    rows, analysis = yield from settled(asked)
    version = analysis["version"] if analysis else None
    if after is not None and after.analysis != version:
        raise ScoresChanged(
            "A new analysis has finished since the first page.", "Begin again without a cursor."
        )
    currency = yield from currency_in(settings)
    more = len(rows) > limit
    shown = rows[:limit]
    last = Cursor(of, version, shown[-1].get("score"), shown[-1]["customerId"]) if more else None
    return {
        "items": listed(shown, currency, analysis),
        "currency": currency,
        "next_cursor": str(last) if last else None,
        **scored(analysis),
    }


def listed(
    rows: list[dict[str, Any]], currency: str, analysis: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Rows of scores as the API gives them: each says of what analysis it is."""
    said = scored(analysis)
    return [{**in_minor(row, currency), "currency": currency, **said} for row in plain(rows)]


@router.post("/batch", response_model=models.BatchScores)
async def batch(reader: ReaderDep, settings: SettingsDep, asked: models.Batch) -> dict[str, Any]:
    """Scores of up to 1,000 customers, in the order of their ids."""
    return await reader.ask(_batch(asked.customer_ids, settings))


def _batch(ids: list[str], settings: Settings) -> Asking[dict[str, Any]]:
    rows, analysis = yield from versioned("scores/some", ids=list(dict.fromkeys(ids)))
    currency = yield from currency_in(settings)
    found = {one["customer_id"]: one for one in listed(rows, currency, analysis)}
    return {
        "items": [found.get(one) for one in ids],
        "missing": [one for one in dict.fromkeys(ids) if one not in found],
        "currency": currency,
        **scored(analysis),
    }
