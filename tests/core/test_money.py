"""Amounts as whole minor units: exact, or refused."""

import numpy as np
import pytest

from refnet.core.errors import InputError
from refnet.core.money import fit, from_minor, to_minor


def test_there_and_back() -> None:
    assert to_minor([0.1, 1234.56, np.nan, -7], "EUR").tolist() == [10, 123456, 0, -700]
    assert to_minor([0.1, 1234.56], "JPY").tolist() == [0, 1235]
    assert from_minor([10, 123456], "EUR").tolist() == [0.1, 1234.56]
    assert to_minor([], "EUR").tolist() == []
    assert to_minor([np.nan], "EUR").tolist() == [0]


@pytest.mark.parametrize("amounts", [[1e23], [np.inf], [1, -np.inf], [3e16, 3e16], [np.nan, 1e300]])
def test_what_cannot_be_added_exactly_is_refused(amounts: list[float]) -> None:
    with pytest.raises(InputError, match="more than can be added exactly") as raised:
        to_minor(amounts, "EUR", column="revenue")
    assert "column revenue" in str(raised.value)


def test_one_large_amount_among_many_is_none_too_many() -> None:
    amounts = np.ones(1_000_000)
    amounts[7] = 1e13
    assert fit(amounts, 100.0) == pytest.approx(100.0 * amounts.sum())
