"""Twenty seeds of the example brand: the intervals of the programme's figures hold what was planted."""

from pathlib import Path

import numpy as np
import pandas as pd

from refnet.analysis.programme.intervals import difference, share
from refnet.examples import brand

SEEDS, CUSTOMERS = 20, 20_000


def test_intervals_hold_the_planted_figures(tmp_path: Path) -> None:
    """Six figures in twenty brands: 90 to 99 % of the 95 % intervals, pooled."""
    held = []
    for seed in range(100, 100 + SEEDS):
        folder = tmp_path / str(seed)
        planted = brand.write(folder, customers=CUSTOMERS, seed=seed)["planted"]
        joined = pd.to_datetime(pd.read_csv(folder / "customers.csv")["joined_at"], utc=True)
        sent = pd.read_csv(folder / "invitations.csv")["status"]
        before = int((joined < pd.Timestamp(brand.LAUNCH, tz="UTC")).sum())
        brought = {
            name: (round(planted[f"referral_share_{name}"]["realised"] * of), of)
            for name, of in (("before", before), ("after", CUSTOMERS - before))
        }
        figures = {
            "conversion": share(int((sent == "converted").sum()), int((sent != "rejected").sum())),
            "referral_rate": share(round(planted["referral_rate"]["realised"] * CUSTOMERS), CUSTOMERS),
            "affiliate_share": share(round(planted["affiliate_share"]["realised"] * CUSTOMERS), CUSTOMERS),
            "referral_share_before": share(*brought["before"]),
            "referral_share_after": share(*brought["after"]),
        }
        held += [
            low <= planted[name]["target"] <= high
            for name, figure in figures.items()
            for low, high in [figure["interval"]]
        ]
        low, high = difference(brought["before"], brought["after"])["interval"]
        target = planted["referral_share_after"]["target"] - planted["referral_share_before"]["target"]
        held.append(low <= target <= high)
    assert len(held) == 6 * SEEDS
    assert 0.90 <= np.mean(held) <= 0.99
