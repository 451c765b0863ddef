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
from refnet.analysis.spark.skew import Spread
from refnet.analysis.spark.work import Column, Frame, Work

_COARSE = 1_000  # remainders are told apart to a millionth: a thousand coarse ones of a thousand fine ones


def steps_left(work: Work, edges: Edges) -> Frame:
    """How many steps more the walk up makes from each referrer: node, steps, chance; rows of chance above 0."""
    from pyspark.sql import functions as F

    inner = edges.inner.select(F.col("parent").alias("node"), "child", "credit")
    spread = Spread(work, inner, "node", "child")
    over = work.keep(spread.many(inner))
    into = edges.into.withColumnRenamed("child", "node")
    stop = 1 - F.coalesce("into", F.lit(0.0))
    now = work.keep(
        edges.referrers.join(into, "node", "left").select("node", stop.alias("chance")).where("chance > 0")
    )
    found, steps = [now.withColumn("steps", F.lit(0))], 0
    while True:
        steps += 1
        moved = spread.join(over, now).groupBy(F.col("child").alias("node"))
        now = work.keep(moved.agg(F.sum(F.col("credit") * F.col("chance")).alias("chance")))
        if now.isEmpty():
            return reduce(lambda a, b: a.unionByName(b), found)
        found.append(now.withColumn("steps", F.lit(steps)))


def shares(work: Work, edges: Edges, brought: Frame, own: Frame, decay: float) -> Frame:
    """Conserved credit of everybody, not rounded: node, share (double).

    Args:
        work: the run.
        edges: the network.
        brought: node, hop, value of `hops.carried`.
        own: node, own; everybody.
        decay: in (0, 1], what each further step back weighs.

    """
    from pyspark.sql import functions as F

    onward = steps_left(work, edges)
    part = F.col("value") * F.pow(F.lit(decay), F.col("hop") - 1) * F.col("chance")
    walked = _weights_sum(F.col("hop") + F.col("steps"), decay)
    come = brought.join(onward, "node").groupBy("node").agg(F.sum(part / walked).alias("come"))
    into = edges.into.withColumnRenamed("child", "node")
    stays = F.col("own") * (1 - F.coalesce("into", F.lit(0.0)))
    both = own.join(into, "node", "left").join(come, "node", "left")
    return both.select("node", (stays + F.coalesce("come", F.lit(0.0))).alias("share"))


def _weights_sum(steps: Column, decay: float) -> Column:
    from pyspark.sql import functions as F

    if decay == 1.0:
        return steps.cast("double")
    return F.expm1(steps * math.log(decay)) / (decay - 1.0)


def to_whole(work: Work, shared: Frame, total: int) -> Frame:
    """Shares rounded so that they sum to `total` exactly: node, conserved (long).

    The largest remainders are rounded up. Those that differ by less than a millionth are a tie, in which customers
    go before affiliates, and then the smaller id goes first.

    Args:
        work: the run.
        shared: node, share, affiliate (boolean), id; everybody.
        total: Σ of all values.

    """
    from pyspark.sql import functions as F

    whole = F.floor(F.col("share") + 5e-7).cast("long")
    rest = F.rint((F.col("share") - F.col("whole")) * 1e6).cast("long")
    rounded = work.keep(shared.withColumn("whole", whole).withColumn("rest", rest).drop("share"))
    seen = rounded.agg(
        F.coalesce(F.sum("whole"), F.lit(0)).alias("sum"), F.count(F.lit(1)).alias("count")
    ).first()
    missing, people = total - int(seen["sum"]), int(seen["count"])
    if not missing:
        return rounded.select("node", F.col("whole").alias("conserved"))
    sign = 1 if missing > 0 else -1
    each, more = divmod(abs(missing), people)
    # Who comes first has the smallest `turn`.
    turn = 1_000_000 - F.col("rest") if sign > 0 else F.col("rest")
    ordered = rounded.withColumn("turn", turn)
    coarse, left = _reached(ordered.withColumn("part", F.floor(F.col("turn") / _COARSE)), more)
    inside = ordered.where(F.floor(F.col("turn") / _COARSE) == coarse)
    fine, left = _reached(inside.withColumn("part", F.col("turn")), left)
    tied = ordered.where(F.col("turn") == fine).select("affiliate", "id", "node")
    chosen = _first(work, tied, left).select("node", F.lit(1).alias("chosen"))
    up = F.when(F.col("turn") < fine, 1).otherwise(F.coalesce("chosen", F.lit(0)))
    result = F.col("whole") + sign * (each + up)
    return ordered.join(chosen, "node", "left").select("node", result.cast("long").alias("conserved"))


def _reached(parts: Frame, wanted: int) -> tuple[int, int]:
    """In which part (in rising order) the `wanted`-th row is, and which one of that part it is."""
    from pyspark.sql import functions as F

    counts = {int(row["part"]): int(row["count"]) for row in parts.groupBy(F.col("part")).count().collect()}
    for part in sorted(counts):
        if wanted <= counts[part]:
            return part, wanted
        wanted -= counts[part]
    return 1 << 62, 0


def _first(work: Work, rows: Frame, wanted: int) -> Frame:
    """The first `wanted` rows by affiliate and id."""
    from pyspark.sql import functions as F

    # Rows of part p of a sorted frame are numbered p · 2^33 on, in order.
    ranked = work.keep(
        rows.orderBy("affiliate", "id").select("node", F.monotonically_increasing_id().alias("place"))
    )
    part = F.shiftright("place", 33)
    last, left = _reached(ranked.withColumn("part", part), wanted)
    offset = F.col("place").bitwiseAND((1 << 33) - 1)
    return ranked.where((part < last) | ((part == last) & (offset < left)))
