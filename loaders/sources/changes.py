"""Changes: the few things that may be done to a column of text on its way in, by name.

A cell that a change does not fit goes on as it was written: the check of its canonical column refuses it, and tells
what stood there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from refnet.core.money import exponent
from refnet.loaders.cells import number
from refnet.loaders.columns import as_series, coded, distinct, has_empty

Text = pd.Series  # of stripped text, missing where there is none


def _strip_quote(values: Text[Any], _: Text[Any]) -> Text[Any]:
    """The ' that keeps a spreadsheet from making a number of an id."""
    return values.str.removeprefix("'").str.strip() if values.str.startswith("'", na=False).any() else values


def _lower(values: Text[Any], _: Text[Any]) -> Text[Any]:
    return values.str.lower()


def _email(values: Text[Any], _: Text[Any]) -> Text[Any]:
    """One spelling of an address: small letters, no mailto:, and not the mark of an account that was merged away."""
    return distinct(values, _spelled)


def _spelled(values: Text[Any]) -> Text[Any]:
    plain = values.str.lower()
    if plain.str.startswith("mailto:", na=False).any() or plain.str.endswith("(moved)", na=False).any():
        plain = plain.str.removeprefix("mailto:").str.removesuffix("(moved)").str.strip()
    return plain.where(plain != "") if has_empty(plain) else plain


def _cents(values: Text[Any], currency: Text[Any]) -> Text[Any]:
    """Minor units as amounts: of 100 a unit, or what the row's currency has."""
    read = number(values)
    codes, once = coded(currency)
    scales = np.array([*(10 ** exponent(code) for code in once.tolist()), 100], dtype=np.float64)
    amounts = read.to_numpy() / scales[codes.fill_null(len(once)).to_numpy(zero_copy_only=False)]
    # Each distinct amount is written once; 0 and -0 are two.
    which, bits = pd.factorize(amounts.view(np.int64))
    said = pa.array([repr(amount) for amount in bits.view(np.float64).tolist()], pa.large_string())
    return as_series(said.take(pa.array(which)), values.index).where(read.notna(), values)


def _epoch(a_second: int) -> Callable[[Text[Any], Text[Any]], Text[Any]]:
    def change(values: Text[Any], _: Text[Any]) -> Text[Any]:
        read = number(values) * (1_000 / a_second)
        # Within the years that a date can be written in; what is beyond is no time.
        fits = read.abs() < 1e14
        stamps = read.where(fits, 0).astype("int64").to_numpy().astype("datetime64[ms]")
        made = pd.Series(
            np.datetime_as_string(stamps, unit="ms", timezone="UTC"), index=values.index, dtype="str"
        )
        return made.where(fits & made.str.match(r"\d{4}-"), values)

    return change


def _decimal_comma(values: Text[Any], _: Text[Any]) -> Text[Any]:
    """1.234,50 as 1234.50."""
    fits = values.str.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?").fillna(False).astype(bool)
    made = values.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return made.where(fits, values)


CHANGES: dict[str, Callable[[Text[Any], Text[Any]], Text[Any]]] = {
    "cents": _cents,
    "epoch_ms": _epoch(1_000),
    "epoch_s": _epoch(1),
    "strip_quote": _strip_quote,
    "email": _email,
    "lower": _lower,
    "decimal_comma": _decimal_comma,
}
"""Each takes the cells and, for amounts, the currency of their rows."""


def dated(values: Text[Any], form: str) -> Text[Any]:
    """Dates written in a form of strptime's as ISO 8601."""
    read = pd.to_datetime(values, format=form, utc=True, errors="coerce")
    made = read.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ").astype("str")
    return made.where(read.notna(), values)
