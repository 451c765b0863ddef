"""Tables in, a table out: influence of everyone from customers and referrals, with no database.

refnet.influence_table(customers, referrals)                           # pandas, polars, pyarrow, or parquet files
refnet.influence_table("customers.parquet", "referrals.parquet", {
    "influence": Measure("revenue", hops=6, decay=0.5),
    "people": Measure(None, hops=None, decay=1),
    "at_risk": at_risk("margin", "churn_probability"),
    "ecr_network": ecr_network(), "conserved_credit": conserved_credit(), "downline": downline(),
}).write("scores.parquet")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from refnet.analysis.influence.forest import Floats
from refnet.analysis.influence.given import Given, floats, in_time, together
from refnet.analysis.influence.ids import Rows, by_id
from refnet.analysis.influence.measures import Measure, by_name
from refnet.analysis.influence.named import Named, named
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.sift import left_out
from refnet.core.errors import InputError, UsageError
from refnet.core.money import MOST_MINOR, code, exponent, fit, to_minor


@dataclass(frozen=True)
class Scored:
    """Everyone's measures.

    Attributes:
        table: pyarrow; customer_id and a column for each measure, float64 in currency (int64: heads without decay,
            downline and longest chain too), in the order of customers.
        dropped: how many referrals are not in it, by reason.
    """

    table: Any
    dropped: dict[str, int] = field(default_factory=dict)

    def to_pandas(self) -> pd.DataFrame:
        """As a DataFrame of pandas."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame

    def to_polars(self) -> Any:
        """As a DataFrame of polars, which has to be installed."""
        import polars

        return polars.from_arrow(self.table)

    def write(self, path: Path | str) -> None:
        """As a parquet file, which is there when it is whole: what was there before stays until then.

        Raises:
            UsageError: it is called as another kind of file, or cannot be one.
        """
        if Path(path).suffix.lower() not in ("", ".parquet", ".pq"):
            raise UsageError(
                f"{path} would be a parquet file called as another kind.",
                "Call it .parquet; from Python `.table.to_pandas()` writes others.",
            )
        path = Path(path).resolve()
        if not path.parent.is_dir():
            raise UsageError(f"{path.parent} is no directory.", "Make it first.")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is there and no file.", "Write to another one.")
        # Amounts hardly ever repeat: a dictionary of them would be made and thrown away. Packing ids that are texts
        # takes as long as everything that is computed.
        packed = {
            each.name: "lz4" if pa.types.is_primitive(each.type) else "none" for each in self.table.schema
        }
        part = path.with_name(f".{path.name}.part")
        # Nobody is without an id or a measure: columns that say so are written in half the time.
        whole = pa.schema([each.with_nullable(False) for each in self.table.schema])
        try:
            pq.write_table(
                self.table.cast(whole), part, use_dictionary=False, compression=packed, write_statistics=False
            )
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def influence_table(
    customers: Any,
    referrals: Any,
    measures: Mapping[str, Measure] | None = None,
    *,
    drop: bool = False,
    currency: str = "EUR",
) -> Scored:
    """Influence of everyone in a table of customers.

    Args:
        customers: a DataFrame of pandas or polars, a Table of pyarrow, or a parquet file: `customer_id` (whole
            numbers of 64 bits or texts; floats below 2^53) and the columns that measures name; a value that is
            missing counts as nothing.
        referrals: likewise: `referrer_id`, `referee_id`, perhaps `credit` in (0, 1] (1 where there is no such
            column) and `referred_at` (times, dates, numbers, or texts as ISO 8601 has times; those with an offset
            as of UTC).
        measures: by the column's name; unset: `influence`, revenue over 6 hops with decay 0.5.
        drop: leave out referrals that make no credited network and count them in `dropped`, first come, first
            credited (by `referred_at`, none last, then by row), instead of refusing all.
        currency: its minor unit is what values are rounded to and added in; what decay, part credits and
            weights make of them is not rounded.

    Raises:
        InputError: a column or an id is missing, an id or a column is there twice, values are not of one kind, no
            numbers or beyond what can be added exactly; with `drop` a time that is none; without it a referral of
            nobody known, to oneself, with a wrong credit, a second one of one customer, or on a cycle: names it.
        UsageError: hops or decay out of range or no number, or what is given is no table, measure or currency.

    Complexity: O(n + m) and a pass for each measure; measures of one value cost little more than one. Distinct people
    take more where customers have several referrers, see `distinct.people_below`; conserved credit sorts ids that tie.
    Memory: at ten million about 41 bytes a customer for influence, ids and answer included (76 where ids are texts
    of 17 letters; 46 to 80 for distinct people or the longest chain); 30 more with extended or conserved values (40
    for conserved of texts), 8 for each further column.

    Example:
        >>> people = pd.DataFrame({"customer_id": list("abcd"), "revenue": [100.0] * 4})
        >>> chain = pd.DataFrame({"referrer_id": list("abc"), "referee_id": list("bcd")})
        >>> influence_table(people, chain).to_pandas()["influence"].tolist()
        [175.0, 150.0, 100.0, 0.0]

    """
    asked = by_name(measures)
    currency = code(currency)
    columns = {"customer_id", *(c for m in asked.values() for c in (m.value, m.weight) if c is not None)}
    # What waits for nothing goes beside the rest: neither arrow nor compiled loops hold Python's lock.
    with (
        closing(Given(customers, "customers", sorted(columns))) as people,
        closing(Given(referrals, "referrals", ["referrer_id", "referee_id"])) as made,
        ThreadPoolExecutor(1) as beside,
    ):
        given = ["referrer_id", "referee_id", *(c for c in ("credit", "referred_at") if c in made.names)]
        listed, claims = together(people, ["customer_id"], made, given, beside)
        ids = listed["customer_id"]
        # Memory that nobody has touched is what costs most: the first answer's is worked in until it is known.
        room = np.empty(len(ids), dtype=np.float64)
        who = named(ids, claims["referrer_id"], claims["referee_id"], beside, room=room)
        if not drop:
            _refuse_unknown(claims, who)
        # What is not needed any more is let go: memory that has been used is cheaper than new memory.
        claims = claims.select([c for c in ("credit", "referred_at") if c in claims.column_names])
        values = {m.value for m in asked.values() if m.value is not None}
        worth = beside.submit(lambda: {v: _minor(people, v, who.rows, currency) for v in sorted(values)})
        network, dropped = _network(ids, claims, who, drop=drop)
        chances = {w: _chances(people, w, ids) for w in {m.weight for m in asked.values()} if w is not None}
        every = _Every(who.rows, len(ids), room, beside)
        owned = {m.value for m in asked.values() if m.kind in ("extended", "conserved_credit")} - {None}
        own = {} if who.rows is None else {v: _minor(people, v, None, currency) for v in owned if v}
        ties = by_id(ids, who.rows)
        measured = _measured(network, every, worth.result(), own, ties, chances, asked, currency)
    return Scored(pa.table({"customer_id": ids, **measured}), dropped)


