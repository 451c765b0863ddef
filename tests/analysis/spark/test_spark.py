"""Spark against the array kernels on the same input, on worked truths, and on a celebrity."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.spark import skew
from refnet.analysis.spark.credit import Rules, decided
from refnet.analysis.spark.hops import Edges
from refnet.analysis.spark.run import Question, SparkSummary, analyze
from refnet.analysis.spark.skew import Spread
from refnet.analysis.spark.tables import claims, people, read
from refnet.analysis.spark.work import working
from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Quiet
from tests.analysis.spark import made
from tests.analysis.spark.made import Made

pytestmark = pytest.mark.slow

EXACT = ["own", "downline", "longest_chain", "conserved_credit"]


def question(policy: Any = "first", **more: Any) -> Question:
    asked = {"value": "revenue", "hops": 6, "decay": 0.5, "currency": "EUR", **more}
    window = asked.pop("window", None)
    return Question(**asked, rules=Rules(policy, window, 7.0))


def run(
    spark: Any, tmp_path: Path, given: Made, asked: Question, **more: Any
) -> tuple[SparkSummary, pd.DataFrame, Path]:
    """The summary, and scores in the order of the kernels with amounts in minor units."""
    target = tmp_path / "out"
    summary = analyze(spark, given.write(tmp_path / "in"), str(target), asked, partitions=2, **more)
    customers = pd.read_parquet(target / "customers").rename(columns={"customer_id": "id"})
    affiliates = pd.read_parquet(target / "affiliates").rename(columns={"affiliate_id": "id"})
    scale = 1 if asked.value == "heads" else 100
    scores = pd.concat([customers.sort_values("id"), affiliates.sort_values("id")], ignore_index=True)
    for name in ("own", "influence", "ecr_direct", "ecr_network", "conserved_credit"):
        scores[name] = scores[name] * scale
    return summary, scores, target


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert found["id"].tolist() == expected["id"].tolist()
    for name in ("influence", "ecr_direct", "ecr_network", "percentile"):
        close = np.isclose(
            found[name].to_numpy(float), expected[name].to_numpy(float), rtol=1e-9, atol=1e-6, equal_nan=True
        )
        assert close.all(), name
    customers = expected["percentile"].notna().to_numpy()
    for name in EXACT:
        ours = found[name].fillna(0).round().to_numpy(np.int64)
        assert (ours == expected[name].to_numpy()).all(), name
    for name in ("band", "quadrant"):
        ours, theirs = (t.loc[customers, name].astype(object) for t in (found, expected))
        assert ours.where(ours.notna(), None).tolist() == theirs.where(theirs.notna(), None).tolist(), name


def test_many_forests_at_once(spark: Any, tmp_path: Path) -> None:
    given = made.forests(np.random.default_rng(1))
    summary, found, _ = run(spark, tmp_path, given, question(hops=3))
    expected = given.scores(given.credits, hops=3)
    same(found, expected)
    for name in ("ecr_direct", "ecr_network"):  # whole credits: exact, not only close
        assert (found[name].round(6) == expected[name]).all()
    assert round(summary.total * 100) == expected["conserved_credit"].sum()
    assert summary.longest_chain == expected["longest_chain"].max() > 5
    assert summary.credit_policy is None


def test_many_networks_with_several_referrers(spark: Any, tmp_path: Path) -> None:
    given = made.dags(np.random.default_rng(2))
    summary, found, _ = run(spark, tmp_path, given, question(value="margin", hops=None, decay=0.8))
    expected = given.scores(given.credits, value="margin", hops=None, decay=0.8)
    same(found, expected)
    assert round(summary.total * 100) == found["conserved_credit"].round().sum() == expected["own"].sum()


def as_decided(claims: pd.DataFrame, expected: pd.DataFrame) -> None:
    claims = claims.set_index("claim_id").loc[expected["claim_id"]]
    assert claims["reason"].fillna("").tolist() == expected["reason"].tolist()
    assert np.allclose(claims["credit"], expected["credit"], rtol=1e-12)


@pytest.mark.parametrize(("policy", "window"), [("last", None), ("linear", 1.5)])
def test_each_policy_decides_as_the_credit_step_does(
    spark: Any, tmp_path: Path, policy: Any, window: float | None
) -> None:
    given = made.dirty(np.random.default_rng(5))
    found = read(spark, given.write(tmp_path / "in"))
    with working(spark, rows=0, partitions=2, checkpoints=None, reporter=Quiet()) as work:
        everybody = people(work, found, value="revenue", currency="EUR")
        judged = decided(work, claims(work, found.referrals, everybody), Rules(policy, window, 7.0))
        expected = given.decided(policy, window)
        assert (expected["reason"] == "would_close_cycle").any()
        as_decided(judged.select("claim_id", "reason", "credit").toArrow().to_pandas(), expected)


@pytest.mark.parametrize(("policy", "value"), [("first", "revenue"), ("time-decay", "heads")])
def test_dirty_claims_from_end_to_end(spark: Any, tmp_path: Path, policy: str, value: str) -> None:
    given = made.dirty(np.random.default_rng(3))
    asked = question(policy, value=value)
    summary, found, target = run(spark, tmp_path, given, asked)
    expected = given.decided(policy)
    as_decided(pd.read_parquet(target / "claims"), expected)
    counts = expected.loc[expected["credit"] == 0, "reason"].value_counts()
    assert summary.uncredited == counts.to_dict()
    assert counts["would_close_cycle"] >= 1
    assert counts["self_referral"] >= 5
    assert counts["unknown_referrer"] >= 5
    same(found, given.scores(expected[expected["credit"] > 0], value=asked.value))


def test_the_worked_truths(spark: Any, tmp_path: Path) -> None:
    """Cate 16 times her own; the chain of four; the diamond; a hub's cents that do not come out even."""
    spent = {"cate": 200.0, **{f"f{n:02d}": 3000 / 16 for n in range(16)}}
    edges = [("cate", f"f{n:02d}", 1.0) for n in range(10)] + [
        (f"f{n:02d}", f"f{n + 10:02d}", 1.0) for n in range(6)
    ]
    spent |= dict.fromkeys("abcd", 100.0) | dict.fromkeys(["p", "q", "r", "s"], 100.0)
    edges += [("a", "b", 1.0), ("b", "c", 1.0), ("c", "d", 1.0)]
    edges += [("p", "q", 1.0), ("p", "r", 1.0), ("q", "s", 0.5), ("r", "s", 0.5)]
    given = Made(
        pd.DataFrame({"customer_id": list(spent), "revenue": list(spent.values())}),
        given=pd.DataFrame(edges, columns=["referrer_id", "referee_id", "credit"]),
    )
    checkpoints = tmp_path / "checkpoints"
    summary, found, target = run(spark, tmp_path, given, question(), checkpoints=str(checkpoints))
    by_id = found.set_index("id")
    assert by_id.loc["cate", "ecr_network"] == 320_000
    assert by_id.loc["cate", "downline"] == 16
    assert by_id.loc[list("abcd"), "influence"].tolist() == [17_500, 15_000, 10_000, 0]
    assert by_id.loc[list("abcd"), "conserved_credit"].round().tolist() == [24_762, 9_524, 5_714, 0]
    assert by_id.loc["p", "influence"] == 25_000
    assert by_id.loc["p", "downline"] == 3
    assert by_id["quadrant"].isna().all()  # no CLTV is known
    written = json.loads(next((target / "summary").glob("part-*")).read_text())
    assert written["total"] == summary.total == 4_000
    assert list(checkpoints.iterdir()) == []  # used, and put away
    assert spark.conf.get("spark.sql.adaptive.enabled") == "true"  # as it was


