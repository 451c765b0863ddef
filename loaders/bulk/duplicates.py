"""Orders that are the same sale told again, worked out on arrays: as cypher/duplicates/ finds them in the graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from refnet.loaders.bulk.figures import GivenBack
from refnet.loaders.bulk.keys import Mask
from refnet.loaders.bulk.tables import Spool
from refnet.loaders.schemas import DUPLICATE_KEY


def told_again(spool: Spool, back: GivenBack) -> Mask:
    """Which of the orders that are kept aside are told again.

    Of all of them nine bytes are held, of those that have their key in common what is compared.
    """
    parts = [_keys(batch, holds, back) for batch, holds in spool.rows()]
    if not parts:
        return np.zeros(0, dtype=np.bool_)
    asked, hashed = (np.concatenate(each) for each in zip(*parts, strict=True))
    asked[asked] = pd.Series(hashed[asked]).duplicated(keep=False).to_numpy()
    again = np.zeros(len(asked), dtype=np.bool_)
    if not asked.any():
        return again
    names, before, several = [DUPLICATE_KEY.name, "placed_at", "order_id", "once_within"], 0, []
    for batch, _ in spool.rows():
        here = np.flatnonzero(asked[before : before + batch.num_rows])
        held = batch.select(names).take(pa.array(here)).to_pandas()
        several.append(held.set_index(here + before))
        before += batch.num_rows
    orders = pd.concat(several)
    orders["placed_at"] = pd.to_datetime(orders["placed_at"], format="ISO8601", utc=True)
    orders = orders.sort_values(names[:3])
    # Each is held against the first telling of the sale before it.
    sale: tuple[str, pd.Timestamp] | None = None
    for place, key, at, _, minutes in orders.itertuples(name=None):
        if sale is not None and sale[0] == key and at - sale[1] <= pd.Timedelta(minutes=minutes):
            again[place] = True
        else:
            sale = key, at
    return again


def _keys(batch: pa.RecordBatch, holds: Mask, back: GivenBack) -> tuple[Mask, np.ndarray]:
    """Which rows are compared, and of each a number for its key."""
    loaded = batch.column("refunded") if "refunded" in batch.schema.names else None
    amounts, keys = batch.column("amount"), batch.column(DUPLICATE_KEY.name)
    refunded = back.of(batch.column(0), amounts, loaded)
    gone = pc.and_(pc.greater(refunded, 0), pc.greater_equal(refunded, amounts)).fill_null(False)
    compared = pc.and_not(keys.is_valid(), gone).to_numpy(zero_copy_only=False)
    hashed = pd.util.hash_array(keys.fill_null("").to_numpy(zero_copy_only=False))
    return compared & holds, hashed
