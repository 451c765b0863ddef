"""Small but nasty brands, made up by hypothesis: every table, in few rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

Row = dict[str, str | None]
Brand = dict[str, list[Row]]

# Ids that are easily taken for one another, of several systems, and of people and partners who are never loaded.
PEOPLE = [
    "a",
    "A",
    "1",
    "01",
    "1.0",
    "é",
    "e\u0301",
    "stripe:a",
    "stripe:b",
    "email:ann@x.example",
    'it\'s "q", ;\\n',
    "日本",
]
NOBODY = ["nobody", "zed:1"]
PARTNERS = ["p", "P", "a", "p'1", "ŝ"]
# Equal but for case, equal ones of one kind of id, and what is no email.
EMAILS = ["ann@x.example", "Ann@X.example", "bob@x.example", "n/a", "@"]
TIMES = ["2024-01-01", "2024-01-02", "2024-01-02T00:00:00+02:00", "2024-01-02T10:11:12.345678Z", "2024-03-01"]
TEXTS = ["x", "Ünï çødé ☃ 😀", 'a "quoted", word', "two\nlines", "'7", "NaN", "null", "\\", "{}", "0"]
MONEY = ["0", "7", "10.5", "0.1", "0.2", "19.99", "1e2"]

_person = st.sampled_from(PEOPLE + NOBODY)
_partner = st.sampled_from([*PARTNERS, "no-partner"])
_some_time = st.sampled_from(TIMES)


def _maybe(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), values)


_text = _maybe(st.sampled_from(TEXTS))
_money = st.sampled_from(MONEY)

# What each table's columns hold; `kind or` an affiliate's: see `_of_kind`.
_COLUMNS: dict[str, dict[str, st.SearchStrategy[str | None]]] = {
    "customers": {
        "joined_at": _maybe(_some_time),
        "email": _maybe(st.sampled_from(EMAILS)),
        "name": _text,
        "plan": _text,
        "revenue": _maybe(_money),
        "margin": _maybe(st.sampled_from([*MONEY, "-3.5"])),
        "cltv": _maybe(_money),
        "referral_count": _maybe(st.sampled_from(["0", "3"])),
        "churned_at": _maybe(_some_time),
        "consent": _maybe(st.sampled_from(["true", "false"])),
        # Further columns: each cell tells the kind of its column by itself, as those of a real one mostly do.
        "diet": _maybe(st.sampled_from(["vegan", "Ünï", "007"])),
        "Shoe size": _maybe(st.sampled_from(["41", "42.5"])),
        "größe`": _maybe(st.sampled_from(["2024-01-01", "2024-02-03T10:00:00Z"])),
        "vip": _maybe(st.sampled_from(["true", "false"])),
    },
    "affiliates": {
        "name": _text,
        "email": _maybe(st.sampled_from(EMAILS)),
        "customer_id": _maybe(_person),
        "parent_affiliate_id": _maybe(_partner),
        "commission_rate": _maybe(st.sampled_from(["0", "0.2", "1"])),
        "joined_at": _maybe(_some_time),
    },
    "orders": {
        "customer_id": _person,
        "placed_at": _some_time,
        "amount": _money,
        "kind": _maybe(st.sampled_from(["new", "renewal", "upsell", "cross_sell"])),
        "refunded": _maybe(_money),  # more than the amount: such rows are refused, everywhere alike
        "margin": _maybe(_money),
        "once_within": _maybe(st.sampled_from(["0", "60", "2e6"])),
    },
    "refunds": {"order_id": st.sampled_from(["0", "1", "2", "never"]), "refunded_at": _maybe(_some_time)},
    "referrals": {
        "referrer_kind": st.sampled_from(["customer", "customer", "affiliate"]),
        "referee_id": _person,
        "referred_at": _maybe(_some_time),
        "campaign": _text,
    },
    "invitations": {
        "referrer_kind": st.sampled_from(["customer", "affiliate"]),
        "sent_at": _some_time,
        "status": _maybe(st.sampled_from(["sent", "converted", "rejected"])),
        "referee_id": _maybe(_person),
        "reason": _text,
    },
    "tickets": {"customer_id": _person, "opened_at": _some_time, "severity": _text},
    "surveys": {
        "customer_id": _person,
        "kind": st.sampled_from(["nps", "csat"]),
        "score": st.sampled_from(["0", "9.5", "11"]),
        "answered_at": _some_time,
    },
    "usage": {"active_days": _maybe(st.sampled_from(["0", "3"])), "events": _maybe(st.just("7"))},
    "commissions": {
        "affiliate_id": _partner,
        "amount": _money,
        "earned_at": _some_time,
        "customer_id": _maybe(_person),
        "order_id": _maybe(st.sampled_from(["0", "1", "9"])),
        "status": _maybe(st.just("paid")),
    },
    "landings": {"affiliate_id": _maybe(_partner)},
    "spend": {"amount": _money},
    "rewards": {
        "amount": _money,
        "granted_at": _some_time,
        "side": _maybe(st.sampled_from(["referrer", "referee"])),
        "claim_id": _maybe(st.sampled_from(["0", "nowhere"])),
    },
    "visits": {"visits": st.just("3"), "clicks": _maybe(st.just("1"))},
    "tokens": {},
}  # fmt: skip

# What tells a table's rows apart: no key comes twice, as of two rows that contradict each other the later one holds.
_KEYS: dict[str, dict[str, st.SearchStrategy[str | None]]] = {
    "customers": {"customer_id": st.sampled_from(PEOPLE)},
    "aliases": {"alias": _person},
    "affiliates": {"affiliate_id": st.sampled_from(PARTNERS)},
    "orders": {"order_id": st.sampled_from(["0", "1", "2", "00", "ö"])},
    "refunds": {
        "refund_id": _maybe(st.sampled_from(["0", "b"])),
        # Of what has no id it is the fact; enough of them to be more than the order's amount.
        "amount": _maybe(_money),
    },
    "referrals": {
        "claim_id": _maybe(st.sampled_from(["0", "1", "z"])),
        "referrer_id": _person,
        "code": _text,
    },
    "invitations": {"invitation_id": st.sampled_from(["0", "1", "i"])},
    "tickets": {"ticket_id": st.sampled_from(["0", "t"])},
    "surveys": {"survey_id": st.sampled_from(["0", "s"])},
    "usage": {"customer_id": _person, "month": st.sampled_from(["2024-01", "2024-02"]), "feature": _text},
    "commissions": {"commission_id": st.sampled_from(["0", "k"])},
    "landings": {
        "customer_id": _person,
        "landing_page": st.sampled_from(["/", "/start", "/Start"]),
        "landed_at": _maybe(_some_time),
    },
    "spend": {"channel": st.sampled_from(["ads", "Ads"]), "month": st.sampled_from(["2024-01", "2024-02"])},
    "rewards": {"reward_id": st.sampled_from(["0", "r", "R"])},
    "visits": {
        "day": st.sampled_from(["2024-01-01", "2024-01-02"]),
        "landing_page": _maybe(st.just("/start")),
    },
    "tokens": {
        "customer_id": _person,
        "kind": st.sampled_from(["device", "payout"]),
        "token": st.sampled_from(["t-1", "t-2"]),
    },
}
_IDS: dict[str, list[str]] = {
    "customers": PEOPLE,
    "aliases": PEOPLE,
    "affiliates": PARTNERS,
    "orders": ["0", "1", "2", "00", "ö"],
    "refunds": ["0", "b"],
    "referrals": ["0", "1", "z"],
    "invitations": ["0", "1", "i"],
    "tickets": ["0", "t"],
    "surveys": ["0", "s"],
    "commissions": ["0", "k"],
    "rewards": ["0", "r", "R"],
}
# Rows that are deleted, of which a brand may have some.
_REMOVALS = st.sampled_from(sorted((table, i) for table, ids in _IDS.items() for i in ids))
_MOST = {"customers": 7, "aliases": 5, "referrals": 8, "orders": 4, "refunds": 6, "affiliates": 4}


@st.composite
def brands(draw: st.DrawFn) -> Brand:
    """A brand: rows by table, all cells text or None, each key once; some tables are not there, some have no rows."""
    made: Brand = {}
    for table, keys in _KEYS.items():
        if table not in ("customers", "referrals") and not draw(st.integers(0, 2)):
            continue
        row = st.fixed_dictionaries(keys | _COLUMNS.get(table, {}))
        rows = draw(
            st.lists(row, max_size=_MOST.get(table, 3), unique_by=lambda r, keys=keys: _key(r, keys))  # type: ignore[misc]
        )
        made[table] = _only_some(draw, table, [_whole(draw, table, each) for each in rows])
    named = draw(st.lists(_REMOVALS, max_size=6, unique=True))
    made["removals"] = [
        {"table": table, "id": i, "removed_at": draw(_maybe(_some_time))} for table, i in named
    ]
    return {table: rows for table, rows in made.items() if rows}


def _key(row: Row, keys: Mapping[str, Any]) -> Any:
    given = next((name for name in ("claim_id", "refund_id") if name in keys), None)
    if given is not None:
        # Where there is no id the facts are it; those of the rest of the row are in it, too.
        return row[given] or tuple(row.items())
    return tuple(row[name] for name in keys)


def _whole(draw: st.DrawFn, table: str, row: Row) -> Row:
    """What depends on the rest of the row."""
    if table == "aliases":
        row["customer_id"] = draw(_person)
    if table == "invitations":
        row["referrer_id"] = draw(_person)
    if row.get("referrer_kind") == "affiliate":
        row["referrer_id"] = draw(_partner)
    if table == "referrals" and draw(st.integers(0, 5)) == 0:
        row["referee_id"] = row["referrer_id"]
    if row.get("once_within") is not None:  # that some of them are one sale
        row |= {
            "customer_id": draw(st.sampled_from(["a", "stripe:a"])),
            "amount": draw(st.sampled_from(["7", "10.5"])),
        }
    if table == "refunds":
        row["whole"] = None if row["amount"] else "yes"
    if table == "landings":
        # Of two words on one page the later holds: here each page has one, or none in that row.
        row["niche"] = draw(_maybe(st.just(f"niche of {row['landing_page']}")))
    if table == "rewards":
        whose = draw(st.booleans())
        row |= {
            "customer_id": draw(_person) if whose else None,
            "affiliate_id": None if whose else draw(_partner),
        }
    return row


_OPTIONAL = {
    "customers": (
        "name",
        "plan",
        "revenue",
        "margin",
        "cltv",
        "consent",
        "vip",
        "diet",
        "Shoe size",
        "joined_at",
    ),
    "orders": ("kind", "refunded", "margin", "once_within"),
    "refunds": ("refunded_at",),
    "referrals": ("campaign", "code", "claim_id"),
}


def _only_some(draw: st.DrawFn, table: str, rows: list[Row]) -> list[Row]:
    """Files do not have all the columns that they may have."""
    gone = draw(st.sets(st.sampled_from(_OPTIONAL[table]), max_size=2)) if table in _OPTIONAL else set()
    if "claim_id" in gone or "code" in gone:  # what told rows apart
        gone -= {"claim_id", "code"}
    return [{name: cell for name, cell in row.items() if name not in gone} for row in rows]


def halves(brand: Brand, cuts: Sequence[int]) -> list[Brand]:
    """Every table in two parts, cut at those places."""
    first = {t: rows[: cut % (len(rows) + 1)] for (t, rows), cut in zip(brand.items(), cuts, strict=True)}
    second = {t: rows[len(first[t]) :] for t, rows in brand.items()}
    return [{t: rows for t, rows in part.items() if rows} for part in (first, second)]
