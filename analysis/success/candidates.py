"""Whom to invite, as an affiliate or for a case study: reasons listed, consent respected, friction left out and told.

The plain rule: of the healthy (green) ones each reason is a point, and the list is by points. Where there is a model of
who refers, its probability ranks those with as many points. Who is asked not to be contacted, acts as an affiliate
already, or has friction is left out, with why.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from refnet.analysis.success.health import Health
from refnet.analysis.success.record import MONTH_DAYS, Floats, Record
from refnet.analysis.success.signals import SIGNALS, TICKET_DAYS, open_tickets
from refnet.core.errors import UsageError

Purpose = Literal["affiliate", "case_study"]
Rank = Literal["points", "probability"]

ROLES = ("champion", "decision_maker", "influencer")
"""Roles in the CRM that speak for somebody: stakeholders and influencers of the sale."""

PROMOTER, DETRACTOR = 9.0, 6.0  # of NPS, as its makers count
LOW_CSAT = 1 / 3  # of the scale that the weights declare
MANY_TICKETS = 2  # in the last 180 days
TENURE_DAYS, HIGH_VALUE = 365.0, 0.8


def candidates(
    record: Record,
    health: Health,
    *,
    purpose: Purpose = "affiliate",
    limit: int = 25,
    control: float = 0.0,
    seed: int = 0,
    rank: Rank = "points",
    probability: Floats | None = None,
    model: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The list, and who is left out of it and why.

    Args:
        record: of the customers. health: their scores.
        purpose: to become an affiliate, or to tell their story in a case study.
        limit: at most so many of either list.
        control: of those who would be invited, the share set apart by chance and not to be invited, so that it can be
            told what inviting does.
        seed: the same seed and customer are always in the same group, whoever else is in the list.
        rank: by points of the plain rule, or by the model's probability, first; the other decides among equals.
        probability: shape (n,), of referring; NaN: not known. model: its card.

    Returns:
        purpose, version, rank, lead, pool (how many would be invited, the control group among them), candidates
        [{customer_id, name, score, grade, points, probability, consent (yes, unknown), group (invite, control),
        reasons}], left_out [{customer_id, name, score, why}], left_out_counts {why: customers}, control {share, seed,
        customers}, model, reading.

    Raises:
        UsageError: there is no such purpose or rank, or no model to rank by; the control group is not from 0 to
            below 1.
    """
    asked_rightly(purpose, rank, control)
    if rank == "probability" and (probability is None or np.isnan(probability).all()):
        why = "no model was asked for." if model is None else str(model["reading"])
        raise UsageError("There is no probability to rank by.", why)
    healthy = np.flatnonzero(health.score >= health.weights.green)
    against, kinds = _against(record, health)
    chosen = np.array([one for one in healthy.tolist() if not against[one]], dtype=np.int64)
    reasons = _reasons(record, health, purpose)
    points = np.array([len(reasons[one]) for one in chosen.tolist()], dtype=np.int64)
    chance = np.full(len(record), np.nan) if probability is None else probability
    use = np.nan_to_num(chance[chosen])
    first, then = (-points, -use) if rank == "points" else (-use, -points)
    order = np.lexsort((record.ids[chosen].astype(str), -health.score[chosen], then, first))
    groups = [
        "control" if in_control(record.ids[one], control, seed) else "invite" for one in chosen.tolist()
    ]
    listed = [
        {
            "customer_id": record.ids[one],
            "name": record.name[one],
            "score": float(health.score[one]),
            "grade": "green",
            "points": int(points[place]),
            "probability": None if np.isnan(chance[one]) else float(chance[one]),
            "consent": "unknown" if np.isnan(record.consent[one]) else "yes",
            "group": groups[place],
            "reasons": reasons[one]
            + (["consent is not known: ask first"] if np.isnan(record.consent[one]) else []),
        }
        for place, one in ((int(place), int(chosen[place])) for place in order[:limit])
    ]
    out = [one for one in healthy.tolist() if against[one]]
    out.sort(key=lambda one: (-health.score[one], str(record.ids[one])))
    counts = Counter(kind for one in out for kind in kinds[one])
    found = {
        "purpose": purpose,
        "version": health.weights.version,
        "rank": rank,
        "pool": len(chosen),
        "healthy": len(healthy),
        "candidates": listed,
        "left_out": [
            {
                "customer_id": record.ids[one],
                "name": record.name[one],
                "score": float(health.score[one]),
                "why": against[one],
            }
            for one in out[:limit]
        ],
        "left_out_counts": dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))),
        "control": {"share": control, "seed": seed, "customers": groups.count("control")},
        "model": None if model is None else dict(model),
    }  # fmt: skip
    return found | {"lead": _lead(found, len(out)), "reading": _reading(found)}


def asked_rightly(purpose: str, rank: str, control: float) -> None:
    """Whether there is what is asked for: known before anything is read.

    Raises:
        UsageError: there is no such purpose or rank; the control group is not from 0 to below 1.
    """
    if purpose not in get_args(Purpose):
        known = ", ".join(get_args(Purpose)).replace("_", "-")
        raise UsageError(f"There are no candidates for {purpose}.", f"There are {known}.")
    if rank not in get_args(Rank):
        raise UsageError(f"Candidates are not ranked by {rank}.", f"There are {', '.join(get_args(Rank))}.")
    if not 0 <= control < 1:
        raise UsageError(f"A control group cannot be {control:.0%} of all.", "Such as: --control 10%")