def _refuse_unknown(claims: Any, who: Named) -> None:
    for column, numbers in (("referrer_id", who.referrer), ("referee_id", who.referee)):
        if numbers.size and numbers.min() < 0:
            row = int(np.argmax(numbers < 0))
            raise InputError(
                f"row {row} of the referrals names {_who(claims[column][row])}",
                column=column,
                hint="drop=True (of the command: --drop) leaves such rows out and counts them.",
            )


def _who(named: Any) -> str:
    return f"{named}, who is no customer" if named.is_valid else "nobody: it is empty"


def _network(ids: Any, claims: Any, who: Named, *, drop: bool) -> tuple[Network, dict[str, int]]:
    """The credited network, and what is not in it."""
    rows, referrer, referee = who
    nodes = len(ids) if rows is None else rows.size
    credit = floats(claims["credit"], "credit") if "credit" in claims.column_names else None
    dropped: dict[str, int] = {}
    if drop:
        timed = "referred_at" in claims.column_names
        order = in_time(claims["referred_at"], "referred_at") if timed else np.arange(claims.num_rows)
        kept, dropped = left_out(order, referrer, referee, credit, nodes)
        if dropped:
            referrer, referee = referrer[kept], referee[kept]
            credit = None if credit is None else credit[kept]
    return Network(referrer, referee, credit, nodes=nodes, names=_Names(ids, rows)), dropped


class _Names:
    """Ids as `Network` names nodes by them."""

    def __init__(self, ids: Any, rows: Rows | None) -> None:
        self._ids, self._rows = ids, rows

    def __len__(self) -> int:
        return len(self._ids) if self._rows is None else self._rows.size

    def __getitem__(self, node: int) -> str:
        return str(self._ids[node if self._rows is None else int(self._rows[node])])


