"""Answers of an API that never was: a family with everything that is hard to draw, for the page's own tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

HOSTILE = '<img src=x onerror="document.title=1"> & "Söhne" 名前 ' + "long" * 30
CATE = "c-0000001"
SCORED = "2026-01-01T00:00:00+00:00"


class Family:
    """Cate brought ten; one of them twenty-five; one chain goes six hops deep; one person has two referrers."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.add(CATE, "Cate Example", None, 200.0)
        for number in range(10):
            self.add(f"friend-{number}", f"Friend {number}", CATE, 120.0 + 10 * number)
        for number in range(25):
            self.add(f"wide-{number:02}", f"Wide {number:02}", "friend-9", 40.0 + number)
        above = "friend-8"
        for hop in range(2, 7):
            self.add(f"chain-{hop}", f"Chain {hop}", above, 90.0)
            above = f"chain-{hop}"
        self.add("../weird/ id?#%", HOSTILE, "friend-7", 10.0)
        self.people["wide-00"]["referrers"].append("friend-8")

    def add(self, key: str, name: str, referrer: str | None, revenue: float) -> None:
        referrers = [referrer] if referrer else []
        self.people[key] = {"id": key, "name": name, "referrers": referrers, "revenue": revenue}

    def brought(self, key: str) -> list[str]:
        return [k for k, p in self.people.items() if key in p["referrers"]]

    def generations(self, key: str) -> list[list[str]]:
        seen, result, now = {key}, [], [key]
        while now := [k for parent in now for k in self.brought(parent) if k not in seen and not seen.add(k)]:  # type: ignore[func-returns-value]
            result.append(now)
        return result

    def influence(self, key: str) -> float:
        return sum(
            0.5**depth * self.people[k]["revenue"]
            for depth, row in enumerate(self.generations(key))
            for k in row
        )

    def node(self, key: str, depth: int) -> dict[str, Any]:
        person = self.people[key]
        return {
            "customer_id": key,
            "name": person["name"],
            "depth": depth,
            "referrers": person["referrers"],
            "revenue": person["revenue"],
            "influence": self.influence(key),
            "downline": sum(map(len, self.generations(key))),
            "children": len(self.brought(key)),
        }


FAMILY = Family()


def share(count: int, of: int, low: float, high: float) -> dict[str, Any]:
    return {
        "value": count / of if of else None,
        "interval": [low, high] if of else None,
        "count": count,
        "of": of,
    }


def programme(_key: str, query: dict[str, str]) -> dict[str, Any]:
    months = [
        {
            "period": f"{2023 + m // 12}-{m % 12 + 1:02}",
            "customers": 500,
            "by_customers": 80 + 3 * m,
            "by_affiliates": 9,
        }
        for m in range(24)
    ]
    launch = query.get("launch")
    return {
        "currency": "EUR",
        "referral_rate": share(2170, 10_000, 0.209, 0.225),
        "conversion": {**share(600, 1000, 0.57, 0.63), "rejected": 12},
        "propensity": {
            "value": 1.1,
            "interval": [0.9, 1.35],
            "window_days": 180,
            "referred": share(35, 100, 0.26, 0.45),
            "not_referred": share(32, 100, 0.23, 0.42),
        },
        "k_factor": {"value": 0.06, "invitations_per_customer": 0.1},
        "referral_share": {
            **share(2748, 12_000, 0.22, 0.237),
            "by_affiliates": share(216, 12_000, 0.016, 0.02),
            "by": "month",
            "periods": months,
            "before_after": launch
            and {
                "date": launch,
                "before": share(20, 100, 0.13, 0.29),
                "after": share(27, 100, 0.19, 0.36),
                "difference": {"value": 0.07, "interval": [-0.05, 0.19], "p_value": 0.3},
            },
        },
        "acquisition_cost": [],
        "rewards": [],
    }


def customers(_key: str, query: dict[str, str]) -> dict[str, Any]:
    words, limit = query.get("search", "").lower(), int(query["limit"])
    found = [
        k
        for k, p in FAMILY.people.items()
        if k.lower().startswith(words) or p["name"].lower().startswith(words)
    ]
    found.sort(key=FAMILY.influence, reverse=True)
    return {
        "currency": "EUR",
        "items": [_customer(k) for k in found[:limit]],
        "truncated": len(found) > limit,
    }


def _customer(key: str) -> dict[str, Any]:
    person = FAMILY.people[key]
    return {
        "customer_id": key,
        "name": person["name"],
        "country": "DE",
        "plan": "monthly",
        "revenue": person["revenue"],
        "cltv": 90.18,
        "influence": FAMILY.influence(key),
        "quadrant": "hidden_advocates" if key == CATE else "misers",
    }


def customer(key: str, _query: dict[str, str]) -> dict[str, Any]:
    return {
        **_customer(key),
        "joined_at": "2023-01-05T00:00:00+00:00",
        "channel": "organic",
        "currency": "EUR",
    }


def influence(key: str, _query: dict[str, str]) -> dict[str, Any]:
    below = FAMILY.generations(key)
    own = FAMILY.people[key]["revenue"]
    rows = [
        {"depth": d + 1, "customers": len(row), "value": sum(FAMILY.people[k]["revenue"] for k in row)}
        for d, row in enumerate(below)
    ]
    return {
        "customer_id": key,
        "currency": "EUR",
        "own_revenue": own,
        "ecr_direct": own + (rows[0]["value"] if rows else 0),
        "ecr_network": own + sum(row["value"] for row in rows),
        "influence": FAMILY.influence(key),
        "conserved_credit": None,
        "downline": sum(map(len, below)),
        "longest_chain": len(below),
        "generations": rows,
        "percentile": 99.21,
        "band": "high",
        "hops": 6,
        "decay": 0.5,
        "scored_at": SCORED,
        "score_version": 1,
    }


