"""Value carried up the network, one join a hop: what each brought at each distance.

Edges lie by child and stay there; what a hop made lies by who got it. So the join of a hop moves nothing, and
its sum moves one row for each referrer and part. Who brought nobody drops out after the first hop.
"""

from __future__ import annotations

from functools import reduce

from refnet.analysis.spark.work import Frame, Work
from refnet.core.errors import InputError
from refnet.core.progress import Progress

_SLACK = 1e-9  # as the array kernels: ⅓ + ⅓ + ⅓ need not be 1 to the last bit


class Edges:
    """The credited network.

    Args:
        work: the run.
        credited: rows parent, child, credit; without cycles, credits into one child 1 at most.

    Attributes:
        all: parent, child, credit, single (the child has no other referrer); by child.
        inner: those whose child refers, too; by child.
        into: child, into: Σ credits of whoever was brought; by child.
        whole: all credits are 1. forest: nobody has two referrers. count: how many.

    Raises:
        InputError: a credit is out of range, or credits into one sum to more than 1.

    """

    def __init__(self, work: Work, credited: Frame) -> None:
        from pyspark.sql import functions as F
        from pyspark.sql.window import Window

        into = Window.partitionBy("child")
        total, brought = F.sum("credit").over(into), F.count(F.lit(1)).over(into)
        placed = credited.select("parent", "child", F.col("credit").cast("double"))
        placed = placed.repartition(work.partitions, "child")
        # Beyond 1 by rounding only: brought back to 1, so that no value is handed out twice.
        credit = F.when(total > 1.0, F.col("credit") / total).otherwise(F.col("credit"))
        self.all = work.keep(
            placed.withColumn("total", total)
            .withColumn("single", brought == 1)
            .withColumn("given", F.col("credit"))
            .withColumn("credit", credit)
            .sortWithinPartitions("child")
        )
        seen = self.all.agg(
            F.count(F.lit(1)).alias("count"),
            F.coalesce(F.bool_and(F.col("credit") == 1), F.lit(True)).alias("whole"),
            F.coalesce(F.bool_and("single"), F.lit(True)).alias("forest"),
            F.coalesce(F.min("given"), F.lit(1.0)).alias("least"),
            F.coalesce(F.max("total"), F.lit(1.0)).alias("most"),
        ).first()
        if not (seen["least"] > 0 and seen["most"] <= 1 + _SLACK):
            raise InputError(
                "credits must be above 0, and those into one customer at most 1 in all", column="credit"
            )
        self.count, self.whole, self.forest = int(seen["count"]), bool(seen["whole"]), bool(seen["forest"])
        almost = F.when(F.abs(F.sum("credit") - 1) <= _SLACK, 1.0).otherwise(F.sum("credit"))
        self.into = self.all.groupBy("child").agg(almost.alias("into"))
        self.referrers = work.by(self.all.select(F.col("parent").alias("node")).distinct(), "node")
        refers = self.referrers.withColumnRenamed("node", "child")
        self.inner = work.keep(self.all.join(refers, "child", "left_semi").sortWithinPartitions("child"))


def carried(work: Work, edges: Edges, own: Frame, progress: Progress, *, hops: int | None = None) -> Frame:
    """What came to each referrer from each distance: node, hop, value, heads; some rows a node.

    value: Σ over paths of that length: Π credits · own value; an integer where all credits are 1. heads: people at
    that distance whom nobody else brought, nor anyone between: all of them in a forest.

    Args:
        work: the run.
        edges: the network.
        own: node, own (integers); by node.
        progress: told what each hop made.
        hops: how many; None: all the way.

    """
    from pyspark.sql import functions as F

    moved = F.col("value") if edges.whole else F.col("value") * F.col("credit")
    below = own.select(
        F.col("node").alias("child"), F.col("own").alias("value"), F.lit(1).cast("long").alias("heads")
    )
    over, found, hop = edges.all, [], 1
    while hops is None or hop <= hops:
        now = work.keep(
            over.join(below, "child")
            .groupBy(F.col("parent").alias("node"))
            .agg(
                F.sum(moved).alias("value"),
                F.sum(F.when(F.col("single"), F.col("heads")).otherwise(0)).alias("heads"),
            )
        )
        reached = int(now.count())
        if not reached:
            break
        progress.advance(reached)
        found.append(now.withColumn("hop", F.lit(hop)))
        over, below, hop = edges.inner, now.withColumnRenamed("node", "child"), hop + 1
    if not found:
        return now.withColumn("hop", F.lit(1))
    return reduce(lambda a, b: a.unionByName(b), found)


def downline(work: Work, edges: Edges, heads: Frame, progress: Progress) -> Frame:
    """Distinct people below each referrer: node, downline; by node.

    Only somebody with several referrers, a join, can be reached twice; everyone else hangs in a tree below one join or
    one root. So: heads of its own tree, and for each join below the whole tree of that join, itself included.
    Grows with the pairs of a join and somebody above it.

    Args:
        work: the run.
        edges: the network.
        heads: node, heads: of its own tree, for all referrers.
        progress: told how many pairs each hop found.

    """
    from pyspark.sql import functions as F

    own = heads.select("node", F.col("heads").alias("downline"))
    if edges.forest:
        return own
    joins = edges.all.where(~F.col("single"))
    front = work.keep(joins.select(F.col("parent").alias("child"), F.col("child").alias("join")).distinct())
    every = front
    while count := int(front.count()):
        progress.advance(count)
        up = edges.inner.join(front, "child").select(F.col("parent").alias("child"), "join").distinct()
        front = work.keep(up.join(every, ["child", "join"], "left_anti"))
        every = work.keep(every.unionByName(front))
    weight = joins.select("child").distinct().join(heads.withColumnRenamed("node", "child"), "child", "left")
    weight = weight.select(F.col("child").alias("join"), (F.coalesce("heads", F.lit(0)) + 1).alias("weight"))
    below = (
        every.join(weight, "join").groupBy(F.col("child").alias("node")).agg(F.sum("weight").alias("more"))
    )
    total = F.col("downline") + F.coalesce("more", F.lit(0))
    return own.join(below, "node", "left").select("node", total.alias("downline"))
