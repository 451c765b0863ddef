"""The canonical files of an example brand as the churn model's facts, without an engine."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from refnet.analysis.success.churn.facts import Events, Facts, coded, first_day

_DAY = pd.Timedelta(days=1)


def facts_of(folder: Path) -> Facts:
    """Facts of a folder; of several claims on somebody the first one that can be true has the credit."""
    tables = {path.name.removesuffix(".csv"): pd.read_csv(path) for path in folder.glob("*.csv")}
    customers, orders = tables["customers"], tables["orders"]
    index = pd.Index(customers["customer_id"])
    joined, lost = _days(customers["joined_at"]), _days(customers["churned_at"])

    def number(column: Any) -> Any:
        return np.asarray(index.get_indexer(pd.Index(column)))

    def table(name: str, *columns: str) -> pd.DataFrame:
        return tables.get(name, pd.DataFrame(columns=list(columns)))

    claims = table("referrals", "referrer_id", "referee_id", "referred_at", "referrer_kind")
    affiliate = np.full(len(customers), None, dtype=object)
    partners = claims[claims["referrer_kind"] == "affiliate"]
    place = number(partners["referee_id"])
    affiliate[place[place >= 0]] = partners["referrer_id"].to_numpy()[place >= 0]
    own = claims[claims["referrer_kind"] != "affiliate"].sort_values(["referred_at", "claim_id"])
    referrer, referee, at = number(own["referrer_id"]), number(own["referee_id"]), _days(own["referred_at"])
    good = (referrer >= 0) & (referee >= 0) & (joined[referrer] < joined[referee])
    first = np.flatnonzero(good)[~pd.Series(referee[good]).duplicated().to_numpy()]
    tickets = table("tickets", "customer_id", "opened_at", "closed_at", "severity")
    surveys = table("surveys", "customer_id", "kind", "score", "answered_at")
    usage = table("usage", "customer_id", "month", "active_days")
    ended = pd.to_datetime(usage["month"]).to_numpy().astype("datetime64[M]").astype(np.int64) + 1
    invitations = table("invitations", "referrer_id", "sent_at")
    answered, when = number(surveys["customer_id"]), _days(surveys["answered_at"])
    placed = _days(orders["placed_at"])
    return Facts(
        until=float(np.nanmax(np.concatenate([placed, joined, _days(invitations["sent_at"])]))),
        ids=customers["customer_id"].to_numpy(dtype=object),
        joined=joined,
        lost=lost,
        origin={
            "country": coded(_levels(customers["country"])),
            "channel": coded(_levels(customers["channel"])),
            "affiliate": coded(affiliate),
        },
        orders=Events.of(
            number(orders["customer_id"]), placed, orders["amount"] - orders["refunded"].fillna(0.0)
        ),
        tickets=Events.of(
            number(tickets["customer_id"]), _days(tickets["opened_at"]), tickets["severity"] == "high",
            _days(tickets["closed_at"]),
        ),
        nps=Events.of(answered, when, surveys["score"], within=(surveys["kind"] == "nps").to_numpy()),
        csat=Events.of(answered, when, surveys["score"], within=(surveys["kind"] == "csat").to_numpy()),
        usage=Events.of(number(usage["customer_id"]), first_day(ended), usage["active_days"]),
        invitations=Events.of(number(invitations["referrer_id"]), _days(invitations["sent_at"])),
        referrer=referrer[first],
        referee=referee[first],
        credit=np.ones(len(first)),
        brought_at=at[first],
    )  # fmt: skip


def _levels(column: "pd.Series[Any]") -> Any:
    return column.astype(object).where(column.notna(), None).to_numpy()


def _days(column: "pd.Series[Any]") -> Any:
    times = pd.to_datetime(column, utc=True)
    return ((times - pd.Timestamp(0, tz="UTC")) / _DAY).to_numpy(dtype=np.float64)