def in_control(customer_id: str, control: float, seed: int) -> bool:
    """Whether a customer is in the control group: by a hash of the seed and the id, whoever else there is."""
    drawn = hashlib.sha256(f"{seed}:{customer_id}".encode()).digest()[:8]
    return int.from_bytes(drawn, "big") / 2**64 < control


def _against(record: Record, health: Health) -> tuple[list[list[str]], list[list[str]]]:
    """Why each is left out, in words, and by kind; nothing for who is not."""
    usage = SIGNALS["active_days"].value(record)
    nps, csat = SIGNALS["nps"].value(record), SIGNALS["csat"].value(record)
    still = np.nan_to_num(open_tickets(record))
    lately = record.tickets.at > record.until - TICKET_DAYS
    tickets = np.bincount(record.tickets.who[lately], minlength=len(record))
    low = next((one for one in health.parts if one.signal.name == "csat" and one.low is not None), None)
    edge = (
        None
        if low is None or low.low is None or low.high is None
        else low.low + LOW_CSAT * (low.high - low.low)
    )
    words: list[list[str]] = [[] for _ in range(len(record))]
    kinds: list[list[str]] = [[] for _ in range(len(record))]

    def say(rows: npt.NDArray[np.bool_], kind: str, text: Any) -> None:
        for one in np.flatnonzero(rows).tolist():
            words[one].append(text(one))
            kinds[one].append(kind)

    say(record.consent == 0, "no consent", lambda _: "no consent to be contacted")
    say(record.affiliate, "already affiliates", lambda _: "an affiliate already")
    say(still > 0, "open tickets", lambda one: f"{still[one]:.0f} open ticket{'s' if still[one] > 1 else ''}")
    say(
        tickets >= MANY_TICKETS,
        "many tickets",
        lambda one: f"{tickets[one]} tickets in {TICKET_DAYS:.0f} days",
    )
    beside = ~np.isnan(usage)
    say(
        (nps <= DETRACTOR) & beside,
        "low surveys",
        lambda one: f"NPS {nps[one]:g}, using it on {usage[one]:.0f} days a month",
    )
    if edge is not None:
        say(
            (csat <= edge) & beside,
            "low surveys",
            lambda one: f"CSAT {csat[one]:g}, using it on {usage[one]:.0f} days a month",
        )
    return words, [list(dict.fromkeys(each)) for each in kinds]


def _reasons(record: Record, health: Health, purpose: Purpose) -> list[list[str]]:
    """What speaks for each: a point each."""
    usage, nps = SIGNALS["active_days"].value(record), SIGNALS["nps"].value(record)
    more = np.nan_to_num(SIGNALS["upsell"].value(record)) + np.nan_to_num(SIGNALS["cross_sell"].value(record))
    there = record.present & ~np.isnan(record.cltv)
    high = float(np.quantile(record.cltv[there], HIGH_VALUE)) if there.any() else np.inf
    months = (record.until - record.joined) / MONTH_DAYS
    green = health.weights.green
    use = usage[record.present & ~np.isnan(usage)]
    often = float(np.quantile(use, 0.75)) if use.size else np.inf
    rules: list[tuple[npt.NDArray[np.bool_], Any]] = [
        (health.score >= green, lambda one: f"health score {health.score[one]:.0f}"),
        (health.score >= (green + 100) / 2, lambda _: "one of the highest health scores"),
        (
            (nps >= PROMOTER) & ~np.isnan(usage),
            lambda one: f"NPS {nps[one]:g}, using it on {usage[one]:.0f} days a month",
        ),
        (
            np.array([str(role).lower().replace(" ", "_") in ROLES for role in record.role], dtype=bool),
            lambda one: f"{str(record.role[one]).replace('_', ' ')} in the CRM",
        ),
        (more > 0, lambda one: f"upsell and cross-sell of {more[one]:,.2f} in a year"),
        (record.cltv > high, lambda _: "among the fifth with the highest CLTV"),
        (months >= TENURE_DAYS / MONTH_DAYS, lambda one: f"a customer for {months[one]:.0f} months"),
    ]  # fmt: skip
    if purpose == "affiliate":
        rules += [
            (record.brought > 0, lambda one: f"has brought {record.brought[one]:,}"),
            (record.referrer >= 0, lambda _: "was brought by a customer"),
        ]
    else:
        rules += [(usage >= often, lambda one: f"uses it on {usage[one]:.0f} days a month")]
    found: list[list[str]] = [[] for _ in range(len(record))]
    for rows, text in rules:
        for one in np.flatnonzero(rows & ~np.isnan(health.score)).tolist():
            found[one].append(text(one))
    return found


def _lead(found: dict[str, Any], out: int) -> str:
    group = found["control"]
    said = (
        f"{found['healthy']:,} customers are green by {found['version']}; {out:,} of them are left out, "
        f"{found['pool']:,} may be invited. A point for each reason."
    )
    if group["share"]:
        said += (
            f" {group['customers']:,} of them are the control group ({group['share']:.0%}, seed {group['seed']}): not "
            "to be invited, to tell what inviting does."
        )
    return said


def _reading(found: dict[str, Any]) -> str:
    model = found["model"]
    ways = {"points": "points", "probability": "the probability of referring"}
    if model is None or model["why"] is not None:
        return "By points, then health score." + ("" if model is None else f" {model['reading']}")
    first, then = ways if found["rank"] == "points" else reversed(ways)
    return f"By {ways[first]}, then {ways[then]}."
