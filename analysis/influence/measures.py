"""Measures: what a column of the answer may be, of tables in and a table out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias, get_args

from refnet.analysis.influence.asked import checked
from refnet.core.errors import UsageError

Kind: TypeAlias = Literal["influence", "extended", "conserved_credit", "downline", "longest_chain"]


class Measure(NamedTuple):
    """One column of the answer: influence over `hops` with `decay`, or what else `kind` says.

    Attributes:
        value: the column of customers that is summed, in currency; None: heads, everyone is worth 1.
        hops: how many hops count; None: all.
        decay: what each further hop's value is multiplied by, in (0, 1].
        weight: a column of probabilities, 0 … 1, that the value is multiplied by; None: 1.
        kind: influence; `extended`: one's own value and influence; or one of the others, which are made by
            `conserved_credit`, `downline` and `longest_chain`.
    """

    value: str | None = "revenue"
    hops: int | None = 6
    decay: float = 0.5
    weight: str | None = None
    kind: Kind = "influence"


def at_risk(value: str | None = "revenue", probability: str = "churn_probability") -> Measure:
    """Downstream at risk: Σ p(u) · value(u) over everyone below, all hops, no decay."""
    return Measure(value, hops=None, decay=1.0, weight=probability)


def ecr_direct(value: str | None = "revenue") -> Measure:
    """Direct revenue: one's own value and that of those one brought."""
    return Measure(value, hops=1, decay=1.0, kind="extended")


def ecr_network(value: str | None = "revenue") -> Measure:
    """Network revenue: one's own value and that of everyone below, all hops, no decay."""
    return Measure(value, hops=None, decay=1.0, kind="extended")


def conserved_credit(value: str = "revenue", decay: float = 0.5) -> Measure:
    """Conserved credit: everybody's value shared out among those above them, to the minor unit; ties go by id."""
    return Measure(value, hops=None, decay=decay, kind="conserved_credit")


def downline() -> Measure:
    """Distinct people below, int64; heads (`Measure(None, None, 1)`) count one by each path and its credits."""
    return Measure(None, hops=None, decay=1.0, kind="downline")


def longest_chain() -> Measure:
    """Hops to the furthest below, int64."""
    return Measure(None, hops=None, decay=1.0, kind="longest_chain")


def by_name(measures: Mapping[str, Measure] | None) -> dict[str, Measure]:
    """Measures by name, with hops and decay as numbers.

    Raises:
        UsageError: one of them is none, or asks for what there is not.
    """
    if measures is None:
        return {"influence": Measure()}
    named = isinstance(measures, Mapping) and all(isinstance(name, str) for name in measures)
    if not named or not measures or "customer_id" in measures:
        raise UsageError(
            "Measures need a name each, other than customer_id.", 'Such as {"influence": refnet.Measure()}.'
        )
    asked = {}
    for name, measure in measures.items():
        if not isinstance(measure, Measure):
            raise UsageError(f"{name} is {measure!r}, no measure.", "Give a refnet.Measure for each name.")
        for column in (measure.value, measure.weight):
            if not isinstance(column, str) and column is not None:
                raise UsageError(f"{name} is of {column!r}, which is no column's name.")
        if measure.kind not in get_args(Kind):
            raise UsageError(f"{name} is of kind {measure.kind!r}, not one of {', '.join(get_args(Kind))}.")
        if measure.weight is not None and measure.kind != "influence":
            raise UsageError(f"{name} has a weight, which influence alone takes.")
        if measure.value is None and measure.kind == "conserved_credit":
            raise UsageError(f"{name} is conserved credit of heads, which are no amounts.", "Name a column.")
        hops, decay = checked(measure.hops, measure.decay)
        asked[name] = measure._replace(hops=hops, decay=decay)
    return asked
