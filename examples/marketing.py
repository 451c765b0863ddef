"""What the brand spends by channel and month, and who visits its landing pages by day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from refnet.examples.chance import stream
from refnet.examples.partners import COUNT, PAGES, Affiliates
from refnet.examples.people import People
from refnet.examples.planted import CHANNEL_COST, CHANNELS, CURRENCY, DAY, DAYS, START
from refnet.examples.sheets import Sheet, days, money, pick, whole


def write_spend(people: People, seed: int, sheet: Sheet) -> None:
    """spend.csv: about CHANNEL_COST a new customer of the channel; rewards and commissions are elsewhere."""
    first = np.datetime64(START).astype("datetime64[M]")
    month_of = (np.datetime64(START) + np.arange(DAYS)).astype("datetime64[M]").astype(
        np.int64
    ) - first.astype(np.int64)
    months = int(month_of.max()) + 1
    cell = people.channel.astype(np.int32) * months + month_of[people.joined // DAY].astype(np.int32)
    came = np.bincount(cell, minlength=len(CHANNELS) * months).reshape(len(CHANNELS), months)
    noise = np.exp(0.08 * stream(seed, "spend").standard_normal(came.shape))
    cents = np.rint((came + 1) * np.asarray(CHANNEL_COST)[:, None] * noise * 100).astype(np.int64)
    channel, month = np.divmod(np.arange(cents.size), months)
    begins = (first + np.arange(months)).astype("datetime64[D]").astype(np.int64) - np.datetime64(
        START
    ).astype(np.int64)
    sheet.write(
        cents.size,
        {
            "channel": pick(CHANNELS, channel),
            "month": days(begins[month]),
            "amount": money(cents.ravel()),
            "currency": CURRENCY,
        },
    )


def write_visits(
    people: People, affiliates: Affiliates, landed: npt.NDArray[np.int64], seed: int, sheet: Sheet
) -> None:
    """visits.csv: a row per day and page (without affiliates), and per day and affiliate with any visit.

    `landed` counts those without an affiliate by page and day, shape (pages, DAYS).
    """
    rng = stream(seed, "visits")
    day = np.arange(DAYS)
    for page, name in enumerate(PAGES):
        visits = landed[page] + rng.poisson(6.0 + 14.0 * landed[page].mean(), DAYS)
        clicks = landed[page] + rng.binomial(visits - landed[page], 0.3)
        sheet.write(
            DAYS,
            {"day": days(day), "visits": whole(visits), "landing_page": name, "clicks": whole(clicks)},
        )
    theirs = people.affiliate >= 0
    cell = people.affiliate[theirs].astype(np.int64) * DAYS + people.joined[theirs] // DAY
    brought = np.bincount(cell, minlength=COUNT * DAYS).reshape(COUNT, DAYS)
    for number in range(COUNT):
        there = day >= affiliates.since[number] // DAY
        mean = brought[number].sum() / max(there.sum(), 1)
        visits = brought[number] + rng.poisson(18.0 * mean * there)
        clicks = brought[number] + rng.binomial(visits - brought[number], 0.35)
        seen = np.flatnonzero(visits)
        sheet.write(
            len(seen),
            {
                "day": days(seen),
                "visits": whole(visits[seen]),
                "landing_page": PAGES[affiliates.niche[number]],
                "affiliate_id": pick([f"a-{number + 1:03}"], np.zeros(len(seen), np.uint8)),
                "channel": "affiliate",
                "clicks": whole(clicks[seen]),
            },
        )
