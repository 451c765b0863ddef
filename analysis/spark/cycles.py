"""Which claims close a cycle: found by peeling, cut at the claim that comes last.

Peeling takes away, again and again, every edge whose end brings nobody; what nothing can be taken from any more are
the cycles and what is above them. Where everybody has one choice of a referrer it is the cycles alone.

That this is the rule of refnet.analysis.credit, which takes claims one after the other: among choices, one a child,
every cycle has one claim that comes last. When its turn comes all others of the cycle are taken, so it is refused;
and none of the others can be refused before, as the way up from each of them ends where the last is still missing.
Its child then turns to its next claim, and that may close another cycle, so it is done again until there is none.
"""

from __future__ import annotations

from refnet.analysis.spark.work import Frame, Work


def core(work: Work, edges: Frame) -> Frame:
    """The edges that may be on a cycle: a kept part of the rows, parent and child among their columns.

    One join a round, as many rounds as the longest chain. Nothing is done where everybody joined before whom they
    brought: the rows then have `forward` true throughout.
    """
    from pyspark.sql import functions as F

    if edges.where(~F.col("forward")).isEmpty():
        return edges.limit(0)
    left = edges.select("parent", "child").distinct()
    left = work.by(left, "child")
    count = int(left.count())
    while count:
        bringing = left.select(F.col("parent").alias("child")).distinct()
        fewer = work.keep(left.join(bringing, "child", "left_semi"))
        now = int(fewer.count())
        if now == count:
            break
        left, count = fewer, now
    return work.keep(edges.join(left, ["child", "parent"], "left_semi"))


def last_of_each(work: Work, choices: Frame) -> Frame:
    """Of disjoint cycles, given by rows child, parent, turn: the row of each cycle whose turn is last.

    By doubling: everybody learns the latest turn of the 1, 2, 4 … edges above them. As many rounds as the longest
    cycle has binary digits.
    """
    from pyspark.sql import functions as F

    now = work.by(
        choices.select("child", F.col("parent").alias("next"), "turn", F.col("turn").alias("top")), "child"
    )
    while True:
        above = now.select(
            F.col("child").alias("next"), F.col("next").alias("beyond"), F.col("top").alias("their")
        )
        further = now.join(above, "next").select(
            "child", F.col("beyond").alias("next"), "turn", F.greatest("top", "their").alias("top"),
            (F.col("their") > F.col("top")).alias("learned"),
        )  # fmt: skip
        further = work.keep(further)
        if further.where("learned").isEmpty():
            return further.where(F.col("turn") == F.col("top")).select("child")
        now = further.drop("learned")
