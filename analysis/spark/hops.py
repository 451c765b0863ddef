"""Value carried up the network, one join a hop: what each brought at each distance.

Edges lie by child and stay there; what a hop made lies by who got it. So the join of a hop moves nothing, and
its sum moves one row for each referrer and part. Who was brought comes with their value, so that the first hop is
no join at all; and who brought nobody is gone after it.
"""

from __future__ import annotations

from functools import reduce

from refnet.analysis.influence.arrays import SLACK
from refnet.analysis.spark.work import Column, Frame, Work
from refnet.core.errors import InputError
from refnet.core.progress import Progress


class CycleError(InputError):
    """The network has a cycle."""

    def __init__(self) -> None:
        super().__init__("the credited referrals close a cycle")


class CreditError(InputError):
    """A credit is out of range, or credits into one sum to more than 1."""

    def __init__(self) -> None:
        super().__init__(
            "credits must be above 0, and those into one customer at most 1 in all", column="credit"
        )


class Edges:
    """The credited network.

    Args:
        work: the run.
        credited: rows parent, child, credit, own (the child's value, an integer); credits into one child 1 at most.

    Attributes:
        all: parent, child, credit, own, single (the child has no other referrer); by child.
        inner: those whose child refers, too; by child.
        into: child, into: Σ credits of whoever was brought; by child.
        direct: node, value, heads: the first hop, see `carried`; all who refer, by node. referrers: how many.
        whole: all credits are 1. forest: nobody has two referrers. count: how many edges.

    Raises:
        CreditError: a credit is out of range, or credits into one sum to more than 1.

    """

    def __init__(self, work: Work, credited: Frame) -> None:
        from pyspark.sql import functions as F
        from pyspark.sql.window import Window

        placed = credited.select("parent", "child", F.col("credit").cast("double"), "own")
        placed = work.held(placed.repartition(work.partitions, "child"))
        each = placed.groupBy("child").agg(
            F.count(F.lit(1)).alias("count"),
            F.sum("credit").alias("total"),
            F.min(F.coalesce("credit", F.lit(0.0))).alias("least"),
        )
        seen = each.agg(
            F.coalesce(F.sum("count"), F.lit(0)).alias("count"),
            F.coalesce(F.max("count"), F.lit(1)).alias("referrers"),
            F.coalesce(F.min("least"), F.lit(1.0)).alias("least"),
            F.coalesce(F.max("total"), F.lit(1.0)).alias("total"),
        ).first()
        if not (seen["least"] > 0 and seen["total"] <= 1 + SLACK):
            raise CreditError
        self.count, self.forest = int(seen["count"]), seen["referrers"] == 1
        self.whole = self.forest and seen["least"] >= 1
        # Beyond 1 by rounding only: brought back to 1, so that no value is handed out twice.
        if self.forest:
            credit = F.lit(1.0) if self.whole else F.least("credit", F.lit(1.0))
            self.all = placed.withColumns({"credit": credit, "single": F.lit(True)})
            into = F.col("credit")
        else:
            of_child = Window.partitionBy("child")
            total, count = F.sum("credit").over(of_child), F.count(F.lit(1)).over(of_child)
            shared = placed.withColumns({"total": total, "single": count == 1})
            credit = F.when(F.col("total") > 1.0, F.col("credit") / F.col("total")).otherwise(F.col("credit"))
            self.all = work.held(shared.withColumn("credit", credit).drop("total"))
            into = F.sum("credit")
        almost = F.when(F.abs(into - 1) <= SLACK, 1.0).otherwise(into).alias("into")
        self.into = self.all.select("child", almost) if self.forest else self.all.groupBy("child").agg(almost)
        self.direct, self.referrers = work.counted(self._up(self.all, F.col("own"), F.lit(1)))
        refers = self.direct.select(F.col("node").alias("child")).hint("shuffle_hash")
        self.inner = work.held(self.all.drop("own").join(refers, "child", "left_semi"))

    def _up(self, over: Frame, value: Column, heads: Column) -> Frame:
        """What children have, brought to whoever brought them: node, value, heads; by node."""
        from pyspark.sql import functions as F

        moved = value if self.whole else value * F.col("credit")
        counted = heads if self.forest else F.when(F.col("single"), heads).otherwise(0)
        return over.groupBy(F.col("parent").alias("node")).agg(
            F.sum(moved).alias("value"), F.sum(counted).cast("long").alias("heads")
        )

    def hop(self, below: Frame) -> Frame:
        """What a hop made, one hop further: both node, value, heads, by node. Only that is moved, and once."""
        from pyspark.sql import functions as F

        reached = below.withColumnRenamed("node", "child").hint("shuffle_hash")
        return self._up(self.inner.join(reached, "child"), F.col("value"), F.col("heads"))


def carried(work: Work, edges: Edges, progress: Progress, *, hops: int | None = None) -> Frame:
    """What came to each referrer from each distance: node, hop, value, heads; some rows a node.

    value: Σ over paths of that length: Π credits · own value; an integer where all credits are 1. heads: people at
    that distance whom nobody else brought, nor anyone between: all of them in a forest.

    Whoever is reached from a distance is reached from each shorter one, and without a cycle somebody is not reached
    any more at each: the one on the longest chain whose own is that long. So who are as many as a hop before are on a
    cycle, or above one.

    Args:
        work: the run.
        edges: the network.
        progress: told what each hop made.
        hops: how many; None: all the way.

    Raises:
        CycleError: there is a cycle.

    """
    from pyspark.sql import functions as F

    now, reached, found, hop = edges.direct, edges.referrers, [], 1
    while True:
        progress.advance(reached)
        found.append(now.withColumn("hop", F.lit(hop)))
        if hop == hops or not reached:
            return reduce(lambda a, b: a.unionByName(b), found)
        hop, before = hop + 1, reached
        now, reached = work.counted(edges.hop(now))
        if reached == before:
            raise CycleError


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
