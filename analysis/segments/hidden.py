"""Hidden value: what customers bring above what is expected at their CLTV."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from refnet.analysis.segments.cells import Floats


def hidden_value(cltv: Floats, referral_value: Floats) -> Floats:
    """Referral value less what is expected at one's CLTV, in currency, shape (n,); NaN where either is not known.

    Expected is an isotonic regression over all customers: more for a higher CLTV, never less. O(n log n).
    """
    result = np.full(cltv.size, np.nan)
    known = ~(np.isnan(cltv) | np.isnan(referral_value))
    if not known.any():
        return result
    # Equal CLTV, equal expectation: one point of the regression with as much weight.
    level, place, heads = np.unique(cltv[known], return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=referral_value[known], minlength=level.size) / heads
    expected = isotonic_regression(means, weights=heads.astype(np.float64)).x
    result[known] = referral_value[known] - expected[place]
    return result
