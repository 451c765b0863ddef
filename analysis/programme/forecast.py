"""The snowball: how many the customers of today will bring, these in turn, and so on; tried on a year that is held out.

A branching process of two kinds of customers: those whom somebody brought bring more. How often a customer of some
age brings one is the number of referrals at that age over the days that customers were of it, in the recent past; so
nobody has to have been watched to the end. K and the cycle time are its sum over ages, and the age by which half of
that is reached. Who will come by themselves later, and whom those will bring, is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from scipy.stats import norm

from refnet.analysis.programme.estimates import FEWEST
from refnet.analysis.programme.facts import Facts, Flags, Floats, Ints

HORIZON_DAYS = 365
FIT_DAYS = 365
REPEATS = 400
_MOST_GENERATIONS = 12
_AGES = np.array([0, 7, 14, 30, 45, 60, 90, 120, 180, 270, 365, 545, 100_000], dtype=np.float64)
_SEED = 7
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class _Past:
    """What was seen from one day to another, by tree (rows) and age (columns), of either kind.

    Attributes:
        brought, days: shape (2, trees, ages): referrals made, and days that customers were of that age.
        there: shape (2, oldest + 1): how many customers are of an age in whole days, at the end.
    """

    brought: Floats
    days: Floats
    there: Floats


def forecast(
    facts: Facts, *, launch: float | None = None, horizon: int = HORIZON_DAYS, repeats: int = REPEATS
) -> dict[str, Any]:
    """Whom today's customers will bring within a horizon, by generation, and how such a forecast did on the last one.

    Args:
        facts: of the programme.
        launch: days since 1970; rates are those since then, if it lies in the last FIT_DAYS; None: of the last
            FIT_DAYS.
        horizon: days.
        repeats: of the bootstrap.

    Returns:
        from, to, fit_from (days); k {not_referred, referred}: brought within the horizon of joining, cycle_days: by
        when half of those are brought; generations [{generation, customers, interval}], total, curve [{day, customers,
        interval}]; intervals by bootstrap over trees, and the chance of the years to come; backtest, the same made at
        the end less the horizon with what was known then, beside what came (None: there are not two horizons of data);
        reading. Values are None with too little data.
    """
    end = float(np.floor(facts.until)) + 1 if np.isfinite(facts.until) else 0.0
    made = _ahead(facts, end, launch, horizon, repeats)
    return {**made, "backtest": _backtest(facts, end, launch, horizon, repeats), "reading": _reading(made)}


def _backtest(
    facts: Facts, end: float, launch: float | None, horizon: int, repeats: int
) -> dict[str, Any] | None:
    known = facts.joined[np.isfinite(facts.joined)]
    if not known.size or end - float(known.min()) < 2 * horizon:
        return None
    made = _ahead(facts, end - horizon, launch, horizon, repeats)
    if made["total"]["value"] is None:
        return None
    came = came_by_generation(facts, end - horizon, end)
    low, high = made["total"]["interval"]
    actual = int(came.sum())
    inside = bool(low <= actual <= high)
    return {
        "from": made["from"],
        "to": made["to"],
        "fit_from": made["fit_from"],
        "total": made["total"],
        "actual": actual,
        "inside": inside,
        "generations": [
            {**one, "actual": int(came[one["generation"]]) if one["generation"] < len(came) else 0}
            for one in made["generations"]
        ],
        "reading": (
            f"Tried from {made['from']} on with what was known then: {made['total']['value']:,.0f} were foreseen "
            f"(95 % interval {low:,.0f} to {high:,.0f}), {actual:,} came: "
            f"{'inside' if inside else 'outside'} the interval."
        ),
    }


def came_by_generation(facts: Facts, since: float, until: float) -> Ints:
    """Of those who joined between two days, how many are 1, 2, … steps below who was there before (place 0: none)."""
    parent = _main_referrer(facts)
    with np.errstate(invalid="ignore"):
        new = np.flatnonzero((facts.joined >= since) & (facts.joined < until) & (parent >= 0))
    step = np.zeros(len(facts), dtype=np.int64)
    for child in new[np.argsort(facts.joined[new], kind="stable")]:
        above = parent[child]
        if facts.joined[above] < since:
            step[child] = 1
        elif step[above]:
            step[child] = step[above] + 1
    counts: Ints = np.bincount(step[step > 0]).astype(np.int64)
    return counts


def _ahead(facts: Facts, end: float, launch: float | None, horizon: int, repeats: int) -> dict[str, Any]:
    fit_from = end - FIT_DAYS
    if launch is not None and fit_from < launch < end:
        fit_from = launch
    past = _past(facts, fit_from, end)
    seen = int(past.brought.sum())
    trees = int(np.count_nonzero(past.brought.sum(axis=(0, 2)) > 0)) if seen else 0
    nothing = {"value": None, "interval": None}
    result: dict[str, Any] = {
        "from": _day(end),
        "to": _day(end + horizon),
        "fit_from": _day(fit_from),
        "horizon_days": horizon,
        "referrals": seen,
        "trees": trees,
        "k": {"not_referred": nothing, "referred": nothing},
        "cycle_days": nothing,
        "generations": [],
        "total": nothing,
        "curve": [],
    }
    if trees < FEWEST:
        return result
    rng = np.random.default_rng(_SEED)
    sums = past.brought.sum(axis=1), past.days.sum(axis=1)
    middle = _run(past, _rates(*sums), horizon)
    spread = _dispersion(past, _rates(*sums))
    drawn = []
    for _ in range(repeats):
        weight = np.asarray(rng.poisson(1.0, past.brought.shape[1]), dtype=np.float64)
        rates = _rates(
            np.einsum("t,kta->ka", weight, past.brought), np.einsum("t,kta->ka", weight, past.days)
        )
        drawn.append(_by_chance(_run(past, rates, horizon), spread, rng))

    def between(values: list[float]) -> list[float]:
        return [float(end) for end in np.quantile(values, [0.025, 0.975])]

    def told(get: Any) -> dict[str, Any]:
        return {"value": float(get(middle)), "interval": between([float(get(one)) for one in drawn])}

    def rated(get: Any) -> dict[str, Any]:
        """A rate: what varies it is lopsided, and even on a scale of ratios."""
        value, all_ = float(get(middle)), np.array([float(get(one)) for one in drawn])
        if value <= 0 or (all_ <= 0).any():
            return told(get)
        reach = float(np.exp(_Z * np.log(all_).std(ddof=1)))
        return {"value": value, "interval": [value / reach, value * reach]}

    days = [*range(30, horizon, 30), horizon]
    return result | {
        "k": {"not_referred": rated(lambda run: run["k"][0]), "referred": rated(lambda run: run["k"][1])},
        "cycle_days": rated(lambda run: run["cycle"]),
        "generations": [
            {
                "generation": number + 1,
                "customers": float(middle["heads"][number]),
                "interval": between([float(one["heads"][number]) for one in drawn]),
            }
            for number in range(_MOST_GENERATIONS)
            if middle["heads"][number] >= 0.5
        ],
        "total": told(lambda run: run["heads"].sum()),
        "curve": [
            {
                "day": day,
                "customers": float(middle["curve"][day - 1]),
                "interval": between([float(one["curve"][day - 1]) for one in drawn]),
            }
            for day in days
        ],
    }


def _past(facts: Facts, since: float, until: float) -> _Past:
    """Who brought how many at which age between two days, and how long customers were of each age."""
    with np.errstate(invalid="ignore"):
        there: Flags = facts.joined < until
    tree = np.unique(facts.tree[there], return_inverse=True)[1] if there.any() else np.zeros(0, np.int64)
    trees = int(tree.max(initial=-1)) + 1
    tree_of = np.full(len(facts), -1, dtype=np.int64)
    tree_of[there] = tree
    kind = facts.referred.astype(np.int64)
    ages = len(_AGES) - 1
    first = np.maximum(since - facts.joined[there], 0.0)
    last = until - facts.joined[there]
    days = np.zeros((2, trees, ages))
    for age in range(ages):
        spent = np.clip(np.minimum(last, _AGES[age + 1]) - np.maximum(first, _AGES[age]), 0.0, None)
        np.add.at(days[:, :, age], (kind[there], tree), spent)
    parent = _main_referrer(facts)
    child = np.flatnonzero(parent >= 0)
    with np.errstate(invalid="ignore"):
        age_then = facts.joined[child] - facts.joined[parent[child]]
        child = child[(facts.joined[child] >= since) & (facts.joined[child] < until) & (age_then >= 0)]
    by = parent[child]
    place = np.searchsorted(_AGES, facts.joined[child] - facts.joined[by], side="right") - 1
    brought = np.zeros((2, trees, ages))
    np.add.at(brought, (kind[by], tree_of[by], place), 1.0)
    whole: Ints = np.floor(until - facts.joined[there]).astype(np.int64)
    oldest = int(whole.max(initial=0))
    counted = np.zeros((2, oldest + 1))
    np.add.at(counted, (kind[there], whole), 1.0)
    return _Past(brought, days, counted)


def _rates(brought: Floats, days: Floats) -> Floats:
    """Referrals a day, by kind and age, shape (2, ages)."""
    return np.asarray(np.where(days > 0, brought / np.maximum(days, 1e-9), 0.0))


def _run(past: _Past, rates: Floats, horizon: int) -> dict[str, Any]:
    """Expected heads by generation, how they add up day by day, K of either kind, the cycle."""
    oldest = past.there.shape[1]
    bins = np.searchsorted(_AGES, np.arange(oldest + horizon) + 0.5, side="right") - 1
    daily = rates[:, bins]
    # Day t brings, of customers who are a days old now, those of age a + t.
    wave = np.zeros(horizon)
    for kind in (0, 1):
        wave += np.correlate(daily[kind][: oldest + horizon - 1], past.there[kind], "valid")
    heads, came = np.zeros(_MOST_GENERATIONS), np.zeros(horizon)
    for number in range(_MOST_GENERATIONS):
        heads[number] = wave.sum()
        came += wave
        wave = np.concatenate([[0.0], np.convolve(wave, daily[1][:horizon])[: horizon - 1]])
    grown = np.cumsum(daily[1][:horizon])
    half = int(np.searchsorted(grown, grown[-1] / 2)) + 1 if grown[-1] > 0 else 0
    return {
        "heads": heads,
        "curve": np.cumsum(came),
        "k": [float(daily[kind][:horizon].sum()) for kind in (0, 1)],
        "cycle": float(half),
    }


def _dispersion(past: _Past, rates: Floats) -> float:
    """How much more the numbers of trees vary than chance alone would have them: Pearson's χ² over what is expected."""
    expected = np.einsum("kta,ka->t", past.days, rates)
    found = past.brought.sum(axis=(0, 2))
    return max(float(((found - expected) ** 2).sum() / expected.sum()), 1.0)


