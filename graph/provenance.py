"""Which sources have a row: sorted lists in the graph, so that neither the order of loads nor a load again matters."""

from __future__ import annotations


def with_source(held: str) -> str:
    """The list of an expression such as `n.sources`, and $source in its place there."""
    return (
        f"[s IN coalesce({held}, []) WHERE s < $source] + [$source] + "
        f"[s IN coalesce({held}, []) WHERE s > $source]"
    )


def united(one: str, other: str) -> str:
    """What is in one list or the other."""
    return (
        f"reduce(u = coalesce({one}, []), x IN coalesce({other}, []) | "
        "[s IN u WHERE s < x] + [x] + [s IN u WHERE s > x])"
    )


def without_source(held: str) -> str:
    """The list of an expression, less $source."""
    return f"[s IN {held} WHERE s <> $source]"
