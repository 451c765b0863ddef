"""`refnet segments`: found, kept, followed, forgotten; who moved."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.refnet.conftest import Run, says

N = 900


def tables() -> dict[str, pd.DataFrame]:
    """The vegan buy little and bring half of the people that anybody brings."""
    rng = np.random.default_rng(7)
    vegan = rng.random(N) < 0.25
    joined = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.arange(N) // 3, unit="D")
    customers = {
        "customer_id": [f"c{n}" for n in range(N)],
        "joined_at": joined,
        "revenue": np.where(vegan, 20.0, 60.0) * rng.uniform(0.5, 1.5, N),
        "diet": np.where(vegan, "vegan", "none"),
        "plan": rng.choice(["flexible", "fixed"], N),
    }
    early, referee = np.arange(N // 2), np.arange(N // 2, N)
    weight = np.where(vegan[early], 3.0, 1.0)
    referrer = rng.choice(early, referee.size, p=weight / weight.sum())
    referrals = {
        "referrer_id": [f"c{n}" for n in referrer],
        "referee_id": [f"c{n}" for n in referee],
        "referred_at": joined[referee],
    }
    return {"customers": pd.DataFrame(customers), "referrals": pd.DataFrame(referrals)}


@pytest.mark.usefixtures("at_home")
def test_segments_are_found_kept_and_followed(refnet: Run, tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    given = tables()
    for name, frame in given.items():
        frame.to_csv(exports / f"{name}.csv", index=False)
    says(refnet("segments"), 1, "no finished analysis", "refnet analyze")
    says(refnet("segments", "--moved"), 1, "no finished analysis")
    says(refnet("load", "exports"), 0)
    says(refnet("analyze"), 0)

    found = json.loads(refnet("segments", "--json").stdout)
    assert found
    assert all(one["reported"] for one in found)
    name = found[0]["id"]
    looked_at = json.loads(refnet("segments", "--all", "--json").stdout)
    assert len(looked_at) > len(found)
    says(refnet("segments", name), 0, found[0]["reading"])
    says(refnet("segments", "no:such"), 0, "not these")

    says(refnet("segments", "--kept"), 0, "No segment is kept")
    says(refnet("segments", name, "--keep"), 0, f"kept {name}")
    says(refnet("segments", "--kept"), 0, name, "customers, mean CLTV", "hidden value")
    says(refnet("segments", "--since", "2020-01-01"), 0, "measured once, nothing to compare")
    says(refnet("segments", "--moved"), 0, "Analyzed once")

    vegan = set(given["customers"].query("diet == 'vegan'")["customer_id"])
    told = refnet("segments", "diet:vegan", "--members")
    says(told, 0, "customer_id,name,cltv,own_revenue,influence,downline")
    assert {row["customer_id"] for row in csv.DictReader(told.stdout.splitlines())} == vegan
    says(refnet("segments", "diet:vegan", "--members", "-o", "vegan.csv"), 0, f"{len(vegan)} customers")
    held = json.loads(refnet("segments", name, "--members", "--json").stdout)
    assert [one["influence"] for one in held] == sorted((one["influence"] for one in held), reverse=True)
    says(refnet("segments", "no:such", "--members"), 1, "There is no segment no:such", "--all")
    says(refnet("segments", "--members"), 2, "about one segment")
    says(refnet("segments", "-o", "x.csv"), 2, "goes with --members")

    poorest = given["customers"].assign(revenue=1.0)
    poorest.loc[poorest.index >= 200, "revenue"] = 500.0
    poorest.to_csv(exports / "customers.csv", index=False)
    says(refnet("load", "exports/customers.csv"), 0)
    says(refnet("analyze"), 0)
    moved = json.loads(refnet("segments", "--moved", "--json").stdout)
    assert moved
    assert all(one["quadrant"] != one["quadrant_before"] for one in moved)
    first = moved[0]
    arrow = " → ".join(first[key].replace("_", " ") for key in ("quadrant_before", "quadrant"))
    says(refnet("segments", "--moved"), 0, f"{first['customer_id']}  {arrow}, CLTV", " from ")
    # Of a day before the first analysis there is nothing earlier than that.
    assert json.loads(refnet("segments", "--moved", "--since", "2020-01-01", "--json").stdout) == []
    change = json.loads(refnet("segments", "--since", "2020-01-01", "--json").stdout)
    assert change[name]["from"]["version"] < change[name]["to"]["version"]

    says(refnet("segments", name, "--forget"), 0, "1 kept no longer")
    says(refnet("segments", name, "--kept"), 1, f"No segment {name} is kept")
    says(refnet("segments", "--forget"), 2, "--forget needs the segments")
    says(refnet("segments", "--keep", "--moved"), 2, "contradict one another")
    says(refnet("segments", name, "--moved"), 2, "about customers")
    says(refnet("segments", "--all", "--moved"), 2, "--all lists")
