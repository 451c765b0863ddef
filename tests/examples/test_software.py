"""The second example brand: what is planted is in its files, and it takes its place beside the first."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from refnet.core.errors import UsageError
from refnet.examples import brand, software_files
from refnet.examples.folder import TRUTH
from refnet.examples.software import BURST, NEVER, draw_teams
from refnet.loaders import TABLES

CUSTOMERS = 8_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("software") / "brand"
    software_files.write(folder, customers=CUSTOMERS, seed=2)
    return {path.stem: pd.read_csv(path) for path in folder.glob("*.csv")}


def test_columns_are_those_of_the_table(tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        known = {column.name for column in TABLES[name].columns}
        further = set(frame.columns) - known
        assert further <= ({"team_size"} if name == "customers" else set())
        assert all(frame[column.name].notna().all() for column in TABLES[name].columns if column.required)


def test_rows_hang_together(tables: dict[str, pd.DataFrame]) -> None:
    customers = tables["customers"].set_index("customer_id")
    assert customers.index.is_unique
    assert len(customers) == CUSTOMERS
    for name, frame in tables.items():
        for column in ("customer_id", "referrer_id", "referee_id"):
            if column in frame:
                assert frame[column].isin(customers.index).all(), name
    orders = tables["orders"].join(customers[["joined_at", "churned_at"]], on="customer_id")
    assert (orders["placed_at"] > orders["joined_at"]).all()
    left = orders["churned_at"].notna()
    assert (orders["placed_at"] < orders["churned_at"])[left].all()
    claims = tables["referrals"].join(customers, on="referrer_id")
    assert claims["referee_id"].is_unique
    assert (claims["joined_at"] <= claims["referred_at"]).all()
    gone = claims["churned_at"].notna()
    assert (claims["referred_at"] <= claims["churned_at"])[gone].mean() > 0.99


def test_leaving_is_as_planted() -> None:
    """In every group of customer-months as many left as the planted chances add up to."""
    made = draw_teams(20_000, 5)
    begins = np.array(
        [(np.datetime64("2023-01", "M") + m).astype("datetime64[D]").astype(int) for m in range(37)]
    )
    starts = (begins - begins[0]) * 1440
    left = (made.left[made.month_of] < starts[made.month + 1]) & (made.left[made.month_of] < NEVER)
    since = np.searchsorted(starts, made.joined, side="right") - 1
    groups = {
        "tenure": np.minimum(made.month - since[made.month_of], 24) // 3,
        "channel": made.channel[made.month_of],
        "season": made.month // 6,
    }
    for name, group in groups.items():
        expected = np.bincount(group, weights=made.chance)
        variance = np.bincount(group, weights=made.chance * (1 - made.chance))
        off = (np.bincount(group, weights=left) - expected) / np.sqrt(np.maximum(variance, 1))
        assert np.abs(off).max() < 4, name
    tenure = made.month - since[made.month_of]
    per_month = [made.chance[tenure == months].mean() for months in range(1, 25)]
    per_month.insert(0, np.nan)
    assert per_month[1] > 2 * per_month[8]
    assert per_month[24] > 1.5 * per_month[8]
    bursts = made.in_burst.sum() / len(made.month)
    assert bursts == pytest.approx(BURST * (4.5 + 0.12), rel=0.1)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        software_files.write(tmp_path / name, customers=300, seed=seed)
    a, b, c = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a["orders.csv"] != c["orders.csv"]


def test_either_brand_replaces_the_other(tmp_path: Path) -> None:
    brand.write(tmp_path / "here", customers=200)
    assert (tmp_path / "here" / "usage.csv").exists()
    software_files.write(tmp_path / "here", customers=200)
    assert {path.name for path in (tmp_path / "here").iterdir()} == {
        "customers.csv", "referrals.csv", "orders.csv", "tickets.csv", "surveys.csv", TRUTH,
    }  # fmt: skip
    brand.write(tmp_path / "here", customers=200)
    assert (tmp_path / "here" / "usage.csv").exists()


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        software_files.write(tmp_path / "a", customers=10)
    with pytest.raises(UsageError):
        software_files.write(tmp_path / "a", seed=-1)
