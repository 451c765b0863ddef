"""What passes between the brand and its customers: tickets, surveys, usage of the app, landing pages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from refnet.examples.chance import stream
from refnet.examples.partners import NICHES, PAGES, USE_CASES, Affiliates
from refnet.examples.people import NEVER, People
from refnet.examples.planted import DAY, DAYS, END, MONTH, START, STOP
from refnet.examples.sheets import Sheet, ids, moments, pick, whole

TICKETS_A_YEAR, TICKETS_A_YEAR_FRICTION = 0.25, 2.2
USAGE_MONTHS = 6
APP_USERS, ASKED_NPS, ASKED_CSAT, LANDED = 0.5, 0.3, 0.4, 0.55
FEATURES = ("app", "recipes", "coaching")


def write_tickets(people: People, part: slice, seed: int, block: int, tickets: Sheet, surveys: Sheet) -> None:
    """Append a block to tickets.csv, and to surveys.csv the CSAT answers (1 to 5) after closed tickets."""
    rng = stream(seed, "tickets", block)
    joined = people.joined[part].astype(np.int64)
    span = np.maximum(np.minimum(people.left[part], STOP) - joined - DAY, 0)
    pace = np.where(people.friction[part], TICKETS_A_YEAR_FRICTION, TICKETS_A_YEAR)
    owner = np.repeat(np.arange(len(joined)), rng.poisson(pace * span / (12 * MONTH)))
    rows = len(owner)
    opened = joined[owner] + DAY + (rng.random(rows) * span[owner]).astype(np.int64) - 1
    slow = people.friction[part][owner]
    closed = opened + 30 + (rng.standard_exponential(rows) * np.where(slow, 4, 1.5) * DAY).astype(np.int64)
    severity = rng.choice(3, rows, p=(0.6, 0.3, 0.1))
    tickets.write(
        rows,
        {
            "ticket_id": ids("t-", tickets.rows + np.arange(rows) + 1),
            "customer_id": ids("c-", owner + part.start + 1),
            "opened_at": moments(opened),
            "closed_at": moments(np.minimum(closed, STOP), closed < STOP),
            "severity": pick(["low", "medium", "high"], severity),
        },
    )
    answered = closed + 60 + (rng.random(rows) * DAY).astype(np.int64)
    asked = np.flatnonzero((rng.random(rows) < ASKED_CSAT) & (answered < STOP))
    score = np.clip(np.rint(rng.normal(4.2 - 0.9 * slow - 0.5 * severity, 0.8)), 1, 5).astype(np.int64)
    _survey(surveys, part, owner[asked], "csat", score[asked], answered[asked])


def write_nps(people: People, part: slice, seed: int, block: int, surveys: Sheet) -> None:
    """Append a block to surveys.csv: NPS (0 to 10), higher for those who invite, lower with friction."""
    rng = stream(seed, "nps", block)
    joined = people.joined[part].astype(np.int64)
    rows = len(joined)
    until = np.minimum(people.left[part], STOP)
    at = joined + 30 * DAY + (rng.random(rows) * 60 * DAY).astype(np.int64)
    who = np.flatnonzero((rng.random(rows) < ASKED_NPS) & (at < until))
    mean = 7.6 - 2.2 * people.friction[part] + 1.0 * (people.ready[part] != NEVER)
    score = np.clip(np.rint(rng.normal(mean, 1.8)), 0, 10).astype(np.int64)
    _survey(surveys, part, who, "nps", score[who], at[who])


def _survey(
    sheet: Sheet,
    part: slice,
    who: npt.NDArray[np.int64],
    kind: str,
    score: npt.NDArray[np.int64],
    at: npt.NDArray[np.int64],
) -> None:
    sheet.write(
        len(who),
        {
            "survey_id": ids("s-", sheet.rows + np.arange(len(who)) + 1),
            "customer_id": ids("c-", who + part.start + 1),
            "kind": kind,
            "score": whole(score),
            "answered_at": moments(at),
        },
    )


def write_usage(people: People, part: slice, seed: int, block: int, sheet: Sheet) -> None:
    """Append a block to usage.csv: app users in the last six months; it falls in the month before leaving."""
    rng = stream(seed, "usage", block)
    joined, left = people.joined[part], people.left[part]
    rows = len(joined)
    keen = rng.beta(2.0, 3.0, rows)
    user = rng.random(rows) < APP_USERS
    feature = rng.choice(3, rows, p=(0.6, 0.3, 0.1))
    for back in range(USAGE_MONTHS, 0, -1):
        month = np.datetime64(END, "M") - back
        days = int(((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64))
        begin = DAY * int((month.astype("datetime64[D]") - np.datetime64(START)).astype(np.int64))
        who = np.flatnonzero(user & (joined < begin) & (left > begin))
        fading = left[who] < begin + 1.5 * MONTH
        active = rng.binomial(days, keen[who] * np.where(fading, 0.45, 1.0))
        sheet.write(
            len(who),
            {
                "customer_id": ids("c-", who + part.start + 1),
                "month": f"{month}-01",
                "active_days": whole(active),
                "events": whole(active * 3 + rng.poisson(4.0, len(who))),
                "feature": pick(FEATURES, feature[who]),
            },
        )


def write_landings(
    people: People, affiliates: Affiliates, part: slice, seed: int, block: int, sheet: Sheet
) -> npt.NDArray[np.int64]:
    """Append a block to landings.csv: all whom affiliates brought, on the niche's page, and some others.

    Returns:
        How many without an affiliate landed on each page on each day, shape (pages, DAYS).

    """
    rng = stream(seed, "landings", block)
    joined, affiliate = people.joined[part], people.affiliate[part].astype(np.int64)
    rows = len(joined)
    own = rng.choice(len(PAGES), rows, p=(0.22, 0.12, 0.12, 0.24, 0.18, 0.12))
    page = np.where(affiliate >= 0, affiliates.niche[affiliate], own)
    use = np.where(rng.random(rows) < 0.7, page, rng.integers(0, len(USE_CASES), rows))
    before = (rng.random(rows) ** 3 * 2 * DAY).astype(np.int64) + 3
    who = np.flatnonzero((affiliate >= 0) | (rng.random(rows) < LANDED))
    sheet.write(
        len(who),
        {
            "customer_id": ids("c-", who + part.start + 1),
            "landing_page": pick(PAGES, page[who]),
            "landed_at": moments(joined[who] - before[who]),
            "niche": pick(NICHES, page[who]),
            "use_case": pick(USE_CASES, use[who]),
            "affiliate_id": ids("a-", affiliate[who] + 1, 3, affiliate[who] >= 0),
        },
    )
    open_ones = who[affiliate[who] < 0]
    day = np.maximum(joined[open_ones] - before[open_ones], 0) // DAY
    return np.bincount(page[open_ones] * DAYS + day, minlength=len(PAGES) * DAYS).reshape(len(PAGES), DAYS)
