"""What a network is asked with: hops and decay, node numbers, values; taken as numbers, or refused by name."""

from __future__ import annotations

import operator
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.analysis.influence.forest import Floats, Ints
from refnet.core.errors import InputError, UsageError


def checked(hops: Any, decay: Any) -> tuple[int | None, float]:
    """Hops (None: all) and decay as numbers.

    Raises:
        UsageError: hops are not whole or below 1; decay is no number in (0, 1].
    """
    if hops is not None:
        try:
            count = None if isinstance(hops, bool) else operator.index(hops)
        except TypeError:
            count = None
        if count is None:
            raise UsageError(
                f"hops is {hops!r}: it must be a whole number.", "Leave it None for all the way down."
            )
        if count < 1:
            raise UsageError(
                f"hops is {hops}: influence needs at least one.", "Leave it None for all the way down."
            )
        hops = count
    if not isinstance(decay, (Real, Decimal)) or not 0 < float(decay) <= 1:
        raise UsageError(f"decay is {decay!r}: it must be a number above 0 and at most 1.")
    return hops, float(decay)


def count_of(nodes: Any) -> int:
    """How many nodes there are said to be.

    Raises:
        UsageError: it is no count.
    """
    try:
        count = operator.index(nodes)
    except TypeError:
        count = -1
    if count < 0:
        raise UsageError(f"nodes is {nodes!r}: it must say how many nodes there are.")
    return count


def numbers_of(nodes: npt.ArrayLike, end: str) -> Ints:
    """Node numbers, int32 or int64, of one end of the edges.

    Raises:
        InputError: they are of no whole kind.
    """
    given = np.asarray(nodes)
    if given.dtype == np.int32:
        return given
    if not given.size:
        return given.astype(np.int64)
    if given.dtype.kind not in "iu" or (
        given.dtype.kind == "u" and int(given.max()) > np.iinfo(np.int64).max
    ):
        raise InputError(
            f"node numbers are whole numbers from 0 on, not {given.dtype}",
            column=end,
            hint="Ids of any kind: `refnet.influence` and `refnet.influence_table`.",
        )
    return given.astype(np.int64, copy=False)


def floats_of(given: npt.NDArray[Any], what: str) -> Floats:
    """Numbers as float64.

    Raises:
        InputError: they are none.
    """
    if given.dtype.kind in "iubfO":
        try:
            return given.astype(np.float64, copy=False)
        except (TypeError, ValueError, OverflowError):
            pass
    if not given.size:
        return given.astype(np.float64)
    raise InputError(f"{what} are numbers, not {given.dtype}.")
