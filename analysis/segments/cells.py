"""Sums by cell over customers in trees, from which every comparison of a cell with the rest follows in closed form.

With codes of one attribute, or of a pair made one number, a cell is a level. For a difference of means that respects
trees it takes, for each cell c and over the trees g that have customers in it, sums of products of

    n, s    how many of g are in c, and what they sum to
    m, t    how many are in g, and what they sum to

since the part of a tree in the difference is linear in these four (`compare`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from refnet.analysis.influence.network import worth_compiling
from refnet.core.errors import InputError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.signedinteger[Any]]


class Trees:
    """Customers by tree: those who are alone first, then the others, tree after tree.

    Args:
        tree: shape (n,), integers, the tree of each customer.

    Attributes:
        order: shape (n,), customers in the order in which everything else here is.
        alone: how many trees, first in the order, are of one customer.
        of: shape (n − alone,), the number of the tree of each of the others, from 0, ascending.
        others: how many trees they are.

    O(n log n).
    """

    def __init__(self, tree: npt.ArrayLike) -> None:
        given = np.asarray(tree)
        order = np.argsort(given, kind="stable").astype(np.int32 if given.size < 2**31 else np.int64)
        ordered = given[order]
        begins = np.ones(given.size, dtype=np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
        ends = np.append(begins[1:], True)[: given.size]
        single = begins & ends
        self.order = np.concatenate([order[single], order[~single]])
        self.alone = int(single.sum())
        self.of = (np.cumsum(begins[~single]) - 1).astype(np.int32)
        self.others = int(self.of[-1]) + 1 if self.of.size else 0

    def __len__(self) -> int:
        return self.order.size

    def count(self, some: npt.NDArray[np.bool_]) -> int:
        """How many trees some of the customers (shape (n,), in this order) are of."""
        there = np.bincount(self.of[some[self.alone :]], minlength=1) > 0
        return int(some[: self.alone].sum() + there.sum())

    def among(self, rows: npt.NDArray[np.intp]) -> Trees:
        """The trees of some customers only: `rows` are places in `order`, ascending. O(rows)."""
        part = object.__new__(Trees)
        part.order = self.order[rows]
        part.alone = int(np.searchsorted(rows, self.alone))
        tree = self.of[rows[part.alone :] - self.alone]
        part.of = (np.cumsum(np.diff(tree, prepend=-1) != 0) - 1).astype(np.int32)
        part.others = int(part.of[-1]) + 1 if part.of.size else 0
        return part


@dataclass(frozen=True)
class Moments:
    """Sums of one measure by cell, each of shape (cells,), but for the last three, which are over all.

    The measure is less its mean over all customers; who has no cell or no measure takes no part.

    Attributes:
        n, s: customers and what they sum to.
        trees, whole: trees with customers in the cell, and those with no others.
        nn, ns, ss, nm, nt, sm, st: sums of products over those trees.
        everyone, total: customers of all cells and what they sum to.
        tree_count, mm, mt, tt: of all trees, and sums of products over them.
        centre: the mean that was taken off.
    """

    n: Floats
    s: Floats
    trees: Floats
    whole: Floats
    nn: Floats
    ns: Floats
    ss: Floats
    nm: Floats
    nt: Floats
    sm: Floats
    st: Floats
    everyone: float
    total: float
    tree_count: float
    mm: float
    mt: float
    tt: float
    centre: float


class Measured:
    """One measure of customers in trees.

    Args:
        values: shape (n,), in the order of customers; NaN is not known.
        trees: of the same customers.

    Raises:
        InputError: numbers of customers differ.
    """

    def __init__(self, values: npt.ArrayLike, trees: Trees) -> None:
        given = np.asarray(values, dtype=np.float64)
        if given.shape != (len(trees),):
            raise InputError("Attributes, CLTV, referral value and trees are not of equally many customers.")
        self.trees = trees
        ordered = given[trees.order]
        known = ~np.isnan(ordered)
        self.known = None if known.all() else known
        self.centre = float(ordered[known].mean()) if known.any() else 0.0
        self.values = np.where(known, ordered - self.centre, 0.0)

    def among(self, rows: npt.NDArray[np.intp]) -> Measured:
        """The same of some customers only: `rows` are places in the order of the trees, ascending. O(rows)."""
        part = object.__new__(Measured)
        part.trees = self.trees.among(rows)
        part.known = None if self.known is None else self.known[rows]
        part.centre, part.values = self.centre, self.values[rows]
        return part

    def moments(
        self,
        code: Codes,
        cells: int,
        partner: Codes | None = None,
        width: int = 0,
        *,
        compiled: bool | None = None,
    ) -> Moments:
        """Sums by cell.

        Args:
            code: shape (n,), in the order of the trees: each customer's cell, −1 for none.
            cells: how many.
            partner, width: a pair of attributes: the cell is code · width + partner, none where either is none.
            compiled: by `loops`, or by numpy; None: as is quicker.

        O(n), by numpy and sorting within trees.
        """
        if worth_compiling(code.size, code.size, compiled):
            from refnet.analysis.segments import loops

            none = np.empty(0, dtype=np.bool_)
            sums, over = loops.sums(
                code, code[:0] if partner is None else partner, width if partner is not None else 0, cells,
                self.values, none if self.known is None else self.known, self.trees.alone, self.trees.of,
            )  # fmt: skip
        else:
            sums, over = self._by_numpy(
                code if partner is None else joined(code, partner, width, cells), cells
            )
        n, values, count, whole, nn, ns, ss, nm, nt, sm, st = sums
        tree_count, mm, mt, tt = over.tolist()
        return Moments(
            n, values, count, whole, nn, ns, ss, nm, nt, sm, st,
            float(n.sum()), float(values.sum()), tree_count, mm, mt, tt, self.centre,
        )  # fmt: skip

    def _by_numpy(self, code: Codes, cells: int) -> tuple[Floats, Floats]:
        """As `loops.sums`."""
        trees, alone = self.trees, self.trees.alone
        taken = code >= 0 if self.known is None else (code >= 0) & self.known
        whole = bool(taken.all())
        first, others = (slice(None), slice(None)) if whole else (taken[:alone], taken[alone:])
        cell, value = code[:alone][first], self.values[:alone][first]
        # Of one who is alone all products are 1, their value, or its square.
        n = _summed(cell, None, cells)
        s, ss = _summed(cell, value, cells), _summed(cell, value * value, cells)
        sums = np.array([n, s, n, n, n, s, ss, n, s, s, ss])
        over = np.array([n.sum(), n.sum(), s.sum(), ss.sum()])

        tree, cell, value = trees.of[others], code[alone:][others], self.values[alone:][others]
        if tree.size:
            m, t = _summed(tree, None, trees.others), _summed(tree, value, trees.others)
            over += np.array([(m > 0).sum(), m @ m, m @ t, t @ t])
            key = tree.astype(np.int64) * cells + cell
            order = np.argsort(key, kind="stable")
            key = key[order]
            begins = np.flatnonzero(np.diff(key, prepend=-1))
            there, group = np.divmod(key[begins], cells)
            n, s = np.diff(begins, append=key.size).astype(np.float64), np.add.reduceat(value[order], begins)
            m, t = m[there], t[there]
            products = [n, s, np.ones(n.size), n == m, n * n, n * s, s * s, n * m, n * t, s * m, s * t]
            sums += np.array([_summed(group, each.astype(np.float64), cells) for each in products])
        return sums, over


def joined(code: Codes, partner: Codes, width: int, cells: int) -> Codes:
    """Cells of a pair: code · width + partner, −1 where either is below 0."""
    kind = np.int16 if cells < 32_767 else np.int32
    both: npt.NDArray[Any] = np.multiply(code, width, dtype=kind)
    both += partner
    both[(code < 0) | (partner < 0)] = -1
    return both


def _summed(group: npt.NDArray[Any], values: Floats | None, groups: int) -> Floats:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)