def tree(key: str, query: dict[str, str]) -> dict[str, Any]:
    below = FAMILY.generations(key)[: int(query["depth"])]
    nodes = [FAMILY.node(key, 0) | {"referrers": []}]
    nodes += [FAMILY.node(k, d + 1) for d, row in enumerate(below) for k in row]
    return {"root": key, "currency": "EUR", "nodes": nodes, "truncated": False}


def ancestors(key: str, _query: dict[str, str]) -> dict[str, Any]:
    items, now, steps = [], FAMILY.people[key]["referrers"][:1], 1
    while now:
        person = FAMILY.people[now[0]]
        items.append(
            {"steps": steps, "id": now[0], "kind": "customer", "name": person["name"], "revenue": 1.0}
        )
        now, steps = person["referrers"][:1], steps + 1
    if key == CATE:
        items = [{"steps": 1, "id": "a-1", "kind": "affiliate", "name": "Blog", "revenue": None}]
    return {"items": items}


def advocates(_key: str, _query: dict[str, str]) -> dict[str, Any]:
    scores = influence(CATE, {})
    items = [{**scores, "name": "Cate Example", "cltv": 90.18}]
    return {
        "currency": "EUR",
        "items": items,
        "truncated": False,
        "scored_at": SCORED,
        "hops": 6,
        "decay": 0.5,
    }


def segments(_key: str, _query: dict[str, str]) -> dict[str, Any]:
    return {
        "currency": "EUR",
        "scored_at": SCORED,
        "relation": {
            "rho": -0.01,
            "p_value": 0.4,
            "interval": [-0.03, 0.01],
            "customers": 10_000,
            "reading": "None.",
        },
        "skipped_attributes": {},
        "value_unit": "EUR",
        "looked_at": {"attributes": 1, "segments": 3, "tested": 2},
        "items": [_segment(n, level, n == 0) for n, level in enumerate(("vegan", "mixed", "keto"))],
    }


def _segment(number: int, level: str, reported: bool) -> dict[str, Any]:
    return {
        "id": f"diet={level}",
        "rule": {"diet": level},
        "customers": 1276 - 200 * number,
        "share_of_customers": 0.064,
        "mean_cltv": 152.96 + 60 * number,
        "mean_cltv_rest": 271.59,
        "referral_value_per_customer": 152.34 - 50 * number,
        "referral_value_per_customer_rest": 54.12,
        "referral_difference": 98.22,
        "interval": [80.5, 116.0] if number < 2 else None,
        "share_of_value": 0.161,
        "q_value": 0.0001 if reported else 0.6 if number < 2 else None,
        "reported": reported,
        "hidden_value": 70.0,
        "hidden_interval": [55.0, 85.0] if number < 2 else None,
        "explained_by": "joinedAt" if number == 1 else None,
        "explained_measure": "CLTV" if number == 1 else None,
        "left": 0.12 if number == 1 else None,
        "query": {
            "name": "segments/members",
            "browser": f":params {{levels: {{diet: '{level}'}}, limit: 100}}",
        },
        "reading": f"diet = {level}: too little data (9 customers, 30 are needed)."
        if number == 2
        else f"diet = {level}: brings 98.22 EUR more (q = 1e-04).",
    }


def members(_key: str, query: dict[str, str]) -> dict[str, Any]:
    names = list(FAMILY.people)
    part, following = (names[:5], "more") if "cursor" not in query else (names[5:8], None)
    items = [{**influence(k, {}), "name": FAMILY.people[k]["name"], "cltv": None} for k in part]
    return {"currency": "EUR", "items": items, "next_cursor": following, "scored_at": SCORED}


def loads(_key: str, _query: dict[str, str]) -> dict[str, Any]:
    load = {"table": "customers", "source": "exports/customers.csv", "finished_at": SCORED, "rows_loaded": 38}
    return {"items": [load], "truncated": True}


ROUTES: list[tuple[str, str, Callable[[str, dict[str, str]], dict[str, Any]]]] = [
    ("programme", "", programme),
    ("customers", "", customers),
    ("customers", "one", customer),
    ("customers", "influence", influence),
    ("customers", "tree", tree),
    ("customers", "ancestors", ancestors),
    ("hidden-advocates", "", advocates),
    ("segments", "", segments),
    ("segments", "customers", members),
    ("loads", "", loads),
]


def answer(url: str) -> tuple[int, dict[str, Any]]:
    """Status and body for an address under /v1."""
    parts = urlsplit(url)
    room, _, rest = parts.path.partition("/v1/")[2].partition("/")
    key, _, what = rest.partition("/")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    key = unquote(key)
    wanted = what or ("one" if key else "")
    for name, kind, found in ROUTES:
        if (name, kind) == (room, wanted):
            if room == "customers" and key and key not in FAMILY.people:
                return problem(404, "not-found", "Not found", f"There is no customer {key}.")
            return 200, found(key, query)
    return problem(404, "not-found", "Not found", "There is no such address.")


def problem(status: int, kind: str, title: str, detail: str) -> tuple[int, dict[str, Any]]:
    return status, {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
