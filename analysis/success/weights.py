"""The weights of the health score: one file that a success manager reads and changes, checked word by word.

A score says which weights made it: the file's name and a hash of what it says (`Weights.version`), so that the same
words give the same version, wherever the file lies and whatever its comments.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast

from refnet.analysis.success.signals import SIGNALS, SURVEYS, USAGE, WORDS
from refnet.core.errors import InputError

HERE = Path("health.toml")
"""Where one's own weights are looked for, unless told otherwise."""

Direction = Literal["higher", "lower"]
_KEYS = {"weight", "direction", "low", "high", "missing", "points"}


@dataclass(frozen=True)
class Signal:
    """One signal's part in the score.

    Attributes:
        name: of SIGNALS.
        weight: above 0.
        direction: what is better.
        low, high: ends of the scale: numbers, or percentiles as ("p", 20.0).
        missing: points from 0 to 100 where it is not known; None: it is skipped.
        points: of words; None: it is a number.
    """

    name: str
    weight: float
    direction: Direction
    low: float | tuple[str, float]
    high: float | tuple[str, float]
    missing: float | None
    points: Mapping[str, float] | None


@dataclass(frozen=True)
class Weights:
    """What a health score is made by.

    Attributes:
        name: of the file, as it calls itself.
        version: `name@hash`, of all that counts.
        signals: those with a weight above 0, in the file's order.
        least_known: share of the weights that has to be known for a score.
        green, amber: a score from here on.
        source: where it was read, for a person.
    """

    name: str
    version: str
    signals: tuple[Signal, ...]
    least_known: float
    green: float
    amber: float
    source: str

    @property
    def lookback_days(self) -> float:
        """How far back the score's dated signals look, in days; what lies before is not in it, but for LTV."""
        return max((SIGNALS[one.name].lookback_days for one in self.signals), default=0.0)

    def grade(self, score: float) -> str:
        """green, amber or red."""
        return "green" if score >= self.green else "amber" if score >= self.amber else "red"


def template() -> str:
    """The weights that come with refnet, as text to be copied and changed."""
    return files("refnet").joinpath("analysis/success/health.toml").read_text(encoding="utf-8")


