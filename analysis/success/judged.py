"""How good probabilities were: area under the curve, Brier score, log loss, with intervals by bootstrap over trees."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.analysis.success.record import Flags, Floats

DRAWS = 400
_SEED = 20_251_123


def judged(came: Flags, model: Floats, rule: Floats, tree: npt.ArrayLike) -> dict[str, Any]:
    """A model's probabilities and a rule's, judged by what came.

    Args:
        came: shape (n,).
        model, rule: shape (n,), probabilities of it.
        tree: shape (n,), integers: whole trees are drawn again (percentiles of DRAWS draws, the same each time).

    Returns:
        model, rule and difference (model − rule), each {auc, brier, log_loss}: [value, [low, high]], 95 %.
    """
    place = np.unique(np.asarray(tree), return_inverse=True)[1]
    trees = int(place.max(initial=-1)) + 1
    rng = np.random.default_rng(_SEED)
    judges = [_Judge(came, each) for each in (model, rule)]
    plain = np.array([judge(np.ones(len(came))) for judge in judges])
    drawn = np.empty((DRAWS, 2, 3))
    for turn in range(DRAWS):
        weight = np.bincount(rng.integers(0, trees, trees), minlength=trees)[place].astype(np.float64)
        drawn[turn] = [judge(weight) for judge in judges]
    values = [plain[0], plain[1], plain[0] - plain[1]]
    draws = [drawn[:, 0], drawn[:, 1], drawn[:, 0] - drawn[:, 1]]
    return {
        name: {
            score: [float(value[n]), np.nanpercentile(draw[:, n], [2.5, 97.5]).tolist()]
            for n, score in enumerate(("auc", "brier", "log_loss"))
        }
        for name, value, draw in zip(("model", "rule", "difference"), values, draws, strict=True)
    }


class _Judge:
    """Scores of one set of probabilities under any weights."""

    def __init__(self, came: Flags, probability: Floats) -> None:
        p = np.clip(probability, 1e-9, 1 - 1e-9)
        self._came = came.astype(np.float64)
        self._order = np.argsort(p, kind="stable")
        level = np.diff(p[self._order], prepend=-1.0) > 0
        self._group = np.cumsum(level) - 1
        self._brier = (p - self._came) ** 2
        self._loss = -np.where(came, np.log(p), np.log1p(-p))

    def __call__(self, weight: Floats) -> tuple[float, float, float]:
        total = weight.sum()
        yes = (weight * self._came)[self._order]
        no = weight[self._order] - yes
        ups, downs = np.bincount(self._group, weights=yes), np.bincount(self._group, weights=no)
        below = np.cumsum(downs) - downs / 2  # ties count half
        pairs = yes.sum() * no.sum()
        auc = float((ups * below).sum() / pairs) if pairs > 0 else np.nan
        return auc, float(weight @ self._brier / total), float(weight @ self._loss / total)
