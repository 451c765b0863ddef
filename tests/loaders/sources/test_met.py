"""Rows that say the same thing twice, against the plain way of finding them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from refnet.loaders.sources.mapping import Once
from refnet.loaders.sources.met import Met

_ROW = st.tuples(
    st.one_of(st.none(), st.sampled_from("abc")),
    st.sampled_from(["1", "2"]),
    st.integers(0, 300),
    st.one_of(st.none(), st.sampled_from("xyz")),
    st.booleans(),
)
_ONCE = Once(minutes=60, same=["customer_id", "amount"], at="placed_at", reason="twice")


@given(st.lists(st.lists(_ROW, max_size=12), max_size=8))
def test_what_was_said_before(
    chunks: list[list[tuple[str | None, str, int, str | None, bool]]],
) -> None:
    met = Met(_ONCE)
    before: list[tuple[str, str, int, str | None]] = []
    for chunk in chunks:
        again = []
        for place, (customer, amount, minute, order, wanted) in enumerate(chunk):
            if customer is None or not wanted:
                continue
            if any(
                (customer, amount) == (c, a) and abs(minute - m) <= 60 and (order is None or order != o)
                for c, a, m, o in before
            ):
                again.append(place)
            else:
                before.append((customer, amount, minute, order))
        times = pd.Timestamp("2024-01-01") + pd.to_timedelta([row[2] for row in chunk], unit="min")
        frame = pd.DataFrame(
            {
                "customer_id": pd.Series([row[0] for row in chunk], dtype="str"),
                "amount": pd.Series([row[1] for row in chunk], dtype="str"),
                "placed_at": pd.Series(times.strftime("%Y-%m-%dT%H:%M:%SZ"), dtype="str"),
                "order_id": pd.Series([row[3] for row in chunk], dtype="str"),
            }
        )
        wanted_rows = np.array([row[4] for row in chunk], dtype=np.bool_)
        assert met.again(frame, wanted_rows, "order_id") == again


def test_many_chunks() -> None:
    met = Met(_ONCE)
    for turn in range(40):
        rows = [f"{n}" for n in range(turn * 500, turn * 500 + 1_000)]
        frame = pd.DataFrame(
            {"customer_id": rows, "amount": "1", "placed_at": "2024-01-01", "order_id": [f"{turn}-{r}" for r in rows]},
            dtype="str",
        )  # fmt: skip
        again = met.again(frame, np.ones(len(rows), dtype=np.bool_), "order_id")
        assert again == (list(range(500)) if turn else [])
