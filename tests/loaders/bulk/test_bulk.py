"""What is written for the import tool is what a load would make; by the real tool on a real server, too."""

from __future__ import annotations

import csv
import gzip
import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet import front
from refnet.core.errors import InputError, UsageError
from refnet.core.settings import load_settings
from refnet.examples import brand
from refnet.graph import Graph, connect, local
from refnet.graph.connection import native
from refnet.graph.local.server import prepare
from refnet.graph.local.state import Home
from refnet.graph.model import NODES
from refnet.loaders import adopt, load
from refnet.loaders.bulk import export
from refnet.loaders.bulk.keys import Keys
from refnet.loaders.files import separated
from tests.conftest import Engines, wipe
from tests.loaders.conftest import FILES, Write, picture

# Of everything something is missing, double, odd, refused.
ODD = FILES | {
    "customers.csv": FILES["customers.csv"].replace("age_band", "größe")
    + 'd,2024-05-01T10:11:12.5+02:00,d@example.org,"a ""quoted"", text, \\ and\nmore",\n'
    + "".join(f"x{n},2024-04-01,,large,\n" for n in range(40))
    + "b,2024-02-02,later@example.org,,yes\nbad,soon,,,\n",
    "affiliates.csv": FILES["affiliates.csv"] + "f3,nobody,f9,\nf2,,f2,0.5\n",
    "orders.csv": FILES["orders.csv"]
    + "".join(f"p{n},x{n % 7},2024-04-{n % 28 + 1:02},{n}.1,renewal,\n" for n in range(60))
    + "o9,stranger,2024-01-01,3,,\no1,b,2024-01-06,1e3,upsell,1\no8,a,2024-01-01,-3,,\n",
    "referrals.csv": FILES["referrals.csv"]
    + "a,stranger,,\nf9,b,,affiliate\nstranger,a,,\na,b,2024-01-31,\n",
    "refunds.csv": FILES["refunds.csv"]
    + "b1,o1,3,,\nb6,o2,1,,\nb7,p4,1,,\nb8,p5,,yes,\n,p6,2,,\n,p6,2,,\nb9,o1,1,yes,\n",
    "invitations.csv": FILES["invitations.csv"] + "i3,stranger,2024-01-02,sent,b\ni2,f1,2024-01-03,sent,\n",
    "commissions.csv": FILES["commissions.csv"] + "k2,f1,2,2024-01-01,nowhere\n",
    "landings.csv": FILES["landings.csv"]
    + "stranger,/start,2024-01-03,\nstranger,/end,,\na,/start,2024-01-09,food\nb,/start,2024-01-10,tech\n",
    "rewards.csv": FILES["rewards.csv"] + "r3,5,2024-01-01,stranger,\n",
    "tokens.csv": FILES["tokens.csv"] + "stranger,payout,secret-account\na,device,secret-device\n",
    "visits.csv": FILES["visits.csv"] + "2024-01-01,7,/start\n2024-01-02,8,\n",
    "removals.csv": "table,id,removed_at\norders,o2,2024-06-01\ncustomers,x3,\naffiliates,f3,\norders,o2,\n"
    + "orders,p4,\nrewards,r2,\norders,never,\n",
}
# Customers with and without orders, with and without each column that figures take the place of; rows that wait, come
# again, are removed; moments of any fineness; sums that floats would miss.
FIGURED = {
    "customers.csv": "customer_id,joined_at,revenue,margin,cltv\n"
    + "".join(
        f"c{n},{'2024-01-01T10:00:00.25Z' if n % 2 else ''},{n if n % 3 else ''},{'-1.5' if n % 5 else ''},"
        f"{n * 10.5 if n % 7 == 0 else ''}\n"
        for n in range(60)
    )
    + "again,,5,,\nagain,,6,,\nx1,2024-01-01,,,\n",
    "orders.csv": "order_id,customer_id,placed_at,amount,refunded,margin,once_within\n"
    + "".join(
        f"o{n},c{n * n % 41},2023-{n % 12 + 1:02d}-01T00:00:00{'.000001' if n % 10 == 0 else ''}+02:00,"
        f"{n * 0.1 + 0.05:.3f},{0.05 if n % 4 == 0 else ''},{-0.335 * n if n % 41 < 20 else ''},{60 if n % 2 else ''}\n"
        for n in range(400)
    )
    + "o1,stranger,2024-01-01,3,,,\no2,c59,2024-01-01,3,3,,\no3,x2,2024-01-01,1,,1,\no4,x1,1901-01-01,1e12,,,\n"
    # Sales told again, by people who are there and who are not, some of them given back as a whole.
    + "".join(
        f"q{n},{('c1', 'c2', 'stranger')[n % 3]},2023-06-01T0{n % 7}:{n * 7 % 60:02d}:00Z,20,"
        f"{20 if n % 8 == 0 else ''},,{('60', '5', '0.5', '')[n % 4]}\n"
        for n in range(120)
    )
    + "q5,c1,2023-06-01T05:35:00Z,20,,,60\n",
    # Several of one order, more than all of it, of what was given back in part already, and of what is not there.
    "refunds.csv": "order_id,amount,whole,refunded_at\n"
    + "".join(
        f"{'q' if n % 5 == 0 else 'o'}{n * 3 % 410},{'' if n % 9 == 0 else n % 13 * 0.335},"
        f"{'' if n % 9 else 'yes'},2024-01-{n % 28 + 1:02d}\n"
        for n in range(300)
    ),
    "removals.csv": "table,id\norders,o7\norders,o48\ncustomers,c40\n",
}


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separated, "_CSV_BLOCK", 400)


