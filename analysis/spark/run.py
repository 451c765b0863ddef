"""From parquet to parquet: who is credited, what everybody brought, and a summary that is written last."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from refnet.analysis.influence.arrays import SLACK
from refnet.analysis.spark import tables
from refnet.analysis.spark.conserved import come, to_whole
from refnet.analysis.spark.credit import Rules, decided
from refnet.analysis.spark.cycles import core
from refnet.analysis.spark.hops import CreditError, CycleError, Edges, carried, downline
from refnet.analysis.spark.place import Place
from refnet.analysis.spark.ranks import shown
from refnet.analysis.spark.work import Frame, Session, Work, spelled_out, working
from refnet.core.errors import InputError, UsageError
from refnet.core.money import exponent
from refnet.core.progress import Quiet, Reporter


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        value: revenue, margin or cltv, a column of the customers; or heads.
        hops: that `influence` counts; None: all. decay: of `influence` and of conserved credit, in (0, 1].
        currency: of the value; sums of whole credits are exact to its minor unit.
        rules: of credit, where there are claims.

    Raises:
        UsageError: one of them is out of range.

    """

    value: str
    hops: int | None
    decay: float
    currency: str
    rules: Rules

    def __post_init__(self) -> None:
        if self.value not in tables.VALUES:
            raise UsageError(f"There is no value {self.value!r}.", f"Take one of {', '.join(tables.VALUES)}.")
        if self.hops is not None and self.hops < 1:
            raise UsageError(f"hops is {self.hops}: influence needs at least one.")
        if not 0 < self.decay <= 1:
            raise UsageError(f"decay is {self.decay}: it must be above 0 and at most 1.")


@dataclass(frozen=True)
class SparkSummary:
    """What a run did.

    Attributes:
        customers, affiliates, claims: what it looked at; claims is 0 where credits came decided.
        credits: how many were given. uncredited: reason → claims.
        longest_chain: of all. total: Σ of all values, in currency, which conserved credit sums to.
        value, hops, decay, currency, credit_policy: what was asked; the policy is None for credits that came decided.
        partitions: how many parts it ran in.
        target: where the scores are.

    """

    customers: int
    affiliates: int
    claims: int
    credits: int
    uncredited: dict[str, int]
    longest_chain: int
    total: float
    value: str
    hops: int | None
    decay: float
    currency: str
    credit_policy: str | None
    partitions: int
    target: str


@spelled_out()
def analyze(
    spark: Session,
    source: str,
    target: str,
    question: Question,
    *,
    partitions: int | None = None,
    checkpoints: str | None = None,
    overwrite: bool = False,
    reporter: Reporter | None = None,
) -> SparkSummary:
    """Score everybody.

    Args:
        spark: a session; its settings are as before when it is done.
        source: directory with customers.parquet, referrals.parquet (claims, which are then decided) or credits.parquet
            (as decided), and affiliates.parquet where there are any. On any file system that Spark reaches.
        target: directory for customers, affiliates, claims (parquet) and summary (one line of JSON). Until all of it is
            written, what was there before stays.
        question: what is asked.
        partitions: how many parts; None: by cores and customers.
        checkpoints: directory for what hops make; None: kept on the executors.
        overwrite: scores that are there already are replaced, once the new ones are whole.
        reporter: told each stage.

    Raises:
        InputError: a table, a column or a row is not what it should be; there are scores already; or the
            target is the source.
        EngineError: Spark broke off; what was there before is whole.

    """
    from pyspark.sql import functions as F

    found = tables.read(spark, source)
    place = Place(spark, target)
    place.begin(source, overwrite=overwrite)
    rows = found.customers.count()
    with working(
        spark, rows=rows, partitions=partitions, checkpoints=checkpoints, reporter=reporter or Quiet()
    ) as work:
        with work.stage("people") as progress:
            everybody = tables.people(work, found, value=question.value, currency=question.currency)
            progress.advance(rows)
        credited, judged = _credit(work, found, everybody, question.rules)
        try:
            scored = scores(work, everybody, credited, question)
        except CycleError:
            raise _on_a_cycle(work, found, everybody) from None
        except CreditError as error:
            raise (error if found.credits is None else _with_credits(found.credits)) from None
        with work.stage("scores") as progress:
            _write(work, scored.table, judged, place.writing, question)
            progress.advance(rows)
        reasons = (
            {}
            if judged is None
            else {r["reason"]: int(r["count"]) for r in judged.groupBy("reason").count().collect()}
        )
        summary = SparkSummary(
            customers=int(everybody.customers.count()),
            affiliates=0 if everybody.affiliates is None else int(everybody.affiliates.count()),
            claims=sum(reasons.values()),
            credits=scored.credits,
            uncredited={reason: n for reason, n in sorted(reasons.items(), key=str) if reason is not None},
            longest_chain=scored.longest_chain,
            total=scored.total / _scale(question),
            value=question.value,
            hops=question.hops,
            decay=question.decay,
            currency=question.currency,
            credit_policy=None if judged is None else question.rules.policy,
            partitions=work.partitions,
            target=target,
        )
        told = spark.range(1, numPartitions=1).select(F.lit(json.dumps(asdict(summary))))
        told.write.text(f"{place.writing}/summary")
        place.put()
    return summary


