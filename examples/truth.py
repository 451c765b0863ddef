"""What was planted, beside what came out: the figures of truth.json, from the generator's own arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.examples.claims import REASONS, Claims
from refnet.examples.folder import MADE_BY
from refnet.examples.friends import CONVERTED, DUPLICATE, EXPIRED, FRAUD, PENDING, Bonds
from refnet.examples.partners import CHURNERS, COUNT, LOYAL, Affiliates, affiliate_name
from refnet.examples.people import People
from refnet.examples.planted import (
    AFFILIATE_SHARE,
    CHANNEL_COST,
    CHANNELS,
    CHURNERS_FACTOR,
    CONVERSION,
    CURRENCY,
    DAY,
    END,
    FRICTION_FACTOR,
    LAUNCH,
    LAUNCH_DAY,
    LEVELS,
    LOYAL_FACTOR,
    MONTH,
    MONTHLY_CHURN,
    NOT_PLANTED,
    PROPENSITY_RATIO,
    REFERRAL_RATE,
    SEGMENTS,
    SHARE_AFTER,
    SHARE_BEFORE,
    START,
    STOP,
    WINDOW_DAYS,
)
from refnet.examples.rings import Ring

HOPS, DECAY = 6, 0.5


def tell(
    people: People,
    bonds: Bonds,
    claims: Claims,
    affiliates: Affiliates,
    rings: list[Ring],
    revenue: npt.NDArray[np.int32],
    seed: int,
) -> dict[str, Any]:
    """The content of truth.json, `files` apart.

    `revenue` is Σ (amount − refunded) of each customer's orders in cents, shape (n,).

    """
    influence, depth = _network(bonds, revenue)
    return {
        "made_by": MADE_BY,
        "generator": "numpy PCG64; a SeedSequence for every block and purpose",
        "seed": seed,
        "customers": len(people),
        "period": {"start": START.isoformat(), "end": END.isoformat(), "end_is": "exclusive"},
        "launch": LAUNCH.isoformat(),
        "window_days": WINDOW_DAYS,
        "currency": CURRENCY,
        "planted": _planted(people, bonds, depth),
        "measures": {
            "cltv": f"{CURRENCY}, as loaded",
            "direct_referral_revenue": f"{CURRENCY}: Σ (amount − refunded) of the customers whom one brought oneself",
            "influence": f"{CURRENCY}: the same over {HOPS} hops, each further one at {DECAY} of the one before",
            "planted factors": "against the same customer outside the segment; a member of two segments spends less "
            "by both factors and refers as a member of one",
        },
        "segments": _segments(people, bonds, revenue, influence),
        "friends_alike": _alike(people, bonds),
        "explained": [
            {
                "rule": {"signup_form": "classic"},
                "explained_by": "the quarter of joining",
                "why": "Earlier customers are worth less (baskets grew with each cohort) and had more time "
                "to bring revenue; the classic form went away quarter by quarter and does nothing by itself.",
            }
        ],
        "effects": {
            "friction": f"customers with many tickets are {FRICTION_FACTOR} times as likely to invite, all "
            "else equal; their NPS and CSAT are lower",
            "channel": "customers from organic_search spend 1.12, from referral 1.08, from paid_search 0.97 "
            "and from paid_social 0.92 times as much",
            "nps": "those who invite answer one point higher",
            "usage": "active days more than halve in the month before leaving",
        },
        "affiliates": _affiliates(people, affiliates),
        "rings": [_ring(ring) for ring in rings],
        "claims": {
            "total": len(claims.at),
            "by_affiliates": int(claims.affiliate.sum()),
            **{
                reason: int(n)
                for reason, n in zip(REASONS, np.bincount(claims.reason, minlength=len(REASONS)), strict=True)
            },
            "definition": "under the policy `first`; an affiliate who is a customer claims for that customer; "
            "an id that no row of customers.csv has is unknown",
        },
        "not_planted": NOT_PLANTED,
    }


def _figure(target: float | None, realised: float, definition: str) -> dict[str, Any]:
    return {"target": target, "realised": round(float(realised), 6), "definition": definition}


def _planted(people: People, bonds: Bonds, depth: npt.NDArray[np.uint8]) -> dict[str, Any]:
    joined, status = people.joined, bonds.status
    referred = bonds.brought_by >= 0
    invites = bonds.first < STOP
    counts = np.bincount(status, minlength=5)
    alive = counts[[CONVERTED, EXPIRED, PENDING]].sum()
    watched = joined < STOP - WINDOW_DAYS * DAY
    soon = invites & (bonds.first - joined < WINDOW_DAYS * DAY)
    by_friend, by_other = soon[watched & referred].mean(), soon[watched & ~referred].mean()
    after = joined >= LAUNCH_DAY * DAY
    brought = np.bincount(bonds.brought_by[referred], minlength=len(people))
    cost = dict(zip(CHANNELS, CHANNEL_COST, strict=True))
    return {
        "referral_rate": _figure(
            REFERRAL_RATE, invites.mean(), "customers with at least one invitation of theirs / customers"
        ),
        "conversion": _figure(
            CONVERSION,
            counts[CONVERTED] / max(alive, 1),
            "status converted / (converted + expired + pending); rejected ones are in neither",
        ),
        "rejected_invitations": _figure(
            None, counts[[FRAUD, DUPLICATE]].sum(), "how many have the status rejected"
        ),
        "propensity_ratio": _figure(
            PROPENSITY_RATIO,
            by_friend / max(by_other, 1e-9),
            f"share with a first invitation within {WINDOW_DAYS} days of joining, referred : not referred "
            "(who was brought by an affiliate is not referred), of customers who joined so long before the end",
        ),
        "propensity_referred": _figure(None, by_friend, "the share above, referred"),
        "propensity_not_referred": _figure(None, by_other, "the share above, not referred"),
        "referral_share_before": _figure(
            SHARE_BEFORE,
            referred[~after].mean(),
            "of the customers who joined before the launch, those with a credited claim of a customer (or of "
            "an affiliate who is that customer); it rises from nothing in the first weeks",
        ),
        "referral_share_after": _figure(SHARE_AFTER, referred[after].mean(), "the same from the launch on"),
        "affiliate_share": _figure(
            AFFILIATE_SHARE,
            ((people.affiliate >= 0) & ~referred).mean(),
            "customers brought by affiliates who are not customers; not part of the referral share",
        ),
        "rho_cltv_referrals": _figure(
            0.0,
            spearman(people.cltv, brought),
            "Spearman's rank correlation over all customers of cltv and of the number of customers brought. "
            "The segments pull it down (worth less, bring more); who spends more than others of the same "
            "segments refers a little more, which pulls it up by as much",
        ),
        "k_factor": _figure(None, counts[CONVERTED] / len(people), "invitations per customer × conversion"),
        "longest_chain": _figure(None, int(depth.max()), "referrals one after the other"),
        "spend_per_new_customer": {
            "target": cost,
            "definition": f"{CURRENCY} of spend.csv by channel / (new customers of the channel + one a month);"
            " rewards and commissions come on top",
        },
    }


def spearman(values: npt.NDArray[np.float32], counts: npt.NDArray[np.int64]) -> float:
    """Spearman's rho of distinct values and of small counts (ties at their mid-rank), both of shape (n,)."""
    rank = np.empty(len(values), np.float64)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    size = np.bincount(counts)
    middle = np.cumsum(size) - size / 2
    return float(np.corrcoef(rank, middle[counts])[0, 1])


