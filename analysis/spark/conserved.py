"""Conserved credit: everyone's value shared out along their chain of referrers; the sum stays what it was.

The definition is that of refnet.analysis.influence.conserved. From below, Q_d(v) is the value that arrives at v after
d steps up (`hops.carried`); from above, L_v(j) is how likely the walk from v makes exactly j steps more. Then

    share(v) = own part that stays + Σ_d Q_d(v) · decay^(d−1) · Σ_j L_v(j) / S_(d+j)
    S_m = 1 + decay + … + decay^(m−1)

Rounding is by largest remainder over everybody at once, with no more than a thousand counts at the driver.
"""

from __future__ import annotations

import math
from functools import reduce

from refnet.analysis.spark.hops import Edges
from refnet.analysis.spark.ranks import Placed
from refnet.analysis.spark.skew import Spread
from refnet.analysis.spark.work import Column, Frame, Work

_COARSE = 1_000  # remainders are told apart to a millionth: a thousand coarse ones of a thousand fine ones


def steps_left(work: Work, edges: Edges) -> Frame:
    """How many steps more the walk up makes from each referrer: node, steps, chance; rows of chance above 0."""
    from pyspark.sql import functions as F

    inner = edges.inner.select(F.col("parent").alias("node"), "child", "credit")
    spread = Spread(work, inner, "node", "child")
    over = work.keep(spread.many(inner))
    into = edges.into.withColumnRenamed("child", "node").hint("shuffle_hash")
    stop = 1 - F.coalesce("into", F.lit(0.0))
    roots = edges.direct.join(into, "node", "left").select("node", stop.alias("chance")).where("chance > 0")
    now, count = work.counted(roots)
    found: list[Frame] = []
    while count:
        found.append(now.withColumn("steps", F.lit(len(found))))
        moved = spread.join(over, now).groupBy(F.col("child").alias("node"))
        now, count = work.counted(moved.agg(F.sum(F.col("credit") * F.col("chance")).alias("chance")))
    return reduce(lambda a, b: a.unionByName(b), found or [now.withColumn("steps", F.lit(0))])


def come(work: Work, edges: Edges, brought: Frame, decay: float) -> Frame:
    """What conserved credit brings to each referrer from below, not rounded: node, come; by node.

    Args:
        work: the run.
        edges: the network.
        brought: node, hop, value of `hops.carried`.
        decay: in (0, 1], what each further step back weighs.

    """
    from pyspark.sql import functions as F

    onward = steps_left(work, edges).hint("shuffle_hash")
    part = F.col("value") * F.pow(F.lit(decay), F.col("hop") - 1) * F.col("chance")
    walked = _weights_sum(F.col("hop") + F.col("steps"), decay)
    return brought.join(onward, "node").groupBy("node").agg(F.sum(part / walked).alias("come"))


def _weights_sum(steps: Column, decay: float) -> Column:
    from pyspark.sql import functions as F

    if decay == 1.0:
        return steps.cast("double")
    return F.expm1(steps * math.log(decay)) / (decay - 1.0)


def to_whole(work: Work, shared: Frame, total: int) -> Column:
    """The shares of `shared`, rounded so that they sum to `total` exactly: a column of integers for it.

    The largest remainders are rounded up. Those that differ by less than a millionth are a tie, in which customers
    go before affiliates, and then the smaller id goes first.

    Args:
        work: the run.
        shared: share, kind, id; everybody, kept.
        total: Σ of all values.

    """
    from pyspark.sql import functions as F

    whole = F.floor(F.col("share") + 5e-7).cast("long")
    rest = F.rint((F.col("share") - whole) * 1e6).cast("long")
    seen = shared.agg(
        F.coalesce(F.sum(whole), F.lit(0)).alias("sum"), F.count(F.lit(1)).alias("count")
    ).first()
    missing, people = total - int(seen["sum"]), int(seen["count"])
    if not missing:
        return whole
    sign = 1 if missing > 0 else -1
    each, more = divmod(abs(missing), people)
    # Who comes first has the smallest turn.
    turn = 1_000_000 - rest if sign > 0 else rest
    coarse, left = _reached(shared.select(F.floor(turn / _COARSE).alias("part")), more)
    inside = shared.where(F.floor(turn / _COARSE) == coarse)
    fine, left = _reached(inside.select(turn.alias("part")), left)
    up = turn < fine
    if left:
        affiliate = F.col("kind") != "customer"
        tied = shared.where(turn == fine).select(affiliate.alias("affiliate"), "id")
        last = Placed(work, tied, "affiliate", "id").at(left - 1)
        first = (affiliate < last["affiliate"]) | (
            (affiliate == last["affiliate"]) & (F.col("id") <= last["id"])
        )
        up = up | ((turn == fine) & first)
    return (whole + sign * (each + up.cast("long"))).cast("long")


def _reached(parts: Frame, wanted: int) -> tuple[int, int]:
    """In which part (in rising order) the `wanted`-th row is, and which one of that part it is."""
    counts = {int(row["part"]): int(row["count"]) for row in parts.groupBy("part").count().collect()}
    for part in sorted(counts):
        if wanted <= counts[part]:
            return part, wanted
        wanted -= counts[part]
    return 1 << 62, 0
