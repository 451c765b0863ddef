"""The worked truths of 'Value' and 'Programme', one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.analysis.programme import formulas as f
from refnet.core.errors import UsageError


def test_cltv_retention_form() -> None:
    assert f.cltv_retention(1, 0.8, 0.1) == pytest.approx(3.67, abs=0.005)
    assert f.per_period(0.15, 2) == pytest.approx(0.07238, abs=5e-6)


@given(margin=st.floats(1, 1000), retention=st.floats(0, 0.99), discount=st.floats(0.01, 0.5))
def test_cltv_retention_is_the_sum_of_its_periods(margin: float, retention: float, discount: float) -> None:
    by_hand = sum(margin * (retention / (1 + discount)) ** t for t in range(5000))
    assert f.cltv_retention(margin, retention, discount) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize(
    ("cac", "margin", "churn", "ltv", "times"),
    [
        (20, 18, 0.03, 600, 30.0),
        (95, 20, 0.06, 333, 3.51),
        (140, 16, 0.09, 178, 1.27),
        (60, 14, 0.05, 280, 4.67),
    ],
)
def test_cltv_simple(cac: float, margin: float, churn: float, ltv: float, times: float) -> None:
    assert f.cltv_simple(margin, churn) == pytest.approx(ltv, abs=0.5)
    assert f.ltv_to_cac(cac, margin, churn) == pytest.approx(times, abs=0.005)


def test_what_has_no_value_is_refused() -> None:
    for wrong in ((1, 1.2, 0.1), (1, 1, 0), (1, 0.5, -0.1)):
        with pytest.raises(UsageError):
            f.cltv_retention(*wrong)
    for churn in (0, 1.5):
        with pytest.raises(UsageError):
            f.cltv_simple(1, churn)
    with pytest.raises(UsageError):
        f.ltv_to_cac(0, 1, 0.5)
    with pytest.raises(UsageError):
        f.per_period(-1, 12)


def test_retention() -> None:
    assert f.retention(100, 5, 3, 15) == pytest.approx({"nrr": 1.07, "grr": 0.92})
    assert f.retention(0, 5, 3) == {"nrr": None, "grr": None}


def test_earned_growth() -> None:
    found = f.earned_growth(100, 85, 25, 20)
    assert found["growth"] == pytest.approx(0.30)
    assert found["rate"] == pytest.approx(0.10)
    assert found["ratio"] == pytest.approx(1 / 3)
    shrinking = f.earned_growth(100, 60, 10, 20)
    assert (shrinking["rate"], shrinking["ratio"]) == (pytest.approx(-0.3), None)
    assert f.earned_growth(0, 0, 10, 0)["rate"] is None


def test_waves() -> None:
    total = f.waves(100, 5 * 0.25, 10)
    assert total[:3] == pytest.approx([225, 381.25, 576.5625])
    assert total[4] == pytest.approx(1125.88, abs=0.005)
    assert total[9] == pytest.approx(4256.61, abs=0.005)


def test_k_below_one() -> None:
    assert f.multiplier(3.5 * 0.20) == pytest.approx(3.33, abs=0.005)
    assert f.waves(1, 0.7, 200)[-1] == pytest.approx(f.multiplier(0.7))
    assert f.multiplier(1.0) is None
    assert f.multiplier(None) is None


def test_rewards_and_payback() -> None:
    assert f.reward_roi(40, 25) == pytest.approx(0.60)
    assert f.reward_roi(40, 0) is None
    assert f.payback_months(95, 20) == pytest.approx(4.75)
    assert f.payback_months(95, 0) is None


def test_crv_by_hand() -> None:
    # Two came for the referral, in periods 0 and 1; one would have come anyway, in period 1.
    found = f.crv([(50, 10, 5, 20, 0), (40, 10, 0, 20, 1)], [(20, 1)], discount=0.1)
    assert found["type1"] == pytest.approx(55 + 50 / 1.1)
    assert found["type2"] == pytest.approx(20 / 1.1)
    assert found["value"] == pytest.approx(55 + 70 / 1.1)
    # All of type 1 and nothing discounted: the plain sum.
    plain = f.crv([(50, 10, 5, 20, 0), (40, 10, 0, 20, 1)], [])
    assert plain == {"type1": 105.0, "type2": 0.0, "value": 105.0}