def test_a_celebrity_is_not_one_place_s_work(spark: Any) -> None:
    """200,000 of 260,000 referrals by one: the fullest place has at most three times its share, and nothing is lost."""
    rows = spark.range(260_000).selectExpr("if(id < 200000, -1, id % 20000) as parent", "id as child")
    with working(spark, rows=260_000, partitions=8, checkpoints=None, reporter=Quiet()) as work:
        spread = Spread(work, rows, "parent", "child", limit=5_000)
        placed = spread.many(rows)
        sizes = [
            r["count"]
            for r in placed.selectExpr("spark_partition_id() as part").groupBy("part").count().collect()
        ]
        assert spread.keys == 1
        assert max(sizes) < 3 * 260_000 / 8
        naive = (
            rows.repartition(8, "parent").selectExpr("spark_partition_id() as part").groupBy("part").count()
        )
        assert naive.agg({"count": "max"}).first()[0] > 200_000
        one = rows.select("parent").distinct().selectExpr("parent", "parent * 2 as twice")
        joined = spread.join(placed, one)
        assert joined.count() == 260_000
        assert joined.where("twice <> parent * 2").isEmpty()
        # The sum by referrer brings a celebrity as one row of each part.
        plan = rows.groupBy("parent").count()._jdf.queryExecution().executedPlan().toString()
        assert plan.index("partial_count") > plan.index("Exchange hashpartitioning(parent")


