"""The record and attributes of a folder of canonical files, as the queries of cypher/success would give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.influence.network import Network
from refnet.analysis.success.record import Record, record_of

ATTRIBUTES = [
    "country", "plan", "crm_role", "age_band", "diet", "occupation", "sport", "city_size",
    "acquisition_device", "first_product", "signup_form",
]  # fmt: skip


def days(column: pd.Series) -> np.ndarray:
    """Days since 1970, NaN where there is none."""
    at = pd.to_datetime(column, utc=True, format="ISO8601").dt.tz_localize(None)
    return np.asarray((at - pd.Timestamp(0)) / pd.Timedelta(days=1), dtype=np.float64)


def texts(column: pd.Series) -> np.ndarray:
    return column.astype(object).where(column.notna(), None).to_numpy(dtype=object)


def record(folder: Path) -> tuple[Record, pd.DataFrame, np.ndarray]:
    """The record, the attributes and the trees. Referrals count as the first claim on each, as in `first`."""
    read = {name: pd.read_csv(folder / f"{name}.csv") for name in (
        "customers", "orders", "tickets", "surveys", "usage", "invitations", "landings", "visits", "referrals",
        "affiliates",
    )}  # fmt: skip
    customers, orders = read["customers"], read["orders"]
    kept = orders["amount"] - orders["refunded"].fillna(0)
    by = orders.assign(kept=kept, at=days(orders["placed_at"])).groupby("customer_id")
    first, last = (by["at"].agg(how).reindex(customers["customer_id"]).to_numpy() for how in ("min", "max"))
    joined = days(customers["joined_at"])
    joined = np.where(np.isnan(joined), first, joined)
    owner = read["affiliates"].set_index("affiliate_id")["customer_id"].dropna()
    tables: dict[str, dict[str, Any]] = {
        "customers": {
            "customerId": texts(customers["customer_id"]),
            "name": texts(customers["name"]),
            "channel": texts(customers["channel"]),
            "crmRole": texts(customers["crm_role"]),
            "healthLabel": texts(customers["health_label"]),
            "joined": joined,
            "lost": days(customers["churned_at"]),
            "lastOrder": last,
            "consent": customers["consent"].map({True: 1.0, False: 0.0}).to_numpy(dtype=np.float64),
            "revenue": by["kept"].sum().reindex(customers["customer_id"]).to_numpy(),
            "cltv": customers["cltv"].to_numpy(dtype=np.float64),
            "retentionCost": customers["retention_cost"].to_numpy(dtype=np.float64),
            "affiliate": customers["customer_id"].isin(owner).to_numpy(dtype=np.float64),
        },
        "orders": {
            "customerId": texts(orders["customer_id"]),
            "placed": days(orders["placed_at"]),
            "amount": kept.to_numpy(),
            "kind": texts(orders["kind"]),
        },
        "tickets": {
            "customerId": texts(read["tickets"]["customer_id"]),
            "opened": days(read["tickets"]["opened_at"]),
            "closed": days(read["tickets"]["closed_at"]),
        },
        "surveys": {
            "customerId": texts(read["surveys"]["customer_id"]),
            "kind": texts(read["surveys"]["kind"]),
            "score": read["surveys"]["score"].to_numpy(dtype=np.float64),
            "answered": days(read["surveys"]["answered_at"]),
        },
        "usage": {
            "customerId": texts(read["usage"]["customer_id"]),
            "year": pd.to_datetime(read["usage"]["month"]).dt.year.to_numpy(dtype=np.float64),
            "month": pd.to_datetime(read["usage"]["month"]).dt.month.to_numpy(dtype=np.float64),
            "activeDays": read["usage"]["active_days"].to_numpy(dtype=np.float64),
        },
        "invitations": {
            "customerId": texts(read["invitations"]["referrer_id"]),
            "sent": days(read["invitations"]["sent_at"]),
        },
        "landings": {
            "customerId": texts(read["landings"]["customer_id"]),
            "landingPage": texts(read["landings"]["landing_page"]),
            "niche": texts(read["landings"]["niche"]),
            "useCase": texts(read["landings"]["use_case"]),
            "affiliateId": texts(read["landings"]["affiliate_id"]),
            "landed": days(read["landings"]["landed_at"]),
        },
    }
    seen = (
        read["visits"].groupby(["landing_page", "affiliate_id"], dropna=False)["visits"].sum().reset_index()
    )
    tables["visits"] = {
        "landingPage": texts(seen["landing_page"]),
        "affiliateId": texts(seen["affiliate_id"]),
        "visits": seen["visits"].to_numpy(dtype=np.float64),
    }
    tables["brought"] = _brought(read["referrals"], customers, joined, owner.to_dict())
    until = max(
        np.nanmax(joined), np.nanmax(tables["orders"]["placed"]), np.nanmax(tables["invitations"]["sent"])
    )
    made = record_of(tables, float(until))
    attributes = customers[ATTRIBUTES].rename(columns={"crm_role": "crmRole"})
    attributes["joinedAt"] = pd.to_datetime(customers["joined_at"], utc=True)
    referee = np.flatnonzero(made.referrer >= 0)
    network = Network(made.referrer[referee], referee, nodes=len(made))
    return made, attributes, network.tree_of().astype(np.int64)


def _brought(
    referrals: pd.DataFrame, customers: pd.DataFrame, joined: np.ndarray, owner: dict[str, str]
) -> dict[str, Any]:
    at = days(referrals["referred_at"])
    known = pd.Series(joined, index=customers["customer_id"])
    by = referrals["referrer_id"].map(owner).fillna(referrals["referrer_id"])
    own = (referrals["referrer_kind"] != "affiliate") | referrals["referrer_id"].isin(owner)
    fits = (
        referrals["referee_id"].isin(known.index)
        & (by != referrals["referee_id"])
        & (~own | by.isin(known.index))
        & (at <= referrals["referee_id"].map(known).to_numpy() + 1)
        & (~own | (by.map(known).to_numpy() < referrals["referee_id"].map(known).to_numpy()))
    )
    rows = referrals.assign(at=at, by=by, own=own)[fits].sort_values("at", kind="stable")
    rows = rows.drop_duplicates("referee_id")
    return {
        "customerId": texts(rows["referee_id"]),
        "referrer": np.where(rows["own"], rows["by"], None),
        "affiliate": np.where(rows["own"], None, rows["referrer_id"]),
        "at": rows["at"].to_numpy(),
    }
