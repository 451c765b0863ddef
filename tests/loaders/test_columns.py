"""The short ways of columns that are written plainly, against the long ones."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refnet.loaders.cells import number, plain, text, time
from refnet.loaders.columns import distinct, has_empty, is_plain, longest

_CELLS = st.lists(st.one_of(st.none(), st.sampled_from(["a", "A b", "é", "İ", ""]), st.text(max_size=3)))


def _series(cells: list[str | None]) -> pd.Series[str]:
    return pd.Series(cells, dtype="str")


@given(_CELLS, st.integers(1, 300))
def test_a_change_of_distinct_cells_is_one_of_all(cells: list[str | None], times: int) -> None:
    held = _series(cells * times)
    changed = held.str.upper().where(held != "a")
    pd.testing.assert_series_equal(distinct(held, lambda some: some.str.upper().where(some != "a")), changed)


@given(_CELLS)
def test_lengths(cells: list[str | None]) -> None:
    there = [len(cell.encode()) for cell in cells if cell is not None]
    assert longest(_series(cells)) == max(there, default=0)
    assert has_empty(_series(cells)) == (0 in there)


@given(
    st.lists(
        st.one_of(st.none(), st.text(min_size=1), st.sampled_from(["a", " a", "é", "a\xa0", "\u3000", ""]))
    )
)
def test_what_is_plain_is_not_changed_by_stripping(cells: list[str | None]) -> None:
    held, spread = pa.array(cells, pa.large_string()), pa.array([None, " ", *cells, ""], pa.large_string())
    assert is_plain(held) == is_plain(spread[2:-1])
    if is_plain(held):
        assert all(cell is None or (cell == cell.strip() and cell) for cell in cells)
    if all(cell is None or (cell.isascii() and cell == cell.strip() and cell) for cell in cells):
        assert is_plain(held)


@given(st.lists(st.one_of(st.none(), st.integers(), st.booleans(), st.text(max_size=3), st.floats())))
def test_a_column_of_objects_reads_as_its_cells_do(cells: list[object]) -> None:
    alone = [plain(text(pd.Series([cell], dtype=object)), "text")[0] for cell in cells]
    assert plain(text(pd.Series(cells, dtype=object)), "text") == alone


_FORM = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@given(st.lists(st.text("0123456789.+-eE naif_x٣", max_size=6)))
@example(["inf", "-Infinity", "nan", "NaN(1)", "1e400", "1"])
def test_what_is_a_number(cells: list[str]) -> None:
    read = [float(cell) if _FORM.fullmatch(cell) else float("nan") for cell in map(str.strip, cells)]
    wanted = [value if np.isfinite(value) else None for value in read]
    assert plain(number(_series(list(cells))), "number") == wanted


_TIME = st.from_regex(
    r"(0001|1[0-9]99|20[0-2][0-9])-[0-3][0-9]-[0-3][0-9]"
    r"([T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{3}|\.[0-9]{6})?(Z|[+-][01][0-9]:[03]0)?)?",
    fullmatch=True,
)


@given(_TIME)
@example("0000-01-01")
@example("2024-01-01T1011+0200")
@example("2024-01-01T10:11:12.345Z")
@example("2024-02-30T10:11:12Z")
def test_times_of_one_length_read_as_those_of_several(cell: str) -> None:
    among_others = time(_series([cell, "2024-01", "2024-01-01T10:00Z", None]))
    alone = time(_series([cell, None, cell]))
    assert alone.iloc[[0]].equals(among_others.iloc[[0]])
    assert alone.isna().tolist() == [alone.isna()[0], True, alone.isna()[0]]


@pytest.mark.parametrize("unit", ["s", "us"])
@given(st.lists(st.one_of(st.none(), st.integers(-(10**11), 10**11))))
def test_times_as_they_are_sent(unit: str, seconds: list[int | None]) -> None:
    small = 1 if unit == "us" else 0
    raw = np.array(["NaT" if s is None else s * 10**6 + small for s in seconds], dtype="datetime64[us]")
    sent = np.datetime_as_string(raw.astype(f"datetime64[{unit}]"), timezone="UTC").tolist()
    days = np.datetime_as_string(raw.astype("datetime64[D]")).tolist()
    held = pd.Series(raw).dt.tz_localize("UTC")
    assert plain(held, "time") == [None if s is None else said for s, said in zip(seconds, sent, strict=True)]
    assert plain(held, "day") == [None if s is None else said for s, said in zip(seconds, days, strict=True)]
