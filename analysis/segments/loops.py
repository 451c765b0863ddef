"""The compiled loop of `cells`: all sums of one measure by cell in one pass over customers, tree after tree.

Needs numba (`refnet[fast]`); without it, and below a size that is not worth its import, `cells` does the same in numpy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.analysis.influence.loops import compiled

Floats = npt.NDArray[np.float64]


@compiled
def sums(
    code: npt.NDArray[Any],
    partner: npt.NDArray[Any],
    width: int,
    cells: int,
    values: Floats,
    known: npt.NDArray[np.bool_],
    alone: int,
    tree: npt.NDArray[Any],
) -> tuple[Floats, Floats]:
    """(n, s, trees, whole, nn, ns, ss, nm, nt, sm, st by cell, shape (11, cells); tree_count, mm, mt, tt).

    A cell is `code`, or code · width + partner where width is above 0; below 0 is nobody's. `known` may be empty: all
    are. Names are those of `Moments`.
    """
    found, over = np.zeros((cells, 11)), np.zeros(4)
    for row in range(alone):
        cell = int(code[row])
        if width > 0:
            cell = cell * width + partner[row] if cell >= 0 and partner[row] >= 0 else -1
        if cell < 0 or (known.size > 0 and not known[row]):
            continue
        value = values[row]
        found[cell, 0] += 1.0
        found[cell, 1] += value
        found[cell, 6] += value * value
    # Of one who is alone all products are 1, their value, or its square.
    for cell in range(cells):
        n, s, ss = found[cell, 0], found[cell, 1], found[cell, 6]
        found[cell, 2] = found[cell, 3] = found[cell, 4] = found[cell, 7] = n
        found[cell, 5] = found[cell, 8] = found[cell, 9] = s
        found[cell, 10] = ss
        over[0] += n
        over[1] += n
        over[2] += s
        over[3] += ss
    heads, worth, touched = np.zeros(cells), np.zeros(cells), np.empty(cells, np.int64)
    row, end = alone, alone + tree.size
    while row < end:
        now, count, m, t = tree[row - alone], 0, 0.0, 0.0
        while row < end and tree[row - alone] == now:
            cell = int(code[row])
            if width > 0:
                cell = cell * width + partner[row] if cell >= 0 and partner[row] >= 0 else -1
            if cell >= 0 and (known.size == 0 or known[row]):
                if heads[cell] == 0.0:
                    touched[count] = cell
                    count += 1
                heads[cell] += 1.0
                worth[cell] += values[row]
                m += 1.0
                t += values[row]
            row += 1
        if count == 0:
            continue
        over[0] += 1.0
        over[1] += m * m
        over[2] += m * t
        over[3] += t * t
        for place in range(count):
            cell = touched[place]
            n, s = heads[cell], worth[cell]
            found[cell, 0] += n
            found[cell, 1] += s
            found[cell, 2] += 1.0
            found[cell, 3] += 1.0 if n == m else 0.0
            found[cell, 4] += n * n
            found[cell, 5] += n * s
            found[cell, 6] += s * s
            found[cell, 7] += n * m
            found[cell, 8] += n * t
            found[cell, 9] += s * m
            found[cell, 10] += s * t
            heads[cell] = worth[cell] = 0.0
    return found.T.copy(), over
