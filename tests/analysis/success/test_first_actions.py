"""First actions: nothing of later days counts, and nobody who was not there or not watched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.success.candidates import candidates
from refnet.analysis.success.first_actions import first_actions
from refnet.analysis.success.health import health, summary
from refnet.analysis.success.landing import landing_pages
from refnet.analysis.success.propensity import propensity
from refnet.analysis.success.successful import successful
from refnet.analysis.success.weights import parsed, template
from tests.analysis.success.few import UNTIL, few


def _orders(name: str, *after: float, joined: float) -> list[dict[str, Any]]:
    return [{"customerId": name, "placed": joined + days, "amount": 10.0, "kind": "new"} for days in after]


def test_actions_counted_by_hand() -> None:
    """Of 300 who were there, 100 order again within 30 days and 60 of those succeed; of 200 who do not, 40."""
    people, orders, success = [], [], []
    for n in range(300):
        again, good = n < 100, (n < 60) or (100 <= n < 140)
        people.append({"customerId": f"p{n}", "joined": 100.0})
        orders += _orders(f"p{n}", 0.0, 29.0 if again else 31.0, joined=100.0)
        success.append(float(good))
    # Left before the thirty days were over, joined too late, not looked at: none of them counts.
    for name, more in (("left", {"lost": 120.0}), ("late", {"joined": 880.0}), ("unknown", {})):
        people.append({"customerId": name, "joined": 100.0} | more)
        orders += _orders(name, 0.0, 1.0, joined=people[-1]["joined"])
        success.append(np.nan if name == "unknown" else 1.0)
    record = few(people, orders=orders)
    found = first_actions(record, np.array(success), np.arange(len(people)), days=30, lookback_days=100)
    assert found["customers"] == 300
    assert found["joined_before"] == str(np.datetime64(int(UNTIL) - 130, "D"))
    (row,) = [one for one in found["rows"] if one["action"] == "a second order"]
    assert (row["customers"], row["of"]) == (100, 300)
    assert row["share"] == pytest.approx(0.6)
    assert row["share_rest"] == pytest.approx(0.2)
    assert row["ratio"] == pytest.approx(3.0)
    assert row["stands_out"]
    assert any(note.startswith("a ticket: too little data") for note in found["notes"])


def test_what_comes_later_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    people = [{"customerId": f"p{n}", "joined": float(rng.uniform(0, 600))} for n in range(400)]
    early = [
        {"customerId": p["customerId"], "placed": p["joined"] + d, "amount": 1.0, "kind": "upsell"}
        for p in people
        for d in rng.uniform(0, 40, rng.integers(0, 3))
    ]
    late = [
        {"customerId": p["customerId"], "placed": p["joined"] + 60.0, "amount": 1.0, "kind": "upsell"}
        for p in people
    ]
    success = (rng.random(400) < 0.3).astype(float)
    both = [
        first_actions(few(people, orders=orders), success, np.arange(400), days=60, lookback_days=90)
        for orders in (early, early + late)
    ]
    assert both[0]["rows"] == both[1]["rows"]
    assert both[0]["rows"]


def test_nobody_is_no_accident() -> None:
    """A graph of none, of one, and of some of whom nothing is known: every part has an answer."""
    for people in ([], [{"customerId": "ann"}], [{"customerId": str(n)} for n in range(120)]):
        record = few(people, until=-np.inf)
        scored = health(record, parsed(template(), "health.toml"))
        attributes, tree = pd.DataFrame(index=range(len(people))), np.arange(len(people))
        assert summary(record, scored)["scored"] == 0
        for by in ("score", "label", "value"):
            found = successful(record, scored, attributes, tree, by=by)
            assert found["customers"] == 0
            assert found["reading"].startswith("Nobody can be looked at")
        assert landing_pages(record)["cells"] == []
        assert candidates(record, scored)["candidates"] == []
        assert propensity(record, attributes, tree)[1]["scores"] is None
