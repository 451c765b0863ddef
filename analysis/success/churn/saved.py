"""A model on disk: one file of JSON, numbers and words, that runs nothing when it is read.

It holds what the model is, what it was made from and by which code, and what it was worth when tried.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from refnet.analysis.success.churn import features
from refnet.analysis.success.churn.facts import Facts, called
from refnet.analysis.success.churn.leaving import Leaving
from refnet.analysis.success.churn.model import Fitted, Trained
from refnet.core.errors import InputError, NotFound
from refnet.core.settings import Settings

KIND, FORMAT = "refnet churn model", 1
_FILE = "model.json"
_AGAIN = "Make one that fits: refnet churn --train"


@dataclass(frozen=True)
class Saved:
    """A model as it is kept.

    Attributes:
        fitted: its numbers. leaving: what it takes for leaving.
        version: of its numbers: another model has another.
        told: all that is known of it, as JSON has it, its numbers apart.
    """

    fitted: Fitted
    leaving: Leaving
    version: str
    told: dict[str, Any]


def place(settings: Settings, given: Path | None) -> Path:
    """The file of a model: in a given directory, the given .json itself, or in the home."""
    if given is None:
        return settings.home / "models" / "churn" / _FILE
    return given if given.suffix == ".json" else given / _FILE


def saved(trained: Trained, facts: Facts) -> Saved:
    """A model as it is to be kept, of the facts that it was made from."""
    numbers = _numbers(trained.fitted)
    told = {
        "kind": KIND,
        "format": FORMAT,
        "version": hashlib.sha256(json.dumps(numbers).encode()).hexdigest()[:12],
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "made_by": {"refnet": version("refnet"), "code": _code()},
        "features": {"version": features.VERSION, "names": list(features.NAMES)},
        "leaving": trained.leaving.told(),
        "data": {
            "customers": len(facts),
            "until": called(facts.today - 1),
            "with": facts.heard,
            "window": trained.window,
            "rows": trained.rows,
        },
        "chosen": trained.chosen,
        "scores": trained.scores,
        "calibration": trained.calibration,
    }
    return Saved(trained.fitted, trained.leaving, str(told["version"]), told)


def save(model: Saved, file: Path) -> None:
    """Write it, whole or not at all.

    Raises:
        InputError: it cannot be written there.
    """
    text = json.dumps({**model.told, "model": _numbers(model.fitted)}, indent=1, allow_nan=False)
    partly = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partly.write_text(text + "\n", encoding="utf-8")
        partly.replace(file)
    except OSError as error:
        raise InputError(
            f"the model cannot be written: {(error.strerror or str(error)).lower()}",
            file=file,
            hint="Name another place: --model",
        ) from None


def load(file: Path) -> Saved:
    """Read a model.

    Raises:
        NotFound: there is none.
        InputError: it is none, is damaged, or is of other features than this refnet's.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"There is no churn model at {file}.", "Make one: refnet churn --train") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the churn model cannot be read: {error}", file=file, hint=_AGAIN) from None
    try:
        found = json.loads(text)
        if found["kind"] != KIND:
            raise InputError("is no churn model of refnet", file=file, hint=_AGAIN)
        if found["format"] != FORMAT or found["features"] != {
            "version": features.VERSION,
            "names": list(features.NAMES),
        }:
            theirs, by = found["features"]["version"], found["made_by"]["refnet"]
            raise InputError(
                f"is a churn model of features {theirs}, made by refnet {by}; this one has features {features.VERSION}",
                file=file,
                hint=_AGAIN,
            )
        numbers, what = found.pop("model"), found["leaving"]
        fitted = Fitted(
            np.array([numbers["weight"][name] for name in features.NAMES], dtype=np.float64),
            *(float(numbers[name]) for name in ("intercept", "slope", "shift")),
        )
        finite = np.isfinite(fitted.weight).all() and all(
            map(math.isfinite, (fitted.intercept, fitted.slope, fitted.shift))
        )
        if not finite or what["rule"] not in ("recorded", "inactive"):
            raise ValueError
        multiple = float(what["multiple"] or 1.0)
        gap = None if what["usual_gap_days"] is None else float(what["usual_gap_days"])
        return Saved(fitted, Leaving(what["rule"], multiple, gap), str(found["version"]), found)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("the churn model is damaged", file=file, hint=_AGAIN) from None


def _numbers(fitted: Fitted) -> dict[str, Any]:
    return {
        "weight": dict(zip(features.NAMES, fitted.weight.tolist(), strict=True)),
        "intercept": fitted.intercept,
        "slope": fitted.slope,
        "shift": fitted.shift,
    }


def _code() -> str:
    """A hash of the code that makes models: that of this folder."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
