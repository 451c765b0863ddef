"""Parquet in: people and claims (or credits as decided) as rows with numbers for ids; dirty rows are told, not dropped.

Directories or files of canonical columns, as `refnet load` takes them and `refnet export --for spark` writes them.
"""

from __future__ import annotations

from dataclasses import dataclass

from refnet.analysis.spark.skew import Spread
from refnet.analysis.spark.work import Column, Frame, Session, Work, why
from refnet.core.errors import InputError
from refnet.core.money import MOST_MINOR, exponent

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
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    for path in (f"{source.rstrip('/')}/{name}.parquet", f"{source.rstrip('/')}/{name}"):
        try:
            table = spark.read.parquet(path)
        except (PySparkException, Py4JJavaError) as error:
            if isinstance(error, PySparkException) and error.getCondition() == "PATH_NOT_FOUND":
                continue
            raise InputError(f"Spark cannot read it: {why(error)}", file=path) from error
        for column in needed:
            if column not in table.columns:
                raise InputError("there is no such column", file=path, column=column)
        return table
    return None


@dataclass(frozen=True)
class People:
    """Everybody once; kept, by id.

    Attributes:
        customers: id, node, joined, own, cltv. affiliates: id, node, acts_as; None: there are none.

    node: a number, in no order, below 0 for affiliates. joined: days since 1970. own: the value in minor units, or 1;
    what is not known is nothing. acts_as: the node of the affiliate's customer, whose claims theirs are.

    """

    customers: Frame
    affiliates: Frame | None

    def all(self) -> Frame:
        """node, kind, id, own, cltv; an affiliate has no value."""
        from pyspark.sql import functions as F

        customers = self.customers.select("node", F.lit("customer").alias("kind"), "id", "own", "cltv")
        if self.affiliates is None:
            return customers
        nothing, unknown = F.lit(0).cast("long").alias("own"), F.lit(None).cast("double").alias("cltv")
        return customers.unionByName(
            self.affiliates.select("node", F.lit("affiliate").alias("kind"), "id", nothing, unknown)
        )

    def claiming(self) -> Frame:
        """Who claims under which name: referrer_kind, referrer_id, parent, parent_joined; by name."""
        from pyspark.sql import functions as F

        def name(kind: str) -> list[Column]:
            return [F.lit(kind).alias("referrer_kind"), F.col("id").alias("referrer_id")]

        node, joined = F.col("node").alias("parent"), F.col("joined").alias("parent_joined")
        customers = self.customers.select(*name("customer"), node, joined)
        if self.affiliates is None:
            return customers
        acting = F.coalesce("acts_as", "node").alias("parent")
        return customers.unionByName(self.affiliates.select(*name("affiliate"), acting, joined))


