"""`refnet affiliates` and `refnet what-if` as a person runs them."""

from pathlib import Path

import pytest

from tests.cypher.village import TABLES
from tests.refnet.conftest import Run, says


@pytest.mark.usefixtures("at_home")
def test_scorecards_and_another_commission(refnet: Run, tmp_path: Path) -> None:
    for name in ("customers", "affiliates", "referrals", "orders", "commissions"):
        (tmp_path / "data").mkdir(exist_ok=True)
        TABLES[name].to_csv(tmp_path / "data" / f"{name}.csv", index=False)
    says(refnet("load", str(tmp_path / "data")), 0)
    says(refnet("affiliates"), 0, "a-2  Ann's page", "all", "190.00", "too little data", "churned_at")
    says(
        refnet("affiliates", "a-1"), 0,
        "Health blog", "1 of theirs", "ROAS", "With 1 below", "commission taken back",
    )  # fmt: skip
    says(refnet("affiliates", "a-2"), 0, "They are the customer ann")
    says(refnet("affiliates", "--by", "niche"), 0, "health", "food")
    says(refnet("affiliates", "--by", "month", "--json"), 0, '"level": "2024-05"')
    says(refnet("affiliates", "a-9"), 1, "There is no affiliate a-9.")
    says(refnet("affiliates", "--by", "shoe"), 2, "--by is programme, niche, month, not shoe")
    says(refnet("affiliates", "a-1", "--by", "niche"), 2, "goes with no ID")

    terms = tmp_path / "new.toml"
    terms.write_text('name = "new"\nrate = 0.2\n[[tiers]]\nfrom = 1\nrate = 0.3\n', encoding="utf-8")
    says(refnet("what-if", str(terms)), 0, "a-1  Health blog", "30.00", "60.00", "new: amounts in EUR")
    says(refnet("what-if", str(terms), "--cap", "12", "--json"), 0, '"what_if": 24.0')
    says(refnet("what-if", "--rate", "own", "--fixed", "7"), 0, "14.00")
    says(refnet("what-if"), 2, "What if what?")
    says(refnet("what-if", "--rate", "ten"), 2, "--rate is a number or own")
    says(refnet("what-if", "--cap", "12"), 2, "pays nothing")
    terms.write_text("rate = 20", encoding="utf-8")
    says(refnet("what-if", str(terms)), 1, "new.toml", "rate is from 0 to 1")
