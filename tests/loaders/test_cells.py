"""What a cell may look like, and what it then is."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from refnet.loaders.cells import kind_of, number, plain, text, time, typed
from refnet.loaders.rows import Column


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["7", " x ", "", None]),
        pd.Series([7.0, "x", "  ", float("nan")], dtype=object),
        pd.Series([7, "x", None, pd.NA], dtype=object),
        pd.Series(["7", "x", None, None], dtype="category"),
    ],
)
def test_text_is_stripped_and_whole_numbers_read_as_such(values: Any) -> None:
    assert plain(text(values), "id") == ["7", "x", None, None]


def test_ids_stay_as_they_are_written() -> None:
    assert plain(text(pd.Series(["007", "1e3", "0x1"])), "id") == ["007", "1e3", "0x1"]
    assert plain(text(pd.Series([9007199254740993, None], dtype="Int64")), "id") == ["9007199254740993", None]
    assert plain(text(pd.Series([7.0, np.nan])), "id") == ["7", None]
    assert plain(text(pd.Series([1, 2], dtype="category")), "id") == ["1", "2"]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("10.005", 10.005), (" 7 ", 7.0), ("-.5", -0.5), ("1e3", 1000.0), ("1,000", None), ("12 €", None),
        ("inf", None), ("nan", None), ("0x10", None), ("1_000", None), (decimal.Decimal("0.10"), 0.1), (True, None),
        (np.float32(0.5), 0.5), (float("inf"), None),
    ],
)  # fmt: skip
def test_numbers(cell: object, read: float | None) -> None:
    assert plain(number(pd.Series([cell], dtype=object)), "number") == [read]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2024-01-02", "2024-01-02T00:00:00Z"),
        ("2024-01-02T03:04:05", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05Z"),
        ("2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z"),
        ("2024-01-02T03:04:05.5Z", "2024-01-02T03:04:05.500000Z"),
        (dt.date(2024, 1, 2), "2024-01-02T00:00:00Z"),
        (dt.datetime(2024, 1, 2, 3, tzinfo=dt.timezone(dt.timedelta(hours=1))), "2024-01-02T02:00:00Z"),
        (pd.Timestamp("2024-01-02T03:00", tz="Europe/Berlin"), "2024-01-02T02:00:00Z"),
        ("31.12.2024", None), ("2024-13-01", None), ("2024-02-30", None), ("1700000000", None), (1700000000, None),
        ("soon", None), ("20240102", "2024-01-02T00:00:00Z"), ("20241302", None),
    ],
)  # fmt: skip
def test_times_are_utc(cell: object, read: str | None) -> None:
    assert plain(time(pd.Series([cell], dtype=object)), "time") == [read]


def test_a_column_of_times_with_or_without_a_zone() -> None:
    naive = pd.Series(pd.to_datetime(["2024-01-02T03:00", None]))
    assert plain(time(naive), "time") == ["2024-01-02T03:00:00Z", None]
    zoned = pd.Series(pd.to_datetime(["2024-01-02T03:00"])).dt.tz_localize("Europe/Berlin")
    assert plain(time(zoned), "time") == ["2024-01-02T02:00:00Z"]


def test_a_month_is_its_first_day() -> None:
    read, bad, _ = typed(pd.Series(["2024-03", "2024-02-29", "March", None]), Column("month", "month"))
    assert plain(read, "month") == ["2024-03-01", "2024-02-01", None, None]
    assert bad.tolist() == [False, False, True, False]


def test_flags_and_counts_tell_which_cells_they_could_not_read() -> None:
    read, bad, _ = typed(pd.Series(["Yes", "0", "TRUE", "maybe", None]), Column("consent", "flag"))
    assert plain(read, "flag") == [True, False, True, None, None]
    assert bad.tolist() == [False, False, False, True, False]
    read, bad, _ = typed(pd.Series(["3", "2.5"]), Column("visits", "count"))
    assert plain(read, "count") == [3, None]
    assert bad.tolist() == [False, True]
    read, bad, _ = typed(pd.Series([True, False]), Column("consent", "flag"))
    assert plain(read, "flag") == [True, False]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", None], "number"), (["01234", "99999"], "text"), (["0", "0.5"], "number"), (["yes", "No"], "flag"),
        (["2024-01-01", "2024-02-01T10:00:00Z"], "time"), (["18-25", "30-40"], "text"), ([None, ""], ""),
        (["1", "x"], "text"),
    ],
)  # fmt: skip
def test_the_kind_of_a_further_column(cells: list[str | None], kind: str) -> None:
    assert kind_of(pd.Series(cells, dtype=object)) == kind


def test_the_kind_of_typed_columns() -> None:
    assert kind_of(pd.Series([True, False])) == "flag"
    assert kind_of(pd.Series([1.5, 2])) == "number"
    assert kind_of(pd.Series(pd.to_datetime(["2024-01-01"]))) == "time"
    assert kind_of(pd.Series(["a", "b"], dtype="category")) == "text"