def weights_of(path: Path | None = None) -> Weights:
    """The weights of a file; None: ./health.toml if it is there, else those that come with refnet.

    Raises:
        InputError: the file is not there, is no TOML, or says what it cannot; names the file, the signal and the key.
    """
    if path is None and not HERE.is_file():
        return parsed(template(), "refnet's own")
    path = path or HERE
    try:
        return parsed(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise InputError(
            f"cannot be read: {(error.strerror or str(error)).lower()}",
            file=path,
            hint="`refnet health --template > health.toml` makes one.",
        ) from None
    except UnicodeDecodeError:
        raise InputError("is no text in UTF-8", file=path, hint="Save it as UTF-8.") from None


def parsed(text: str, source: str) -> Weights:
    """Weights from the text of a file; `source` is what errors call it.

    Raises:
        InputError: as `weights_of`.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"is no TOML: {error}", file=source, hint="`refnet health --template` shows one."
        ) from None
    _known(given, {"name", "least_known", "grades", "signals"}, source, "the file")
    grades, tables = given.get("grades", {}), given.get("signals", {})
    for name, table in (("[grades]", grades), ("[signals]", tables)):
        if not isinstance(table, dict):
            raise InputError(f"{name} is no table", file=source)
    _known(grades, {"green", "amber"}, source, "[grades]")
    _known(tables, SIGNALS, source, "[signals]", "signal")
    name = given.get("name", Path(source).stem)
    if not isinstance(name, str) or not re.fullmatch(r"[\w. -]{1,60}", name):
        raise InputError(
            "name has to be some letters and digits", file=source, hint='Such as: name = "team-emea"'
        )
    signals = tuple(_signal(one, table, source) for one, table in tables.items())
    counted = tuple(one for one in signals if one.weight > 0)
    if not counted:
        raise InputError("no signal has a weight above 0", file=source, hint="Give one a weight.")
    surveys = [one.name for one in counted if one.name in SURVEYS]
    if surveys and USAGE not in {one.name for one in counted}:
        raise InputError(
            f"{surveys[0]} counts only beside usage, and {USAGE} has no weight",
            file=source,
            hint=f"Give [signals.{USAGE}] a weight, or {surveys[0]} none.",
        )
    least = _number(given.get("least_known", 0.4), "least_known", source, 0, 1)
    green = _number(grades.get("green", 65), "[grades] green", source, 0, 100)
    amber = _number(grades.get("amber", 45), "[grades] amber", source, 0, 100)
    if amber > green:
        raise InputError("[grades] amber is above green", file=source, hint="Green is the better one.")
    facts = [
        [
            one.name,
            one.weight,
            one.direction,
            one.low,
            one.high,
            one.missing,
            sorted((one.points or {}).items()),
        ]
        for one in sorted(counted, key=lambda one: one.name)
    ]
    said = hashlib.sha256(json.dumps([facts, least, green, amber]).encode()).hexdigest()[:10]
    return Weights(name, f"{name}@{said}", counted, least, green, amber, source)


def _signal(name: str, table: Any, source: str) -> Signal:
    where = f"[signals.{name}]"
    if not isinstance(table, dict):
        raise InputError(f"{where} is no table", file=source)
    _known(table, _KEYS, source, where)
    weight = _number(table.get("weight"), f"{where} weight", source, 0, 1e6)
    missing = table.get("missing", "skip")
    missing = None if missing == "skip" else _number(missing, f"{where} missing", source, 0, 100, 'or "skip"')
    if name in WORDS:
        points = table.get("points")
        if not isinstance(points, dict) or not points or set(table) & {"direction", "low", "high"}:
            raise InputError(
                f"{where} is of words: it has points and no direction, low or high",
                file=source,
                hint="Such as: points = { champion = 100, user = 50 }",
            )
        said = {
            str(word): _number(value, f"{where} points {word}", source, 0, 100)
            for word, value in points.items()
        }
        return Signal(name, weight, "higher", 0.0, 100.0, missing, said)
    if "points" in table:
        raise InputError(f"{where} is a number: it has no points", file=source, hint="It has low and high.")
    if table.get("direction") not in ("higher", "lower"):
        raise InputError(
            f"{where} direction is {table.get('direction')!r}",
            file=source,
            hint='It is "higher" or "lower": the better.',
        )
    low, high = (_end(table.get(end), f"{where} {end}", source) for end in ("low", "high"))
    same_kind = isinstance(low, float) == isinstance(high, float)
    if same_kind and not (low if isinstance(low, float) else low[1]) < (
        high if isinstance(high, float) else high[1]
    ):
        raise InputError(
            f"{where} low is not below high", file=source, hint="direction says which is better."
        )
    return Signal(name, weight, cast("Direction", table["direction"]), low, high, missing, None)


def _end(value: Any, what: str, source: str) -> float | tuple[str, float]:
    if isinstance(value, str) and (found := re.fullmatch(r"p(\d{1,2}(?:\.\d+)?|100)", value)):
        return ("p", float(found[1]))
    return _number(value, what, source, -1e12, 1e12, 'or a percentile such as "p20"')


def _number(value: Any, what: str, source: str, least: float, most: float, also: str = "") -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        said = "is missing" if value is None else f"is {value!r}"
        ends = (
            f"from {least:g} to {most:g}" if abs(most) < 1e6 else f"from {least:g} up" if least == 0 else ""
        )
        span = f"a number {ends}".rstrip()
        raise InputError(f"{what} {said}", file=source, hint=f"It is {span}{f', {also}' if also else ''}.")
    return float(value)


def _known(given: Mapping[str, Any], names: Any, source: str, where: str, what: str = "key") -> None:
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, list(names), 1)
            raise InputError(
                f"{where} has no {what} {name!r}",
                file=source,
                hint=f"Did you mean {near[0]}?" if near else f"There are {', '.join(sorted(names))}.",
            )