def _by_chance(run: dict[str, Any], spread: float, rng: np.random.Generator) -> dict[str, Any]:
    """The same with heads drawn: each generation by chance, the next in proportion to what has come of it."""
    heads, scale = np.zeros(len(run["heads"])), 1.0
    for number, mean in enumerate(run["heads"]):
        expected = mean * scale
        if expected <= 0:
            break
        heads[number] = (
            rng.poisson(expected)
            if spread <= 1 + 1e-9
            else rng.negative_binomial(expected / (spread - 1), 1 / spread)
        )
        scale *= heads[number] / expected
    whole = run["heads"].sum()
    curve = run["curve"] * (heads.sum() / whole if whole > 0 else 1.0)
    return {**run, "heads": heads, "curve": curve}


def _main_referrer(facts: Facts) -> Ints:
    """Who brought each, shape (n,): of several customers the one with most credit; −1: none."""
    own = np.flatnonzero(facts.referrer >= 0)
    order = own[np.argsort(facts.credit[own], kind="stable")]
    parent = np.full(len(facts), -1, dtype=np.int64)
    parent[facts.referee[order]] = facts.referrer[order]
    return parent


def _day(at: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=at)).date().isoformat()


def _reading(made: dict[str, Any]) -> str:
    if made["total"]["value"] is None:
        return (
            f"Too little data: {made['trees']:,} trees in which somebody was brought since {made['fit_from']}, "
            f"{FEWEST} are needed."
        )
    low, high = made["total"]["interval"]
    referred = made["k"]["referred"]
    return (
        f"The customers of today, and whom they bring, will bring {made['total']['value']:,.0f} more until "
        f"{made['to']} (95 % interval {low:,.0f} to {high:,.0f}), if it goes on as since {made['fit_from']}; one who "
        f"was brought brings {referred['value']:.2f} within {made['horizon_days']:,} days, half of them by day "
        f"{made['cycle_days']['value']:,.0f}."
    )