@pytest.mark.parametrize("kind", ["embedded"])
def test_the_files_are_what_a_load_makes(
    graph: Graph, write: Write, tmp_path: Path, small_chunks: None
) -> None:
    directory = write(ODD)
    loaded = load(graph, directory, rejects=tmp_path / "loaded")
    made = export(directory, tmp_path / "out", rejects=tmp_path / "made")

    for ours, theirs in zip(made.tables, loaded.tables, strict=True):
        for name in (
            "table",
            "rows_read",
            "rows_loaded",
            "rows_rejected",
            "rows_repeated",
            "rows_kept_out",
            "rejects",
        ):
            assert getattr(ours, name) == getattr(theirs, name), (ours.table, name)
    assert made.rows_rejected == 3
    assert (made.currency, made.waiting, made.warnings) == (loaded.currency, loaded.waiting, loaded.warnings)
    refused = [sorted(p.read_text() for p in (tmp_path / d).iterdir()) for d in ("loaded", "made")]
    assert refused[0] == refused[1]

    nodes, edges = read_files(tmp_path / "out")
    assert nodes == sorted(
        str((row["label"], plain(row["held"])))
        for row in graph.read(
            "MATCH (n) WHERE NOT n:LoadRun RETURN labels(n)[0] AS label, properties(n) AS held"
        )
    )
    assert made.nodes == len(nodes) + len(made.tables)
    assert made.relationships == len(edges)
    found = graph.read(
        "MATCH (a)-[r]->(b) RETURN labels(a)[0] AS a, properties(a) AS held_a, type(r) AS type, "
        "properties(r) AS held, labels(b)[0] AS b, properties(b) AS held_b"
    )
    key = {node.label: node.key for node in NODES}
    assert sorted(edges) == sorted(
        ((row["held_a"][key[row["a"]]], row["held_b"][key[row["b"]]]), row["type"], plain(row["held"]))
        for row in found
    )


