"""Random streams and draws.

Every block of customers and every purpose has a stream of its own: a PCG64 generator from a SeedSequence
whose entropy is the seed and whose spawn key is (purpose, block). A purpose that draws more moves no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zlib import crc32

import numpy as np
import numpy.typing as npt

BLOCK = 1 << 16  # customers drawn, or rows written, at a time

Floats = npt.NDArray[np.float64]


def stream(seed: int, purpose: str, block: int = 0) -> np.random.Generator:
    """The random stream of one purpose in one block."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(crc32(purpose.encode()), block)))
    )


def blocks(count: int, size: int = BLOCK) -> Iterator[tuple[int, slice]]:
    """Consecutive slices of `count` things with their numbers."""
    for number, first in enumerate(range(0, count, size)):
        yield number, slice(first, min(first + size, count))


def draw(rng: np.random.Generator, levels: Mapping[str, float], count: int) -> npt.NDArray[np.uint8]:
    """Codes of levels drawn by their shares, shape (count,)."""
    edges = np.cumsum(list(levels.values()))
    codes = np.searchsorted(edges / edges[-1], rng.random(count), side="right")
    return np.minimum(codes, len(levels) - 1).astype(np.uint8)


def draw_weighted(rng: np.random.Generator, cumulative: Floats, count: int) -> npt.NDArray[np.intp]:
    """Positions drawn by weight, shape (count,), from the running sum of the weights."""
    at = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    return np.asarray(np.minimum(at, len(cumulative) - 1), dtype=np.intp)
