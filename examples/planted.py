"""What the example brand holds: its period, its rates, its five segments, and what has no effect at all.

The brand sells complete meals by subscription in six countries and charges in euros. Every figure here is a
target: the data are drawn at random around it, and truth.json sets beside it what came out.
Sources of the figures: the two public case studies (share of customers who refer, conversion, how much
likelier the referred are to refer, referral share before and after). The rest is ours, chosen to be found at
20,000 customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

START = date(2023, 1, 1)
END = date(2026, 1, 1)  # exclusive
LAUNCH = date(2024, 7, 1)  # the day on which the brand relaunched its referral programme
CURRENCY = "EUR"

DAY = 1440  # every moment inside the generator is a whole minute since START
DAYS = (END - START).days
LAUNCH_DAY = (LAUNCH - START).days
STOP = DAYS * DAY
MONTH = 30.4375 * DAY

WINDOW_DAYS = 180
REFERRAL_RATE = 0.22
CONVERSION = 0.60
PROPENSITY_RATIO = 3.5
SHARE_BEFORE, SHARE_AFTER = 0.20, 0.27
AFFILIATE_SHARE = 0.06
REJECTED = 0.025  # of all invitations; out of the conversion on both sides

RAMP_DAYS = 45.0  # in its first weeks the brand has nobody yet who could refer
INVITE_LAG_DAYS = 35.0  # mean from joining to being ready to invite; exponential
PULL_DAYS = 70.0  # mean of how far back from joining a referrer's first step may lie
ACTIVITY_SIGMA = 0.9  # log-normal: a few referrers bring many

# Inside and outside the segments those who are worth more refer a little more. It weighs against the segments
# (worth less, refer more) so that over all customers CLTV says nothing of referrals. Found by bisection at a
# million customers, mean of several seeds.
LEAN = 0.31

MONTHLY_CHURN = 0.05
CHURNERS_FACTOR, LOYAL_FACTOR = 3.0, 0.4
FRICTION_SHARE, FRICTION_FACTOR = 0.15, 0.75  # many tickets: three quarters as likely to refer
ORDERS_PER_MONTH = 0.42
BASKET = 34.0
COHORT_TREND = 0.36  # log of the last cohort's basket over the first one's
CLTV_MONTHS = 24

LEVELS: dict[str, dict[str, float]] = {
    "country": {"GB": 0.34, "DE": 0.24, "US": 0.15, "FR": 0.12, "NL": 0.08, "SE": 0.07},
    "age_band": {"18-24": 0.08, "25-34": 0.36, "35-44": 0.28, "45-54": 0.17, "55+": 0.11},
    "plan": {"flexible": 0.07, "monthly": 0.62, "quarterly": 0.21, "family": 0.10},
    "diet": {"vegan": 0.06, "omnivore": 0.60, "vegetarian": 0.19, "pescatarian": 0.15},
    "occupation": {
        "shift_worker": 0.05,
        "office": 0.42,
        "trades": 0.17,
        "self_employed": 0.15,
        "health_care": 0.11,
        "not_working": 0.10,
    },
    "sport": {"climbing": 0.05, "none": 0.38, "gym": 0.27, "running": 0.20, "cycling": 0.10},
}
# Drawn when a customer is written, and related to nothing.
IDLE_LEVELS: dict[str, dict[str, float]] = {
    "city_size": {"large": 0.41, "middle": 0.27, "small": 0.19, "village": 0.13},
    "acquisition_device": {"phone": 0.63, "laptop": 0.28, "tablet": 0.09},
    "first_product": {"powder": 0.44, "hot_meal": 0.23, "drink": 0.21, "bar": 0.12},
    "crm_role": {"user": 0.70, "influencer": 0.14, "decision_maker": 0.11, "champion": 0.05},
}
# Goes with the joining quarter only: the old form was replaced step by step.
FORM_LEVELS = ("classic", "one_page")

CHANNELS = (
    "organic_search", "paid_search", "paid_social", "email", "direct", "referral", "affiliate",
)  # fmt: skip
OPEN_CHANNELS = {
    "organic_search": 0.38,
    "paid_search": 0.25,
    "paid_social": 0.20,
    "email": 0.09,
    "direct": 0.08,
}
REFERRAL, AFFILIATE = CHANNELS.index("referral"), CHANNELS.index("affiliate")
CHANNEL_BASKET = (1.12, 0.97, 0.92, 1.0, 1.0, 1.08, 0.97)
CHANNEL_COST = (
    6.0,
    38.0,
    45.0,
    4.0,
    1.0,
    5.0,
    12.0,
)  # EUR of spend per new customer, rewards and commissions apart

REWARD_REFERRER, REWARD_REFEREE = 1000, 500  # cents


@dataclass(frozen=True)
class Segment:
    """A rule on one attribute whose customers are worth less and bring more.

    Attributes:
        attribute, level: the rule.
        worth: factor on what the customer spends, against the same customer outside the segment.
        invites: factor on the chance of inviting at all.
        activity: factor on how many are brought by one who invites.

    """

    attribute: str
    level: str
    worth: float = 0.55
    invites: float = 1.7
    activity: float = 2.0


SEGMENTS = (
    Segment("age_band", "18-24"),
    Segment("plan", "flexible"),
    Segment("diet", "vegan"),
    Segment("occupation", "shift_worker"),
    Segment("sport", "climbing"),
)

NOT_PLANTED = {
    "cltv and referrals": "no relation over all customers (see planted.rho_cltv_referrals)",
    "city_size": "related to nothing",
    "acquisition_device": "related to nothing",
    "first_product": "related to nothing",
    "crm_role": "related to nothing",
    "consent": "related to nothing",
    "country": "friends share it; neither spending nor referring depends on it",
    "pairs of attributes": "no pair does more than its two attributes do",
    "churn of the referred": "the referred leave as often as the others do",
    "weekday of joining": "more join on Mondays; it matters to nothing else",
}