class _Every:
    """Sums of those who are named as those of all customers, in their order.

    Args:
        rows: whose they are; None: everyone's.
        customers: how many there are.
        room: float64, shape (customers,), for the first of the answers.
        beside: writes half of each.
    """

    def __init__(self, rows: Rows | None, customers: int, room: Floats, beside: Executor) -> None:
        self.rows, self.customers, self._beside = rows, customers, beside
        self._room: Floats | None = room

    def __call__(
        self, sums: npt.NDArray[Any], scale: float | None, others: npt.NDArray[np.int64] | None = None
    ) -> npt.NDArray[Any]:
        """Those who are not named have 0, or what they have in `others`, of all customers.

        Minor units are divided by `scale`, which makes them floats.
        """
        if self.rows is None:
            return sums if scale is None else sums / scale
        kind = sums.dtype if scale is None else np.dtype(np.float64)
        held = np.empty(self.customers, dtype=kind) if self._room is None else self._room.view(kind)
        self._room = None
        if others is not None:
            if scale is None:
                held[:], held[self.rows] = others, sums
            else:
                np.divide(others, scale, out=held)
                held[self.rows] = sums / scale
            return held
        from refnet.analysis.influence import parts

        middle = self.customers // 2
        other = self._beside.submit(parts.told, sums, self.rows, scale or 1.0, held, middle, self.customers)
        parts.told(sums, self.rows, scale or 1.0, held, 0, middle)
        other.result()
        return held


def _measured(
    network: Network,
    every: _Every,
    worths: Mapping[str, npt.NDArray[np.int64]],
    own: Mapping[str, npt.NDArray[np.int64]],
    ties: Callable[[npt.NDArray[Any]], npt.NDArray[Any]],
    chances: Mapping[str, npt.NDArray[np.float64]],
    asked: Mapping[str, Measure],
    currency: str,
) -> dict[str, Any]:
    """Measures that share a value share its sums.

    Args:
        network: of those who are named.
        every: tells theirs as all customers'.
        worths, own: values by column in minor units: of those who are named, and of all, where they are needed.
        ties: the order by ids of those who are named.
        chances: weights by column, of all customers.
        asked: the measures by name.
        currency: of the values.
    """
    by_value: dict[tuple[str | None, str | None], list[str]] = {}
    found: dict[str, npt.NDArray[Any]] = {}
    minor = 10.0 ** exponent(currency)
    for name, (value, _, decay, weight, kind) in asked.items():
        if kind == "downline":
            found[name] = every(network.downline(), None)
        elif kind == "longest_chain":
            found[name] = every(network.longest_chain(), None)
        elif kind == "conserved_credit" and value is not None:
            shares = network.conserved(worths[value], decay=decay, ties=ties)
            found[name] = every(shares, minor, own.get(value))
        else:
            by_value.setdefault((value, weight), []).append(name)
    for (value, weight), names in by_value.items():
        worth: npt.NDArray[Any] = np.ones(network.nodes, dtype=np.int64) if value is None else worths[value]
        if weight is not None:
            worth = network.weighted(
                worth, chances[weight] if every.rows is None else chances[weight][every.rows]
            )
        scale = None if value is None else minor
        pairs = [(asked[name].hops, asked[name].decay) for name in names]
        for name, sums in zip(names, network.influences(worth, pairs), strict=True):
            if asked[name].kind == "extended":
                ones = np.ones(every.customers, dtype=np.int64) if value is None else own.get(value)
                found[name] = every(worth + sums, scale, ones)
            else:
                found[name] = every(sums, scale)
    return {name: found[name] for name in asked}


def _minor(people: Given, column: str, rows: Rows | None, currency: str) -> npt.NDArray[np.int64]:
    """A column of amounts in minor units: of the customers of these rows, or of all."""
    if rows is None:
        return to_minor(floats(people.columns([column])[column], column), currency, column=column)
    from refnet.analysis.influence import parts

    worth, begin, total = np.empty(rows.size, dtype=np.int64), 0, 0.0
    for read in people.batches([column]):
        amounts = floats(read[column], column, begin)
        total += fit(amounts, 10.0 ** exponent(currency), column, begin)
        # Bounds of another kind than the rows would have all of these copied.
        bounds = np.array((begin, begin + amounts.size), dtype=rows.dtype)
        own = slice(*np.searchsorted(rows, bounds).tolist())
        parts.minor(amounts, begin, rows[own], 10.0 ** exponent(currency), worth[own])
        begin += amounts.size
    if total > MOST_MINOR:
        raise InputError(
            "All amounts together are more than can be added exactly.",
            column=column,
            hint="Amounts above a trillion are usually a slip.",
        )
    return worth


def _chances(people: Given, column: str, ids: Any) -> npt.NDArray[np.float64]:
    """A column of probabilities, of all customers; one that is missing is 0, so that nothing counts."""
    chance = np.nan_to_num(
        floats(people.columns([column])[column], column), nan=0.0, posinf=np.inf, neginf=-np.inf
    )
    wrong = np.flatnonzero(~((chance >= 0) & (chance <= 1)))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"row {row}, {ids[row]}, has {chance[row]:g}, which is no probability",
            column=column,
            hint="They are within 0 and 1; leave it empty where it is not known.",
        )
    return chance
