"""Another commission replayed: against a plain loop over orders, and what must hold of any structure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.analysis.success.affiliates.facts import Facts
from refnet.analysis.success.affiliates.replay import what_if
from refnet.analysis.success.affiliates.structure import given_in, structure_of
from refnet.core.errors import InputError, RefnetError, UsageError
from tests.analysis.success.made import MONTH, facts_of

UNTIL, PARTNERS = 20_000.0, 3
CENTS = st.integers(0, 50_000).map(lambda cents: cents / 100)


@st.composite
def histories(draw: Any) -> Facts:
    """A few affiliates, one below another, their customers and orders, some given back."""
    n = draw(st.integers(1, 8))
    orders = []
    for customer in range(n):
        for _ in range(draw(st.integers(0, 4))):
            amount = draw(CENTS)
            back = draw(st.sampled_from([0.0, 0.0, 1.0, 0.5]))
            orders.append(
                (customer, UNTIL - 700 + draw(st.integers(0, 699)) + 0.25, amount, round(back * amount, 2))
            )
    return facts_of(
        joined=[UNTIL - 700] * n,
        brought=[(customer, draw(st.integers(0, PARTNERS - 1))) for customer in range(n)],
        orders=orders,
        partners=PARTNERS,
        parents=[-1, 0, -1],
        rates=[0.1, np.nan, 0.07],
        fixed=[np.nan, 12.0, 3.0],
        until=UNTIL,
    )


STRUCTURES = st.fixed_dictionaries(
    {"rate": st.sampled_from([0.0, 0.05, 0.123, "own"]), "fixed": st.sampled_from([0.0, 4.5, "own"])},
    optional={
        "months": st.sampled_from([0, 3, 12]),
        "cap": st.sampled_from([0, 5, 40]),
        "cap_per": st.sampled_from(["order", "customer", "month"]),
        "hold_days": st.sampled_from([0, 7, 14, 90]),
        "claw_back": st.sampled_from(["part", "whole"]),
        "tiers_by": st.sampled_from(["customers", "sales"]),
        "tiers": st.sampled_from(
            [
                [{"from": 2, "rate": 0.2}],
                [{"from": 0, "rate": 0.1}, {"from": 300, "rate": 0.15, "fixed": 9}],
                [{"from": 1, "fixed": 1}, {"from": 3, "fixed": 2}],
            ]
        ),
        "override": st.sampled_from([0.0, 0.1]),
    },
)


def plainly(facts: Facts, terms: dict[str, Any]) -> tuple[list[float], list[float]]:
    """What each affiliate gets and how much is clawed back, order by order, in cents."""
    by = dict(zip(facts.customer.tolist(), facts.affiliate.tolist(), strict=True))
    customers, sales, capped = [set() for _ in range(PARTNERS)], [0.0] * PARTNERS, {}
    got, clawed = [0] * PARTNERS, [0] * PARTNERS
    for customer, at, amount, back in zip(
        facts.order_customer, facts.order_at, facts.order_amount, facts.order_refund, strict=True
    ):
        affiliate = by[customer]
        first = customer not in customers[affiliate]
        customers[affiliate].add(customer)
        own = {
            "rate": np.nan_to_num(facts.partners.rate)[affiliate],
            "fixed": np.nan_to_num(facts.partners.fixed)[affiliate],
        }
        pays = {name: own[name] if terms[name] == "own" else terms[name] for name in own}
        so_far = (
            len(customers[affiliate])
            if terms.get("tiers_by", "customers") == "customers"
            else sales[affiliate]
        )
        for tier in terms.get("tiers", []):
            if so_far >= tier["from"]:
                reached = tier
                pays |= {name: reached[name] for name in pays if name in reached}
                for name in pays:  # a tier has its own terms, and else the structure's
                    if name not in reached:
                        pays[name] = own[name] if terms[name] == "own" else terms[name]
        sales[affiliate] += amount
        cents = 0
        if first or "months" not in terms or at - facts.joined[customer] < terms["months"] * MONTH:
            cents += round(round(amount * 100) * float(pays["rate"]))
        if first:
            cents += round(pays["fixed"] * 100)
        if terms.get("hold_days", 0) >= 14 and amount > 0:
            part = back / amount
            if terms.get("claw_back", "part") == "whole":
                part = float(part >= 1)
            taken = round(cents * part)
            clawed[affiliate] += taken
            cents -= taken
        if "cap" in terms:
            month = str(np.datetime64(int(at), "D").astype("datetime64[M]"))
            key = {"order": object(), "customer": customer, "month": (affiliate, month)}[
                terms.get("cap_per", "customer")
            ]
            cents = min(cents, terms["cap"] * 100 - capped.get(key, 0))
            capped[key] = capped.get(key, 0) + cents
        got[affiliate] += cents
    for child, parent in enumerate(facts.partners.parent.tolist()):
        if parent >= 0:
            got[parent] += round(plain_own(got, child) * terms.get("override", 0.0))
    return [one / 100 for one in got], [one / 100 for one in clawed]


def plain_own(got: list[int], child: int) -> int:
    """Only one level is above another here, so that what a child has got is its own."""
    return got[child]


@given(histories(), STRUCTURES)
def test_replays_are_what_a_loop_over_orders_gives(facts: Facts, terms: dict[str, Any]) -> None:
    found = what_if(facts, structure_of(terms), currency="EUR")
    by_id = {one["affiliate_id"]: one for one in found["affiliates"]}
    got, clawed = plainly(facts, terms)
    for place, (amount, taken) in enumerate(zip(got, clawed, strict=True)):
        one = by_id[f"a-{place + 1:03}"]
        # A half of a cent may be rounded either way by the two.
        assert one["what_if"] == pytest.approx(amount, abs=0.011 * (1 + one["orders"]))
        assert one["clawed_back"] == pytest.approx(taken, abs=0.011 * (1 + one["orders"]))
    for name in ("what_if", "paid", "earned", "clawed_back", "capped", "held", "override", "orders"):
        assert found["all"][name] == pytest.approx(sum(one[name] for one in found["affiliates"]))
    everyone = found["all"]
    assert everyone["what_if"] == pytest.approx(
        everyone["earned"] - everyone["clawed_back"] - everyone["capped"] + everyone["override"]
    )


@given(histories(), st.sampled_from([0.05, 0.1, 0.25]))
def test_what_changes_nothing(facts: Facts, rate: float) -> None:
    """One tier from nothing on, no hold, one shorter than refunds take, a cap or months beyond all: a percentage."""
    plain = what_if(facts, structure_of({"rate": rate}), currency="EUR")
    assert plain["all"]["clawed_back"] == plain["all"]["held"] == plain["all"]["capped"] == 0.0
    for more in (
        {"tiers": [{"from": 0, "rate": rate}], "tiers_by": "sales"},
        {"hold_days": 0},
        {"cap": 1e9},
        {"cap": 1e9, "cap_per": "month"},
        {"months": 1200},
        {"override": 0},
    ):
        same = what_if(facts, structure_of({"rate": rate, **more}), currency="EUR")
        assert same["affiliates"] == plain["affiliates"], more
    early = what_if(facts, structure_of({"rate": rate, "hold_days": 13}), currency="EUR")
    assert early["all"]["what_if"] == plain["all"]["what_if"]


@given(histories())
def test_a_cap_and_a_hold_take_only_away(facts: Facts) -> None:
    plain = what_if(facts, structure_of({"rate": 0.2}), currency="EUR")
    before = {one["affiliate_id"]: one["what_if"] for one in plain["affiliates"]}
    for more in ({"cap": 5}, {"cap": 5, "cap_per": "order"}, {"hold_days": 30}, {"months": 2}):
        for one in what_if(facts, structure_of({"rate": 0.2, **more}), currency="EUR")["affiliates"]:
            assert one["what_if"] <= before[one["affiliate_id"]] + 1e-9
            if more == {"cap": 5}:
                assert one["what_if"] <= 5 * one["customers"]


def test_a_replay_by_hand() -> None:
    """10 % for two months and 7 for the customer; an order half given back within the hold; the last is still held."""
    facts = facts_of(
        joined=[UNTIL - 100],
        brought=[(0, 0)],
        commissions=[(0, 0, 4.0, "paid"), (0, 0, 9.0, "voided")],
        orders=[
            (0, UNTIL - 100, 100.0, 0.0),
            (0, UNTIL - 80, 50.0, 25.0),
            (0, UNTIL - 30, 1000.0, 0.0),  # beyond two months
        ],
        until=UNTIL,
    )
    terms = structure_of({"name": "two months", "rate": 0.1, "fixed": 7, "months": 2, "hold_days": 90})
    found = what_if(facts, terms, currency="EUR")
    (one,) = found["affiliates"]
    assert (one["paid"], one["earned"], one["clawed_back"], one["what_if"]) == (4.0, 22.0, 2.5, 19.5)
    assert (one["difference"], one["held"], one["orders"]) == (15.5, 2.5, 3)
    assert one["contribution"] == {"value": 100.0 - 19.5, "interval": None}
    assert found["name"] == "two months"
    assert (
        what_if(facts, terms, currency="JPY")["all"]["what_if"] == 20.0
    )  # 10 + 7 + 5 − 2: no halves of a yen


def test_a_credit_that_is_shared_is_paid_by_its_parts() -> None:
    facts = facts_of(
        joined=[UNTIL - 100],
        brought=[(0, 0, 0.25), (0, 1, 0.75)],
        orders=[(0, UNTIL - 50, 100.0, 0.0)],
        partners=2,
        until=UNTIL,
    )
    found = what_if(facts, structure_of({"rate": 0.1}), currency="EUR")
    assert {one["affiliate_id"]: one["what_if"] for one in found["affiliates"]} == {
        "a-001": 2.5,
        "a-002": 7.5,
    }


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({}, "pays nothing"),
        ({"months": 3}, "pays nothing"),
        ({"rate": 10}, "rate is from 0 to 1"),
        ({"rate": "ten"}, "rate is a number or own"),
        ({"rate": True}, "rate is a number"),
        ({"rate": 0.1, "cap": float("nan")}, "cap is a number"),
        ({"rat": 0.1}, "no rat"),
        ({"rate": 0.1, "cap_per": "year"}, "cap_per is order or customer or month"),
        ({"tiers": [{"from": 5, "rate": 0.1}, {"from": 5, "rate": 0.2}]}, "each above"),
        ({"tiers": [{"from": 5}]}, "needs from"),
        ({"tiers": [{"from": 5, "rate": 0.1, "until": 9}]}, "has no until"),
        ({"tiers": {"from": 5}}, "tiers is a list"),
        ({"tiers": [5]}, "is a table"),
        ({"rate": 0.1, "name": ""}, "name is a text"),
    ],
)
def test_a_wrong_structure_is_told(terms: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        structure_of(terms)


def test_a_file_is_read_and_a_wrong_one_named(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text('name = "new"\nrate = 0.1\n\n[[tiers]]\nfrom = 50\nrate = 0.12\n', encoding="utf-8")
    assert structure_of(given_in(path)).tiers[0].at == 50
    for text, says in (
        ("rate = ", "no TOML"),
        ("rate = 2", "from 0 to 1"),
        ("raet = 0.2", "Did you mean rate"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as told:
            given_in(path)
        assert "new.toml" in str(told.value)
        assert says in str(told.value)
    with pytest.raises(RefnetError, match="cannot be read"):
        given_in(tmp_path / "none.toml")