@pytest.mark.parametrize("kind", ["dags", "claims"])
def test_everybody_is_a_celebrity(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """From end to end with whoever has more than one referral spread over several places: the same scores."""
    monkeypatch.setattr(skew, "LIMIT", 1)
    if kind == "claims":
        given = made.dirty(np.random.default_rng(6), circles=20)
        edges = given.decided("last")
        edges = edges[edges["credit"] > 0]
    else:
        given = made.dags(np.random.default_rng(6), nets=30)
        edges = given.credits
    assert edges["referrer_id"].value_counts().max() > 2
    _, found, _ = run(spark, tmp_path, given, question("last"))
    same(found, given.scores(edges))


def test_a_hop_moves_its_sums_only(spark: Any, tmp_path: Path) -> None:
    """One exchange a hop: neither the edges nor what was carried are moved for the join."""
    edges = spark.range(1, 1000).selectExpr(
        "id div 3 as parent", "id as child", "1.0D as credit", "7L as own"
    )
    with working(spark, rows=1000, partitions=3, checkpoints=None, reporter=Quiet()) as work:
        network = Edges(work, edges)
        plan = network.hop(network.direct)._jdf.queryExecution().executedPlan().toString()
        steps = [
            (len(line) - len(line.lstrip(" :+-")), line.lstrip(" :+-*()0123456789"))
            for line in plan.splitlines()
        ]
        # How the edges that are held were made stands below them, once for all hops.
        held = next(place for place, (_, step) in enumerate(steps) if step.startswith("InMemoryRelation"))
        after = (place for place in range(held + 1, len(steps)) if steps[place][0] <= steps[held][0])
        each = [step for _, step in [*steps[:held], *steps[next(after, len(steps)) :]]]
        assert sum(step.startswith("Exchange") for step in each) == 1
        assert sum(step.startswith("ShuffledHashJoin") for step in each) == 1
        assert not any(step.startswith("Sort ") for step in each)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.customers.drop(columns="revenue"), "column revenue: there is no such column"),
        (lambda m: pd.concat([m.customers, m.customers[:1].assign(revenue=7.0)]), "twice, with two contents"),
        (lambda m: m.customers.assign(joined_at="yesterday"), "'yesterday' is no time"),
        (lambda m: m.customers.assign(revenue="many"), "holds no numbers"),
        (lambda m: m.customers.assign(customer_id=None), "customers, column customer_id: a row has no id"),
        (
            lambda m: m.customers.assign(revenue=[*m.customers["revenue"][:-1], np.inf]),
            "has more than a number",
        ),
        (
            lambda m: m.customers.assign(revenue=4e16),
            "together more than can be added exactly: c0.* has 4e\\+16",
        ),
    ],
)
def test_what_cannot_be_taken_is_said(spark: Any, tmp_path: Path, change: Any, says: str) -> None:
    given = made.forests(np.random.default_rng(4), trees=3)
    given.customers = change(given)
    with pytest.raises(InputError, match=says):
        run(spark, tmp_path, given, question())


def test_decided_credits_with_a_cycle_are_refused(spark: Any, tmp_path: Path) -> None:
    given = Made(
        pd.DataFrame({"customer_id": ["a", "b"], "revenue": [1.0, 2.0]}),
        given=pd.DataFrame({"referrer_id": ["a", "b"], "referee_id": ["b", "a"], "credit": [1.0, 1.0]}),
    )
    with pytest.raises(InputError, match="is on a cycle"):
        run(spark, tmp_path, given, question())


@pytest.mark.parametrize(
    ("credit", "says"),
    [
        ([1.0, 0.0, 1.0], "c has 1 credited referrals, the least of 0, in all 0"),
        ([1.0, np.nan, 1.0], "c has 1 credited referrals, the least of 0, in all 0"),
        ([0.7, 1.0, 0.7], "b has 2 credited referrals, the least of 0.7, in all 1.4: each must"),
    ],
)
def test_who_has_wrong_credits_is_named(spark: Any, tmp_path: Path, credit: list[float], says: str) -> None:
    given = Made(
        pd.DataFrame({"customer_id": list("abcd"), "revenue": [1.0] * 4}),
        given=pd.DataFrame({"referrer_id": list("aaa"), "referee_id": ["b", "c", "d"], "credit": credit}),
    )
    if credit[0] < 1:
        given.credits = given.credits.assign(referee_id=["b", "c", "b"], referrer_id=["a", "a", "d"])
    with pytest.raises(InputError, match=says):
        run(spark, tmp_path, given, question())


