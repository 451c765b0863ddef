"""Money: amounts are decimals of one currency, added as integer minor units so that sums are exact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from refnet.core.errors import InputError, UsageError

# ISO 4217: currencies whose minor unit is not a hundredth.
_EXPONENTS = dict.fromkeys(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    0,
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


def exponent(currency: str) -> int:
    """Decimal places of the currency's minor unit (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency.upper(), 2)


def code(currency: object) -> str:
    """A currency's code in capitals; one that is not of ISO 4217 counts in hundredths.

    Raises:
        UsageError: it is none of three letters.
    """
    if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise UsageError(f"{currency!r} is no currency.", "Write its three letters, such as EUR.")
    return currency.upper()


MOST_MINOR = 2.0**62
"""What all amounts together may be, in minor units: beyond it whole numbers of 64 bits would turn over."""


def to_minor(amounts: npt.ArrayLike, currency: str, *, column: str | None = None) -> npt.NDArray[np.int64]:
    """Amounts in the currency, shape (n,), as integer minor units (cents); unknown (NaN) amounts count as nothing.

    Raises:
        InputError: they are too large for their sum to be a whole number of 64 bits, or infinite.
    """
    given = np.asarray(amounts, dtype=np.float64)
    scale = float(10 ** exponent(currency))
    fit(given, scale, column)
    values = given * scale
    np.rint(values, out=values)
    values[np.isnan(values)] = 0.0
    minor: npt.NDArray[np.int64] = values.astype(np.int64)
    return minor


def fit(amounts: npt.NDArray[np.float64], scale: float, column: str | None = None, begin: int = 0) -> float:
    """What amounts are at most together, in minor units; NaN is nothing.

    Args:
        amounts: shape (n,).
        scale: minor units of one.
        column: where they are from, for the error.
        begin: the row of the first, counted from 0.

    Raises:
        InputError: it may be more than MOST_MINOR; names the largest, with a column by its row.
    """
    if not amounts.size:
        return 0.0
    ends = np.fmax.reduce(amounts), np.fmin.reduce(amounts)
    largest = float(np.nanmax(np.abs(ends))) if not np.isnan(ends).all() else 0.0
    bound = largest * scale * amounts.size
    if bound > MOST_MINOR and np.isfinite(largest):
        with np.errstate(over="ignore"):
            bound = float(np.nansum(np.abs(amounts))) * scale
    if not bound <= MOST_MINOR:
        row = int(np.nanargmax(np.abs(amounts)))
        held = f"row {begin + row} holds {amounts[row]:g}" if column else f"the largest is {amounts[row]:g}"
        raise InputError(
            f"amounts are together more than can be added exactly: {held}",
            column=column,
            hint="Look at it: amounts above a trillion are usually a slip.",
        )
    return bound


def from_minor(minor: npt.ArrayLike, currency: str) -> npt.NDArray[np.float64]:
    """Minor units, integral or not, shape (n,), as amounts rounded to the minor unit."""
    scale = 10 ** exponent(currency)
    return np.asarray(np.rint(np.asarray(minor, dtype=np.float64)) / scale, dtype=np.float64)


def rounded(amount: float | None, currency: str) -> float | None:
    """An amount to the currency's minor unit, 0.30000000000000004 as 0.3; None where it is not known."""
    return None if amount is None else round(amount, exponent(currency))


def show(amount: float | None, currency: str) -> str:
    """An amount for a reader: `1,234.50 EUR`; `–` where it is not known."""
    if amount is None or np.isnan(amount):
        return "–"
    return f"{amount:,.{exponent(currency)}f} {currency}"
