"""A commission structure, declared: in a small TOML file, as flags or as a JSON body, read and checked here."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

from refnet.core.errors import InputError, UsageError, printable

Own = Literal["own"]
CapPer = Literal["order", "customer", "month"]
TiersBy = Literal["customers", "sales"]
ClawBack = Literal["part", "whole"]


@dataclass(frozen=True)
class Tier:
    """What holds from so many customers, or so much of gross sales, on; None: as the structure says.

    Attributes:
        at: from where on.
        rate, fixed: instead of the structure's.
    """

    at: float
    rate: float | None = None
    fixed: float | None = None


@dataclass(frozen=True)
class Structure:
    """A commission structure; what is None is not paid, or not limited.

    Attributes:
        name: what to call it.
        rate: of an order's amount, before refunds; own: each affiliate's as loaded.
        fixed: for a new customer, with their first order, in the graph's currency; own: each affiliate's.
        months: a rate is paid on orders of so many months from joining; 0: on the first order only.
        tiers: rates or amounts from so many customers, or so much in gross sales, of an affiliate on; each order has
            those of the tier reached with it.
        tiers_by: what tiers count: customers (the one of the order included) or sales (before the order).
        cap: at most so much, after what is clawed back, for an order, a customer, or an affiliate in a month (UTC).
        cap_per: which.
        hold_days: commission is kept back for so long, and a refund in that time claws it back; 0: nothing is.
        refund_after_days: when refunds come, as no data say: those of orders that are held at least so long claw back.
        claw_back: `part`: in proportion to what was given back; `whole`: only where all of it was.
        override: of what affiliates directly below earn, a share for the affiliate above, on top.
    """

    name: str = "what if"
    rate: float | Own | None = None
    fixed: float | Own | None = None
    months: float | None = None
    tiers: tuple[Tier, ...] = ()
    tiers_by: TiersBy = "customers"
    cap: float | None = None
    cap_per: CapPer = "customer"
    hold_days: float = 0.0
    refund_after_days: float = 14.0
    claw_back: ClawBack = "part"
    override: float = 0.0


_NAMES = tuple(one.name for one in fields(Structure))
_CHOICES: dict[str, tuple[str, ...]] = {
    "tiers_by": get_args(TiersBy),
    "cap_per": get_args(CapPer),
    "claw_back": get_args(ClawBack),
}
_MOST = {"rate": 1.0, "override": 1.0, "months": 1200.0, "hold_days": 36_525.0, "refund_after_days": 36_525.0}


def structure_of(given: Mapping[str, Any]) -> Structure:
    """A structure from plain values, as they are in a file or a body; what is None is left out.

    Raises:
        UsageError: naming the key that is not known, of the wrong kind, or out of range.
    """
    known = {name: value for name, value in given.items() if value is not None}
    for name in known:
        if name not in _NAMES:
            raise UsageError(f"A commission structure has no {printable(name)[:80]}.", _near(name))
    made: dict[str, Any] = {}
    for name, value in known.items():
        if name == "name":
            if not isinstance(value, str) or not value or len(value) > 200:
                raise UsageError("name is a text of up to 200 letters.")
            made[name] = value
        elif name == "tiers":
            made[name] = _tiers(value)
        elif name in _CHOICES:
            if value not in _CHOICES[name]:
                raise UsageError(
                    f"{name} is {' or '.join(_CHOICES[name])}, not {printable(str(value))[:80]}."
                )
            made[name] = value
        else:
            made[name] = value if name in ("rate", "fixed") and value == "own" else _number(name, value)
    structure = Structure(**made)
    if structure.rate is None and structure.fixed is None and not structure.tiers:
        raise UsageError(
            "This structure pays nothing.", "Give it a rate (0.1 is 10 %), a fixed amount, or tiers of them."
        )
    return structure


def given_in(path: Path) -> dict[str, Any]:
    """What a TOML file says of a structure, checked.

    Raises:
        InputError: the file cannot be read or is no TOML; a key is wrong, named with the file.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
        structure_of({"fixed": 0.0, **given})  # flags may say what is paid
    except OSError as error:
        raise InputError(f"cannot be read: {(error.strerror or str(error)).lower()}", file=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"is no TOML: {error}", file=path, hint='Such as rate = 0.1 or name = "new"'
        ) from None
    except UsageError as error:
        raise InputError(error.message, file=path, hint=error.hint) from None
    return given


def _tiers(value: Any) -> tuple[Tier, ...]:
    if not isinstance(value, list | tuple) or len(value) > 100:
        raise UsageError(
            "tiers is a list of up to 100 tables.", "[[tiers]], then from = 50 and rate = 0.12 below it."
        )
    made = []
    for place, one in enumerate(value, start=1):
        if not isinstance(one, Mapping) or (odd := set(one) - {"from", "rate", "fixed"}):
            what = f"has no {printable(min(odd))[:80]}" if isinstance(one, Mapping) else "is a table"
            raise UsageError(f"Tier {place} {what}.", "It has from, and rate or fixed.")
        numbers = {name: _number(name, one[name]) for name in one if one[name] is not None}
        if "from" not in numbers or len(numbers) < 2:
            raise UsageError(f"Tier {place} needs from, and rate or fixed.")
        made.append(Tier(numbers["from"], numbers.get("rate"), numbers.get("fixed")))
    if any(a.at >= b.at for a, b in pairwise(made)):
        raise UsageError("Tiers begin each above the one before.", "Order them by from.")
    return tuple(made)


def _number(name: str, value: Any) -> float:
    most = _MOST.get(name, 1e12)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        own = " or own" if name in ("rate", "fixed") else ""
        raise UsageError(f"{name} is a number{own}, not {printable(str(value))[:80]}.")
    if not 0 <= value <= most:
        hint = "0.1 is 10 %." if most == 1 else ""
        raise UsageError(f"{name} is from 0 to {most:g}, not {value:g}.", hint)
    return float(value)


def _near(name: str) -> str:
    near = difflib.get_close_matches(name, _NAMES, 1)
    return f"Did you mean {near[0]}?" if near else f"It has {', '.join(_NAMES)}."
