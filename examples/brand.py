"""The example brand: `write` makes its canonical files, of any size, with truth.json beside them.

Customers come in the order of joining and are drawn, and written, in blocks of 65,536; only the compact
arrays of `people` and `friends` (about 130 bytes a customer at the peak) are held for all of them at
once. The random numbers are numpy's PCG64, with a stream of its own for every block and purpose (`chance`):
the same seed and size give the same bytes.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.core.errors import UsageError
from refnet.core.progress import Quiet, Reporter
from refnet.examples.chance import blocks
from refnet.examples.claims import Claims, draw_claims, write_claims, write_invitations
from refnet.examples.contact import write_landings, write_nps, write_tickets, write_usage
from refnet.examples.folder import TRUTH, whole_or_nothing
from refnet.examples.friends import Bonds, tie
from refnet.examples.marketing import write_spend, write_visits
from refnet.examples.partners import PAGES, Affiliates, draw_affiliates, write_affiliates
from refnet.examples.people import People, draw_people
from refnet.examples.planted import DAYS, END, LAUNCH, START
from refnet.examples.profiles import write_customers, write_tokens
from refnet.examples.purchases import draw_orders, write_commissions, write_orders
from refnet.examples.rings import Ring, draw_rings
from refnet.examples.sheets import COLUMNS, Sheet
from refnet.examples.truth import tell

__all__ = ["END", "FEWEST", "LAUNCH", "MOST", "START", "write"]

FEWEST, MOST = 200, 100_000_000


def write(
    directory: Path, *, customers: int = 20_000, seed: int = 7, reporter: Reporter | None = None
) -> dict[str, Any]:
    """Write the fourteen canonical files of the example brand, as CSV, and truth.json.

    Args:
        directory: a folder that is new, empty, or holds an earlier example, which is then replaced.
        customers: how many, from FEWEST to MOST.
        seed: the same seed and size give the same bytes.
        reporter: where progress is told; nowhere if not given.

    Returns:
        What truth.json holds: every planted figure with its target, its realised value and its
        definition. Amounts are in EUR, moments in UTC.

    Raises:
        UsageError: `customers` or `seed` is out of range, or the directory holds other things.
        InputError: the disk is full, may not be written to, or fails otherwise; nothing half-written stays.

    """
    if not FEWEST <= customers <= MOST:
        raise UsageError(f"An example brand has {FEWEST:,} to {MOST:,} customers, not {customers:,}.")
    if seed < 0:
        raise UsageError(f"A seed is a whole number from 0 up, not {seed}.")
    reporter = reporter or Quiet()
    with whole_or_nothing(directory) as folder:
        affiliates = draw_affiliates(seed)
        with reporter.stage("people", customers, "customers") as progress:
            people = draw_people(customers, seed, affiliates, progress)
        with reporter.stage("friends", unit="referred") as progress:
            rings = draw_rings(people, seed)
            bonds = tie(people, affiliates, rings, seed, progress)
            claims = draw_claims(people, bonds, rings, seed)
        rows: dict[str, int] = {}
        revenue = _write_by_customer(folder, people, affiliates, rings, seed, reporter, rows)
        _write_by_claim(folder, bonds, claims, seed, reporter, rows)
        truth = tell(people, bonds, claims, affiliates, rings, revenue, seed)
        truth["files"] = {name: rows[name] for name in COLUMNS}
        text = json.dumps(truth, indent=2, ensure_ascii=False)
        (folder / TRUTH).write_text(text + "\n", encoding="utf-8")
    return truth


def _write_by_customer(
    folder: Path,
    people: People,
    affiliates: Affiliates,
    rings: list[Ring],
    seed: int,
    reporter: Reporter,
    rows: dict[str, int],
) -> npt.NDArray[np.int32]:
    """Write what belongs to single customers, and small files; each one's revenue in cents, shape (n,)."""
    revenue = np.zeros(len(people), np.int32)
    landed = np.zeros((len(PAGES), DAYS), np.int64)
    names = [name for name in COLUMNS if name not in {"referrals", "invitations", "rewards"}]
    with ExitStack() as stack:
        sheets = {name: stack.enter_context(Sheet(folder, name)) for name in names}
        progress = stack.enter_context(reporter.stage("customers and orders", len(people), "customers"))
        for block, part in blocks(len(people)):
            write_customers(people, rings, part, seed, block, sheets["customers"])
            orders = draw_orders(people, part, seed, block)
            numbers = write_orders(orders, sheets["orders"])
            write_commissions(orders, numbers, people, affiliates, sheets["commissions"])
            kept = (orders.amount - orders.refunded).astype(np.float64)
            rows_here = part.stop - part.start
            revenue[part] = np.bincount(orders.customer - part.start, weights=kept, minlength=rows_here)
            write_tickets(people, part, seed, block, sheets["tickets"], sheets["surveys"])
            write_nps(people, part, seed, block, sheets["surveys"])
            write_usage(people, part, seed, block, sheets["usage"])
            landed += write_landings(people, affiliates, part, seed, block, sheets["landings"])
            write_tokens(rings, part, seed, block, sheets["tokens"])
            progress.advance(rows_here)
        write_affiliates(sheets["affiliates"], affiliates)
        write_spend(people, seed, sheets["spend"])
        write_visits(people, affiliates, landed, seed, sheets["visits"])
        rows.update({name: sheet.rows for name, sheet in sheets.items()})
    return revenue


def _write_by_claim(
    folder: Path, bonds: Bonds, claims: Claims, seed: int, reporter: Reporter, rows: dict[str, int]
) -> None:
    with ExitStack() as stack:
        sheets = {
            name: stack.enter_context(Sheet(folder, name)) for name in ("referrals", "invitations", "rewards")
        }
        with reporter.stage("referrals", len(claims.at)) as progress:
            write_claims(claims, sheets["referrals"], sheets["rewards"], progress)
        with reporter.stage("invitations", len(bonds.sent)) as progress:
            write_invitations(bonds, sheets["invitations"], seed, progress)
        rows.update({name: sheet.rows for name, sheet in sheets.items()})
