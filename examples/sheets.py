"""Columns as text, and CSV files written block by block.

Everything is formatted by integer arithmetic and table look-up, so that the same seed gives the same bytes.
Moments are whole minutes since START, amounts are integer cents; `known` marks what is not left empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from refnet.examples.planted import DAY, DAYS, IDLE_LEVELS, START

Ints = npt.NDArray[np.integer[Any]]
Mask = npt.NDArray[np.bool_]
Column: TypeAlias = Any  # pyarrow's arrays of texts carry no types

COLUMNS: dict[str, tuple[str, ...]] = {
    "customers": (
        *("customer_id", "joined_at", "email", "name", "country", "plan", "channel", "crm_role", "currency"),
        *("cltv", "retention_cost", "acquisition_cost", "health_label", "churned_at", "consent"),
        *("age_band", "diet", "occupation", "sport"),
        *(name for name in IDLE_LEVELS if name != "crm_role"),
        "signup_form",
    ),
    "affiliates": (
        *("affiliate_id", "name", "email", "customer_id", "parent_affiliate_id", "niche", "programme"),
        *("commission_rate", "commission_fixed", "joined_at"),
    ),
    "referrals": (
        "referrer_id",
        "referee_id",
        "referred_at",
        "referrer_kind",
        "campaign",
        "code",
        "claim_id",
    ),
    "invitations": (
        *("invitation_id", "referrer_id", "sent_at", "referrer_kind", "status", "referee_id", "channel"),
        *("campaign", "reason"),
    ),
    "orders": ("order_id", "customer_id", "placed_at", "amount", "currency", "kind", "refunded", "margin"),
    "tickets": ("ticket_id", "customer_id", "opened_at", "closed_at", "severity"),
    "surveys": ("survey_id", "customer_id", "kind", "score", "answered_at"),
    "usage": ("customer_id", "month", "active_days", "events", "feature"),
    "commissions": (
        *(
            "commission_id",
            "affiliate_id",
            "amount",
            "earned_at",
            "customer_id",
            "order_id",
            "currency",
            "status",
        ),
    ),
    "landings": ("customer_id", "landing_page", "landed_at", "niche", "use_case", "affiliate_id"),
    "spend": ("channel", "month", "amount", "currency"),
    "rewards": (
        *("reward_id", "amount", "granted_at", "customer_id", "affiliate_id", "side", "claim_id", "currency"),
        "status",
    ),
    "visits": ("day", "visits", "landing_page", "affiliate_id", "channel", "clicks"),
    "tokens": ("customer_id", "kind", "token"),
}

_EARLIEST = 400  # days before START that a moment may lie
_DAY_TEXT = pa.array([(START + timedelta(days=d)).isoformat() for d in range(-_EARLIEST, DAYS + _EARLIEST)])
_TIME_TEXT = pa.array([f"T{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(DAY)])


def _numbers(values: Ints, known: Mask | None) -> Column:
    return pa.array(values, mask=None if known is None else ~known)


def whole(values: Ints, known: Mask | None = None) -> Column:
    """Whole numbers, shape (n,), as text."""
    return pc.cast(_numbers(values, known), pa.string())


def ids(prefix: str, numbers: Ints, width: int = 7, known: Mask | None = None, *, after: str = "") -> Column:
    """`c-0000012` and the like, shape (n,); as wide as `width`, wider where a number asks for it."""
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(whole(numbers, known), width, "0"), after, "")


def days(numbers: Ints, known: Mask | None = None) -> Column:
    """Days since START, shape (n,), as `2024-05-03`."""
    return pc.take(_DAY_TEXT, _numbers(np.asarray(numbers, dtype=np.int32) + _EARLIEST, known))


def moments(minutes: Ints, known: Mask | None = None) -> Column:
    """Minutes since START, shape (n,), as `2024-05-03T14:22:00Z`."""
    day, minute = np.divmod(np.asarray(minutes, dtype=np.int32), DAY)
    return pc.binary_join_element_wise(days(day, known), pc.take(_TIME_TEXT, _numbers(minute, known)), "")


def money(cents: Ints, known: Mask | None = None) -> Column:
    """Cents, none of them negative, shape (n,), as `12.05`."""
    units, rest = np.divmod(np.asarray(cents, dtype=np.int64), 100)
    return pc.binary_join_element_wise(whole(units, known), pc.utf8_lpad(whole(rest, known), 2, "0"), ".")


def pick(levels: Sequence[str], codes: Ints, known: Mask | None = None) -> Column:
    """The levels that the codes stand for, shape (n,)."""
    return pc.take(pa.array(levels, pa.string()), _numbers(codes, known))


def either(yes: Mask, one: Column, other: Column) -> Column:
    """`one` where yes, `other` elsewhere, all of shape (n,)."""
    return pc.if_else(pa.array(yes), one, other)


class Sheet:
    """One canonical file, open for writing; to be used in a `with` statement.

    Args:
        folder: where.
        name: the file's name without `.csv`, which is a key of COLUMNS.
        columns: instead of those.

    """

    def __init__(self, folder: Path, name: str, columns: Sequence[str] | None = None) -> None:
        self.columns = tuple(columns or COLUMNS[name])
        self.rows = 0
        self._file = (folder / f"{name}.csv").open("wb")
        self._file.write((",".join(self.columns) + "\n").encode())
        schema = pa.schema([(column, pa.string()) for column in self.columns])
        self._writer = pa_csv.CSVWriter(
            self._file,
            schema,
            write_options=pa_csv.WriteOptions(include_header=False, quoting_style="none"),
        )

    def write(self, rows: int, block: Mapping[str, Column | str]) -> None:
        """Append a block. A column given as one text has it in every row; one not given stays empty."""
        unknown = set(block) - set(self.columns)
        assert not unknown, unknown
        if not rows:
            return
        arrays = []
        for column in self.columns:
            given = block.get(column)
            arrays.append(
                pa.nulls(rows, pa.string())
                if given is None
                else pa.repeat(given, rows)
                if isinstance(given, str)
                else given
            )
        self._writer.write_table(pa.table(arrays, names=list(self.columns)))
        self.rows += rows

    def __enter__(self) -> Sheet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._writer.close()
        finally:
            self._file.close()
