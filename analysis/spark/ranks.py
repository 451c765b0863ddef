"""Percentile, band and quadrant: exact ranks over everybody, without everybody in one place.

Equal values are counted first; what differs is sorted over all executors, each part counted by itself, and what all
parts before it hold is added: one number a part passes the driver. The definitions are those of
refnet.analysis.influence.scores.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from refnet.analysis.influence.scores import HIGH_BAND, MEDIUM_BAND
from refnet.analysis.spark.work import Column, Frame, Work


class Placed:
    """Rows in an order, each with its place. What is alike comes to lie in one part: it must be few.

    Args:
        work: the run.
        rows: a frame.
        columns: that it goes by, the first before the second.

    Attributes:
        size: how many rows there are.
        table: the rows with place, from 0; kept.

    """

    def __init__(self, work: Work, rows: Frame, *columns: str) -> None:
        from pyspark.sql import functions as F

        # Rows of part p of a sorted frame are numbered p · 2^33 on, in order.
        ordered = work.keep(rows.orderBy(*columns).withColumn("place", F.monotonically_increasing_id()))
        part = F.shiftright("place", 33).cast("int")
        held = {
            int(r["part"]): int(r["count"]) for r in ordered.groupBy(part.alias("part")).count().collect()
        }
        self.size = sum(held.values())
        place = F.col("place").bitwiseAND((1 << 33) - 1) + _before(held)[part]
        self.table = ordered.withColumn("place", place)

    def at(self, place: int) -> Any:
        """The row of a place."""
        return self.table.where(f"place = {place}").first()


def _before(held: dict[int, int]) -> Column:
    """How many rows all parts before a part hold, by part."""
    from pyspark.sql import functions as F

    counts = (held.get(part, 0) for part in range(max(held, default=0)))
    return F.array(*(F.lit(count).cast("long") for count in accumulate(counts, initial=0)))


class Ranked:
    """The values of a column, in order.

    Args:
        work: the run.
        rows: a frame, nulls in the column take no part.
        column: a number.

    Attributes:
        size: how many rows have a value.
        table: value, count, before (rows of smaller values); one row each value, kept.

    """

    def __init__(self, work: Work, rows: Frame, column: str) -> None:
        from pyspark.sql import functions as F
        from pyspark.sql.window import Window

        present = rows.where(F.col(column).isNotNull()).groupBy(F.col(column).alias("value")).count()
        ordered = present.orderBy("value").withColumn("part", F.spark_partition_id())
        ordered = work.keep(ordered)
        held = {
            int(r["part"]): int(r["held"])
            for r in ordered.groupBy("part").agg(F.sum("count").alias("held")).collect()
        }
        self.size = sum(held.values())
        inside = Window.partitionBy("part").orderBy("value").rowsBetween(Window.unboundedPreceding, -1)
        place = F.coalesce(F.sum("count").over(inside), F.lit(0)) + _before(held)[F.col("part")]
        self.table = work.keep(ordered.withColumn("before", place).drop("part"))

    def quantile(self, share: float) -> float | None:
        """The linearly interpolated quantile, as numpy's; None where there is no value."""
        from pyspark.sql import functions as F

        if not self.size:
            return None
        place = share * (self.size - 1)
        low = int(place)
        high = min(low + 1, self.size - 1)
        holds = F.col("before") + F.col("count")
        found = (
            self.table.where((F.col("before") <= high) & (holds > low))
            .orderBy("value")
            .select("value")
            .collect()
        )
        least, most = float(found[0][0]), float(found[-1][0])
        return float(np.quantile([least, most], place - low)) if most > least else least


def shown(work: Work, scored: Frame) -> Frame:
    """Customers with percentile, band and quadrant besides.

    Args:
        work: the run.
        scored: rows kind, own, cltv, influence, ecr_network (minor units), downline.

    """
    from pyspark.sql import functions as F
    from pyspark.sql.window import Window

    customers = scored.where("kind = 'customer'")
    spent = Ranked(work, customers.where("downline = 0"), "own")
    high, medium = spent.quantile(HIGH_BAND), spent.quantile(MEDIUM_BAND)
    band = F.lit(None).cast("string")
    if high is not None and medium is not None:
        network = F.col("ecr_network")
        band = F.when(network >= high, "high").when(network >= medium, "medium").otherwise("low")
    cltv = Ranked(work, customers, "cltv").quantile(0.5)
    # Nearly all have an influence of nothing: they are one value, and need no sorting.
    seen = customers.agg(
        F.count(F.lit(1)).alias("all"),
        F.count(F.when(F.col("influence") == 0, 1)).alias("none"),
        F.count(F.when(F.col("influence") < 0, 1)).alias("below"),
    ).first()
    placed = Placed(work, customers.where("influence <> 0"), "influence")
    alike = Window.partitionBy("influence")
    before = F.min("place").over(alike) + F.when(F.col("influence") > 0, seen["none"]).otherwise(0)
    ranked = placed.table.withColumns({"before": before, "count": F.count(F.lit(1)).over(alike)})
    rest = customers.where("influence = 0").withColumns(
        {"before": F.lit(seen["below"]), "count": F.lit(seen["none"])}
    )
    ranked = ranked.drop("place").unionByName(rest)
    percentile = 100.0 * (F.col("before") + (F.col("count") + 1) / 2 - 0.5) / max(seen["all"], 1)
    some = _quantile(placed, seen["below"], 0.5)
    return ranked.withColumns(
        {"percentile": percentile, "band": band, "quadrant": _quadrant(cltv, some)}
    ).drop("before", "count")


def _quantile(placed: Placed, skipped: int, share: float) -> float | None:
    """The linearly interpolated quantile of influence from a place on, as numpy's; None where there is nobody."""
    count = placed.size - skipped
    if not count:
        return None
    place = share * (count - 1)
    low = int(place)
    least, most = (float(placed.at(skipped + at)["influence"]) for at in (low, min(low + 1, count - 1)))
    return float(np.quantile([least, most], place - low)) if most > least else least


def _quadrant(cltv: float | None, influence: float | None) -> Column:
    from pyspark.sql import functions as F

    rich = F.col("cltv") > F.lit(cltv).cast("double")
    bringing = F.col("influence") > F.lit(float("inf") if influence is None else influence)
    return (
        F.when(F.col("cltv").isNull(), None)
        .when(rich & bringing, "champions")
        .when(rich, "affluents")
        .when(bringing, "hidden_advocates")
        .otherwise("misers")
    )
