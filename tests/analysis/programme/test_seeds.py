"""Twenty seeds of the example brand: the intervals of the programme's figures hold what was planted."""

from pathlib import Path

import numpy as np
import pandas as pd

from refnet.analysis.programme.estimates import same_weekdays
from refnet.analysis.programme.intervals import difference, ratio, share
from refnet.examples import brand

SEEDS, CUSTOMERS = 20, 20_000


def test_intervals_hold_the_planted_figures(tmp_path: Path) -> None:
    """Eight figures in twenty brands: 90 to 99 % of the 95 % intervals, pooled."""
    held = []
    for seed in range(100, 100 + SEEDS):
        folder = tmp_path / str(seed)
        truth = brand.write(folder, customers=CUSTOMERS, seed=seed)
        planted = truth["planted"]
        customers = pd.read_csv(folder / "customers.csv", usecols=["joined_at", "channel"])
        joined = pd.to_datetime(customers["joined_at"], utc=True)
        referred = (customers["channel"] == "referral").to_numpy()
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
        day, place = np.unique(joined.dt.tz_localize(None).to_numpy("datetime64[D]"), return_inverse=True)
        low, high = same_weekdays(
            day.astype(np.int64),
            np.bincount(place, referred).astype(np.int64),
            np.bincount(place),
            int(np.datetime64(brand.LAUNCH, "D").astype(np.int64)),
        )["interval"]
        held.append(low <= target <= high)
        # Who joined so late that their follow-up is not over counts neither way.
        end = pd.Timestamp(truth["period"]["end"], tz="UTC") - pd.Timedelta(days=truth["window_days"])
        watched = (joined < end).to_numpy()
        sides = [
            (round(planted[f"propensity_{name}"]["realised"] * of), of)
            for name, of in (
                ("referred", int((watched & referred).sum())),
                ("not_referred", int((watched & ~referred).sum())),
            )
        ]
        low, high = ratio(*sides)["interval"]
        held.append(low <= planted["propensity_ratio"]["target"] <= high)
    assert len(held) == 8 * SEEDS
    assert 0.90 <= np.mean(held) <= 0.99
