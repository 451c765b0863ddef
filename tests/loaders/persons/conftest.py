"""One person with everything that can be loaded about somebody, and three others around them."""

from __future__ import annotations

from typing import Any

import pandas as pd

Tables = dict[str, pd.DataFrame]


def _frame(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


def tables() -> Tables:
    """Mia Quill (`mq-1`, also `stripe:cus_mia` by an alias and `email:mia@quill.example`), and who is around her.

    ola brought her; she brought per, and rex as the affiliate `mia-blog`; sub-blog is below that affiliate.
    """
    return {
        "customers": _frame(
            "customer_id joined_at email name country plan channel crm_role revenue cltv consent shoe_colour",
            ("ola", "2024-01-01", "ola@x.example", "Ola", "NO", "basic", "organic", None, 50, 10, True, "red"),
            ("mq-1", "2024-02-01", "Mia@Quill.example", "Mia Quill", "Miania", "miaplan", "miachannel",
             "miarole", 70, 20, True, "miablue"),
            ("stripe:cus_mia", None, None, "Mia Q.", None, None, None, None, None, None, None, "miagreen"),
            ("email:mia@quill.example", None, "mia@quill.example", None, None, None, None, None, None, None, None,
             None),
            ("per", "2024-03-01", "per@x.example", "Per", "NO", "plus", "referral", None, 100, 30, True, "red"),
            ("rex", "2024-04-01", "rex@x.example", "Rex", "NO", "plus", "affiliate", None, 100, 40, True, "red"),
        ),
        "aliases": _frame("alias customer_id", ("stripe:cus_mia", "mq-1")),
        "affiliates": _frame(
            "affiliate_id name email customer_id parent_affiliate_id niche commission_rate",
            ("mia-blog", "Mia's Blog", "blog@quill.example", "stripe:cus_mia", None, "mianiche", 0.1),
            ("sub-blog", "Sub", "sub@x.example", None, "mia-blog", "food", 0.2),
        ),
        "orders": _frame(
            "order_id customer_id placed_at amount kind refunded once_within",
            ("o-1", "mq-1", "2024-02-02", 40.0, "new", 2.0, 60),
            ("o-2", "stripe:cus_mia", "2024-02-03", 20.0, "renewal", 0.0, None),
            ("o-3", "per", "2024-03-02", 90.0, "new", 0.0, None),
            ("o-4", "rex", "2024-04-02", 80.0, "new", 0.0, 60),
            # The first one told again.
            ("o-5", "mq-1", "2024-02-02T00:30:00Z", 40.0, "new", 0.0, 60),
        ),
        "refunds": _frame(
            "refund_id order_id amount refunded_at",
            ("rf-1", "o-1", 1.0, "2024-02-08"),
            (None, "o-1", 2.0, "2024-02-09"),
            ("rf-3", "o-3", 0.0, "2024-03-09"),
        ),
        "referrals": _frame(
            "referrer_id referee_id referred_at referrer_kind campaign code",
            ("ola", "mq-1", "2024-02-01", "customer", "spring", "OLA10"),
            ("stripe:cus_mia", "per", "2024-03-01", "customer", "miacampaign", "MIA10"),
            ("mia-blog", "rex", "2024-04-01", "affiliate", "spring", "MIA20"),
            ("mq-1", "mq-1", None, "customer", None, None),
            ("mia-blog", "nobody-yet", None, "affiliate", None, "MIA20"),
        ),
        "invitations": _frame(
            "invitation_id referrer_id sent_at referrer_kind status referee_id channel campaign reason",
            ("i-1", "ola", "2024-01-20", "customer", "converted", "mq-1", "mail", "spring", "mia moved"),
            ("i-2", "mq-1", "2024-02-20", "customer", "converted", "per", "whatsapp", "spring", "for per"),
            ("i-3", "email:mia@quill.example", "2024-02-21", "customer", "rejected", None, None, None, "mia spam"),
        ),
        "tickets": _frame("ticket_id customer_id opened_at severity", ("t-1", "mq-1", "2024-02-05", "mia is angry")),
        "surveys": _frame("survey_id customer_id kind score answered_at", ("s-1", "mq-1", "nps", 9, "2024-02-06")),
        "usage": _frame(
            "customer_id month active_days feature",
            ("mq-1", "2024-02", 3, "miafeature"),
            ("mq-1", "2024-02", 4, "otherfeature"),
        ),
        "commissions": _frame(
            "commission_id affiliate_id amount earned_at customer_id order_id",
            ("k-1", "mia-blog", 8.0, "2024-04-03", "rex", "o-4"),
            ("k-2", "sub-blog", 2.0, "2024-02-03", "stripe:cus_mia", "o-1"),
            ("k-3", "sub-blog", 1.0, "2024-02-04", None, "o-2"),
        ),
        "landings": _frame(
            "customer_id landing_page landed_at niche affiliate_id",
            ("mq-1", "/start", "2024-02-01", "tech", None),
            ("rex", "/start", "2024-04-01", "tech", "mia-blog"),
            ("later", "/start", "2024-05-01", "tech", "mia-blog"),
        ),
        "rewards": _frame(
            "reward_id amount granted_at customer_id affiliate_id side",
            ("r-1", 5.0, "2024-02-02", "mq-1", None, "referee"),
            ("r-2", 5.0, "2024-04-02", None, "mia-blog", "referrer"),
        ),
        "visits": _frame(
            "day visits landing_page affiliate_id clicks",
            ("2024-04-01", 100, "/start", "mia-blog", 9),
        ),
        "tokens": _frame(
            "customer_id kind token",
            ("mq-1", "device", "mia-device"), ("ola", "device", "mia-device"), ("mq-1", "payout", "mia-account"),
        ),
    }  # fmt: skip
