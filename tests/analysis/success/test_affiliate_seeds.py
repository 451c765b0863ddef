"""Twenty seeds of the example brand, on arrays: who brings churners and who the loyal is found, intervals hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refnet.analysis.success.affiliates.estimates import of_means
from refnet.analysis.success.affiliates.figures import scorecards
from refnet.analysis.success.affiliates.replay import what_if
from refnet.analysis.success.affiliates.structure import structure_of
from refnet.examples.partners import CHURNERS, COUNT, LOYAL, affiliate_name
from refnet.examples.planted import DAY, MONTHLY_CHURN, STOP
from tests.analysis.success.made import FIRST, MONTH, Brand, brand

SEEDS = 20
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


def planted_churn(joined: np.ndarray, factor: float) -> tuple[float, float]:
    """Expected events and customer-months of who joined then, at a rate that varies among them (log-normal, 0.3)."""
    rate = MONTHLY_CHURN * factor * np.exp(0.3 * _NODES)
    months = (FIRST + STOP / DAY - joined)[:, None] / MONTH
    weights = _WEIGHTS / _WEIGHTS.sum()
    gone = 1 - np.exp(-rate * months)
    return float((gone @ weights).sum()), float(((gone / rate) @ weights).sum())


def planted_ratio(made: Brand, number: int) -> tuple[float, float]:
    """An affiliate's planted churn, and its ratio to that of organic customers of the same months."""
    facts = made.facts
    mine = facts.joined[facts.customer[facts.affiliate == number]]
    events, months = planted_churn(mine, made.affiliates.churn[number])
    calm, calm_months = planted_churn(mine, 1.0)
    return events / months, (events / months) / (calm / calm_months)


@pytest.fixture(scope="module")
def runs() -> list[tuple[Brand, dict[str, Any]]]:
    made = [brand(seed) for seed in range(100, 100 + SEEDS)]
    return [(one, scorecards(one.facts, curves=False)) for one in made]


def test_planted_affiliates_are_found(runs: list[tuple[Brand, dict[str, Any]]]) -> None:
    """Of 180 planted ones nine in ten; of the others at most as many as the false-discovery rate lets pass."""
    bad, good = ({affiliate_name(number) for number in group} for group in (CHURNERS, LOYAL))
    hits = wrong = told = 0
    for _, found in runs:
        for one in found["affiliates"]:
            who, reading = one["affiliate_id"], one["reading"]
            clear = reading.startswith(("leave", "stay"))
            told += clear
            right = (who in bad and reading.startswith("leave")) or (who in good and reading == "stay longer")
            hits += right
            wrong += clear and not right
    assert hits >= 0.9 * SEEDS * (len(bad) + len(good))
    assert wrong <= 0.05 * told + 2 * np.sqrt(0.05 * told)


def test_who_brings_churners_is_asked_for_more(runs: list[tuple[Brand, dict[str, Any]]]) -> None:
    """Their verdict is by what they are paid for what their customers are worth, and never milder for churn."""
    verdicts: dict[str, list[str]] = {"bad": [], "good": []}
    for _, found in runs:
        for one in found["affiliates"]:
            judged = one["verdict"]
            if one["reading"].startswith("leave"):
                assert judged["asked"] >= found["declared"]["target"]
            for kind, group in (("bad", CHURNERS), ("good", LOYAL)):
                if one["affiliate_id"] in {affiliate_name(number) for number in group}:
                    verdicts[kind].append(judged["verdict"])
    kept = {kind: np.mean([one == "keep" for one in told]) for kind, told in verdicts.items()}
    assert kept["good"] > 0.9
    assert kept["bad"] < kept["good"] - 0.3


def test_intervals_of_churn_hold_what_was_planted(runs: list[tuple[Brand, dict[str, Any]]]) -> None:
    held = []
    for made, found in runs:
        for one in found["affiliates"]:
            if one["customers"] < 30:
                continue
            number = int(one["affiliate_id"][2:]) - 1
            for truth, figure in zip(
                planted_ratio(made, number), (one["monthly_churn"], one["churn_ratio"]), strict=True
            ):
                low, high = figure["interval"]
                held.append(low <= truth <= high)
    assert len(held) > 400
    assert 0.90 <= np.mean(held) <= 0.99


def test_the_terms_as_they_are_give_what_was_paid(runs: list[tuple[Brand, dict[str, Any]]]) -> None:
    """Own rates for twelve months, clawed back where an order was given back whole: to the cent, each affiliate."""
    terms = structure_of(
        {"rate": "own", "fixed": "own", "months": 12, "hold_days": 1e4, "claw_back": "whole"}
    )
    for made, found in runs[:5]:
        replayed = what_if(made.facts, terms, currency="EUR")
        assert len(replayed["affiliates"]) == COUNT
        for one in replayed["affiliates"]:
            assert one["what_if"] == pytest.approx(one["paid"], abs=1e-6), one["affiliate_id"]
        assert replayed["all"]["what_if"] == pytest.approx(found["all"]["commission"])
        assert replayed["all"]["verdict"] == found["all"]["verdict"]["verdict"]


def test_intervals_of_sixty_customers_hold_the_mean_of_all(runs: list[tuple[Brand, dict[str, Any]]]) -> None:
    rng = np.random.default_rng(3)
    held = []
    for made, _ in runs:
        facts = made.facts
        organic = np.flatnonzero(facts.organic)
        for values in (facts.revenue, facts.value, facts.cltv, *facts.below):
            for _ in range(10):
                found = of_means(values[rng.choice(organic, 60, replace=False)])["interval"]
                if found is not None:
                    held.append(found[0] <= values[organic].mean() <= found[1])
    assert len(held) > 600
    assert 0.90 <= np.mean(held) <= 0.99
