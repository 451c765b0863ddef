"""The second example brand: `write` makes its canonical files, with truth.json beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from refnet.core.errors import UsageError
from refnet.core.progress import Quiet, Reporter
from refnet.examples.chance import stream
from refnet.examples.folder import MADE_BY, TRUTH, whole_or_nothing
from refnet.examples.planted import DAY, END, START, STOP
from refnet.examples.sheets import Sheet, ids, moments, money, pick, whole
from refnet.examples.software import (
    BURST,
    BURST_FACTOR,
    CHANNEL_FACTOR,
    CHANNELS,
    COUNTRIES,
    DRIFT,
    FALL,
    FALL_FACTOR,
    GONE,
    NEVER,
    PLANS,
    REFERRED,
    TEAM_SIZES,
    Teams,
    draw_teams,
)

FEWEST, MOST = 200, 2_000_000
CURRENCY = "USD"
COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": (
        *("customer_id", "joined_at", "email", "country", "plan", "channel", "currency", "churned_at"),
        "team_size",
    ),
    "referrals": ("referrer_id", "referee_id", "referred_at", "referrer_kind", "claim_id"),
    "orders": ("order_id", "customer_id", "placed_at", "amount", "currency", "kind", "refunded"),
    "tickets": ("ticket_id", "customer_id", "opened_at", "closed_at", "severity"),
    "surveys": ("survey_id", "customer_id", "kind", "score", "answered_at"),
}


def write(
    directory: Path, *, customers: int = 20_000, seed: int = 7, reporter: Reporter | None = None
) -> dict[str, Any]:
    """Write the five canonical files of the second brand, as CSV, and truth.json.

    Args:
        directory: a folder that is new, empty, or holds an earlier example, which is then replaced.
        customers: how many, from FEWEST to MOST.
        seed: the same seed and size give the same bytes.
        reporter: where progress is told; nowhere if not given.

    Returns:
        What truth.json holds. Amounts are in USD, moments in UTC.

    Raises:
        UsageError: `customers` or `seed` is out of range, or the directory holds other things.
        InputError: the disk is full, may not be written to, or fails otherwise; nothing half-written stays.
    """
    if not FEWEST <= customers <= MOST:
        raise UsageError(f"This example brand has {FEWEST:,} to {MOST:,} customers, not {customers:,}.")
    if seed < 0:
        raise UsageError(f"A seed is a whole number from 0 up, not {seed}.")
    with whole_or_nothing(directory) as folder:
        with (reporter or Quiet()).stage("customers", customers, "customers") as progress:
            teams = draw_teams(customers, seed)
            progress.advance(customers)
        rows = {
            "customers": _customers(folder, teams),
            "referrals": _referrals(folder, teams, seed),
            "orders": _orders(folder, teams),
        }
        rows["tickets"], rows["surveys"] = _tickets(folder, teams, seed)
        truth = {**tell(teams, seed), "files": rows}
        (folder / TRUTH).write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")
    return truth


def tell(teams: Teams, seed: int) -> dict[str, Any]:
    """The content of truth.json, `files` apart."""
    left = teams.left < NEVER
    return {
        "made_by": MADE_BY,
        "brand": "software",
        "generator": "numpy PCG64; a SeedSequence for every purpose",
        "seed": seed,
        "customers": len(teams),
        "period": {"start": START.isoformat(), "end": END.isoformat(), "end_is": "exclusive"},
        "currency": CURRENCY,
        "planted": {
            "referred": {"target": REFERRED, "realised": round(float((teams.brought_by >= 0).mean()), 4)},
            "monthly_churn": {
                "target": round(float(teams.chance.mean()), 4),
                "realised": round(float(left.sum() / max(len(teams.chance), 1)), 4),
                "definition": "leavings / customer-months that a customer began as active; the target is the mean of "
                "the planted chances",
            },
            "referrer_left": {
                "target": GONE,
                "definition": "on the chance of leaving, in months that begin after the referrer has left",
            },
            "burst_of_tickets": {"chance": BURST, "factor_first_month": BURST_FACTOR[0], "last_month": BURST_FACTOR[1],
                                 "definition": "three to six tickets more in a month; it counts in the next one"},
            "smaller_bill": {"chance": FALL, "factor": FALL_FACTOR},
            "channel": CHANNEL_FACTOR,
            "drift": {"first_month": DRIFT[0], "last_month": DRIFT[1]},
            "tenure": "high in the first months, low until the twelfth, then higher again",
        },
        "not_planted": dict.fromkeys(("country", "team_size", "plan"), "related to nothing"),
    }  # fmt: skip


def _customers(folder: Path, teams: Teams) -> int:
    rows = len(teams)
    numbers = np.arange(rows) + 1
    left = teams.left < NEVER
    with Sheet(folder, "customers", COLUMNS["customers"]) as sheet:
        sheet.write(
            rows,
            {
                "customer_id": ids("t-", numbers),
                "joined_at": moments(teams.joined),
                "email": ids("team", numbers, 1, after="@example.com"),
                "country": pick(list(COUNTRIES), teams.country),
                "plan": pick(list(PLANS), teams.plan),
                "channel": pick([*CHANNELS, "referral"], teams.channel),
                "currency": CURRENCY,
                "churned_at": moments(np.where(left, teams.left, 0), left),
                "team_size": pick(list(TEAM_SIZES), teams.size),
            },
        )
        return sheet.rows


def _referrals(folder: Path, teams: Teams, seed: int) -> int:
    rng = stream(seed, "software referrals")
    who = np.flatnonzero(teams.brought_by >= 0)
    earliest = teams.joined[teams.brought_by[who]]
    before = (rng.random(len(who)) * 2 * DAY).astype(np.int64)
    with Sheet(folder, "referrals", COLUMNS["referrals"]) as sheet:
        sheet.write(
            len(who),
            {
                "referrer_id": ids("t-", teams.brought_by[who] + 1),
                "referee_id": ids("t-", who + 1),
                "referred_at": moments(np.maximum(teams.joined[who] - before, earliest)),
                "referrer_kind": "customer",
                "claim_id": ids("k-", np.arange(len(who)) + 1),
            },
        )
        return sheet.rows


def _orders(folder: Path, teams: Teams) -> int:
    order = np.lexsort((teams.order_of, teams.order_at))
    with Sheet(folder, "orders", COLUMNS["orders"]) as sheet:
        sheet.write(
            len(order),
            {
                "order_id": ids("o-", np.arange(len(order)) + 1, 8),
                "customer_id": ids("t-", teams.order_of[order] + 1),
                "placed_at": moments(np.minimum(teams.order_at[order], STOP - 1)),
                "amount": money(teams.amount[order]),
                "currency": CURRENCY,
                "kind": pick(["new", "renewal"], teams.renewal[order].astype(np.int64)),
                "refunded": "0.00",
            },
        )
        return sheet.rows


def _tickets(folder: Path, teams: Teams, seed: int) -> tuple[int, int]:
    """Tickets, and the CSAT answers (1 to 5) after a third of those that are closed."""
    rng = stream(seed, "software tickets")
    order = np.argsort(teams.ticket_at, kind="stable")
    who, opened, rows = teams.ticket_of[order], teams.ticket_at[order], len(order)
    closed = opened + 30 + (rng.standard_exponential(rows) * 2 * DAY).astype(np.int64)
    done = closed < STOP
    with Sheet(folder, "tickets", COLUMNS["tickets"]) as sheet:
        sheet.write(
            rows,
            {
                "ticket_id": ids("x-", np.arange(rows) + 1),
                "customer_id": ids("t-", who + 1),
                "opened_at": moments(opened),
                "closed_at": moments(np.minimum(closed, STOP), done),
                "severity": pick(["low", "medium", "high"], rng.choice(3, rows, p=(0.5, 0.35, 0.15))),
            },
        )
    asked = np.flatnonzero(done & (rng.random(rows) < 1 / 3))
    score = np.clip(np.rint(rng.normal(4.3 - 1.2 * teams.in_burst[order][asked], 0.8)), 1, 5).astype(np.int64)
    with Sheet(folder, "surveys", COLUMNS["surveys"]) as sheet:
        sheet.write(
            len(asked),
            {
                "survey_id": ids("s-", np.arange(len(asked)) + 1),
                "customer_id": ids("t-", who[asked] + 1),
                "kind": "csat",
                "score": whole(score),
                "answered_at": moments(closed[asked]),
            },
        )
        return rows, sheet.rows
