"""Influence of everyone from parquet to parquet, a function for each way to do it; and by node, on graph libraries.

What each writes is packed alike, as is quickest for each: scores and whole numbers by lz4, texts not at all (duckdb
and polars have one packing for all columns: none where ids are texts); no dictionary, since scores and ids hardly
repeat; no statistics where they can be left out.

Run as a program in the environment that has the library: `contestants.py NAME WARM SEEN OUT HOPS DECAY` does it once on
a small input, so that nobody is measured while importing, and then says how long the large one took, and by how many
bytes more than before it the process was larger at its peak (by node: 0, it is not looked at).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any


def refnet(home: Path, out: Path, hops: int, decay: float) -> None:
    from refnet.analysis.influence.measures import Measure
    from refnet.analysis.influence.table import influence_table

    influence_table(
        home / "customers.parquet", home / "referrals.parquet", {"influence": Measure("revenue", hops, decay)}
    ).write(out)


def duckdb(home: Path, out: Path, hops: int, decay: float) -> None:
    import duckdb

    db = duckdb.connect()
    db.execute(f"CREATE TABLE referrals AS FROM '{home}/referrals.parquet'")
    db.execute(f"CREATE TABLE hop0 AS SELECT customer_id AS id, revenue AS v FROM '{home}/customers.parquet'")
    kind = db.execute("SELECT typeof(id) FROM hop0 LIMIT 1").fetchall()[0][0]
    packing = "uncompressed" if kind == "VARCHAR" else "lz4"
    for hop in range(1, hops + 1):
        db.execute(
            f"CREATE TABLE hop{hop} AS SELECT referrer_id AS id, sum(v) AS v FROM referrals "
            f"JOIN hop{hop - 1} ON referee_id = id GROUP BY 1"
        )
    every = " UNION ALL ".join(
        f"SELECT id, v * {decay ** (h - 1)} AS v FROM hop{h}" for h in range(1, hops + 1)
    )
    db.execute(
        f"COPY (SELECT hop0.id AS customer_id, coalesce(total.v, 0) AS influence FROM hop0 LEFT JOIN "
        f"(SELECT id, sum(v) AS v FROM ({every}) GROUP BY 1) total USING (id)) TO '{out}' "
        f"(FORMAT parquet, COMPRESSION {packing}, DICTIONARY_SIZE_LIMIT 1)"
    )


def polars(home: Path, out: Path, hops: int, decay: float) -> None:
    import polars as pl

    people = pl.read_parquet(home / "customers.parquet", columns=["customer_id", "revenue"])
    claims = pl.read_parquet(home / "referrals.parquet")
    now: Any = people.select(pl.col("customer_id").alias("id"), pl.col("revenue").alias("v"))
    hop_sums = []
    for hop in range(hops):
        joined = claims.join(now, left_on="referee_id", right_on="id")
        now = joined.group_by("referrer_id").agg(pl.col("v").sum()).rename({"referrer_id": "id"})
        hop_sums.append(now.with_columns(pl.col("v") * decay**hop))
    total = pl.concat(hop_sums).group_by("id").agg(pl.col("v").sum().alias("influence"))
    answer = people.select("customer_id").join(total, left_on="customer_id", right_on="id", how="left")
    answer.with_columns(pl.col("influence").fill_null(0.0)).write_parquet(
        out, compression="lz4", statistics=False
    )


def pandas(home: Path, out: Path, hops: int, decay: float) -> None:
    import pandas as pd

    people = pd.read_parquet(home / "customers.parquet", columns=["customer_id", "revenue"])
    claims = pd.read_parquet(home / "referrals.parquet")
    now = people.rename(columns={"customer_id": "id", "revenue": "v"})
    hop_sums = []
    for hop in range(hops):
        joined = claims.merge(now, left_on="referee_id", right_on="id")
        now = joined.groupby("referrer_id", as_index=False, sort=False)["v"].sum()
        now = now.rename(columns={"referrer_id": "id"})
        hop_sums.append(now.assign(v=now["v"] * decay**hop))
    total = pd.concat(hop_sums).groupby("id", sort=False)["v"].sum().rename("influence")
    answer = people[["customer_id"]].merge(total, left_on="customer_id", right_index=True, how="left")
    ids = "lz4" if pd.api.types.is_numeric_dtype(answer["customer_id"]) else "none"
    answer.fillna({"influence": 0.0}).to_parquet(
        out,
        index=False,
        compression={"customer_id": ids, "influence": "lz4"},  # type: ignore[arg-type]  # goes to pyarrow
        use_dictionary=False,
        write_statistics=False,
    )


def by_node(library: str, home: Path, hops: int, decay: float) -> float:
    """Seconds of the sums alone, on the graph library's own search from each node; the graph is built before."""
    import numpy as np

    held = np.load(home / "forest.npz")
    value, edges = (
        held["value"].tolist(),
        list(zip(held["referrer"].tolist(), held["referee"].tolist(), strict=True)),
    )
    found = np.zeros(len(value))
    graph: Any
    if library == "igraph":
        import igraph

        graph = igraph.Graph(len(value), edges, directed=True)
        started = time.perf_counter()
        for depth in range(1, hops + 1):
            share = decay ** (depth - 1)
            for node, level in enumerate(graph.neighborhood(order=depth, mindist=depth, mode="out")):
                if level:
                    found[node] += share * sum(value[other] for other in level)
    elif library == "rustworkx":
        import rustworkx

        graph = rustworkx.PyDiGraph()
        graph.add_nodes_from(range(len(value)))
        graph.add_edges_from_no_data(edges)
        started = time.perf_counter()
        for node in range(len(value)):
            for depth, level in enumerate(rustworkx.bfs_layers(graph, [node])[1 : hops + 1]):
                share = decay**depth
                found[node] += sum(share * value[other] for other in level)
    else:
        import networkx as nx

        graph = nx.DiGraph(edges)
        graph.add_nodes_from(range(len(value)))
        started = time.perf_counter()
        for node in range(len(value)):
            for other, depth in nx.single_source_shortest_path_length(graph, node, cutoff=hops).items():
                if depth:
                    found[node] += decay ** (depth - 1) * value[other]
    seconds = time.perf_counter() - started
    assert np.allclose(found, held["influence"], rtol=1e-9)
    return seconds


def main() -> None:
    name, warm, home, out, hops, decay = sys.argv[1:]
    if name in ("networkx", "igraph", "rustworkx"):
        print(by_node(name, Path(home), int(hops), float(decay)), 0)
        return
    work = {"refnet": refnet, "duckdb": duckdb, "polars": polars, "pandas": pandas}[name]
    work(Path(warm), Path(out), int(hops), float(decay))
    before = held("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    started = time.perf_counter()
    work(Path(home), Path(out), int(hops), float(decay))
    print(time.perf_counter() - started, held("VmHWM") - before)


def held(what: str) -> int:
    """Bytes of this process's memory, by a name of /proc (Linux)."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith(what))


if __name__ == "__main__":
    main()
