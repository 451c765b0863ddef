"""The credited network in arrays, and what it says of everyone at once: influence, downline, conserved
credit.

Definitions: the definitions page, 'Influence'. Nodes are numbers 0 … n−1, customers and affiliates alike. The sums
are those of `compiled` where numba is there and the network is large enough to be worth it, else those of `arrays`;
both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from refnet.analysis.influence.arrays import SLACK, Arrays
from refnet.analysis.influence.asked import checked, count_of, floats_of, numbers_of
from refnet.analysis.influence.conserved import to_whole
from refnet.analysis.influence.forest import Floats, Ints, Numbers
from refnet.core.errors import InputError, UsageError
from refnet.core.money import MOST_MINOR

_WORTH_COMPILING = 100_000  # edges; below, numpy is done before numba is imported
_MOST_SHARE = 2.0**50
"""A conserved share from here on may be off by more than its rounding: it is a float before it is a whole number."""


class Named(Protocol):
    """What nodes are called: a list, or whatever else is like one."""

    def __len__(self) -> int: ...

    def __getitem__(self, node: int, /) -> object: ...


class Generation(NamedTuple):
    """One depth below somebody: people whose shortest way has this length, value by all ways of it."""

    depth: int
    customers: int
    value: float


class Network:
    """An acyclic credited network.

    Args:
        referrer, referee: shape (m,), node numbers, of a whole kind (ids of any kind: `refnet.influence_table`).
        credit: shape (m,), in (0, 1]; None: 1 each.
        nodes: n, how many nodes there are.
        names: shape (n,), what to call a node in an error message; None: its number.
        compiled: by the loops of numba (`refnet[fast]`) or by numpy; None: as is quicker.

    Raises:
        InputError: node numbers are not whole or credits no numbers; naming an edge that is out of range, leads from
            a node to itself, has a credit outside (0, 1], is on a cycle, or leads to a node whose credits sum to more
            than 1.
        UsageError: `nodes` is no count.

    Complexity: O(n + m); by numpy O(n + m log m). Memory O(n + m).

    """

    is_forest: bool
    """Everyone has at most one referrer."""

    def __init__(
        self,
        referrer: npt.ArrayLike,
        referee: npt.ArrayLike,
        credit: npt.ArrayLike | None = None,
        *,
        nodes: int,
        names: Named | None = None,
        compiled: bool | None = None,
    ) -> None:
        nodes = count_of(nodes)
        tail, head = numbers_of(referrer, "referrer"), numbers_of(referee, "referee")
        given = None if credit is None else floats_of(np.asarray(credit), "Credits")
        if (
            tail.shape != (tail.size,)
            or head.shape != tail.shape
            or (given is not None and given.shape != tail.shape)
        ):
            raise InputError("Edges need as many referrers as referees and credits.")
        self.nodes, self._names = nodes, names
        if tail.size and (min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= nodes):
            outside = (tail < 0) | (tail >= nodes) | (head < 0) | (head >= nodes)
            self._refuse(tail, head, outside, f"names none of {nodes} nodes")
        if given is not None and bool((given == 1).all()):
            given = None
        self._sums = self._summed(tail, head, given, worth_compiling(tail.size, nodes, compiled))
        if self._sums.height.size != self._sums.size:
            self._refuse_cycle()
        self.is_forest = self._sums.is_forest

    def _summed(self, tail: Ints, head: Ints, credit: Floats | None, compiled: bool) -> Arrays:
        if compiled:
            from refnet.analysis.influence.compiled import Compiled, NotWell

            try:
                return Compiled(tail, head, credit, self.nodes)
            except NotWell:
                pass  # and now: which edge?
        self._refuse(tail, head, tail == head, "leads from a node to itself")
        if credit is not None:
            self._refuse(
                tail, head, ~((credit > 0) & (credit <= 1)), "has a credit that is not above 0 and at most 1"
            )
        into = np.bincount(head, weights=credit, minlength=self.nodes)
        self._refuse(tail, head, into[head] > 1 + SLACK, "leads to a node whose credits sum to more than 1")
        return Arrays(tail, head, credit, self.nodes)

    def influence(self, value: npt.ArrayLike, *, hops: int | None = 6, decay: float = 0.5) -> Numbers:
        """Value brought by each, shape (n,), in the unit of `value`: the definitions page, 'Influence'.

        influence_k(v) = Σ_{d=1..k} decay^(d−1) · Σ over paths v → … → u of length d: Π credits · value(u)

        Args:
            value: shape (n,); integers (minor units, heads) with decay 1 and credits 1 stay exact integers
                (int64), everything else is float64.
            hops: k, at least 1; None: all the way down.
            decay: in (0, 1].

        Raises:
            InputError: another shape, a value that is not a finite number, or integers beyond 2^62 together, whose
                sums might not be integers of 64 bits.
            UsageError: hops or decay out of range.

        Complexity: O(n + m) without limit, O(n + Σ over hops of edges still alive) with; a forest by numpy, or to
            more than 64 hops, O(n log min(k, depth)).

        """
        return self.influences(value, [(hops, decay)])[0]

    def influences(
        self,
        value: npt.ArrayLike,
        asked: Sequence[tuple[int | None, float]],
        *,
        out: Floats | None = None,
    ) -> list[Numbers]:
        """Influence for several (hops, decay) at once, each as `influence` gives it, in the order asked.

        Values are fetched once for all of them, and each hop is summed once. What is left is to write the answers: at
        millions fresh memory for them costs more than the sums, so that whoever asks again and again gives it.

        Args:
            value: shape (n,), as `influence` takes it.
            asked: (hops, decay) of each.
            out: float64, shape (len(asked), n), to be written over: the answers are its rows, all of them float64
                (whole sums exact to 2^53).

        Raises:
            InputError, UsageError: as `influence`; `out` of another shape or kind.

        Complexity: O(n + m) for the first hop once; for each of them O(n) to write it, and what its hops cost beyond
            the first, see `influence`.

        """
        try:
            pairs = [checked(hops, decay) for hops, decay in asked]
        except (TypeError, ValueError):
            raise UsageError(
                "What is asked is pairs of hops and decay.", "Such as [(6, 0.5), (None, 1.0)]."
            ) from None
        if out is not None and not isinstance(out, np.ndarray):
            raise InputError(f"out is a {type(out).__name__}, and has to be an array of numpy.")
        if out is not None and (out.shape != (len(asked), self.nodes) or out.dtype != np.float64):
            raise InputError(
                f"out is {out.dtype} of shape {out.shape}, and has to be float64 of {(len(asked), self.nodes)}."
            )
        return self._sums.brought(self._values(value), pairs, out)

    def at_risk(self, value: npt.ArrayLike, probability: npt.ArrayLike) -> Numbers:
        """Downstream at risk, float64, shape (n,), in the unit of `value`: Σ p(u) · value(u) over all u below.

        With credits below 1 each path counts by the product of its credits, as in `influence`.

        Args:
            value: shape (n,), what each is worth.
            probability: shape (n,), in 0 … 1, that each is lost.

        Raises:
            InputError: another shape, or what is no probability.

        Complexity: as `influence` without limit.

        """
        return self.influence(self.weighted(value, probability), hops=None, decay=1.0)

    def weighted(self, value: npt.ArrayLike, probability: npt.ArrayLike) -> Floats:
        """p(u) · value(u), float64, shape (n,), as `at_risk` takes them. O(n).

        Raises:
            InputError: another shape, or what is no probability.
        """
        chance, worth = floats_of(np.asarray(probability), "Probabilities"), self._values(value)
        if chance.shape != (self.nodes,):
            raise InputError(f"There are {self.nodes} nodes and probabilities of shape {chance.shape}.")
        wrong = np.flatnonzero(~((chance >= 0) & (chance <= 1)))
        if wrong.size:
            raise InputError(f"The probability of {self._called(int(wrong[0]))} is not within 0 and 1.")
        return np.asarray(worth * chance)

    def downline(self) -> Ints:
        """Distinct people below each, shape (n,): a sweep, O(n + m), for a forest, else see `people_below`."""
        return self._sums.people_below()

    def longest_chain(self) -> Ints:
        """Edges on the longest way down from each, shape (n,). O(n): the ordering knows them."""
        return self._sums.longest_chain()

    def generations(self, root: int, value: npt.ArrayLike) -> list[Generation]:
        """Heads and value at each depth below `root`, from depth 1 on.

        People are counted once, at their shortest depth. Value is weighted by the credits along each path of
        that length, so that the values sum to `influence(value, hops=None, decay=1)` of the root.

        Raises:
            InputError: another shape of `value` than (n,), or a value that is not a finite number.
            UsageError: no such node.

        Complexity: O(n + edges below `root`) for a forest, else times the depth at most.

        """
        worth = self._values(value)
        if not 0 <= root < self.nodes:
            raise UsageError(f"There is no node {root}.")
        start, referee, credit = self._down
        seen = np.zeros(self.nodes, dtype=np.bool_)
        front: Ints = np.array([root])
        weight: Floats = np.ones(1)
        found: list[Generation] = []
        while True:
            count = start[front + 1] - start[front]
            edge = np.repeat(start[front] - np.cumsum(count) + count, count) + np.arange(count.sum())
            if not edge.size:
                return found
            people: Ints = referee[edge]
            if credit is None:
                total = worth[people].sum().item()
            else:
                weight = np.repeat(weight, count) * credit[edge]
                total = (weight * worth[people]).sum().item()
            if not self.is_forest:
                people, place = np.unique(people, return_inverse=True)
                weight = np.asarray(np.bincount(place, weights=weight), dtype=np.float64)
            found.append(Generation(len(found) + 1, int((~seen[people]).sum()), total))
            seen[people] = True
            front = people.astype(np.int64, copy=False)

    def conserved(
        self,
        value_minor: npt.ArrayLike,
        *,
        decay: float = 0.5,
        ties: Callable[[Ints], Ints] | None = None,
    ) -> Ints:
        """Conserved credit of each, int64, shape (n,), minor units: sums exactly to Σ `value_minor`.

        Args:
            value_minor: shape (n,), integers.
            decay: in (0, 1], what each further step back weighs.
            ties: given nodes whose remainders are equal, these in the order in which they are rounded up; None: by
                number. By ids, the answer does not depend on how nodes are numbered.

        Raises:
            InputError: another shape, values that are not integers, or a share of 2^50 or more, which could not be
                told to the unit.
            UsageError: decay out of range.

        Rounded by largest remainder over the whole network. O(n) for a forest with credits of 1, else
        see `conserved.dag_shares`, where the definition is.

        """
        worth = self._values(value_minor)
        if worth.dtype != np.int64:
            raise InputError("Conserved credit is shared out in whole minor units: values must be integers.")
        decay = checked(None, decay)[1]
        if not self.nodes:
            return worth
        share = self._sums.shares(worth, decay)
        largest = int(np.argmax(np.abs(share)))
        if abs(share[largest]) >= _MOST_SHARE:
            raise InputError(
                f"The conserved credit of {self._called(largest)} is about {share[largest]:.3g} minor units: "
                f"it cannot be shared out to the unit from {_MOST_SHARE:.3g} on.",
                hint="Look at the largest values: amounts like this are usually a slip.",
            )
        return to_whole(share, int(worth.sum()), ties)

    def roots(self) -> Ints:
        """Nodes that brought somebody and whom nobody brought, shape (roots,), in rising order. O(n + m)."""
        brought = np.zeros(self.nodes, dtype=np.bool_)
        brought[self._sums.referee] = True
        referrers = self._sums.referrers
        return np.sort(referrers[~brought[referrers]]).astype(np.int64)

    def tree_of(self) -> Ints:
        """The tree of each, shape (n,): weakly connected component, numbered by first nodes. O(n + m)."""
        return self._sums.components()

    @cached_property
    def _down(self) -> tuple[Ints, Ints, Floats | None]:
        """Where each node's edges begin; by referrer their referees, and credits (None: all 1)."""
        sums = self._sums
        order = np.argsort(sums.referrer, kind="stable")
        start = np.searchsorted(sums.referrer[order], np.arange(self.nodes + 1))
        return start, sums.referee[order], None if sums.credit is None else sums.credit[order]

    def _refuse_cycle(self) -> None:
        tail, head = self._sums.referrer, self._sums.referee
        graph = coo_array((np.ones(tail.size), (tail, head)), shape=(self.nodes, self.nodes))
        label = connected_components(graph.tocsr(), directed=True, connection="strong")[1]
        order = np.lexsort((head, tail))
        tail, head = tail[order], head[order]
        self._refuse(tail, head, label[tail] == label[head], "is on a cycle")
        raise AssertionError("a graph that cannot be ordered has a cycle")

    def _values(self, value: npt.ArrayLike) -> Numbers:
        worth = np.asarray(value)
        if worth.shape != (self.nodes,):
            raise InputError(f"There are {self.nodes} nodes and values of shape {worth.shape}.")
        if worth.dtype.kind in "iub":
            if worth.size and worth.dtype.itemsize == 8:
                self._refuse_large(worth)
            return worth.astype(np.int64, copy=False)
        worth = floats_of(worth, "Values")
        wrong = np.flatnonzero(~np.isfinite(worth))
        if wrong.size:
            raise InputError(f"The value of {self._called(int(wrong[0]))} is not a finite number.")
        return worth

    def _refuse_large(self, worth: npt.NDArray[Any]) -> None:
        """Whole credits make a forest, where nobody is below another twice: no sum is above that of all."""
        largest = max(int(worth.max()), -int(worth.min()))
        if largest * worth.size > MOST_MINOR and float(np.abs(worth.astype(np.float64)).sum()) > MOST_MINOR:
            raise InputError(
                f"The largest value is {largest}: together they are more than can be added exactly.",
                hint="Give floats (`value.astype(float)`) where sums need not be exact.",
            )

    def _refuse(self, tail: Ints, head: Ints, wrong: npt.NDArray[np.bool_], what: str) -> None:
        if wrong.any():
            edge = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"Edge {self._called(int(tail[edge]))} → {self._called(int(head[edge]))} {what}.",
                hint="`refnet.influence` and `refnet.influence_table` leave such edges out, and count them, with "
                "drop=True; `refnet influence` with --drop.",
            )

    def _called(self, node: int) -> str:
        return (
            str(self._names[node]) if self._names is not None and 0 <= node < len(self._names) else str(node)
        )


def worth_compiling(edges: int, nodes: int, asked: bool | None) -> bool:
    """Whether compiled loops are to be used: asked for, or there and worth their import."""
    if nodes > np.iinfo(np.int32).max or asked is False:
        return False
    return bool(asked) or (edges >= _WORTH_COMPILING and _numba())


@cache
def _numba() -> bool:
    try:
        import numba
    except ImportError:  # not there, or not for this numpy
        return False
    return bool(numba.__version__)