@pytest.mark.parametrize("kind", ["embedded"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("orders", [True, False])
def test_figures_are_what_a_load_works_out(
    graph: Graph,
    write: Write,
    tmp_path: Path,
    small_chunks: None,
    currency: str,
    orders: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REFNET_CURRENCY", currency)
    directory = write({name: text for name, text in FIGURED.items() if orders or name != "orders.csv"})
    load(graph, directory, rejects=tmp_path / "loaded")
    export(directory, tmp_path / "out", rejects=tmp_path / "made")
    ours = [text for text in read_files(tmp_path / "out")[0] if "customerId" in text]
    found = graph.read("MATCH (n:Customer|Order|Waiting) RETURN labels(n)[0] AS label, properties(n) AS held")
    theirs = sorted(str((row["label"], plain(row["held"]))) for row in found)
    assert ours == theirs
    assert any("historic" in text for text in ours)
    assert any("loaded" in text for text in ours)
    assert any("firstOrderAt" in text for text in ours) == orders
    assert (sum(re.search(r"duplicate\W+True", text) is not None for text in ours) > 10) == orders


def read_files(directory: Path) -> tuple[list[str], list[tuple[tuple[str, str], str, str]]]:
    """The import tool's files as it would understand them: nodes, and relationships with the ids of both ends."""
    read = {
        "string": str,
        "string[]": lambda v: v.split(";"),
        "double": float,
        "long": int,
        "boolean": lambda v: v == "true",
    }
    read |= {"datetime": lambda v: datetime.fromisoformat(v), "date": date.fromisoformat}
    nodes, edges = [], []
    for path in directory.iterdir():
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        for row in rows:
            held: dict[str, Any] = {}
            ends = []
            for name, value in zip(head, row, strict=True):
                prop, _, kind = name.partition(":")
                if "_ID(" in kind:
                    ends.append(value)
                elif value != "":
                    held[prop] = read[kind](value) if kind in read else value
            stem = path.name.partition(".")[0].split("-")
            if ends:
                edges.append(((ends[0], ends[1]), stem[1], plain(held)))
            elif stem[0] != "LoadRun":
                nodes.append(str((stem[0], plain(held))))
    return sorted(nodes), edges


def plain(held: dict[str, Any]) -> str:
    values = {k: native(v) for k, v in held.items()}
    times = {
        k: v.astimezone(UTC).isoformat() if isinstance(v, datetime) else str(v) for k, v in values.items()
    }
    return str(sorted(times.items()))


@pytest.fixture
def imported(tmp_path: Path) -> Iterator[Any]:
    """Imports a directory of files by the real tool, and gives the graph."""
    graphs: list[Graph] = []
    home = tmp_path / "imported"

    def run(kind: local.Kind, arguments: list[str], directory: Path) -> Graph:
        home.mkdir(mode=0o700)
        launch = prepare(Home(home), kind, "1g", 600)
        environment = os.environ | {"NEO4J_HOME": launch.cwd, "NEO4J_CONF": f"{launch.cwd}/conf"}
        tool = [*launch.argv[: launch.argv.index("-cp") + 2], "org.neo4j.cli.AdminTool", *arguments]
        done = subprocess.run(
            tool, cwd=directory, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        running = local.start(home, kind, idle_minutes=5)
        graphs.append(connect(running.uri, username=running.username, password=running.password))
        graphs[-1].engine = running
        return graphs[-1]

    yield run
    for graph in graphs:
        graph.close()
    local.stop(home)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "packed"),
    [
        pytest.param("neo4j5", True, marks=pytest.mark.engine("neo4j5")),
        pytest.param("neo4j", False, marks=pytest.mark.engine("neo4j")),
    ],
)
def test_the_real_tool_makes_the_graph_of_a_load(
    engines: Engines,
    imported: Any,
    kind: local.Kind,
    write: Write,
    tmp_path: Path,
    packed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if packed:  # and the odd ones not
        directory = tmp_path / "brand"
        brand.write(directory, customers=400)
        (directory / "affiliates.csv").unlink()  # so that much has to wait
    else:
        monkeypatch.setattr(separated, "_CSV_BLOCK", 400)
        directory = write(ODD | {"aliases.csv": "alias,customer_id\nx1,x2\nold-a,a\nold-a,b\n"})
    graph = engines.graph(kind)
    wipe(graph)
    settings = load_settings()
    _, credit = front.load(graph, directory, settings=settings)
    loaded = picture(graph)
    indexes = (
        "SHOW INDEXES YIELD name, state, labelsOrTypes AS labels, properties "
        "RETURN name, state, labels, properties"
    )
    made_by_load = sorted(map(str, graph.read(indexes).values))

    made = export(directory, tmp_path / "a place", gzip=packed)
    theirs = imported(kind, made.arguments, made.directory)
    adopted, again = front.adopt(theirs, settings=settings)
    assert picture(theirs) == loaded
    assert vars(again) == vars(credit)
    assert adopted.waiting == made.waiting != {}
    assert sorted(map(str, theirs.read(indexes).values)) == made_by_load
    runs = (
        "MATCH (r:LoadRun) WITH r ORDER BY r.table "
        "RETURN r.table, r.source, r.rowsRead, r.rowsLoaded, r.rowsRejected, r.currency"
    )
    assert theirs.read(runs).values == graph.read(runs).values
    assert not theirs.read("MATCH (r:LoadRun) WHERE r.figures OR r.settledAt IS NULL RETURN r").values
    # Once more changes nothing, and neither does loading what was imported.
    assert front.adopt(theirs, settings=settings)[1].changed == 0
    front.load(theirs, directory, settings=settings)
    assert picture(theirs) == loaded


@given(st.lists(st.sampled_from([f"k{n}" for n in range(8)]), max_size=40), st.integers(1, 7))
def test_of_two_rows_with_one_id_the_later_one_holds(ids: list[str], size: int) -> None:
    keys = Keys()
    for start in range(0, len(ids), size):
        keys.add(ids[start : start + size])
    keys.settle()
    last = {key: place for place, key in enumerate(ids)}
    assert np.flatnonzero(keys.holds).tolist() == sorted(last.values())
    assert len(keys) == len(last)
    assert keys.has(["k1", None, "k9"]).tolist() == ["k1" in last, False, False]


def test_a_wrong_file_leaves_nothing(write: Write, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no column customer_id"):
        export(write({"customers.csv": "customer,name\na,b\n"}), tmp_path / "out")
    directory = write(
        {"customers.csv": "customer_id\na\n", "orders.csv": "order_id,customer_id,placed_at,amount\n"}
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(UsageError, match="is not empty"):
        export(directory, tmp_path / "full")
    (directory / "orders.csv").write_bytes(
        b"order_id,customer_id,placed_at,amount\no,a,2024-01-01,\xff\n" * 2
    )
    with pytest.raises(InputError, match="UTF-8"):
        export(directory, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.part").exists()


@pytest.mark.parametrize("kind", ["embedded"])
def test_nothing_imported(graph: Graph) -> None:
    with pytest.raises(UsageError, match="Nothing has been imported"):
        adopt(graph)