def test_a_credit_that_is_missing_is_refused(spark: Any) -> None:
    edges = spark.createDataFrame(
        [(1, 2, 1.0, 5), (1, 3, None, 5)], "parent long, child long, credit double, own long"
    )
    with (
        working(spark, rows=3, partitions=2, checkpoints=None, reporter=Quiet()) as work,
        pytest.raises(InputError, match="above 0"),
    ):
        Edges(work, edges)


@pytest.mark.usefixtures("spark")  # for its Java
def test_stopped_while_java_starts_or_works_nothing_stays(tmp_path: Path) -> None:
    source = made.forests(np.random.default_rng(4), trees=3).write(tmp_path / "in")
    mine = f"-Drefnet.test={tmp_path.name}"
    program = [sys.executable, "-m", "refnet", "analyze", "--engine", "spark", "--from", source]
    for n, begun in enumerate(("while it starts", "  people")):
        target = tmp_path / str(n)
        with (tmp_path / f"{n}.log").open("w") as log:
            there = subprocess.Popen(
                [*program, "--to", str(target)], stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "REFNET_SPARK_MEMORY": "1g", "JDK_JAVA_OPTIONS": mine},
            )  # fmt: skip
        with there:
            until = time.monotonic() + 120
            while not (_javas(mine) if n == 0 else begun in (tmp_path / "1.log").read_text()):
                assert there.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            os.killpg(there.pid, signal.SIGINT)
            assert there.wait(120) == 130
        while _javas(mine):
            assert time.monotonic() < until
            time.sleep(0.1)
        said = (tmp_path / f"{n}.log").read_text()
        assert "refnet: stopped." in said
        assert "Traceback" not in said
        assert not (target / "summary").exists()


def _javas(mine: str) -> list[str]:
    """Those that were started with this option."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if mine.encode() in place.read_bytes() and b"java" in (place.parent / "comm").read_bytes():
                found.append(place.parent.name)
    return found


def test_a_question_out_of_range() -> None:
    for wrong in ({"value": "likes"}, {"hops": 0}, {"decay": 0.0}):
        with pytest.raises(UsageError):
            question(**wrong)


def test_scores_from_before_stay_until_all_of_the_new_ones_are_written(
    spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.sql.readwriter import DataFrameWriter

    source, target = tmp_path / "in", tmp_path / "out"
    claims = pd.DataFrame({"referrer_id": ["a"], "referee_id": ["b"]})

    def bring(revenue: float, **tables: pd.DataFrame) -> None:
        source.mkdir(exist_ok=True)
        for each in source.iterdir():
            each.unlink()
        people = pd.DataFrame({"customer_id": ["a", "b"], "revenue": [revenue, revenue]})
        for name, frame in {"customers": people, **tables}.items():
            frame.to_parquet(source / f"{name}.parquet")

    def there() -> tuple[float, float, bool]:
        scores = pd.read_parquet(target / "customers")
        summary = json.loads(next((target / "summary").glob("part-*")).read_text())
        return scores["own"].sum(), summary["total"], (target / "claims").exists()

    bring(1.0, referrals=claims)
    analyze(spark, str(source), str(target), question())
    assert there() == (2.0, 2.0, True)
    bring(5.0, credits=claims.assign(credit=1.0))
    with pytest.raises(InputError, match="already"):
        analyze(spark, str(source), str(target), question())
    written = DataFrameWriter.parquet

    def breaks(self: Any, path: str, *more: Any, **named: Any) -> None:
        if path.endswith("affiliates"):
            raise OSError("no space left")
        written(self, path, *more, **named)

    with monkeypatch.context() as broken:
        broken.setattr(DataFrameWriter, "parquet", breaks)
        with pytest.raises(OSError, match="no space"):
            analyze(spark, str(source), str(target), question(), overwrite=True)
    assert there() == (2.0, 2.0, True)
    analyze(spark, str(source), str(target), question(), overwrite=True)
    assert there() == (10.0, 10.0, False), "nothing of the run before is left"
    assert not (target / "_writing").exists()
    with pytest.raises(InputError, match="is where the tables are"):
        analyze(spark, str(source), str(source), question(), overwrite=True)