def _network(
    bonds: Bonds, revenue: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint8]]:
    """Influence of HOPS hops with DECAY in EUR, and how many referrals lie above each customer, both (n,)."""
    n = len(revenue)
    child = np.flatnonzero(bonds.brought_by >= 0)
    parent = bonds.brought_by[child]
    influence, below = np.zeros(n), revenue.astype(np.float64) / 100.0
    for hop in range(HOPS):
        below = np.bincount(parent, weights=below[child], minlength=n).astype(np.float64)
        influence += DECAY**hop * below
    depth = np.zeros(n, np.uint8)
    while True:
        deeper = depth[parent] + 1
        if (deeper == depth[child]).all():
            return influence, depth
        depth[child] = deeper


def _segments(
    people: People, bonds: Bonds, revenue: npt.NDArray[np.int32], influence: npt.NDArray[np.float64]
) -> list[dict[str, Any]]:
    n = len(people)
    has = bonds.brought_by >= 0
    direct = np.bincount(bonds.brought_by[has], weights=revenue[has] / 100.0, minlength=n)
    told = []
    for rule in SEGMENTS:
        inside = people.codes[rule.attribute] == list(LEVELS[rule.attribute]).index(rule.level)
        measures: dict[str, npt.NDArray[Any]] = {
            "cltv": people.cltv,
            "direct_referral_revenue": direct,
            "influence": influence,
        }
        told.append(
            {
                "rule": {rule.attribute: rule.level},
                "planted": {
                    "spending": rule.worth,
                    "invites": rule.invites,
                    "brought_by_one_who_invites": rule.activity,
                },
                "share_target": LEVELS[rule.attribute][rule.level],
                "customers": int(inside.sum()),
                **{f"mean_{name}": _mean(values[inside]) for name, values in measures.items()},
                **{f"mean_{name}_of_rest": _mean(values[~inside]) for name, values in measures.items()},
                "share_of_direct_referral_revenue": round(
                    float(direct[inside].sum() / max(direct.sum(), 1e-9)), 4
                ),
            }
        )
    return told