def _credit(
    work: Work, found: tables.Tables, everybody: tables.People, rules: Rules
) -> tuple[Frame, Frame | None]:
    """Credited edges with the child's own value; and all claims with what became of them, where there are claims."""
    if found.credits is not None:
        with work.stage("credits") as progress:
            named = tables.credited(work, found.credits, everybody)
            given, count = work.counted(named.select("parent", "child", "own", "credit"))
            astray = "parent is null or child is null or parent = child"
            if not given.where(astray).isEmpty():
                wrong = named.where(astray).head()
                raise InputError(
                    f"{wrong['referrer_kind']} {wrong['referrer_id']} → {wrong['referee_id']} leads from or to nobody "
                    "who is there, or to oneself",
                    file="credits",
                )
            progress.advance(count)
        return given, None
    with work.stage("credit", unit="claims") as progress:
        judged = decided(work, tables.claims(work, found.referrals, everybody), rules)
        progress.advance(int(judged.count()))
    return judged.where("credit > 0"), judged


def _on_a_cycle(work: Work, found: tables.Tables, everybody: tables.People) -> InputError:
    from pyspark.sql import functions as F

    given = tables.credited(work, found.credits, everybody).withColumn("forward", F.lit(False))
    closed = core(work, given).head()
    return InputError(
        f"{closed['referrer_id']} → {closed['referee_id']} is on a cycle, or above one",
        file="credits",
        hint="Give referrals (claims) instead: they are decided, and cycles cut.",
    )


def _with_credits(table: Frame) -> InputError:
    from pyspark.sql import functions as F

    credit = F.col("credit").cast("double")
    each = table.groupBy("referee_id").agg(
        F.count(F.lit(1)).alias("count"),
        F.min(F.coalesce(credit, F.lit(0.0))).alias("least"),
        F.sum(credit).alias("total"),
    )
    well = (F.col("least") > 0) & (F.col("total") <= 1 + SLACK)
    wrong = each.where(~F.coalesce(well, F.lit(False))).orderBy("referee_id").head()
    return InputError(
        f"{wrong['referee_id']} has {wrong['count']} credited referrals, the least of {wrong['least']:g}, in all "
        f"{wrong['total'] or 0:g}: each must be above 0, and all into one customer at most 1",
        file="credits",
        column="credit",
        hint="Or give referrals (claims) instead, which are decided here.",
    )


@dataclass(frozen=True)
class Scores:
    """Everybody with their scores, amounts in minor units.

    Attributes:
        table: node, kind, id, own, cltv and the measures.
        credits: how many. longest_chain: of all. total: Σ own.

    """

    table: Frame
    credits: int
    longest_chain: int
    total: int


