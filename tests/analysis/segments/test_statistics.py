"""The closed forms of `segments` against the same said plainly, customer by customer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t

from refnet.analysis.segments.adjust import within
from refnet.analysis.segments.cells import Measured, Trees, joined
from refnet.analysis.segments.compare import against_rest, means
from refnet.analysis.segments.exchange import exchanged

Sides = tuple[float, float, float, float, float]


def plainly(values: np.ndarray, inside: np.ndarray, rest: np.ndarray, tree: np.ndarray) -> Sides:
    """(mean inside, mean of the rest, standard error, degrees of freedom, p of so low a difference)."""
    ours, theirs = inside & ~np.isnan(values), rest & ~np.isnan(values)
    mean, other = values[ours].mean(), values[theirs].mean()
    part = np.where(
        ours, (values - mean) / ours.sum(), np.where(theirs, -(values - other) / theirs.sum(), 0.0)
    )
    taken = sorted(set(tree[ours | theirs]))
    squares = sum(part[(tree == one) & (ours | theirs)].sum() ** 2 for one in taken)
    error = np.sqrt(len(taken) / (len(taken) - 1) * squares)
    freedom = min(len(set(tree[ours])), len(set(tree[theirs]))) - 1
    return mean, other, error, freedom, float(t.cdf((mean - other) / error, freedom)) if error else np.nan


@st.composite
def customers(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Values, two attributes, trees: some not known, trees of all sizes."""
    n = draw(st.integers(4, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.lognormal(0, 1, n)
    values[rng.random(n) < draw(st.sampled_from([0, 0.2]))] = np.nan
    one, other = rng.integers(-1 if draw(st.booleans()) else 0, 3, n), rng.integers(0, 2, n)
    return values, one.astype(np.int8), other.astype(np.int8), rng.integers(0, draw(st.integers(2, n)), n)


@settings(deadline=None)  # the first call compiles
@given(customers(), st.booleans(), st.booleans())
def test_every_cell_against_the_rest(
    given: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], compiled: bool, paired: bool
) -> None:
    values, one, other, tree = given
    trees = Trees(tree)
    measured = Measured(values, trees)
    order = trees.order
    code = joined(one, other, 2, 6) if paired else one
    if paired:
        found = against_rest(measured.moments(one[order], 6, other[order], 2, compiled=compiled))
    else:
        found = against_rest(measured.moments(one[order], 3, compiled=compiled))
    known = ~np.isnan(values)
    for cell in range(6 if paired else 3):
        inside, rest = code == cell, (code >= 0) & (code != cell)
        if not (inside & known).any() or not (rest & known).any():
            assert np.isnan(found.error[cell])
            continue
        if len(set(tree[(inside | rest) & known])) < 2:
            assert np.isnan(found.error[cell])
            continue
        mean, outside, error, freedom, p_value = plainly(values, inside, rest, tree)
        assert found.inside[cell] == pytest.approx(mean)
        assert found.outside[cell] == pytest.approx(outside)
        if freedom < 1 or error < 1e-6 * max(abs(mean), abs(outside)):
            assert np.isnan(found.error[cell]) or found.error[cell] < 1e-4
        else:
            assert found.error[cell] == pytest.approx(error, rel=1e-6)
            assert found.freedom[cell] == freedom
            assert found.p_lower[cell] == pytest.approx(p_value, rel=1e-4, abs=1e-9)
            assert found.p_higher[cell] == pytest.approx(1 - p_value, rel=1e-4, abs=1e-9)


@settings(deadline=None)
@given(customers())
def test_compiled_and_numpy_are_one(given: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> None:
    values, one, other, tree = given
    trees = Trees(tree)
    measured = Measured(values, trees)
    rows = np.flatnonzero(one[trees.order] >= 0)
    for part, a, b in (
        (measured, one[trees.order], other[trees.order]),
        (measured.among(rows), one[trees.order][rows], other[trees.order][rows]),
    ):
        ours, theirs = (part.moments(a, 6, b, 2, compiled=which) for which in (True, False))
        for name, held in vars(ours).items():
            np.testing.assert_allclose(held, getattr(theirs, name), rtol=1e-9, atol=1e-9, err_msg=name)


def test_a_mean_by_itself() -> None:
    rng = np.random.default_rng(1)
    values, tree = rng.normal(5, 2, 400), rng.integers(0, 90, 400)
    trees = Trees(tree)
    found = means(Measured(values, trees).moments(np.zeros(400, dtype=np.int8), 1))
    by_tree = [(values[tree == one] - values.mean()).sum() for one in set(tree)]
    groups = len(by_tree)
    assert found.inside[0] == pytest.approx(values.mean())
    assert found.error[0] == pytest.approx(np.sqrt(groups / (groups - 1) * np.sum(np.square(by_tree))) / 400)


def test_within_strata_is_a_regression_with_an_effect_for_each() -> None:
    rng = np.random.default_rng(2)
    n = 900
    stratum, tree = rng.integers(0, 6, n), rng.integers(0, 300, n)
    inside = rng.random(n) < 0.1 + 0.12 * stratum
    values = 3.0 * stratum + 0.4 * inside + rng.normal(size=n)
    trees = Trees(tree)
    order = trees.order
    found = within(Measured(values, trees), inside[order], stratum[order].astype(np.int8), 6)
    design = np.column_stack([inside, stratum[:, None] == np.arange(6)]).astype(float)
    coefficient, *_ = np.linalg.lstsq(design, values, rcond=None)
    bread = np.linalg.inv(design.T @ design)
    score = design * (values - design @ coefficient)[:, None]
    by_tree = np.array([score[tree == one].sum(axis=0) for one in set(tree)])
    groups = len(by_tree)
    covariance = groups / (groups - 1) * bread @ by_tree.T @ by_tree @ bread
    assert found is not None
    assert found.pooled == pytest.approx(coefficient[0])
    assert found.plain == pytest.approx(values[inside].mean() - values[~inside].mean())
    freedom = min(len(set(tree[inside])), len(set(tree[~inside]))) - 1
    assert found.high - found.pooled == pytest.approx(t.ppf(0.975, freedom) * np.sqrt(covariance[0, 0]))
    assert not found.explained


def test_who_is_not_known_takes_no_part_in_strata() -> None:
    rng = np.random.default_rng(3)
    inside, values = rng.random(500) < 0.3, rng.normal(size=500)
    stratum = rng.integers(-1, 3, 500).astype(np.int8)
    values[:40] = np.nan
    tree = rng.integers(0, 200, 500)
    trees, part = Trees(tree), np.flatnonzero((stratum >= 0) & ~np.isnan(values))
    all_of = within(Measured(values, trees), inside[trees.order], stratum[trees.order], 3)
    some = Trees(tree[part])
    known = within(Measured(values[part], some), inside[part][some.order], stratum[part][some.order], 3)
    assert all_of is not None
    assert known is not None
    assert all_of == pytest.approx(known, nan_ok=True)


def test_no_strata_with_both_sides() -> None:
    inside = np.arange(100) < 50
    assert (
        within(Measured(np.arange(100.0), Trees(np.arange(100))), inside, inside.astype(np.int8), 2) is None
    )


def test_exchanged_labels_of_strangers_are_a_permutation_test() -> None:
    """Everybody alone, values near to normal: the p-value is that of a difference of means."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=3000)
    members = np.sort(rng.choice(3000, 200, replace=False))
    values[members] += 0.15
    ((lower, higher),) = exchanged([Measured(values, Trees(np.arange(3000)))], [members])[0]
    spread = values.std() * np.sqrt(200 * (1 - 200 / 3000))
    expected = norm.sf((values[members].sum() - 200 * values.mean()) / spread)
    assert higher == pytest.approx(expected, rel=0.6)
    assert lower == pytest.approx(1 - expected, rel=0.05)


def test_exchanged_labels_of_a_tree_stay_together() -> None:
    """Trees of ten with one value and one label each: as uncertain as a tenth of the customers would be."""
    rng = np.random.default_rng(5)
    tree = np.repeat(np.arange(300), 10)
    values, labelled = np.repeat(rng.normal(size=300), 10), np.repeat(rng.random(300) < 0.1, 10)
    measured = Measured(values, Trees(tree))
    members = np.flatnonzero(labelled)
    shifted = [Measured(values + shift * labelled, Trees(tree)) for shift in (0.0, 0.3)]
    null, planted = (exchanged([one], [members])[0][0][1] for one in shifted)
    heads = labelled[::10]
    z = (values[::10][heads].mean() - values.mean() + 0.3 * 0.9) / (values.std() / np.sqrt(heads.sum()))
    assert planted == pytest.approx(norm.sf(z), rel=1.2)
    assert planted < null
    assert planted > 1e-3, "it would be 1e-7 of strangers"
    assert measured.trees.others == 300


def test_where_nothing_varies_nothing_is_exchanged() -> None:
    assert exchanged([Measured(np.ones(50), Trees(np.arange(50)))], [np.arange(10)]) == [[(1.0, 1.0)]]
