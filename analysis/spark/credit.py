"""Who is credited: the rules of refnet.analysis.credit on DataFrames, from all claims to a network without a cycle.

One credit a customer (first, last) is decided where the claims are. Shared credit (linear, time-decay) has an order in
which each decision may hang on all before it: only claims that may be on a cycle are decided, at the driver,
by the very same code, and there may be so many of them and no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from refnet.analysis.credit.policy import GRACE_DAYS, Reason, decide
from refnet.analysis.spark.cycles import core, last_of_each
from refnet.analysis.spark.work import Column, Frame, Work
from refnet.core.errors import InputError
from refnet.core.settings import CreditPolicy

_MOST_HALVINGS = 60.0
_AT_DRIVER = 200_000


@dataclass(frozen=True)
class Rules:
    """As the settings of credit: policy, window and half-life in days."""

    policy: CreditPolicy
    window_days: float | None
    half_life_days: float


def decided(work: Work, claims: Frame, rules: Rules) -> Frame:
    """The claims (see `tables.claims`) with credit, 0 where there is none, and the reason, null where there is one.

    Kept, by child.

    Raises:
        InputError: a policy that shares credit, and too many claims that may be on a cycle.

    """
    from pyspark.sql import functions as F

    looked = work.keep(claims.withColumn("reason", _by_itself(rules)))
    forward = F.coalesce(F.col("parent_joined") < F.col("child_joined"), F.lit(False))
    left = looked.where(F.col("reason").isNull()).withColumn("forward", forward)
    if rules.policy in ("first", "last"):
        code = _one_credit(work, left, last=rules.policy == "last")
        weight = F.lit(1.0)
    else:
        code = _many_credits(work, left)
        weight = F.lit(1.0) if rules.policy == "linear" else F.col("weight")
    both = looked.join(code.withColumnRenamed("reason", "why"), ["child", "row"], "left")
    both = both.withColumn("reason", F.coalesce("reason", "why")).drop("why")
    if rules.policy == "time-decay":
        both = _weighed(both, rules.half_life_days)
    given = F.when(F.col("reason").isNull(), weight).otherwise(0.0)
    both = both.withColumn("credit", given)
    if rules.policy not in ("first", "last"):
        from pyspark.sql.window import Window

        total = F.sum("credit").over(Window.partitionBy("child"))
        both = both.withColumn("credit", F.when(F.col("credit") > 0, F.col("credit") / total).otherwise(0.0))
    return work.keep(both)


def _by_itself(rules: Rules) -> Column:
    """The reason that a claim has in itself; what is not known compares as null and holds nothing."""
    from pyspark.sql import functions as F

    window = (
        F.lit(False) if rules.window_days is None else F.col("child_joined") > F.col("at") + rules.window_days
    )
    return (
        F.when(F.col("parent").isNull(), Reason.UNKNOWN_REFERRER.value)
        .when(F.col("child").isNull(), Reason.UNKNOWN_REFEREE.value)
        .when(F.col("parent") == F.col("child"), Reason.SELF_REFERRAL.value)
        .when(F.col("child_joined") < F.col("at") - GRACE_DAYS, Reason.REFEREE_WAS_THERE_BEFORE.value)
        .when(F.col("parent_joined") > F.col("child_joined") + GRACE_DAYS, Reason.REFERRER_JOINED_LATER.value)
        .when(window, Reason.OUTSIDE_WINDOW.value)
    )


def _one_credit(work: Work, left: Frame, *, last: bool) -> Frame:
    """child, row, reason of each claim: null where credited."""
    from pyspark.sql import functions as F

    # `wish`: the smaller, the sooner a child tries the claim; with `last`, the larger.
    dated = F.struct((~F.col("order.undated")).alias("dated"), "order")
    best = F.max if last else F.min
    rows = left.withColumn("wish", dated if last else F.struct("order"))
    picked = rows.groupBy("child").agg(best(F.struct("wish", "parent", "row")).alias("best"))
    choice = work.keep(picked.select("child", "best.*").withColumn("turn", F.col("wish.order")))
    loops = core(work, rows.select("parent", "child", "row", "wish", "forward"))
    refused = loops.select("child", "row").limit(0)
    if not loops.isEmpty():
        choice, refused = _cut(work, rows, choice, loops, last=last)
    chosen = choice.select("child", F.col("row").alias("chosen"))
    refused = refused.withColumn("cycle", F.lit(Reason.WOULD_CLOSE_CYCLE.value))
    reason = F.when(F.col("row").eqNullSafe(F.col("chosen")), None).otherwise(
        F.coalesce("cycle", F.lit(Reason.SECOND_CLAIM.value))
    )
    both = left.select("child", "row").join(chosen, "child", "left").join(refused, ["child", "row"], "left")
    return both.select("child", "row", reason.alias("reason"))


def _cut(work: Work, rows: Frame, choice: Frame, loops: Frame, *, last: bool) -> tuple[Frame, Frame]:
    """Everybody's choice with no cycle left, and the claims that were refused for one."""
    from pyspark.sql import functions as F

    may = loops.select("child", "row")
    mine = work.keep(rows.join(loops.select("child").distinct(), "child", "left_semi"))
    best = F.max if last else F.min
    refused: Frame | None = None
    while True:
        asked = choice.join(may, ["child", "row"], "left_semi").withColumn("forward", F.lit(False))
        cycles = core(work, asked)
        if cycles.isEmpty():
            break
        worst = last_of_each(work, cycles)
        gone = work.keep(choice.join(worst, "child", "left_semi"))
        out = gone.select("child", "row")
        refused = out if refused is None else work.keep(refused.unionByName(out))
        before = gone.select("child", F.col("wish").alias("tried"), "turn")
        # With `last` a child has one turn, at its last claim; with `first` each claim has its own.
        later = F.col("wish") < F.col("tried") if last else F.col("wish") > F.col("tried")
        onward = mine.join(before, "child").where(later)
        turn = F.col("turn") if last else F.col("best.wish.order")
        onward = onward.groupBy("child").agg(
            best(F.struct("wish", "parent", "row")).alias("best"), F.first("turn").alias("turn")
        )
        onward = onward.withColumn("turn", turn).select("child", "best.*", "turn")
        choice = work.keep(choice.join(worst, "child", "left_anti").unionByName(onward))
    return choice, loops.select("child", "row").limit(0) if refused is None else refused


