"""Leaving after one's referrer has left: by hand, beside statsmodels, and over twenty seeds of two brands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from refnet.analysis.influence.network import Network
from refnet.analysis.success.association import association, rate_ratio
from refnet.analysis.success.churn.facts import Facts
from refnet.analysis.success.churn.leaving import Leaving, months_at_risk, spells
from refnet.core.progress import Quiet
from refnet.examples.friends import tie
from refnet.examples.partners import draw_affiliates
from refnet.examples.people import NEVER as STAYS
from refnet.examples.people import draw_people
from refnet.examples.rings import draw_rings
from refnet.examples.software import GONE, NEVER, draw_teams

RECORDED = Leaving("recorded", 3.0, None)
START, STOP = 19_358.0, 20_454.0  # 2023-01-01, 2026-01-01
SEEDS, CUSTOMERS = 20, 20_000


def facts(joined: np.ndarray, lost: np.ndarray, brought_by: np.ndarray, until: float = STOP - 0.01) -> Facts:
    referee = np.flatnonzero(brought_by >= 0)
    return Facts(
        until=until,
        ids=np.arange(len(joined)).astype(str).astype(object),
        joined=joined,
        lost=lost,
        referrer=brought_by[referee].astype(np.int64),
        referee=referee,
        credit=np.ones(len(referee)),
        brought_at=joined[referee],
    )


def measured(
    given: Facts, tree: np.ndarray, since: float = -np.inf, until: float = np.inf
) -> dict[str, object]:
    there = spells(given, RECORDED)
    months = months_at_risk(given, there)
    some = (months.starts[months.month] >= since) & (months.starts[months.month] < until)
    part = type(months)(months.starts, months.month[some], months.who[some], months.left[some])
    return association(given, there, part, tree)


def test_one_stratum_by_hand() -> None:
    """60 of 100 after, 100 of 400 before: 0.6 / 0.25 = 2.4; each month its own tree: the interval is of two shares."""
    exposed = np.repeat([True, False], [100, 400])
    event = np.concatenate([np.arange(100) < 60, np.arange(400) < 100])
    found = rate_ratio(exposed, event, np.zeros(500, dtype=np.int64), np.arange(500))
    assert found["value"] == pytest.approx(2.4)
    assert found["left"] == {"gone": 60, "there": 100}
    # Katz: variance of the log is 1/60 − 1/100 + 1/100 − 1/400.
    spread = np.log(found["interval"][1] / 2.4)
    assert spread == pytest.approx(1.9647 * np.sqrt(1 / 60 - 1 / 100 + 1 / 100 - 1 / 400), rel=0.01)


def test_who_counts_and_when_by_hand() -> None:
    """a brought b and c, who joined in January; a left in April; b left in June, c is there in July.

    b and c are at risk in February, March and April before (a began April as active), in May and June after.
    """
    day = np.array(
        [np.datetime64(d, "D").astype(int) for d in ("2024-01-02", "2024-01-10", "2024-01-20")], dtype=float
    )
    lost = np.array(
        [np.datetime64(d, "D").astype(int) if d else np.nan for d in ("2024-04-10", "2024-06-05", "")]
    )
    given = facts(
        day, lost, np.array([-1, 0, 0]), until=float(np.datetime64("2024-06-30", "D").astype(int)) + 0.5
    )
    there = spells(given, RECORDED)
    months = months_at_risk(given, there)
    assert np.bincount(months.who).tolist() == [3, 5, 5]
    found = association(given, there, months, np.zeros(3, dtype=np.int64))
    # No month of one cohort has both somebody whose referrer is there and somebody whose is gone.
    assert (found["value"], found["strata"]) == (None, 0)
    assert found["reading"].startswith("too little data")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_the_ratio_is_that_of_statsmodels(seed: int, strata: int) -> None:
    rng = np.random.default_rng(seed)
    rows = 400
    exposed, stratum = rng.random(rows) < 0.4, rng.integers(0, strata, rows)
    event = rng.random(rows) < 0.2 + 0.2 * exposed
    tables = []
    for number in range(strata):
        ours = stratum == number
        table = [
            [int((ours & (exposed == e) & (event == y)).sum()) for y in (True, False)] for e in (True, False)
        ]
        if min(sum(row) for row in table) > 0:
            tables.append(np.array(table))
    found = rate_ratio(exposed, event, stratum.astype(np.int64), np.arange(rows))
    if not tables or not sum(table[1, 0] for table in tables):
        return
    assert found["value"] == pytest.approx(StratifiedTable(tables).riskratio_pooled, rel=1e-9)


def test_people_of_one_tree_alike_make_it_less_sure() -> None:
    rng = np.random.default_rng(3)
    tree = np.repeat(np.arange(100), 20)
    event = (rng.random(100) < 0.3)[tree]
    exposed = (rng.random(100) < 0.5)[tree]
    stratum = np.zeros(2000, dtype=np.int64)
    alike, alone = (rate_ratio(exposed, event, stratum, c)["interval"] for c in (tree, np.arange(2000)))
    assert np.log(alike[1] / alike[0]) > 3 * np.log(alone[1] / alone[0])


@pytest.mark.slow
def test_intervals_hold_the_truth_of_both_brands_over_twenty_seeds() -> None:
    """No relation in the first brand, GONE times in the second: over all months, and either part of them; 90 to 99 % of
    the 95 % intervals, pooled.
    """
    held = []
    for seed in range(300, 300 + SEEDS):
        teams = draw_teams(CUSTOMERS, seed)
        days = START + teams.joined / 1440
        lost = np.where(teams.left < NEVER, START + teams.left / 1440, np.nan)
        second = facts(days, lost, teams.brought_by)
        affiliates = draw_affiliates(seed)
        with Quiet().stage("people") as progress:
            people = draw_people(CUSTOMERS, seed, affiliates, progress)
            bonds = tie(people, affiliates, draw_rings(people, seed), seed, progress)
        days = START + people.joined / 1440
        lost = np.where(people.left != STAYS, START + people.left / 1440, np.nan)
        first = facts(days, lost, bonds.brought_by)
        for brand, truth in ((first, 1.0), (second, GONE)):
            network = Network(brand.referrer, brand.referee, nodes=CUSTOMERS)
            middle = START + 2.2 * 365
            for since, until in ((-np.inf, np.inf), (-np.inf, middle), (middle, np.inf)):
                found = measured(brand, network.tree_of(), since, until)
                low, high = found["interval"]  # type: ignore[misc]
                held.append(low <= truth <= high)
    assert len(held) == 2 * 3 * SEEDS
    assert 0.90 <= np.mean(held) <= 0.99
