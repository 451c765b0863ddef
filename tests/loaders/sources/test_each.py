"""Each source on an export in its own shape, its traps in it: the whole graph that comes of it, and what was not taken.

exports/NAME.* are the exports, graphs/NAME.txt what must come of them; NAME begins with the source's.
"""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from refnet.core.settings import load_settings
from refnet.graph import Graph
from refnet.loaders import dry_run, load
from refnet.loaders.sources import Catalogue
from refnet.loaders.sources.recognise import recognise
from tests.loaders.conftest import picture
from tests.loaders.sources.conftest import EXPORTS, HERE, source_of, told


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_the_whole_graph(graph: Graph, path: Path) -> None:
    summary = load(graph, path)
    assert told(graph, summary) == (HERE / "graphs" / f"{path.stem}.txt").read_text(encoding="utf-8")
    # Loading the same again changes nothing.
    before = picture(graph)
    load(graph, path)
    assert picture(graph) == before
    # All of it says whose it is.
    whose = graph.read(
        "MATCH (n) WHERE NOT n:LoadRun AND NOT n:Attribute RETURN coalesce(n.sources, n.aliasSources) AS sources"
    )
    assert {str(row["sources"]) for row in whose} == {str([source_of(path)])}
    # A complete export has all that it has, where every row of it can be told.
    if not summary.rows_rejected:
        assert load(graph, path, replace=True).removed == []
        assert picture(graph) == before


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_each_is_recognised_as_its_own(path: Path) -> None:
    known = recognise(path, Catalogue(load_settings()))
    assert known is not None
    assert known.mapping.name == source_of(path)
    assert known.mapping.name in known.told


def test_lists_in_parquet_are_those_of_json(tmp_path: Path) -> None:
    export = HERE / "exports" / "friendbuy-rewards-bare.json"
    records = json.loads(export.read_text(encoding="utf-8"))
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "rewards.parquet")
    of_json, of_parquet = (
        {(each.table, each.rows_loaded) for each in dry_run(path, rejects=tmp_path / "rejects").tables}
        for path in (export, tmp_path / "rewards.parquet")
    )
    assert of_json == of_parquet
    assert dict(of_json)["referrals"] > 0


def test_every_source_has_an_export() -> None:
    assert {source_of(path) for path in EXPORTS} == set(Catalogue(load_settings()).all)


def test_shopify_orders_are_of_the_customers_of_the_same_email(graph: Graph) -> None:
    """In either order of files; and what Total Spent says more than the orders is told."""
    paths = [HERE / "exports" / f"shopify-{name}.csv" for name in ("customers", "orders")]
    summary = load(graph, paths)
    ann = graph.query("customers/one", customerId="shopify:7061234567890").one()
    assert (ann["revenue"], ann["name"]) == (100.5, "Ann Abel")
    # Ann's 120.50 and Ben's 20.00 by the column; Cy's 1,020.00 was refused.
    assert summary.lowered is not None
    assert (summary.lowered.customers, summary.lowered.by_orders, summary.lowered.by_column) == (
        2,
        100.5,
        140.5,
    )
    assert summary.identity.by_email > 0
