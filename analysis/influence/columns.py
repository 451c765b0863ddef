"""What the engine answers as arrays: each batch of rows becomes columns as it comes, and is let go.

By rows, in a stream; or by ranges of ids, of which each comes as one record of lists: a tenth of the driver's work and
a quarter of the whole time, where a query is written so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from refnet.core.errors import StoreError
from refnet.core.progress import Progress
from refnet.graph import Graph

Kind: TypeAlias = Literal["text", "number"] | tuple[str, ...]
"""Of a column: texts, numbers, or one of so many words."""

NO_WORD, OTHER_WORD = -1, -2

_RANGE_ROWS = 10_000
_SPREAD = 10
"""Of so many ids chosen at random one is a bound: ranges get more even than between bounds chosen so themselves."""
_ENDS = ("\U0010ffff", "\uffff")
"""No id is beyond both. Engines compare texts by code points or by units of UTF-16; in the first order nothing is in
the range between the two, in the second what begins with U+E000 to U+FFFF."""
_ALIKE = "\ud800"
"""Texts of characters below it are before and after the same others in both orders."""


def read(
    graph: Graph, name: str, kinds: Mapping[str, Kind], progress: Progress, **parameters: Any
) -> dict[str, Any]:
    """The columns of a reading query of cypher/, as many as have a kind.

    Args:
        graph: is asked, in a stream.
        name: of the query.
        kinds: of each column, in the query's order.
        progress: told of the rows.
        parameters: of the query.

    Returns:
        Texts as a chunked array of arrow, null where there is none; numbers as float64, NaN where there is none;
        words as int8, their places among the words, NO_WORD where there is none, OTHER_WORD where it is another.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    return _gathered(graph.columns(name, **parameters), kinds, progress)


def bounds(graph: Graph, of: str) -> list[str]:
    """Texts that part all ids into ranges of some 10,000, in the order of every engine.

    Args:
        graph: is asked for ids.
        of: `customers` or `affiliates`.

    Returns:
        First of all ''; each id is after one and at most the next.

    Raises:
        StoreError: the graph cannot be reached or refuses; an id is no text.
    """
    some = [key for (key,) in graph.query(f"scores/some-{of}", share=_SPREAD / _RANGE_ROWS).values]
    if wrong := [key for key in some if not isinstance(key, str) or not key]:
        raise StoreError(
            f"The graph has {of} whose id is no text, such as {wrong[0]!r}.",
            "Others than refnet have written them: give each an id that is a text, or take them away.",
        )
    plain = sorted(key for key in some if max(key) < _ALIKE)
    return ["", *plain[_SPREAD::_SPREAD], *_ENDS]


def read_ranges(
    graph: Graph, name: str, kinds: Mapping[str, Kind], parted: Sequence[str], progress: Progress
) -> dict[str, Any]:
    """The columns of a reading query that gives those of a range, above `after` to `upTo`, as lists.

    Args:
        graph: is asked for one range after the other.
        name: of the query.
        kinds: of each column, in the query's order.
        parted: the ranges, by `bounds`.
        progress: told of the rows.

    Returns:
        As `read`; texts are '' where there is none.

    Raises:
        StoreError: the graph cannot be reached or refuses.
    """
    ranges = (graph.query(name, after=after, upTo=up_to).values[0] for after, up_to in pairwise(parted))
    return _gathered(ranges, kinds, progress)


def coded(values: npt.NDArray[np.object_], words: Sequence[str]) -> npt.NDArray[np.int8]:
    """Words as `read` gives them."""
    codes = np.full(len(values), NO_WORD, dtype=np.int8)
    for code, word in enumerate(words):
        codes[values == word] = code
    return codes


def _gathered(
    batches: Iterable[Sequence[Sequence[Any]]], kinds: Mapping[str, Kind], progress: Progress
) -> dict[str, Any]:
    parts: list[list[Any]] = [[] for _ in kinds]
    for batch in batches:
        for part, values, kind in zip(parts, batch, kinds.values(), strict=True):
            part.append(_array(values, kind))
        progress.advance(len(batch[0]))
    return {column: _whole(part, kind) for (column, kind), part in zip(kinds.items(), parts, strict=True)}


def _array(values: Sequence[Any], kind: Kind) -> Any:
    if kind == "text":
        return pa.array(values, pa.large_string())
    if kind == "number":
        return np.array(values, dtype=np.float64)  # None becomes NaN
    codes: dict[Any, int] = {None: NO_WORD, "": NO_WORD, **{word: code for code, word in enumerate(kind)}}
    return np.fromiter((codes.get(value, OTHER_WORD) for value in values), np.int8, len(values))


def _whole(parts: list[Any], kind: Kind) -> Any:
    if kind == "text":
        return pa.chunked_array(parts, pa.large_string())
    return np.concatenate(parts) if parts else np.zeros(0, np.float64 if kind == "number" else np.int8)
