"""Ids of any kind to row numbers 0 … n−1, where every other array is found by number.

Whole numbers and texts, as arrow has them. With numba by `hashing`; without, by pyarrow's `index_in`. Floats are taken
as whole numbers only where they hold them exactly: pandas makes floats of whole numbers with a gap, and of two ids
beyond 2^53 the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from refnet.analysis.influence.network import worth_compiling
from refnet.core.errors import InputError

Rows: TypeAlias = npt.NDArray[np.int32]

_TEXTS = "Read the column as texts."
_GAPS = "Read the column as texts, or as whole numbers with gaps (in pandas dtype 'Int64')."


class Ids:
    """The ids of customers, each once, and who has which.

    Args:
        ids: array or chunked array of pyarrow, whole numbers of 64 bits or texts, none missing; floats as far as they
            are whole numbers and exact (below 2^53).
        column: what to call it in an error message.
        compiled: by `hashing`, or by pyarrow; None: as is quicker.

    Raises:
        InputError: an id is missing or there twice, a float that is no exact id (names the row, counted from 0), or
            ids are neither.

    Complexity: O(n), one access to memory an id; memory 27 to 54 bytes an id for whole numbers that lie far apart, 13
    to 27 for texts, beside the ids (of texts 8 more while they are put in).

    """

    def __init__(self, ids: Any, *, column: str = "customer_id", compiled: bool | None = None) -> None:
        self._column = column
        self._ids = plain(ids, column)
        if self._ids.null_count:
            row = int(np.flatnonzero(np.asarray(self._ids.is_null()))[0])
            raise InputError(f"row {row} has no id", column=column, hint="Leave it out, or give it one.")
        self._found = self._table(worth_compiling(len(self._ids), len(self._ids), compiled))

    def __len__(self) -> int:
        return len(self._ids)

    def rows(self, ids: Any, *, column: str) -> Rows:
        """The row of each of `ids`, int32, shape (m,); −1 where it is missing or nobody's."""
        asked = plain(ids, column)
        if asked.type != self._ids.type:  # 7 and "7" are the same customer
            if pa.types.is_integer(asked.type):
                asked = asked.cast(pa.large_string())
            else:
                return Ids(self._ids.cast(pa.large_string())).rows(asked, column=column)
        found = self._found(asked)
        if asked.null_count:
            found[np.asarray(asked.is_null())] = -1
        return found

    def name(self, row: int) -> str:
        """The id of a row."""
        return str(self._ids[row])

    def _table(self, compiled: bool) -> Callable[[pa.Array], Rows]:
        if not compiled:
            twice = len(self._ids) - len(self._ids.unique())
            if twice:
                seen = self._ids.dictionary_encode().indices.to_numpy()
                first = np.zeros(seen.size, dtype=np.bool_)
                first[np.unique(seen, return_index=True)[1]] = True
                self._refuse_twice(int(np.flatnonzero(~first)[0]))

            def by_arrow(asked: pa.Array) -> Rows:
                rows = pc.index_in(asked, value_set=self._ids)
                return np.array(rows.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)

            return by_arrow
        return self._of_numbers() if pa.types.is_integer(self._ids.type) else self._of_texts()

    def _of_numbers(self) -> Callable[[pa.Array], Rows]:
        from refnet.analysis.influence import hashing

        ids = _numbers(self._ids)
        least = int(ids.min()) if ids.size else 0
        width = int(ids.max()) - least + 1 if ids.size else 0
        if width <= 4 * ids.size + 1024:
            twice, direct = hashing.direct_table(ids, least, width)
            self._refuse_twice(twice)
            return lambda asked: hashing.direct_found(direct, least, _numbers(asked))
        bits = _bits(ids.size)
        twice, table = hashing.numbers_table(ids, bits)
        self._refuse_twice(twice)
        return lambda asked: hashing.numbers_found(table, bits, _numbers(asked))

    def _of_texts(self) -> Callable[[pa.Array], Rows]:
        from refnet.analysis.influence import hashing

        offset, data = _texts(self._ids)
        bits = _bits(offset.size)
        twice, table = hashing.texts_table(offset, data, bits)
        self._refuse_twice(twice)
        return lambda asked: hashing.texts_found(table, bits, offset, data, *_texts(asked))

    def _refuse_twice(self, row: int) -> None:
        if row >= 0:
            raise InputError(
                f"{self.name(row)} is there twice, again in row {row}",
                column=self._column,
                hint="Keep one row of each.",
            )


