"""Percentile, band and quadrant: exact ranks over everybody, without everybody in one place.

Equal values are counted first; what differs is sorted over all executors, each part counted by itself, and what all
parts before it hold is added: one number a part passes the driver. The definitions are those of
refnet.analysis.influence.scores.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from refnet.analysis.influence.scores import HIGH_BAND, MEDIUM_BAND
from refnet.analysis.spark.work import Column, Frame, Work


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
        parts = sorted(held)
        before = dict(zip(parts, accumulate((held[part] for part in parts), initial=0), strict=False))
        self.size = sum(held.values())
        inside = Window.partitionBy("part").orderBy("value").rowsBetween(Window.unboundedPreceding, -1)
        start = F.lit(0)
        for part, count in before.items():
            start = F.when(F.col("part") == part, count).otherwise(start)
        place = F.coalesce(F.sum("count").over(inside), F.lit(0)) + start
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

    customers = scored.where("kind = 'customer'")
    ranked = Ranked(work, customers, "influence")
    middle = 100.0 * (F.col("before") + (F.col("count") + 1) / 2 - 0.5) / ranked.size
    percentile = ranked.table.select(F.col("value").alias("influence"), middle.alias("percentile"))
    spent = Ranked(work, customers.where("downline = 0"), "own")
    high, medium = spent.quantile(HIGH_BAND), spent.quantile(MEDIUM_BAND)
    band = F.lit(None).cast("string")
    if high is not None and medium is not None:
        network = F.col("ecr_network")
        band = F.when(network >= high, "high").when(network >= medium, "medium").otherwise("low")
    cltv = Ranked(work, customers, "cltv").quantile(0.5)
    some = Ranked(work, customers.where("influence > 0"), "influence").quantile(0.5)
    # Nearly all have an influence of nothing: they would all be in one place of a join.
    nothing = percentile.where("influence = 0").head()
    joined = customers.join(percentile.where("influence <> 0"), "influence", "left")
    filled = F.coalesce("percentile", F.lit(nothing["percentile"] if nothing else None).cast("double"))
    return joined.withColumns({"percentile": filled, "band": band, "quadrant": _quadrant(cltv, some)})


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
