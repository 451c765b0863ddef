"""The health score: worked by hand, its properties, and what a file of weights may not say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.success.health import health, summary, told
from refnet.analysis.success.signals import SIGNALS
from refnet.analysis.success.weights import parsed, template, weights_of
from refnet.core.errors import InputError
from tests.analysis.success.few import UNTIL, few

# 2.74 years after 1970: day 1,000 is 1972-09-27; the last whole month is 1972-08.
BY_HAND = """
name = "by hand"
least_known = 0.3
[grades]
green = 70
amber = 40
[signals.active_days]
weight = 50
direction = "higher"
low = 0
high = 20
missing = "skip"
[signals.tickets_month]
weight = 30
direction = "lower"
low = 0
high = 1
missing = 100
[signals.nps]
weight = 20
direction = "higher"
low = 0
high = 10
missing = "skip"
"""


def test_a_score_worked_by_hand() -> None:
    """ann: 10 of 20 days → 50 points × 50, three tickets in 180 days = 0.507 a month → 49.3 × 30, NPS 9 → 90 × 20."""
    record = few(
        [
            {"customerId": "ann", "joined": 0.0},
            {"customerId": "ben", "joined": 0.0},
            {"customerId": "cat", "joined": 0.0, "lost": 900.0},
        ],
        usage=[{"customerId": "ann", "year": 1972, "month": 8, "activeDays": 10}],
        tickets=[
            {"customerId": "ann", "opened": UNTIL - at, "closed": UNTIL - at + 1} for at in (10, 20, 179)
        ]
        + [{"customerId": "ann", "opened": UNTIL - 181, "closed": UNTIL - 180}],
        surveys=[
            {"customerId": "ann", "kind": "nps", "score": 9, "answered": 990.0},
            {"customerId": "ann", "kind": "nps", "score": 1, "answered": 980.0},
            {"customerId": "ben", "kind": "nps", "score": 10, "answered": 990.0},
        ],
    )
    found = health(record, parsed(BY_HAND, "health.toml"))
    rate = 3 / (180 / 30.4375)
    parts = [50 * 50 / 100, 30 * (100 - 100 * rate) / 100, 20 * 90 / 100]
    assert found.score[0] == pytest.approx(sum(parts))
    ann = told(record, found, 0)
    assert [one["signal"] for one in ann["signals"]] == ["active_days", "nps", "tickets_month"]
    assert {one["signal"]: one["contribution"] for one in ann["signals"]} == pytest.approx(
        dict(zip(("active_days", "tickets_month", "nps"), parts, strict=True))
    )
    # ben's ten counts for nothing without usage; no ticket is 100 points; 30 of 100 is enough to be known.
    assert found.score[1] == pytest.approx(100.0)
    assert found.known[1] == pytest.approx(0.3)
    why = {one["signal"]: one["why"] for one in told(record, found, 1)["signals"]}
    assert why == {
        "active_days": "not known: skipped",
        "nps": "not counted: no usage beside it",
        "tickets_month": None,
    }
    # cat has left.
    assert told(record, found, 2)["score"] is None
    assert told(record, found, 2)["why"] == "not there: left, or not joined yet"
    short = summary(record, found)
    assert (short["scored"], short["left"], short["too_little"]) == (2, 1, 0)
    assert short["grades"] == {"green": 1, "amber": 1, "red": 0}


def test_every_signal_by_hand() -> None:
    record = few(
        [
            {
                "customerId": "ann", "joined": 400.0, "lastOrder": 970.0, "cltv": 500.0, "retentionCost": 80.0,
                "revenue": 400.0, "crmRole": "champion",
            },
            {"customerId": "ben", "joined": 900.0},
        ],
        usage=[
            {"customerId": "ann", "year": 1972, "month": month, "activeDays": days}
            for month, days in ((5, 8), (6, 10), (7, 12), (8, 5))
        ],
        orders=[
            {"customerId": "ann", "placed": 500.0, "amount": 99.0, "kind": "upsell"},
            {"customerId": "ann", "placed": 700.0, "amount": 30.0, "kind": "upsell"},
            {"customerId": "ann", "placed": 970.0, "amount": 12.0, "kind": "cross_sell"},
        ],
        tickets=[{"customerId": "ann", "opened": 990.0}, {"customerId": "ben", "opened": 995.0, "closed": 996.0}],
        surveys=[{"customerId": "ann", "kind": "csat", "score": 4, "answered": 600.0}],
        brought=[{"customerId": "ben", "referrer": "ann", "at": 900.0}],
    )  # fmt: skip
    values = {name: kind.value(record)[0] for name, kind in SIGNALS.items()}
    assert values["active_days"] == 5
    assert values["usage_change"] == pytest.approx(0.5)
    assert values["recency_days"] == 30
    assert values["ltv_net"] == 420
    assert values["upsell"] == 30  # the other is older than a year
    assert values["cross_sell"] == 12
    assert values["retention_share"] == pytest.approx(0.2)
    assert values["tickets_month"] == pytest.approx(1 / (180 / 30.4375))
    assert values["open_tickets"] == 1
    assert np.isnan(values["nps"])
    assert np.isnan(values["csat"])  # older than a year
    assert values["tenure_days"] == 600
    assert values["brought"] == 1
    assert SIGNALS["tickets_month"].value(record)[1] == pytest.approx(
        30.4375 / 100
    )  # of the 100 days they are there
    assert SIGNALS["open_tickets"].value(record)[1] == 0


def test_who_has_stopped_using_it_is_at_nothing() -> None:
    record = few(
        [{"customerId": "ann", "joined": 0.0}, {"customerId": "ben", "joined": 0.0}],
        usage=[
            {"customerId": "ann", "year": 1972, "month": 3, "activeDays": 9},
            {"customerId": "ben", "year": 1972, "month": 8, "activeDays": 9},
        ],
    )
    assert SIGNALS["active_days"].value(record).tolist() == [0, 9]
    assert SIGNALS["usage_change"].value(record)[0] == 0


def _one(days: float | None, tickets: int, nps: float | None, age: float = 999.0) -> float:
    """The score of one customer by BY_HAND, beside another who makes tickets known."""
    record = few(
        [{"customerId": "ann", "joined": UNTIL - age}, {"customerId": "ben", "joined": 0.0}],
        usage=[] if days is None else [{"customerId": "ann", "year": 1972, "month": 8, "activeDays": days}],
        tickets=[{"customerId": "ben", "opened": 10.0, "closed": 11.0}]
        + [{"customerId": "ann", "opened": 999.0 - n / 100, "closed": 999.5} for n in range(tickets)],
        surveys=[]
        if nps is None
        else [{"customerId": "ann", "kind": "nps", "score": nps, "answered": 990.0}],
    )
    found = health(record, parsed(BY_HAND, "health.toml"))
    assert sum(part.contribution[0] for part in found.parts) == pytest.approx(found.score[0])
    assert 0 <= found.score[0] <= 100
    return float(found.score[0])


known = st.floats(0, 31)
answer = st.one_of(st.none(), st.floats(0, 10))


@given(st.one_of(st.none(), known), st.integers(0, 12), answer, st.floats(0, 5), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_better_is_never_worse(
    days: float | None, tickets: int, nps: float | None, more: float, fewer: int
) -> None:
    """Sums to the score, within 0 to 100, and moves the way each signal's direction says; NPS alone moves nothing."""
    score = _one(days, tickets, nps)
    assert _one(days, max(tickets - fewer, 0), nps) >= score - 1e-9
    if days is not None:
        assert _one(min(days + more, 31), tickets, nps) >= score - 1e-9
    if nps is not None and days is not None:
        assert _one(days, tickets, min(nps + more, 10)) >= score - 1e-9
    if days is None:
        assert _one(days, tickets, None) == pytest.approx(score)


