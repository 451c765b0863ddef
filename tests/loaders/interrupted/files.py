"""Two sets of files with everything in them, each of which changes what the other has made.

Both name the same rows: loaded over each other, orders, claims and landings move to other customers, ids are joined and
released, emails are shared and no longer shared, people come whom rows were waiting for. All columns are in both:
loaded in turns, the graph after each of them is always the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

ROWS = 12


def _customers(second: bool) -> str:
    lines = ["customer_id,joined_at,email,name,revenue,age_band"]
    for n in range(ROWS):
        # Two with one email: a merchant's own and one of Stripe's, in pairs that differ between the two.
        email = f"mail{n + (1 if second and n % 3 == 0 else 0)}@example.org"
        lines.append(f"c{n},2024-01-{n + 1:02d},{email},Name {n}{' II' if second else ''},{n},{n}0")
        lines.append(f"stripe:{n},2024-02-01,mail{n}@example.org,Name {n},,")
    if second:
        lines.append("late,2024-03-01,late@example.org,Late,,")
    return "\n".join(lines)


def _of(second: bool, n: int) -> str:
    """Whose the n-th row is: customers by both of their ids, one by an alias, one of nobody yet."""
    if n % 7 == 3:
        return "late"
    if n % 5 == 4:
        return f"old{n % 4}"
    k = (n + 3) % ROWS if second else n % ROWS
    return f"stripe:{k}" if n % 2 else f"c{k}"


def _rows(header: str, row: Callable[[int], str], count: int = ROWS) -> str:
    return "\n".join([header, *(row(n) for n in range(count))])


def files(second: bool) -> dict[str, str]:
    """The files by name; a second set with the same ids and other people."""

    def of(n: int) -> str:
        return _of(second, n)

    shift = 1 if second else 0
    return {
        "customers.csv": _customers(second),
        "aliases.csv": _rows("alias,customer_id", lambda n: f"old{n},c{n + shift}", 4)
        + ("\nstripe:7,c2" if second else "\nstripe:7,c3"),
        "affiliates.csv": _rows(
            "affiliate_id,customer_id,parent_affiliate_id", lambda n: f"f{n},{of(n)},f{(n + 1) % 4}", 4
        ),
        "orders.csv": _rows(
            "order_id,customer_id,placed_at,amount,refunded",
            lambda n: f"o{n},{of(n)},2024-03-{n % 28 + 1:02d},{n + shift}.5,0",
            30,
        ),
        # Several of one order, which differs between the two, and of none that comes.
        "refunds.csv": _rows(
            "refund_id,order_id,amount,whole",
            lambda n: (
                f"b{n},{f'o{n % 5 + shift}' if n % 4 else 'nowhere'},{'' if n == 7 else n},{'yes' if n == 7 else ''}"
            ),
        ),
        "referrals.csv": _rows(
            "referrer_id,referee_id,referred_at,referrer_kind,claim_id",
            lambda n: (
                f"{f'f{n % 4}' if n % 6 == 5 else of(n)},{of(n + 1)},2023-12-0{n % 9 + 1},"
                f"{'affiliate' if n % 6 == 5 else 'customer'},k{n}"
            ),
            16,
        ),
        "invitations.csv": _rows(
            "invitation_id,referrer_id,sent_at,referee_id", lambda n: f"i{n},{of(n)},2024-01-01,{of(n + 1)}"
        ),
        "tickets.csv": _rows("ticket_id,customer_id,opened_at", lambda n: f"t{n},{of(n)},2024-01-01", 6),
        "surveys.csv": _rows(
            "survey_id,customer_id,kind,score,answered_at", lambda n: f"s{n},{of(n)},nps,{n},2024-01-01", 6
        ),
        "usage.csv": _rows("customer_id,month,events", lambda n: f"c{n},2024-01,{n + shift}", 6),
        "commissions.csv": _rows(
            "commission_id,affiliate_id,amount,earned_at,order_id",
            lambda n: f"m{n},f{(n + shift) % 4},1,2024-01-01,{f'o{n}' if n % 3 else 'nowhere'}",
        ),
        "landings.csv": _rows(
            "customer_id,landing_page,landed_at,niche", lambda n: f"{of(n)},/p{n % 3},2024-01-01,niche"
        ),
        "rewards.csv": _rows(
            "reward_id,amount,granted_at,customer_id", lambda n: f"r{n},2,2024-01-01,{of(n)}", 6
        ),
        "spend.csv": "channel,month,amount\nads,2024-01,5",
        "tokens.csv": _rows("customer_id,kind,token", lambda n: f"{of(n)},device,d{n % 4}", 10),
    }


def write(directory: Path, content: Mapping[str, str]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in content.items():
        (directory / name).write_text(f"{text}\n", encoding="utf-8")
    return directory
