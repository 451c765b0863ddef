"""The model of who refers, as numbers: scores without scikit-learn, is kept as JSON that runs nothing when read."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.interpolate import BSpline

from refnet.analysis.success.record import Floats
from refnet.core.errors import InputError, NotFound

KIND, FORMAT = "refnet propensity model", 1
_AGAIN = "Name another file, and it is made anew."


def numbers_of(pipeline: Any, slope: float, shift: float) -> dict[str, Any]:
    """A fitted pipeline (a spline, numbers, words; logistic) and the line that calibrates it, as numbers and words."""
    parts = {name: (fitted, columns) for name, fitted, columns in pipeline[0].transformers_}
    (bend, even), (smooth,) = parts["since"]
    spline = bend.bsplines_[0]
    scaler, numbers = parts["numbers"]
    encoder, words = parts["words"]
    weight = pipeline[-1].coef_[0]
    sizes = [len(even.mean_), len(numbers), *(len(one) for one in encoder.categories_)]
    first, second, *others = np.split(weight, np.cumsum(sizes)[:-1])
    return {
        "spline": {
            "of": smooth,
            "knots": spline.t.tolist(),
            "degree": int(spline.k),
            "mean": even.mean_.tolist(),
            "scale": even.scale_.tolist(),
            "weight": first.tolist(),
        },
        "numbers": {
            name: {"mean": float(mean), "scale": float(scale), "weight": float(one)}
            for name, mean, scale, one in zip(numbers, scaler.mean_, scaler.scale_, second, strict=True)
        },
        "words": {
            name: dict(zip(map(str, levels), map(float, part), strict=True))
            for name, levels, part in zip(words, encoder.categories_, others, strict=True)
        },
        "intercept": float(pipeline[-1].intercept_[0]),
        "slope": float(slope),
        "shift": float(shift),
    }


def predicted(numbers: Mapping[str, Any], features: pd.DataFrame) -> Floats:
    """Probabilities, shape (m,), of m rows of features; a word that was not met adds nothing.

    Raises:
        InputError: the features lack one that the model goes by.
    """
    for name in (numbers["spline"]["of"], *numbers["numbers"], *numbers["words"]):
        if name not in features:
            raise InputError(f"the model goes by {name}, which this graph has not", hint=_AGAIN)
    spline = numbers["spline"]
    knots, degree = np.asarray(spline["knots"]), int(spline["degree"])
    x = features[spline["of"]].to_numpy(dtype=np.float64).clip(knots[degree], knots[-degree - 1])
    basis = BSpline.design_matrix(x, knots, degree).toarray()
    odds = (basis - np.asarray(spline["mean"])) / np.asarray(spline["scale"]) @ np.asarray(spline["weight"])
    for name, one in numbers["numbers"].items():
        odds += (features[name].to_numpy(dtype=np.float64) - one["mean"]) / one["scale"] * one["weight"]
    for name, weights in numbers["words"].items():
        places = pd.Index(list(weights)).get_indexer(features[name])
        odds += np.append(list(weights.values()), 0.0)[places]
    odds += numbers["intercept"]
    return np.asarray(1 / (1 + np.exp(-(numbers["slope"] * odds + numbers["shift"]))))


def save(card: Mapping[str, Any], numbers: Mapping[str, Any], file: Path) -> None:
    """Write a model with its card: what it was made from, by which version, and what it was worth; whole or not at all.

    Raises:
        InputError: it cannot be written there.
    """
    told = {
        "kind": KIND,
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **card,
        "model": numbers,
    }
    partly = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partly.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        partly.replace(file)
    except OSError as error:
        raise InputError(
            f"the model cannot be written: {(error.strerror or str(error)).lower()}", file=file, hint=_AGAIN
        ) from None


def load(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """A model's card, and its numbers.

    Raises:
        NotFound: there is no such file.
        InputError: it is no model of who refers, is damaged, or of another format.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("kind") != KIND or found.get("format") != FORMAT:
            raise InputError("is no model of who refers that this refnet reads", file=file, hint=_AGAIN)
        numbers = found.pop("model")
        predicted(numbers, _nothing(numbers))
        if not all(map(math.isfinite, (numbers["intercept"], numbers["slope"], numbers["shift"]))):
            raise ValueError
        card = {name: value for name, value in found.items() if name not in ("kind", "format")}
        card["reading"], card["scores"], card["windows"]
    except FileNotFoundError:
        raise NotFound(f"There is no model at {file}.", "It is made where there is none.") from None
    except OSError as error:
        raise InputError(f"the model cannot be read: {error.strerror}", file=file, hint=_AGAIN) from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise InputError("the model is damaged", file=file, hint=_AGAIN) from None
    return card, numbers


def _nothing(numbers: Mapping[str, Any]) -> pd.DataFrame:
    """One row of no customer, to try a model with."""
    row = {numbers["spline"]["of"]: 0.0, **dict.fromkeys(numbers["numbers"], 0.0)}
    return pd.DataFrame([{**row, **dict.fromkeys(numbers["words"], "")}])
