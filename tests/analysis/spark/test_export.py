"""From the graph by parquet through Spark: the scores that the graph gets from its own analysis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from refnet import analyze, load
from refnet.analysis.spark import export as exporting
from refnet.analysis.spark import submit
from refnet.core.errors import UsageError
from refnet.graph import Graph
from tests.cypher.village import TABLES


@pytest.mark.parametrize("kind", ["embedded"])
def test_the_graph_as_parquet(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load(graph, TABLES)
    monkeypatch.setattr(exporting, "_PAGE", 5)  # three pages
    made = exporting.export(graph, tmp_path / "in")
    assert (made.customers, made.affiliates, made.credits) == (14, 3, 9)
    customers = pq.read_table(tmp_path / "in" / "customers.parquet").to_pandas().set_index("customer_id")
    assert customers.loc["ann", "joined_at"] == pd.Timestamp("2024-01-01", tz="UTC")
    assert pd.isna(customers.loc["hal", "joined_at"])
    edges = pq.read_table(tmp_path / "in" / "credits.parquet").to_pylist()
    assert sorted((e["referrer_kind"], e["referrer_id"], e["referee_id"], e["credit"]) for e in edges) == [
        ("affiliate", "a-1", "fay", 1.0), ("customer", "ann", "ben", 1.0), ("customer", "ann", "eve", 1.0),
        ("customer", "ann", "nat", 1.0), ("customer", "ben", "cat", 1.0), ("customer", "cat", "dan", 1.0),
        ("customer", "eve", "kim", 1.0), ("customer", "hal", "ida", 1.0), ("customer", "ida", "joe", 1.0),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="is not empty"):
        exporting.export(graph, tmp_path / "in")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["embedded"])
def test_spark_scores_what_the_graph_scores(
    spark: Any,
    graph: Graph,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By Spark's own launcher, with the file that `--where` names."""
    import pyspark

    load(graph, TABLES)
    analyze(graph)
    exporting.export(graph, tmp_path / "in")
    given = ["--from", str(tmp_path / "in"), "--to", str(tmp_path / "out"), "--partitions", "1"]
    assert submit.main(["--where"]) == 0
    script, checkpoints = capsys.readouterr().out.strip(), tmp_path / "checkpoints"
    launcher = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    told = subprocess.run(
        [launcher, "--master", "local[1]", script, *given, "--checkpoints", checkpoints],
        env={**os.environ, "PYSPARK_PYTHON": sys.executable}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert json.loads(told[told.index("{") :])["credits"] == 9
    assert list(checkpoints.iterdir()) == []
    names = {
        "influence": "influence", "ecr_direct": "ecrDirect", "ecr_network": "ecrNetwork", "downline": "downline",
        "conserved_credit": "conservedCredit", "longest_chain": "longestChain", "percentile": "percentile",
        "band": "band", "quadrant": "quadrant",
    }  # fmt: skip
    ours = (
        pd.read_parquet(tmp_path / "out" / "customers")
        .set_index("customer_id")
        .sort_index()
        .rename(columns=names)
    )
    theirs = graph.query("export/customers").to_pandas().set_index("customerId").sort_index()
    columns = list(names.values())
    pd.testing.assert_frame_equal(
        ours[columns].astype(theirs[columns].dtypes), theirs[columns], check_names=False, check_exact=False
    )
    assert submit.main(given) == 1  # there already
    assert "there are scores here already" in capsys.readouterr().err
