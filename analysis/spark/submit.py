"""For spark-submit: the analysis on a cluster, with the session and the master that spark-submit gives.

    spark-submit --master yarn … $(python -m refnet.analysis.spark.submit --where) --from hdfs:///in --to hdfs:///out

refnet has to be installed where the driver runs; executors need nothing of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":  # run as a file: its neighbours must not be taken for packages of the same names
    _HERE = str(Path(__file__).resolve().parent)
    sys.path[:] = [place for place in sys.path if str(Path(place or ".").resolve()) != _HERE]

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import get_args

from refnet.analysis.spark.credit import Rules
from refnet.analysis.spark.run import Question, analyze
from refnet.analysis.spark.tables import VALUES
from refnet.core.errors import RefnetError
from refnet.core.progress import Console
from refnet.core.settings import CreditPolicy, Settings, hops_of, load_settings


def question(settings: Settings, *, value: str = "revenue") -> Question:
    """What is asked, by the settings."""
    return Question(
        value=value,
        hops=settings.most_hops,
        decay=settings.decay,
        currency=settings.currency or "EUR",
        rules=Rules(settings.credit_policy, settings.credit_window_days, settings.credit_half_life_days),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="submit.py", description=__doc__)
    parser.add_argument("--where", action="store_true", help="print where this file is, and end")
    parser.add_argument("--from", dest="source", help="directory of parquet")
    parser.add_argument("--to", dest="target", help="directory for the scores")
    parser.add_argument("--value", choices=VALUES, default="revenue")
    parser.add_argument("--hops", help="hops that influence counts, or all; default: REFNET_HOPS")
    parser.add_argument("--decay", type=float, help="default: REFNET_DECAY")
    parser.add_argument("--policy", choices=get_args(CreditPolicy), help="default: REFNET_CREDIT_POLICY")
    parser.add_argument("--currency", help="of the amounts; default: REFNET_CURRENCY, else EUR")
    parser.add_argument("--checkpoints", help="directory that all executors reach; needed on a cluster")
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--overwrite", action="store_true", help="replace scores that are there")
    asked = parser.parse_args(arguments)
    if asked.where:
        print(Path(__file__).resolve())  # noqa: T201 (what was asked for)
        return 0
    if not asked.source or not asked.target:
        parser.error("--from and --to are needed")
    try:
        hops = None if asked.hops is None else hops_of(asked.hops)
    except ValueError as error:
        parser.error(f"--hops {error}")
    if asked.decay is not None and not 0 < asked.decay <= 1:
        parser.error("--decay should be above 0 and at most 1")
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName("refnet").getOrCreate()
    try:
        settings = load_settings(
            currency=asked.currency, credit_policy=asked.policy, hops=hops, decay=asked.decay
        )
        summary = analyze(
            spark,
            asked.source,
            asked.target,
            question(settings, value=asked.value),
            partitions=asked.partitions,
            checkpoints=asked.checkpoints or settings.spark_checkpoints,
            overwrite=asked.overwrite,
            reporter=Console(),
        )
    except RefnetError as error:
        print(f"refnet: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    print(json.dumps(asdict(summary), indent=2))  # noqa: T201
    return 0


if __name__ == "__main__":
    code = main()
    if code:
        sys.exit(code)
