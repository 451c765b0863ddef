"""A few lines that make public data canonical, as anybody with such data would write them."""

import gzip
import os
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("REFNET_TEST_DATA", ROOT.parent / "shared" / "data"))


def advogato() -> dict[str, pd.DataFrame]:
    """Members of the Advogato community certifying each other (KONECT, CC BY-SA 2.0 DE): certifier → certified.

    A certificate is taken for a claim to have brought somebody in; it has no date. Everybody is worth 1.
    """
    with gzip.open(SHARED / "advogato" / "out.advogato.gz", "rt") as lines:
        rows = [line.split()[:2] for line in lines if not line.startswith("%")]
    referrals = pd.DataFrame(rows, columns=["referrer_id", "referee_id"])
    people = pd.unique(referrals.to_numpy().ravel())
    return {"customers": pd.DataFrame({"customer_id": people, "revenue": 1.0}), "referrals": referrals}


def cdnow() -> dict[str, pd.DataFrame]:
    """Purchases of CDNOW's customers of early 1997."""
    return _purchases("CDNOW_master.txt", ["customer_id"], skip=1)


def cdnow_sample() -> dict[str, pd.DataFrame]:
    """The tenth of CDNOW's customers that the papers on BG/NBD and Gamma-Gamma use: 2,357, over 78 weeks."""
    return _purchases("CDNOW_sample.txt", ["master", "customer_id"])


def _purchases(file: str, ids: list[str], *, skip: int = 0) -> dict[str, pd.DataFrame]:
    """A data set that the package `lifetimes` ships: ids, day, CDs, dollars."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    orders = pd.read_csv(
        Path(spec.origin).parent / "datasets" / file,
        sep=r"\s+",
        skiprows=skip,
        header=None,
        names=[*ids, "placed_at", "discs", "amount"],
        dtype={"customer_id": str, "placed_at": str},
    )
    days = pd.to_datetime(orders["placed_at"], format="%Y%m%d")
    # A customer may place two equal orders on one day: only the row tells them apart.
    orders = orders.assign(order_id=[f"o-{n}" for n in orders.index], placed_at=days, currency="USD")
    return {
        "customers": pd.DataFrame({"customer_id": orders["customer_id"].unique()}),
        "orders": orders[["order_id", "customer_id", "placed_at", "amount", "currency"]],
    }