def _mean(values: npt.NDArray[Any]) -> float | None:
    return round(float(values.mean(dtype=np.float64)), 2) if len(values) else None


def _alike(people: People, bonds: Bonds) -> dict[str, Any]:
    child = np.flatnonzero(bonds.brought_by >= 0)
    parent = bonds.brought_by[child]
    told: dict[str, Any] = {
        "definition": "of referred and referrer: the share of equal levels, and what chance would give from "
        "how often the levels occur on either side; Pearson's correlation of log cltv"
    }
    for name in ("country", "age_band"):
        size = len(LEVELS[name])
        pairs = np.bincount(
            people.codes[name][parent].astype(np.int64) * size + people.codes[name][child],
            minlength=size * size,
        ).reshape(size, size) / max(len(child), 1)
        told[name] = {
            "equal": round(float(np.trace(pairs)), 4),
            "by_chance": round(float(pairs.sum(axis=0) @ pairs.sum(axis=1)), 4),
        }
    worth = np.log(people.cltv)
    told["log_cltv_correlation"] = round(float(np.corrcoef(worth[parent], worth[child])[0, 1]), 4)
    return told


def _affiliates(people: People, affiliates: Affiliates) -> dict[str, Any]:
    who = np.flatnonzero(people.affiliate >= 0)
    by, joined = people.affiliate[who], people.joined[who].astype(np.int64)
    left = people.left[who] < STOP
    months = (np.minimum(people.left[who], STOP) - joined) / MONTH
    brought = np.bincount(by, minlength=COUNT)
    gone = np.bincount(by, weights=left, minlength=COUNT)
    time = np.bincount(by, weights=months, minlength=COUNT)
    return {
        "count": COUNT,
        "monthly_churn": MONTHLY_CHURN,
        "definition": "churn events / customer-months from joining to leaving or the end of the period",
        "bring_churners": [affiliate_name(number) for number in CHURNERS],
        "churners_factor": CHURNERS_FACTOR,
        "bring_loyal": [affiliate_name(number) for number in LOYAL],
        "loyal_factor": LOYAL_FACTOR,
        "are_customers": {
            affiliate_name(number): f"c-{owner + 1:07}"
            for number, owner in enumerate(affiliates.owner_of)
            if owner >= 0
        },
        "realised": {
            affiliate_name(number): {
                "customers": int(brought[number]),
                "monthly_churn": round(float(gone[number] / time[number]), 4) if time[number] > 0 else None,
            }
            for number in range(COUNT)
        },
    }


def _ring(ring: Ring) -> dict[str, Any]:
    return {
        "customers": [f"c-{member + 1:07}" for member in ring.members],
        "shared_tokens": list(ring.shared),
        "claims": "each refers the next and gets credit; the last one's claim on the first closes the circle",
        "first_names_itself": ring.names_itself,
    }