def test_missing_is_as_declared() -> None:
    record = few([{"customerId": "ann", "joined": 0.0}])
    for missing, score in (('"skip"', None), ("0", 0.0), ("50", 50.0), ("100", 100.0)):
        scale = f'direction = "lower"\nlow = 1\nhigh = 9\nmissing = {missing}\n'
        text = f"least_known = 0\n[signals.recency_days]\nweight = 1\n{scale}"
        found = health(record, parsed(text, "w.toml")).score[0]
        assert (None if np.isnan(found) else found) == score


def test_percentiles_are_of_who_is_there() -> None:
    text = '[signals.ltv_net]\nweight = 1\ndirection = "higher"\nlow = "p0"\nhigh = "p100"\n'
    people = [{"customerId": str(n), "joined": 0.0, "cltv": float(n)} for n in range(11)]
    gone = {"customerId": "gone", "joined": 0.0, "lost": 5.0, "cltv": 1e6}
    found = health(few([*people, gone]), parsed(text, "w.toml"))
    assert found.score[:11].tolist() == pytest.approx([10.0 * n for n in range(11)])
    assert np.isnan(found.score[11])
    same = health(few([{"customerId": "a", "joined": 0.0, "cltv": 5.0}]), parsed(text, "w.toml"))
    assert same.parts[0].note == "tells nobody apart: its low and high are the same"
    assert np.isnan(same.score[0])


def test_the_version_is_of_what_it_says_and_not_of_how(tmp_path: Path) -> None:
    shipped = weights_of(None)
    (tmp_path / "mine.toml").write_text("# ours\n" + template().replace("weight = 18", "weight = 18.0"))
    assert weights_of(tmp_path / "mine.toml").version == shipped.version
    (tmp_path / "mine.toml").write_text(template().replace("weight = 18", "weight = 19"))
    assert weights_of(tmp_path / "mine.toml").version != shipped.version
    assert weights_of(tmp_path / "mine.toml").version.startswith("refnet@")
    assert shipped.lookback_days == 365


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("weight = 18", "weight = -1", "[signals.active_days] weight is -1"),
        ("weight = 18", "wieght = 18", "has no key 'wieght'"),
        ("[signals.nps]", "[signals.npps]", "has no signal 'npps'"),
        ('direction = "lower"', 'direction = "down"', "direction is 'down'"),
        ("low = 0\nhigh = 20", "low = 20\nhigh = 20", "low is not below high"),
        ("missing = 0 ", "missing = 101 ", "missing is 101"),
        ("weight = 18", "weight = 0", "counts only beside usage"),
        ("amber = 45", "amber = 80", "amber is above green"),
        ('low = "p10"', 'low = "ten"', "low is 'ten'"),
        ("champion = 100", "champion = 200", "points champion is 200"),
        ("least_known = 0.4", "least_known = [", "is no TOML"),
        ("weight = 3\n", "weight = 3\ndirection = 'lower'\n", "is of words"),
    ],
)
def test_a_wrong_file_is_told_where(was: str, becomes: str, said: str) -> None:
    text = template().replace("missing = 0\n", "missing = 0 \n")
    assert was in text
    with pytest.raises(InputError) as caught:
        parsed(text.replace(was, becomes, 1), "health.toml")
    assert said in str(caught.value)
    assert "health.toml" in str(caught.value)
    assert caught.value.hint
