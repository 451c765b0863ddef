"""Files for the tests of loading; whole graphs are told by tests/dump.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.dump import picture

__all__ = ["FILES", "Write", "picture"]

Write = Callable[[Mapping[str, str]], Path]

FILES = {
    "customers.csv": "customer_id,joined_at,email,age_band,consent\n"
    "a,2024-01-01,a@example.org,30-40,yes\nb,2024-02-01,b@example.org,,no\n007,,c@example.org,18-29,\n",
    "affiliates.csv": "affiliate_id,customer_id,parent_affiliate_id,commission_rate\nf1,a,f2,0.2\nf2,,,\n",
    "orders.csv": "order_id,customer_id,placed_at,amount,kind,refunded\n"
    "o1,a,2024-01-05,10.5,new,0\no2,a,2024-03-05,20,Cross-sell,5\no3,007,2024-03-06,7,,\n",
    "refunds.csv": "refund_id,order_id,amount,whole,refunded_at\nb1,o1,2.5,,2024-01-09\n"
    ",o2,3,,2024-03-09\nb3,o3,,yes,\nb4,never,1,,\n",
    "referrals.csv": "referrer_id,referee_id,referred_at,referrer_kind\n"
    "a,b,2024-01-31,\nf1,007,,affiliate\nb,b,,\nb,a,,\n",
    "invitations.csv": "invitation_id,referrer_id,sent_at,status,referee_id\n"
    "i1,a,2024-01-02,Converted,b\ni2,a,2024-01-03,sent,\n",
    "tickets.csv": "ticket_id,customer_id,opened_at\nt1,a,2024-01-01\n",
    "surveys.csv": "survey_id,customer_id,kind,score,answered_at\ns1,a,nps,9,2024-01-01\n",
    "usage.csv": "customer_id,month,active_days\na,2024-01,3\n",
    "commissions.csv": "commission_id,affiliate_id,amount,earned_at,order_id\nk1,f1,2,2024-01-01,o1\n",
    "landings.csv": "customer_id,landing_page,landed_at,niche\na,/start,2024-01-01,tech\nb,/start,2024-01-02,tech\n",
    "spend.csv": "channel,month,amount\nads,2024-01,100\n",
    "rewards.csv": "reward_id,amount,granted_at,customer_id,affiliate_id\nr1,5,2024-01-01,a,\nr2,5,2024-01-01,,f1\n",
    "visits.csv": "day,visits,landing_page\n2024-01-01,100,/start\n",
    "tokens.csv": "customer_id,kind,token\na,device,secret-device\nb,Device,secret-device\n",
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files into one new directory and gives it."""
    directory = tmp_path / "data"

    def _write(files: Mapping[str, str]) -> Path:
        directory.mkdir(exist_ok=True)
        for name, content in files.items():
            (directory / name).write_text(content, encoding="utf-8")
        return directory

    return _write
