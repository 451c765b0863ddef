"""Parquet in: people and claims (or credits as decided) as rows with numbers for ids; dirty rows are told, not dropped.

Directories or files of canonical columns, as `refnet load` takes them and `refnet export --for spark` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from refnet.analysis.spark.skew import Spread
from refnet.analysis.spark.work import Column, Frame, Session, Work
from refnet.core.errors import InputError
from refnet.core.money import exponent

VALUES = ("revenue", "margin", "cltv", "heads")
_DAY_MS = 86_400_000.0


@dataclass(frozen=True)
class Tables:
    """What was found: DataFrames as read. `referrals` or `credits` is None, `affiliates` may be."""

    customers: Frame
    affiliates: Frame | None
    referrals: Frame | None
    credits: Frame | None


def read(spark: Session, source: str) -> Tables:
    """The tables in a directory, on whatever file system Spark reaches.

    Raises:
        InputError: there are no customers, neither referrals nor credits, or a column is missing.
    """
    customers = _table(spark, source, "customers", "customer_id")
    affiliates = _table(spark, source, "affiliates", "affiliate_id")
    credits_ = _table(spark, source, "credits", "referrer_id", "referee_id", "credit")
    referrals = (
        None if credits_ is not None else _table(spark, source, "referrals", "referrer_id", "referee_id")
    )
    if customers is None:
        raise InputError(
            "there is no customers.parquet here", file=source, hint="`refnet export --for spark` makes it."
        )
    if credits_ is None and referrals is None:
        raise InputError(
            "there is no referrals.parquet here (claims), nor a credits.parquet (as decided)", file=source
        )
    return Tables(customers, affiliates, referrals, credits_)


def _table(spark: Session, source: str, name: str, *needed: str) -> Frame | None:
    from pyspark.errors import AnalysisException

    for path in (f"{source.rstrip('/')}/{name}.parquet", f"{source.rstrip('/')}/{name}"):
        try:
            table = spark.read.parquet(path)
        except AnalysisException as error:
            if error.getCondition() == "PATH_NOT_FOUND":
                continue
            raise InputError(f"Spark cannot read it: {str(error).splitlines()[0]}", file=path) from error
        for column in needed:
            if column not in table.columns:
                raise InputError("there is no such column", file=path, column=column)
        return table
    return None


def people(work: Work, tables: Tables, *, value: str, currency: str) -> Frame:
    """Everybody once: node, kind, id, stands_for, joined, own, cltv, plain (a customer's row); kept.

    node: a number, in no order. stands_for: an affiliate's customer, whose claims theirs are. joined: days since 1970.
    own: the value in minor units, or 1; what is not known is nothing, as for affiliates.

    Raises:
        InputError: a column is missing or unreadable, a row has no id, or an id is there with two contents.

    """
    from pyspark.sql import functions as F

    table = tables.customers
    if value != "heads" and value not in table.columns:
        raise InputError(
            "there is no such column", file="customers", column=value, hint="Or choose another value."
        )
    scale = 1 if value == "heads" else 10 ** exponent(currency)
    amount = F.lit(1.0) if value == "heads" else _number(table, "customers", value)
    own = F.rint(F.nanvl(F.coalesce(amount, F.lit(0.0)), F.lit(0.0)) * scale).cast("long")
    cltv = _number(table, "customers", "cltv") if "cltv" in table.columns else F.lit(None)
    both = table.select(
        F.lit("customer").alias("kind"),
        F.col("customer_id").cast("string").alias("id"),
        F.lit(None).cast("string").alias("stands_for"),
        _days(table, "customers", "joined_at").alias("joined"),
        own.alias("own"),
        F.nanvl(cltv.cast("double"), F.lit(None).cast("double")).alias("cltv"),
    )
    if tables.affiliates is not None:
        other = tables.affiliates
        both = both.unionByName(
            other.select(
                F.lit("affiliate").alias("kind"),
                F.col("affiliate_id").cast("string").alias("id"),
                (F.col("customer_id") if "customer_id" in other.columns else F.lit(None))
                .cast("string")
                .alias("stands_for"),
                F.lit(None).cast("double").alias("joined"),
                F.lit(0).cast("long").alias("own"),
                F.lit(None).cast("double").alias("cltv"),
            )
        )
    facts = F.struct("stands_for", "joined", "own", "cltv")
    single = both.groupBy("id", "kind").agg(F.min(facts).alias("facts"), F.max(facts).alias("other"))
    kept = work.keep(single.withColumn("node", F.monotonically_increasing_id()))
    wrong = (
        kept.where(F.col("id").isNull() | ~F.col("facts").eqNullSafe(F.col("other")))
        .select("kind", "id")
        .head()
    )
    if wrong is not None and wrong["id"] is None:
        raise InputError(f"a row of {wrong['kind']}s has no id", column=f"{wrong['kind']}_id")
    if wrong is not None:
        raise InputError(
            f"{wrong['id']} is there twice, with two contents",
            file=f"{wrong['kind']}s",
            column=f"{wrong['kind']}_id",
        )
    return kept.select("node", "kind", "id", "facts.*")


def claims(work: Work, table: Frame, everybody: Frame, *, decided: bool) -> Frame:
    """Claims (or credits) with the numbers of their two people: null where there is nobody of that id.

    Columns: row, claim_id, referrer_kind, referrer_id, referee_id, at, parent, parent_joined, child, child_joined,
    order (to compare claims by: at, none last; claim_id; referrer; referee), credit where decided. By child, kept.

    Raises:
        InputError: dates that cannot be read.

    """
    from pyspark.sql import functions as F

    def text(name: str) -> Column:
        return (F.col(name) if name in table.columns else F.lit(None)).cast("string").alias(name)

    kind = (
        F.coalesce(F.col("referrer_kind"), F.lit("customer"))
        if "referrer_kind" in table.columns
        else F.lit("customer")
    )
    rows = table.select(
        text("claim_id"),
        kind.cast("string").alias("referrer_kind"),
        text("referrer_id"),
        text("referee_id"),
        _days(table, "referrals", "referred_at").alias("at"),
        *([F.col("credit").cast("double")] if decided else []),
    )
    customers = everybody.where("kind = 'customer'")
    own = customers.select(
        F.col("id").alias("stands_for"), F.col("node").alias("own_node"), F.col("joined").alias("own_joined")
    )
    affiliates = everybody.where("kind = 'affiliate'").drop("joined").join(own, "stands_for", "left")
    # An affiliate who is a customer claims as that customer.
    names = customers.select(_key("kind", "id"), "node", "joined").unionByName(
        affiliates.select(
            _key("kind", "id"),
            F.coalesce("own_node", "node").alias("node"),
            F.col("own_joined").alias("joined"),
        )
    )
    parents = names.select("key", F.col("node").alias("parent"), F.col("joined").alias("parent_joined"))
    rows = rows.withColumn("key", _key("referrer_kind", "referrer_id"))
    spread = Spread(work, rows, "key", "referee_id")
    named = spread.join(spread.many(rows), parents, "left")
    children = customers.select(
        F.col("id").alias("referee_id"), F.col("node").alias("child"), F.col("joined").alias("child_joined")
    )
    placed = work.by(named.drop("key").join(children, "referee_id", "left"), "child")
    order = F.struct(
        F.col("at").isNull().alias("undated"),
        "at",
        F.coalesce("claim_id", F.lit("")).alias("claim_id"),
        (F.col("referrer_kind") != "customer").alias("kind"),
        "referrer_id",
        "referee_id",
        "row",
    )
    numbered = placed.withColumn("row", F.monotonically_increasing_id())
    return work.keep(numbered.withColumn("order", order))


def _key(kind: str, name: str) -> Column:
    from pyspark.sql import functions as F

    return F.concat_ws(":", F.col(kind), F.col(name)).alias("key")


def _number(table: Frame, file: str, name: str) -> Column:
    from pyspark.sql import functions as F

    if table.schema[name].dataType.typeName() in ("string", "boolean", "timestamp", "date"):
        raise InputError("holds no numbers", file=file, column=name)
    return F.col(name).cast("double")


def _days(table: Frame, file: str, name: str) -> Column:
    """A time as days since 1970, UTC."""
    from pyspark.sql import functions as F

    if name not in table.columns:
        return F.lit(None).cast("double")
    kind, read_ = table.schema[name].dataType.typeName(), F.col(name)
    if kind == "string":
        read_ = F.expr(f"try_cast({name} as timestamp)")
        bad = table.where(F.col(name).isNotNull() & read_.isNull()).select(name).head()
        if bad is not None:
            raise InputError(
                f"{bad[0]!r} is no time", file=file, column=name, hint="Such as 2024-01-31T12:00:00Z."
            )
    elif kind not in ("date", "timestamp", "timestamp_ntz", "void"):
        raise InputError("holds no times", file=file, column=name)
    return F.unix_millis(read_.cast("timestamp")) / F.lit(_DAY_MS)
