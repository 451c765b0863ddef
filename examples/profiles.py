"""The customers as a CRM would hand them out: who they are, what they cost, attributes, tokens."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from refnet.examples.chance import draw, stream
from refnet.examples.people import NEVER, People
from refnet.examples.planted import (
    CHANNEL_COST,
    CHANNELS,
    CURRENCY,
    DAY,
    DAYS,
    FORM_LEVELS,
    IDLE_LEVELS,
    LEVELS,
    MONTH,
    START,
    STOP,
)
from refnet.examples.rings import SHARED, Ring
from refnet.examples.sheets import Column, Sheet, either, ids, moments, money, pick, whole

UNDATED = 0.002  # of the customers have no joined_at: their first order tells
TOKENS_OF = 0.12  # of the customers are in tokens.csv
_FIRST = (
    "Ada Ben Cleo Dan Eva Finn Gus Hana Ida Jan Kim Leo Mia Noa Otto Pia Quinn Rosa Sam Tess Uma Vera Will"
)
_LAST = (
    "Adler Blom Carter Dubois Evans Fischer Green Hughes Ito Jansen Klein Laurent Moore Novak Olsen Peters"
)
_MONTHS = (np.datetime64(START) + np.arange(DAYS)).astype("datetime64[M]")
_QUARTER_OF_DAY = (_MONTHS - np.datetime64(START, "M")).astype(np.int64) // 3


def form_of(joined: npt.NDArray[np.int32], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The sign-up form, a code into FORM_LEVELS: classic for 95% in the first quarter, 5% in the last."""
    old = 0.95 - 0.90 * _QUARTER_OF_DAY / _QUARTER_OF_DAY[-1]
    return np.asarray(rng.random(len(joined)) >= old[joined // DAY], dtype=np.uint8)


def write_customers(
    people: People, rings: list[Ring], part: slice, seed: int, block: int, sheet: Sheet
) -> None:
    """Append a block to customers.csv."""
    rng = stream(seed, "profiles", block)
    joined, left, channel = people.joined[part], people.left[part], people.channel[part]
    rows = len(joined)
    idle = {name: draw(rng, levels, rows) for name, levels in IDLE_LEVELS.items()}
    form = form_of(joined, rng)
    dated = rng.random(rows) >= UNDATED
    for ring in rings:
        here = ring.members[(ring.members >= part.start) & (ring.members < part.stop)]
        dated[here - part.start] = True
    first, last = _FIRST.split(), _LAST.split()
    given, family = rng.integers(0, len(first), rows), rng.integers(0, len(last), rows)
    number = np.arange(part.start, part.stop) + 1
    site = rng.integers(0, 2, rows)
    stay = np.minimum(left, STOP) - joined
    friction = people.friction[part]
    served = (
        rng.gamma(2.0, 2.5, rows) * (0.5 + stay / MONTH / 12) * np.where(friction, 2.4, 0.8) * 100
    ).astype(np.int64)
    acquired = (np.asarray(CHANNEL_COST)[channel] * rng.gamma(8.0, 1 / 8, rows) * 100).astype(np.int64)
    unwell = 0.9 * friction + 0.8 * (left != NEVER) + rng.normal(0.0, 0.6, rows)
    sheet.write(
        rows,
        {
            "customer_id": ids("c-", number),
            "joined_at": moments(joined, dated),
            "email": _mails(given, family, number, site),
            "name": _names(given, family),
            **{name: pick(list(levels), people.codes[name][part]) for name, levels in LEVELS.items()},
            **{name: pick(list(levels), idle[name]) for name, levels in IDLE_LEVELS.items()},
            "crm_role": pick(list(IDLE_LEVELS["crm_role"]), idle["crm_role"], rng.random(rows) < 0.35),
            "channel": pick(CHANNELS, channel),
            "currency": CURRENCY,
            "cltv": money(np.rint(people.cltv[part].astype(np.float64) * 100).astype(np.int64)),
            "retention_cost": money(served),
            "acquisition_cost": money(acquired),
            "health_label": pick(
                ["green", "amber", "red"], np.digitize(unwell, [0.5, 1.3]), rng.random(rows) < 0.3
            ),
            "churned_at": moments(np.where(left == NEVER, 0, left), left != NEVER),
            "consent": pick(["true", "false"], (rng.random(rows) < 0.2).astype(np.uint8)),
            "signup_form": pick(FORM_LEVELS, form),
        },
    )


def _names(given: npt.NDArray[np.int64], family: npt.NDArray[np.int64]) -> Column:
    first, last = _FIRST.split(), _LAST.split()
    return pick([f"{one} {two}" for one in first for two in last], given * len(last) + family)


def _mails(
    given: npt.NDArray[np.int64],
    family: npt.NDArray[np.int64],
    number: npt.NDArray[np.int64],
    site: npt.NDArray[np.int64],
) -> Column:
    first, last = _FIRST.lower().split(), _LAST.lower().split()
    person = pick([f"{one}.{two}." for one in first for two in last], given * len(last) + family)
    return pc.binary_join_element_wise(
        person, whole(number), pick(["@example.com", "@example.org"], site), ""
    )


def write_tokens(rings: list[Ring], part: slice, seed: int, block: int, sheet: Sheet) -> None:
    """Append a block to tokens.csv: everyone in a ring, and a sample of others with tokens of their own."""
    rng = stream(seed, "tokens", block)
    rows = part.stop - part.start
    has = rng.random(rows) < TOKENS_OF
    key = {kind: rng.integers(0, 2**40, rows) for kind in SHARED}
    for ring in rings:
        here = ring.members[(ring.members >= part.start) & (ring.members < part.stop)] - part.start
        has[here] = True
        for kind in ring.shared:
            key[kind][here] = 2**41 + ring.members[0]  # out of reach of the drawn ones
    who = np.flatnonzero(has)
    for kind in SHARED:
        sheet.write(
            len(who),
            {
                "customer_id": ids("c-", who + part.start + 1),
                "kind": kind,
                # The position makes an ordinary token unique; a ring's one is the same for all its members.
                "token": either(
                    key[kind][who] >= 2**41,
                    ids(f"{kind}-ring-", key[kind][who] - 2**41 + 1),
                    ids(f"{kind}-{block}-", key[kind][who] * 2**17 + who, 18),
                ),
            },
        )