def _many_credits(work: Work, left: Frame) -> Frame:
    """child, row, reason of each claim: null where credited."""
    from pyspark.sql import functions as F

    pair = left.groupBy("child", "parent").agg(F.min(F.struct("order", "row")).alias("first"))
    single = work.keep(
        left.join(pair.select("child", F.col("first.row").alias("row")), ["child", "row"], "left_semi")
    )
    loops = core(work, single)
    count = int(loops.count())
    if count > _AT_DRIVER:
        raise InputError(
            f"{count:,} claims may be on a cycle: too many to share out credit here.",
            hint="`refnet load` decides before `refnet export --for spark`; or set REFNET_CREDIT_POLICY=first.",
        )
    stands = single.select("child", "row", F.lit(True).alias("stands"))
    both = left.select("child", "row").join(stands, ["child", "row"], "left")
    reason = F.when(F.col("stands").isNull(), Reason.REPEATED.value)
    if count:
        closed = _closing(work, loops)
        both = both.join(F.broadcast(closed), ["child", "row"], "left")
        reason = reason.when(F.col("closes"), Reason.WOULD_CLOSE_CYCLE.value)
    return both.select("child", "row", reason.alias("reason"))


def _closing(work: Work, loops: Frame) -> Frame:
    """child, row, closes: decided at the driver."""
    import numpy as np
    import pyarrow as pa

    table = loops.orderBy("order").select("parent", "child", "row").toArrow()
    ends = [table.column(name).to_numpy() for name in ("parent", "child")]
    names, number = np.unique(np.concatenate(ends), return_inverse=True)
    tail, head = number[: len(table)], number[len(table) :]
    place = np.arange(len(table))
    order = np.char.zfill(place.astype(np.str_), 12)
    made = decide(tail, head, np.zeros(len(table)), order, np.full(names.size, np.nan), policy="linear")
    closes = made.reason == Reason.WOULD_CLOSE_CYCLE.value
    return work.spark.createDataFrame(
        pa.table({"child": table.column("child"), "row": table.column("row"), "closes": pa.array(closes)})
    )


def _weighed(claims: Frame, half_life_days: float) -> Frame:
    """With `weight`: 2^(−age / half-life) of credited claims, so that the youngest claim of each child weighs 1."""
    from pyspark.sql import functions as F
    from pyspark.sql.window import Window

    of_child = Window.partitionBy("child")
    held, dated = F.col("reason").isNull(), F.col("at").isNotNull()
    latest = F.max(F.when(held, F.col("at"))).over(of_child)
    until = F.coalesce(F.col("child_joined"), latest)
    age = F.when(held & dated, F.greatest(until - F.col("at"), F.lit(0.0)))
    aged = claims.withColumn("age", age)
    oldest = F.coalesce(F.max("age").over(of_child), F.lit(0.0))
    aged = aged.withColumn("age", F.when(held, F.coalesce("age", oldest)))
    halvings = (F.col("age") - F.min("age").over(of_child)) / half_life_days
    return aged.withColumn("weight", F.pow(F.lit(2.0), -F.least(halvings, F.lit(_MOST_HALVINGS)))).drop("age")
