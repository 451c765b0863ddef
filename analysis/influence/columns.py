"""What the engine answers as arrays: each batch of rows becomes columns as it comes, and is let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from refnet.core.progress import Progress
from refnet.graph import Graph

Kind: TypeAlias = Literal["text", "number"] | tuple[str, ...]
"""Of a column: texts, numbers, or one of so many words."""

NO_WORD, OTHER_WORD = -1, -2


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
    parts: list[list[Any]] = [[] for _ in kinds]
    for batch in graph.columns(name, **parameters):
        for part, values, kind in zip(parts, batch, kinds.values(), strict=True):
            part.append(_array(values, kind))
        progress.advance(len(batch[0]))
    return {column: _whole(part, kind) for (column, kind), part in zip(kinds.items(), parts, strict=True)}


def coded(values: npt.NDArray[np.object_], words: Sequence[str]) -> npt.NDArray[np.int8]:
    """Words as `read` gives them."""
    codes = np.full(len(values), NO_WORD, dtype=np.int8)
    for code, word in enumerate(words):
        codes[values == word] = code
    return codes


def _array(values: Sequence[Any], kind: Kind) -> Any:
    if kind == "text":
        return pa.array(values, pa.large_string())
    if kind == "number":
        return np.array(values, dtype=np.float64)  # None becomes NaN
    codes: dict[Any, int] = {None: NO_WORD, **{word: code for code, word in enumerate(kind)}}
    return np.fromiter((codes.get(value, OTHER_WORD) for value in values), np.int8, len(values))


def _whole(parts: list[Any], kind: Kind) -> Any:
    if kind == "text":
        return pa.chunked_array(parts, pa.large_string())
    return np.concatenate(parts) if parts else np.zeros(0, np.float64 if kind == "number" else np.int8)
