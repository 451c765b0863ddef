"""When somebody has left, and what is known of a customer at a moment: by hand, and never from the future."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.success.churn.facts import Events, Facts, first_day
from refnet.analysis.success.churn.features import FEATURES, NAMES, Known
from refnet.analysis.success.churn.leaving import (
    Leaving,
    leaving,
    month_starts,
    months_at_risk,
    spells,
    usual_gap,
)
from refnet.core.errors import UsageError


def day(text: str) -> float:
    return float(np.datetime64(text, "D").astype(int))


def shop(**given: object) -> Facts:
    """ann orders in January, February and March and is silent then; ben orders once, in May; today is 1 July."""
    orders = Events.of(
        [0, 0, 0, 1],
        [day("2024-01-10"), day("2024-02-09"), day("2024-03-10"), day("2024-05-02")],
        [10.0, 30.0, 20.0, 5.0],
    )
    facts = Facts(
        until=day("2024-06-30") + 0.4,
        ids=np.array(["ann", "ben"], dtype=object),
        joined=np.array([day("2024-01-10"), day("2024-05-02")]),
        lost=np.array([np.nan, np.nan]),
        orders=orders,
    )
    return replace(facts, **given)  # type: ignore[arg-type]


def test_inactive_by_hand() -> None:
    """Gaps of 30 days twice: silent for 60 days is gone. ann left on 9 May, 60 days after 10 March; ben on 1 July."""
    facts = shop()
    assert usual_gap(facts) == 30
    what = leaving(facts, multiple=2.0)
    assert (what.rule, what.silence) == ("inactive", 60.0)
    assert "2 times the usual gap of 30 days" in what.reading
    there = spells(facts, what)
    assert there.who.tolist() == [0, 1]
    assert there.end[0] == day("2024-05-09")
    assert there.end[1] == np.inf  # 60 days after 2 May are 1 July: not longer than that yet
    months = months_at_risk(facts, there)
    # ann is there on the firsts of February, March, April and May; ben on that of June.
    assert [(int(m), int(w), bool(x)) for m, w, x in zip(months.month, months.who, months.left, strict=True)] == [
        (0, 0, False), (1, 0, False), (2, 0, False), (3, 0, True), (4, 1, False),
    ]  # fmt: skip


def test_who_orders_again_is_there_again() -> None:
    facts = shop()
    later = Events.of(
        [*facts.orders.who, 0], [*facts.orders.at, day("2024-06-20")], [*facts.orders.value, 1.0]
    )
    there = spells(replace(facts, orders=later), Leaving("inactive", 2.0, 30.0))
    ann = there.who == 0
    assert there.begin[ann].tolist() == [day("2024-01-10"), day("2024-06-20")]
    assert there.end[ann].tolist() == [day("2024-05-09"), np.inf]


def test_recorded_goes_before_silence() -> None:
    facts = shop(lost=np.array([day("2024-06-15"), np.nan]))
    what = leaving(facts)
    assert what.rule == "recorded"
    months = months_at_risk(facts, spells(facts, what))
    assert months.events.tolist() == [0, 0, 0, 0, 1]
    # Who will have left after the data end is there still.
    planned = shop(lost=np.array([day("2024-09-01"), np.nan]))
    assert np.isinf(spells(planned, leaving(planned)).end).all()


def test_a_month_is_over_when_there_is_data_of_its_last_day() -> None:
    assert month_starts(shop())[-1] == day("2024-07-01")
    assert month_starts(shop(until=day("2024-06-29") + 0.9))[-1] == day("2024-06-01")


@pytest.mark.parametrize(("rule", "multiple"), [("sometimes", 3.0), ("inactive", 0.0), ("recorded", 3.0)])
def test_what_cannot_be_asked_is_refused(rule: str, multiple: float) -> None:
    with pytest.raises(UsageError):
        leaving(shop(), rule, multiple)


def test_features_by_hand() -> None:
    """ann on 1 April: 22 days after her last order, of 20 after one of 30, three in 82 days as a customer."""
    tickets = Events.of(
        [0, 0, 0], [day("2024-03-20"), day("2024-02-01"), day("2024-04-02")], [1.0, 0.0, 1.0],
        [day("2024-04-05"), day("2024-02-02"), np.inf],
    )  # fmt: skip
    usage = Events.of([0, 0, 0], first_day([649, 650, 651]), [10.0, 14.0, 3.0])  # January to March 2024
    facts = shop(tickets=tickets, usage=usage, origin={"channel": np.array([0, 1])})
    what = leaving(facts, multiple=2.0)
    known = Known(facts, what, months_at_risk(facts, spells(facts, what)))
    row = dict(zip(NAMES, known.at(day("2024-04-01"), np.array([0]))[0].tolist(), strict=True))
    assert row["silence_days"] == 22
    assert row["silence_1"] == 1  # 22 of 30 days: 0.5 to 1 gaps
    assert row["tenure_2"] == 1  # 82 days: 2 to 3 months
    assert np.expm1(row["orders_90"]) == pytest.approx(3)
    assert np.expm1(row["basket"]) == pytest.approx(20)
    assert row["basket_fell"] == 1
    assert (row["tickets_30"], row["tickets_90"], row["tickets_open"], row["tickets_severe"]) == (1, 1, 1, 1)
    assert (row["usage"], row["usage_change"], row["usage_fell"]) == (3, -9, 1)
    assert row["usage_ratio"] == pytest.approx(np.log(4 / 13))
    assert row["channel"] == 0  # nobody has left yet
    later = dict(zip(NAMES, known.at(day("2024-06-01"), np.array([1]))[0].tolist(), strict=True))
    # By June ann has left in four months of her channel and nobody in ben's, who has none.
    assert later["channel"] == pytest.approx(0.0)
    assert later["usage_known"] == 0
    assert len({feature.name for feature in FEATURES}) == len(row)


def drawn(seed: int) -> Facts:
    """Sixty customers to whom anything happens at any time within two years."""
    rng = np.random.default_rng(seed)
    people = 60
    joined = day("2023-01-01") + 700 * rng.random(people)

    def events(count: int, until: bool = False) -> Events:
        who = rng.integers(0, people, count)
        at = joined[who] + 600 * rng.random(count)
        return Events.of(who, at, rng.integers(0, 10, count), at + 20 * rng.random(count) if until else None)

    orders = events(400)
    referee = np.flatnonzero((rng.random(people) < 0.5) & (joined > np.median(joined)))
    usage_who = rng.integers(0, people, 300)
    usage_at = first_day(636 + rng.integers(0, 30, 300))
    return Facts(
        until=day("2025-01-31"),
        ids=np.arange(people).astype(str).astype(object),
        joined=joined,
        lost=np.where(rng.random(people) < 0.5, joined + 500 * rng.random(people), np.nan),
        origin={name: rng.integers(-1, 4, people) for name in ("country", "channel", "affiliate")},
        orders=orders,
        tickets=events(200, until=True),
        nps=events(80),
        csat=events(80),
        usage=Events.of(usage_who, usage_at, rng.integers(0, 20, 300)),
        invitations=events(80),
        referrer=rng.permutation(np.argsort(joined)[: people // 2])[: len(referee)],
        referee=referee[: people // 2],
        credit=np.ones(min(len(referee), people // 2)),
        brought_at=joined[referee[: people // 2]],
    )


def changed_after(facts: Facts, cut: float, seed: int) -> Facts:
    """Whatever was to come after a moment came otherwise."""
    rng = np.random.default_rng(seed)

    def other(events: Events, include: bool = False) -> Events:
        before = events.at <= cut if include else events.at < cut
        count = int(rng.integers(0, 120))
        at = np.nextafter(cut, np.inf) + 300 * rng.random(count)
        until = np.where(events.until >= cut, cut + 50 * rng.random(len(events)), events.until)
        return Events.of(
            [*events.who[before], *rng.integers(0, len(facts), count)],
            [*events.at[before], *at],
            [*events.value[before], *rng.integers(0, 50, count)],
            [*until[before], *(at + 5)],
        )

    later = np.where(rng.random(len(facts)) < 0.5, cut + 200 * rng.random(len(facts)), np.nan)
    known = facts.joined[facts.referee] < cut
    return replace(
        facts,
        until=facts.until + float(rng.integers(0, 100)),
        joined=np.where(facts.joined >= cut, cut + 100 * rng.random(len(facts)), facts.joined),
        lost=np.where(facts.lost < cut, facts.lost, later),
        orders=other(facts.orders), tickets=other(facts.tickets), nps=other(facts.nps), csat=other(facts.csat),
        usage=other(facts.usage, include=True), invitations=other(facts.invitations),
        referrer=facts.referrer[known], referee=facts.referee[known], credit=facts.credit[known],
        brought_at=facts.brought_at[known],
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["recorded", "inactive"]), st.integers(5, 22))
def test_nothing_comes_from_the_future(seed: int, rule: str, months: int) -> None:
    """Whatever comes after a moment changes nobody who is there at it, and none of their features."""
    facts = drawn(seed)
    cut = float(first_day(636 + months))
    what = Leaving(rule, 3.0, 30.0)  # type: ignore[arg-type]
    found = []
    for one in (facts, changed_after(facts, cut, seed)):
        there = spells(one, what)
        who = np.sort(there.who[there.there(cut)])
        found.append((who, Known(one, what, months_at_risk(one, there)).at(cut, who)))
    assert found[0][0].tolist() == found[1][0].tolist()
    np.testing.assert_array_equal(found[0][1], found[1][1])
    assert np.isfinite(found[0][1]).all()