def by_id(ids: Any, rows: Rows | None = None) -> Callable[[npt.NDArray[Any]], npt.NDArray[Any]]:
    """What puts nodes in the order of their ids, numbers by size and texts by their bytes; for `Network.conserved`.

    Args:
        ids: array or chunked array of pyarrow.
        rows: the row of each node among them; None: nodes are rows.
    """

    def ordered(nodes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        own = plain(ids, "ids").take(pa.array(nodes if rows is None else rows[nodes]))
        return np.asarray(nodes[pc.sort_indices(own).to_numpy()])

    return ordered


def plain(ids: Any, column: str) -> pa.Array:
    """Ids as one array of int64 or large_string.

    Raises:
        InputError: they are neither whole numbers of 64 bits nor texts, or floats that do not hold them exactly.
    """
    if isinstance(ids, pa.ChunkedArray):
        if pa.types.is_string(ids.type):  # before they are put together: 2 GB of text have no int32 offsets
            ids = ids.cast(pa.large_string())
        ids = ids.combine_chunks()
        if isinstance(ids, pa.ChunkedArray):
            ids = ids.chunk(0) if ids.num_chunks else pa.array([], ids.type)
    if pa.types.is_dictionary(ids.type):
        ids = ids.dictionary_decode()
    kind = ids.type
    if pa.types.is_floating(kind):
        return _whole(ids, column)
    if pa.types.is_null(kind):
        return ids.cast(pa.int64())
    if pa.types.is_integer(kind):
        if kind == pa.uint64():
            _refuse(ids, pc.greater(ids, pa.scalar(2**63 - 1, pa.uint64())), "is beyond 2^63", column, _TEXTS)
        return ids.cast(pa.int64())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return ids.cast(pa.large_string())
    raise InputError(
        f"ids are whole numbers or texts, not {kind}", column=column, hint="Make texts of them first."
    )


_EXACT = {pa.float64(): 2.0**53, pa.float32(): 2.0**24, pa.float16(): 2.0**11}
"""From here on a float stands for more than one whole number."""


def _whole(ids: pa.Array, column: str) -> pa.Array:
    """Floats as int64, where each is one whole number and no other; not a number is missing."""
    most = _EXACT[ids.type]
    values = ids.cast(pa.float64())
    values = pc.if_else(pc.is_nan(values), None, values)
    _refuse(
        values,
        pc.greater_equal(pc.abs(values), most),
        f"is a float beyond {most:.0f}, where several whole numbers are one float",
        column,
    )
    _refuse(values, pc.not_equal(pc.floor(values), values), "is no whole number", column)
    return values.cast(pa.int64())


def _refuse(ids: pa.Array, wrong: pa.Array, why: str, column: str, hint: str = _GAPS) -> None:
    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise InputError(
            f"ids are whole numbers of 64 bits or texts, but {ids[row]} in row {row} {why}",
            column=column,
            hint=hint,
        )


def _bits(ids: int) -> int:
    return max(int(1.5 * ids), 2).bit_length()


def _numbers(ids: pa.Array) -> npt.NDArray[np.int64]:
    """The values in place; whatever is below a gap."""
    values = ids.buffers()[1]
    if values is None:
        return np.zeros(len(ids), dtype=np.int64)
    return np.frombuffer(values, dtype=np.int64)[ids.offset : ids.offset + len(ids)]


def _texts(ids: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    _, offsets, data = ids.buffers()
    if offsets is None or not len(ids):
        return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.uint8)
    held = np.frombuffer(offsets, dtype=np.int64)[ids.offset : ids.offset + len(ids) + 1]
    return held, np.frombuffer(data, dtype=np.uint8) if data and len(data) else np.zeros(1, dtype=np.uint8)