def people(work: Work, tables: Tables, *, value: str, currency: str) -> People:
    """Everybody of the tables.

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
    # What no whole number of 64 bits holds is none, and is refused below.
    own = F.rint(F.nanvl(F.coalesce(amount, F.lit(0.0)), F.lit(0.0)) * scale).try_cast("long")
    cltv = _number(table, "customers", "cltv") if "cltv" in table.columns else F.lit(None)
    given = table.select(
        F.col("customer_id").cast("string").alias("id"),
        _days(table, "customers", "joined_at").alias("joined"),
        own.alias("own"),
        F.nanvl(cltv.cast("double"), F.lit(None).cast("double")).alias("cltv"),
    )
    customers = _once(given).withColumn("node", F.monotonically_increasing_id())
    customers = work.keep(customers)
    _refuse(customers, "customer")
    _refuse_large(customers, value, scale)
    customers = customers.drop("same")
    if tables.affiliates is None:
        return People(customers, None)
    other = tables.affiliates
    stands_for = F.col("customer_id") if "customer_id" in other.columns else F.lit(None)
    given = other.select(
        F.col("affiliate_id").cast("string").alias("id"), stands_for.cast("string").alias("stands_for")
    )
    affiliates = _once(given).withColumn("node", -1 - F.monotonically_increasing_id())
    affiliates = work.keep(affiliates)
    _refuse(affiliates, "affiliate")
    mine = affiliates.select(F.col("id").alias("affiliate"), F.col("stands_for").alias("id"))
    acting = customers.join(mine.hint("shuffle_hash"), "id").select(
        F.col("affiliate").alias("id"), F.col("node").alias("acts_as"), "joined"
    )
    affiliates = affiliates.select("id", "node").join(acting, "id", "left")
    return People(customers, work.keep(affiliates))


def _once(given: Frame) -> Frame:
    """A row an id, and whether all of an id were the `same`; by id."""
    from pyspark.sql import functions as F

    facts = [name for name in given.columns if name != "id"]
    # Numbers only, unlike a struct, are summed up without sorting.
    content = F.xxhash64(*(part for name in facts for part in (F.col(name).isNull(), F.col(name))))
    each = given.withColumn("content", content).groupBy("id")
    same = (F.min("content") == F.max("content")).alias("same")
    return each.agg(*(F.max(name).alias(name) for name in facts), same)


def _refuse(once: Frame, kind: str) -> None:
    wrong = once.where("id is null or not same").select("id").head()
    if wrong is not None and wrong["id"] is None:
        raise InputError("a row has no id", file=f"{kind}s", column=f"{kind}_id")
    if wrong is not None:
        raise InputError(
            f"{wrong['id']} is there twice, with two contents", file=f"{kind}s", column=f"{kind}_id"
        )


def _refuse_large(customers: Frame, value: str, scale: int) -> None:
    from pyspark.sql import functions as F

    size = F.abs(F.col("own").cast("double"))
    seen = customers.agg(F.sum(F.coalesce(size, F.lit(float("inf")))).alias("all")).first()
    if (seen["all"] or 0.0) > MOST_MINOR:
        largest = customers.orderBy(size.desc_nulls_first()).select("id", "own").head()
        held = "more than a number holds" if largest["own"] is None else f"{largest['own'] / scale:g}"
        raise InputError(
            f"amounts are together more than can be added exactly: {largest['id']} has {held}",
            file="customers",
            column=value,
            hint="Look at it: amounts above a trillion are usually a slip.",
        )


def credited(work: Work, table: Frame, everybody: People) -> Frame:
    """Credits as decided, with the numbers of their two people: null where there is nobody of that id.

    Columns: referrer_kind, referrer_id, referee_id, parent, child, own (the child's), credit.
    """
    from pyspark.sql import functions as F

    return _named(work, table.select(*_names(table), F.col("credit").cast("double")), everybody)


def claims(work: Work, table: Frame, everybody: People) -> Frame:
    """Claims with the numbers of their two people: null where there is nobody of that id.

    Columns: row, claim_id, referrer_kind, referrer_id, referee_id, at, parent, parent_joined, child, child_joined, own
    (the child's), order (to compare claims by: at, none last; claim_id; referrer; referee). By child, kept.

    Raises:
        InputError: dates that cannot be read.

    """
    from pyspark.sql import functions as F

    claim_id = F.col("claim_id") if "claim_id" in table.columns else F.lit(None)
    at = _days(table, "referrals", "referred_at").alias("at")
    rows = table.select(claim_id.cast("string").alias("claim_id"), *_names(table), at)
    order = F.struct(
        F.col("at").isNull().alias("undated"),
        "at",
        F.coalesce("claim_id", F.lit("")).alias("claim_id"),
        (F.col("referrer_kind") != "customer").alias("kind"),
        "referrer_id",
        "referee_id",
        "row",
    )
    placed = _named(work, rows, everybody).repartition(work.partitions, "child")
    return work.keep(placed.withColumn("row", F.monotonically_increasing_id()).withColumn("order", order))


def _names(table: Frame) -> list[Column]:
    from pyspark.sql import functions as F

    kind = F.lit("customer")
    if "referrer_kind" in table.columns:
        kind = F.coalesce(F.col("referrer_kind").cast("string"), kind)
    ids = (F.col(name).cast("string").alias(name) for name in ("referrer_id", "referee_id"))
    return [kind.alias("referrer_kind"), *ids]


def _named(work: Work, rows: Frame, everybody: People) -> Frame:
    """With parent, parent_joined, child, child_joined, own. Claims are moved to where their people are, not these."""
    from pyspark.sql import functions as F

    spread = Spread(work, rows, "referrer_id", "referee_id")
    named = spread.join(spread.many(rows), everybody.claiming(), "left", "referrer_kind")
    children = everybody.customers.select(
        F.col("id").alias("referee_id"),
        F.col("node").alias("child"),
        F.col("joined").alias("child_joined"),
        "own",
    )
    return named.hint("shuffle_hash").join(children, "referee_id", "left")


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
