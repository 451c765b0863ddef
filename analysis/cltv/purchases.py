"""BG/NBD: how often customers buy, and whether they still do.

While a customer is active they buy at random at a rate of their own (gamma distributed over customers: r, alpha), and
after each purchase they may leave for good, with a probability of their own (beta distributed: a, b).
P. Fader, B. Hardie, K. L. Lee: "Counting Your Customers" the Easy Way, Marketing Science 24 (2005).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

Array = npt.NDArray[np.float64]

_BOUND = 12.0
"""Parameters are looked for between e^-12 and e^12: beyond, one of them stands for 'never' or 'all alike'."""


@dataclass(frozen=True)
class Purchases:
    """A fitted model; time in weeks, alpha too.

    Attributes:
        r, alpha: purchase rates are gamma distributed with this shape and rate.
        a, b: probabilities to leave after a purchase are beta distributed with these.
    """

    r: float
    alpha: float
    a: float
    b: float

    def expected(self, x: Array, last: Array, age: Array, weeks: float) -> Array:
        """Purchases in the `weeks` to come, shape (n,), of customers with this history (as for `fit`).

        Equation 10 of the paper, its hypergeometric function after Euler's transformation: as printed it overflows
        for customers who bought some hundred times. Where it still does the integral behind it is summed up.
        """
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        # Where a or a + b is 1 the formula is 0/0, and its limit is what stands beside.
        if abs(a - 1) < 1e-6:
            a = 1 + 1e-6
        if abs(a + b - 1) < 1e-6:
            b += 2e-6
        z = weeks / (alpha + age + weeks)
        power = (1 - z) ** (a - 1)
        rest = special.hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        if_active = (a + b + x - 1) / (a - 1) * (1 - power * rest)
        at_most = (r + x) * weeks / (alpha + age)  # if nobody could leave
        unsound = ~((if_active >= 0) & (if_active <= at_most * (1 + 1e-9)))
        if unsound.any():
            if_active[unsound] = self._summed(x[unsound], age[unsound], weeks)
        return np.asarray(if_active * self.active(x, last, age), dtype=np.float64)

    def _summed(self, x: Array, age: Array, weeks: float) -> Array:
        """Purchases to come of customers who are active: the mean of (1 − (1 + p·τ)^−(r+x)) / p over leaving p."""
        nodes, weights = special.roots_legendre(200)
        leave = special.betaincinv(self.a, (self.b + x)[:, None], (nodes + 1) / 2)
        leave = np.maximum(leave, 1e-300)
        tau = (weeks / (self.alpha + age))[:, None]
        bought = -np.expm1(-(self.r + x)[:, None] * np.log1p(leave * tau)) / leave
        return np.asarray(bought @ weights / 2, dtype=np.float64)

    def active(self, x: Array, last: Array, age: Array) -> Array:
        """Probability that a customer with this history still buys, shape (n,)."""
        odds = np.where(
            x > 0,
            np.log(self.a)
            - np.log(self.b + np.maximum(x, 1) - 1)
            + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + last)),
            -np.inf,
        )
        return np.asarray(special.expit(-odds), dtype=np.float64)


def log_likelihood(model: Purchases, x: Array, last: Array, age: Array) -> Array:
    """Of each customer's history, shape (n,): equation 6 of the paper."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    rates = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    stays = special.betaln(a, b + x) - special.betaln(a, b) - (r + x) * np.log(alpha + age)
    leaves = special.betaln(a + 1, b + np.maximum(x, 1) - 1) - special.betaln(a, b)
    leaves = np.where(x > 0, leaves - (r + x) * np.log(alpha + last), -np.inf)
    return np.asarray(rates + np.logaddexp(stays, leaves), dtype=np.float64)


def fit(x: Array, last: Array, age: Array) -> Purchases | None:
    """The most likely parameters; None where the search for them does not settle.

    Args:
        x: purchases after the first, shape (n,).
        last: weeks from a customer's first purchase to the last; 0 where there was one only.
        age: weeks from the first purchase to the end of what is known.
    """
    histories, heads = np.unique(np.column_stack([x, last, age]), axis=0, return_counts=True)
    x, last, age = histories.T

    def loss(logs: Array) -> float:
        return float(-(heads * log_likelihood(Purchases(*np.exp(logs)), x, last, age)).sum() / heads.sum())

    found = most_likely(loss, np.log([0.5, max(float(age.mean()), 1.0), 1.0, 2.0]))
    return Purchases(*np.exp(found).tolist()) if found is not None else None


def most_likely(loss: Callable[[Array], float], start: Array) -> Array | None:
    """Where the loss is least within the bounds, from a start and once more from what was found there."""
    bounds = [(-_BOUND, _BOUND)] * len(start)
    for _ in range(2):
        done = optimize.minimize(
            loss,
            start,
            method="L-BFGS-B",
            jac="3-point",
            bounds=bounds,
            options={"ftol": 1e-13, "gtol": 1e-8},
        )
        start = done.x
    settled = (
        bool(np.isfinite(done.fun)) and float(np.abs(done.jac[np.abs(done.x) < _BOUND]).max(initial=0)) < 1e-4
    )
    return np.asarray(start, dtype=np.float64) if settled else None