def scores(work: Work, everybody: tables.People, credited: Frame, question: Question) -> Scores:
    """Score everybody.

    Raises:
        CycleError: there is a cycle in the network.

    """
    from pyspark.sql import functions as F

    with work.stage("network", unit="credits") as progress:
        edges = Edges(work, credited)
        progress.advance(edges.count)
    with work.stage("hops", unit="sums") as progress:
        brought = carried(work, edges, progress)
    faded = F.col("value") * F.pow(F.lit(question.decay), F.col("hop") - 1)
    if question.decay == 1 and edges.whole:
        faded = F.col("value")
    if question.hops is not None:
        faded = F.when(F.col("hop") <= question.hops, faded)
    total = brought.groupBy("node").agg(
        F.sum(faded).alias("influence"),
        F.sum(F.when(F.col("hop") == 1, F.col("value"))).alias("direct"),
        F.sum("value").alias("network"),
        F.sum("heads").alias("heads"),
        F.max("hop").alias("longest_chain"),
    )
    with work.stage("people below", unit="pairs") as progress:
        if edges.forest:
            total = total.withColumnRenamed("heads", "downline")
        else:
            total = work.keep(total)
            total = total.join(downline(work, edges, total.select("node", "heads"), progress), "node")
    with work.stage("conserved credit", unit="people") as progress:
        shared = come(work, edges, brought, question.decay).hint("shuffle_hash")
        referrers = total.join(shared, "node", "left").hint("shuffle_hash")
        into = edges.into.withColumnRenamed("child", "node").hint("shuffle_hash")
        both = everybody.all().join(referrers, "node", "left").join(into, "node", "left")
        nothing = F.lit(0)
        stays = F.col("own") * (1 - F.coalesce("into", F.lit(0.0)))
        scored = both.select(
            "node", "kind", "id", "own", "cltv",
            F.coalesce("influence", nothing).cast("double").alias("influence"),
            (F.col("own") + F.coalesce("direct", nothing)).alias("ecr_direct"),
            (F.col("own") + F.coalesce("network", nothing)).alias("ecr_network"),
            (stays + F.coalesce("come", F.lit(0.0))).alias("share"),
            F.coalesce("downline", nothing).cast("long").alias("downline"),
            F.coalesce("longest_chain", nothing).alias("longest_chain"),
        )  # fmt: skip
        scored = work.keep(scored)
        seen = scored.agg(
            F.count(F.lit(1)), F.coalesce(F.sum("own"), nothing), F.max("longest_chain")
        ).first()
        people, whole, longest = (int(n or 0) for n in seen)
        table = scored.withColumn("conserved_credit", to_whole(work, scored, whole)).drop("share")
        progress.advance(people)
    return Scores(table, edges.count, longest, whole)


def _write(work: Work, scored: Frame, judged: Frame | None, directory: str, question: Question) -> None:
    from pyspark.sql import functions as F

    scale = float(_scale(question))
    amounts = ("influence", "ecr_direct", "ecr_network", "conserved_credit")
    measures = [*((F.col(name) / scale).alias(name) for name in amounts), "downline", "longest_chain"]
    more = ["percentile", "band", "quadrant"]
    customers = shown(work, scored).select(
        F.col("id").alias("customer_id"), (F.col("own") / scale).alias("own"), *measures, *more
    )
    customers.write.parquet(f"{directory}/customers")
    affiliates = scored.where("kind = 'affiliate'").select(F.col("id").alias("affiliate_id"), *measures)
    affiliates.write.parquet(f"{directory}/affiliates")
    if judged is not None:
        names = ["claim_id", "referrer_kind", "referrer_id", "referee_id", "credit", "reason"]
        judged.select(*names).write.parquet(f"{directory}/claims")


def _scale(question: Question) -> int:
    return 1 if question.value == "heads" else int(10 ** exponent(question.currency))
