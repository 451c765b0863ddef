"""Celebrities: a referrer with a million referrals must not be one executor's whole work.

Sums by referrer are partial before anything is moved (Spark's map-side aggregation): a celebrity is one row of each
part. Only joins of edges with their referrer would bring all of a celebrity's edges to one place. There, the edges
of a celebrity are spread over several places by who was brought, and the celebrity's one row goes to each of them.
"""

from __future__ import annotations

from refnet.analysis.spark.work import Frame, Work

LIMIT = 100_000
"""Rows of one key in one place, about: some megabytes."""

_KEY, _COPIES, _PLACE = "_key", "_copies", "_place"


class Spread:
    """Joins of many rows with the one row that their key has.

    Args:
        work: the run.
        many: the rows that are joined.
        key: their column.
        other: a column that tells rows of one key apart.
        limit: from how many rows on a key is spread, and over how many places; None: LIMIT. Keys that are
            spread go to all executors: rows / limit of them at most.

    """

    def __init__(self, work: Work, many: Frame, key: str, other: str, *, limit: int | None = None) -> None:
        from pyspark.sql import functions as F

        limit = limit or LIMIT
        counted = many.groupBy(key).count().where(F.col("count") > limit)
        # Under a name of its own: by its old one Spark takes it for the column of the rows that it is joined with.
        self._heavy = work.keep(
            counted.select(F.col(key).alias(_KEY), F.ceil(F.col("count") / limit).cast("int").alias(_COPIES))
        )
        self._key, self._other, self._partitions = key, other, work.partitions
        self.keys = int(self._heavy.count())

    def many(self, rows: Frame) -> Frame:
        """The many, by key; where there is a celebrity each with its place, by key and place."""
        from pyspark.sql import functions as F

        if not self.keys:
            return rows.repartition(self._partitions, self._key)
        place = F.coalesce(F.expr(f"pmod(hash({self._other}), {_COPIES})"), F.lit(0))
        placed = self._with_copies(rows).withColumn(_PLACE, place)
        return placed.drop(_COPIES).repartition(self._partitions, self._key, _PLACE)

    def one(self, rows: Frame) -> Frame:
        """The one row of each key, at each of the key's places."""
        from pyspark.sql import functions as F

        if not self.keys:
            return rows
        last = F.coalesce(F.col(_COPIES), F.lit(1)) - 1
        copied = self._with_copies(rows).withColumn(_PLACE, F.explode(F.sequence(F.lit(0), last)))
        return copied.drop(_COPIES)

    def _with_copies(self, rows: Frame) -> Frame:
        from pyspark.sql import functions as F

        return rows.join(F.broadcast(self._heavy), rows[self._key] == F.col(_KEY), "left").drop(_KEY)

    def join(self, many: Frame, one: Frame, how: str = "inner", *also: str) -> Frame:
        """`many` (from the method) with `one` (not yet copied), both with the key's column and `also` others.

        What lies by the key already is not moved, unless there is a celebrity.
        """
        on = [self._key, *also, *([_PLACE] if self.keys else [])]
        return many.hint("shuffle_hash").join(self.one(one), on, how).drop(_PLACE)
