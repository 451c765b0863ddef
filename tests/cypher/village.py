"""A village small enough to count on one's fingers, with one of everything that the queries ask about.

ann → ben → cat → dan        a chain; ann also brought eve, and nat as the affiliate she acts as
ann → eve → kim              (ann claims kim, too: too late)
affiliate a-1 → fay          fay left
hal → ida → joe (→ hal)      a ring without dates
old-ann is ann's other id
gus → gus, dan → lea (who was there before), zed (nobody) → moe
"""

import pandas as pd

CUSTOMERS = pd.DataFrame(
    [
        ("ann", "2024-01-01", "DE", "basic", "organic", 50.0, None),
        ("ben", "2024-02-01", "DE", "basic", "referral", 100.0, None),
        ("cat", "2024-03-01", "DE", "plus", "referral", 150.0, None),
        ("dan", "2024-04-01", "FR", "plus", "referral", 200.0, None),
        ("eve", "2024-03-15", "FR", "basic", "referral", 250.0, None),
        ("fay", "2024-05-01", "FR", "plus", "affiliate", 300.0, "2024-09-01"),
        ("gus", "2024-05-01", "FR", "basic", "paid_search", 350.0, None),
        ("hal", None, None, None, None, 400.0, None),
        ("ida", None, None, None, None, 450.0, None),
        ("joe", None, None, None, None, 500.0, None),
        ("kim", "2024-06-01", "DE", "basic", "referral", 550.0, None),
        ("lea", "2023-06-01", "DE", "basic", "paid_search", 600.0, None),
        ("moe", "2024-07-01", "DE", "basic", "organic", 650.0, None),
        ("nat", "2024-08-01", "DE", "plus", "affiliate", 700.0, None),
    ],
    columns=["customer_id", "joined_at", "country", "plan", "channel", "cltv", "churned_at"],
).assign(name=lambda t: t["customer_id"].str.title(), revenue=100.0)
# Two of the merchant's own ids: the email cannot say that they are one.
CUSTOMERS["email"] = CUSTOMERS["customer_id"].map({"hal": "ring@example.org", "ida": "Ring@example.org"})

ALIASES = pd.DataFrame([("old-ann", "ann")], columns=["alias", "customer_id"])

AFFILIATES = pd.DataFrame(
    [
        ("a-1", "Health blog", "health", None, None),
        ("a-2", "Ann's page", "food", "ann", None),
        ("a-3", "Sub", "food", None, "a-1"),
    ],
    columns=["affiliate_id", "name", "niche", "customer_id", "parent_affiliate_id"],
)

REFERRALS = pd.DataFrame(
    [
        ("k-01", "ann", "ben", "2024-02-01", "customer"),
        ("k-02", "ben", "cat", "2024-03-01", "customer"),
        ("k-03", "cat", "dan", "2024-04-01", "customer"),
        ("k-04", "ann", "eve", "2024-03-15", "customer"),
        ("k-05", "a-1", "fay", "2024-05-01", "affiliate"),
        ("k-06", "gus", "gus", "2024-05-01", "customer"),
        ("k-07", "hal", "ida", None, "customer"),
        ("k-08", "ida", "joe", None, "customer"),
        ("k-09", "joe", "hal", None, "customer"),
        ("k-10", "eve", "kim", "2024-06-01", "customer"),
        ("k-11", "ann", "kim", "2024-06-02", "customer"),
        ("k-12", "dan", "lea", "2024-05-01", "customer"),
        ("k-13", "zed", "moe", "2024-07-01", "customer"),
        ("k-14", "a-2", "nat", "2024-08-01", "affiliate"),
    ],
    columns=["claim_id", "referrer_id", "referee_id", "referred_at", "referrer_kind"],
)

# One order of 100 each but for the three of the ring, whose revenue is the column's; cat returned a part of hers: 15 of
# it by its own row, 5 by a refund.
ORDERS = pd.DataFrame(
    [
        (f"o-{c}", c, joined, 120.0 if c == "cat" else 100.0, 15.0 if c == "cat" else 0.0)
        for c, joined in zip(CUSTOMERS["customer_id"], CUSTOMERS["joined_at"], strict=True)
        if pd.notna(joined)
    ],
    columns=["order_id", "customer_id", "placed_at", "amount", "refunded"],
)

REFUNDS = pd.DataFrame({"refund_id": ["b-cat"], "order_id": ["o-cat"], "amount": [5.0]})

INVITATIONS = pd.DataFrame(
    [
        ("i-1", "ann", "2024-01-20", "converted", "ben", None),
        ("i-2", "ann", "2024-03-01", "converted", "eve", None),
        ("i-3", "ann", "2024-03-02", "expired", None, None),
        ("i-4", "ann", "2024-03-03", "rejected", None, "fraud"),
        ("i-5", "ben", "2024-02-20", "converted", "cat", None),
        ("i-6", "cat", "2024-03-20", "converted", "dan", None),
        ("i-7", "eve", "2024-05-20", "converted", "kim", None),
        ("i-8", "moe", "2024-07-20", "pending", None, None),
    ],
    columns=["invitation_id", "referrer_id", "sent_at", "status", "referee_id", "reason"],
)

COMMISSIONS = pd.DataFrame(
    [
        ("m-1", "a-1", 10.0, "2024-05-02", "o-fay", "paid"),
        ("m-2", "a-1", 5.0, "2024-06-02", "o-fay", "voided"),
    ],
    columns=["commission_id", "affiliate_id", "amount", "earned_at", "order_id", "status"],
)

SPEND = pd.DataFrame(
    [("paid_search", "2024-05", 150.0), ("paid_search", "2024-06", 50.0), ("tv", "2024-06", 70.0)],
    columns=["channel", "month", "amount"],
)

REWARDS = pd.DataFrame(
    [
        ("r-1", "ann", 10.0, "2024-02-02", "referrer", "k-01"),
        ("r-2", "ben", 5.0, "2024-02-02", "referee", "k-01"),
    ],
    columns=["reward_id", "customer_id", "amount", "granted_at", "side", "claim_id"],
).assign(status="paid")

TOKENS = pd.DataFrame(
    [("gus", "device", "d-1"), ("moe", "device", "d-1"), ("ann", "device", "d-2")],
    columns=["customer_id", "kind", "token"],
)

TABLES = {
    "customers": CUSTOMERS,
    "aliases": ALIASES,
    "affiliates": AFFILIATES,
    "referrals": REFERRALS,
    "orders": ORDERS,
    "refunds": REFUNDS,
    "invitations": INVITATIONS,
    "commissions": COMMISSIONS,
    "spend": SPEND,
    "rewards": REWARDS,
    "tokens": TOKENS,
}
