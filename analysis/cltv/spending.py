"""Gamma-Gamma: how much a customer spends at a purchase.

What a customer spends scatters around a mean of their own (gamma, shape p), and the means differ between customers
(inverse gamma: q, v): who has spent much, once, is expected to spend less the next time, towards the mean of all.
P. Fader, B. Hardie: The Gamma-Gamma Model of Monetary Value (2013). It takes spending to be independent of how often
somebody buys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from refnet.analysis.cltv.purchases import Array, most_likely


@dataclass(frozen=True)
class Spending:
    """A fitted model; v in the currency of the amounts.

    Attributes:
        p: shape of a customer's spending around their mean.
        q, v: shape and scale of the means over customers.
    """

    p: float
    q: float
    v: float

    def expected(self, x: Array, mean: Array) -> Array:
        """Amount of a purchase to come, shape (n,): equation 5; without a past one (x 0) the mean of all.

        Args:
            x: how many purchases the mean is of.
            mean: their mean amount; not looked at where x is 0.
        """
        known = np.where(x > 0, mean, 0.0)
        return np.asarray(self.p * (self.v + x * known) / (self.p * x + self.q - 1), dtype=np.float64)


def log_likelihood(model: Spending, x: Array, mean: Array) -> Array:
    """Of each customer's mean amount over x ≥ 1 purchases, shape (n,): equation 1a."""
    p, q, v = model.p, model.q, model.v
    return np.asarray(
        special.gammaln(p * x + q)
        - special.gammaln(p * x)
        - special.gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(mean)
        + p * x * np.log(x)
        - (p * x + q) * np.log(v + x * mean),
        dtype=np.float64,
    )


def fit(x: Array, mean: Array) -> Spending | None:
    """The most likely parameters; None where the search does not settle, or settles where there is no mean (q ≤ 1).

    Args:
        x: purchases that the mean is of, at least 1, shape (n,).
        mean: their mean amount, above 0.
    """
    unit = float(mean.mean())

    def loss(logs: Array) -> float:
        return float(-log_likelihood(Spending(*np.exp(logs)), x, mean / unit).mean())

    found = most_likely(loss, np.log([2.0, 3.0, 1.0]))
    if found is None or found[1] <= 1e-3:
        return None
    p, q, v = np.exp(found).tolist()
    return Spending(p, q, v * unit)
