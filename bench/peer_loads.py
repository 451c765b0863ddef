"""One load by a peer, run by `peers.py` in the peers' own environment: `peer_loads.py py2neo|neomodel BATCH DIR`.

Prints the seconds from rows in memory to the last answer; connecting and reading are not in it. BATCH 0: all at once.
"""

import csv
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote

_NUMBERS = {"amount", "refunded", "margin", "cltv", "retention_cost", "acquisition_cost"}


def _camel(name):
    first, *others = name.split("_")
    return first + "".join(each.title() for each in others)


def _rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {_camel(k): float(v) if k in _NUMBERS else v for k, v in row.items() if v != ""}
            for row in csv.DictReader(file)
        ]


def _batches(rows, size):
    size = size or len(rows)
    return (rows[start : start + size] for start in range(0, len(rows), size))


def by_py2neo(customers, orders, referrals, size):
    """py2neo.bulk: merge_nodes and merge_relationships, batch by batch, as its manual has it."""
    from py2neo import Graph
    from py2neo.bulk import merge_nodes, merge_relationships

    graph = Graph(os.environ["PEER_URI"], auth=(os.environ["PEER_USER"], os.environ["PEER_PASSWORD"]))
    graph.run("RETURN 1").evaluate()
    started = time.perf_counter()
    for part in _batches(customers, size):
        merge_nodes(graph.auto(), part, ("Customer", "customerId"))
    for part in _batches(orders, size):
        merge_nodes(graph.auto(), part, ("Order", "orderId"))
        placed = [(row["customerId"], {}, row["orderId"]) for row in part]
        merge_relationships(
            graph.auto(),
            placed,
            "PLACED",
            start_node_key=("Customer", "customerId"),
            end_node_key=("Order", "orderId"),
        )
    for part in _batches(referrals, size):
        referred = [(row["referrerId"], _of_edge(row), row["refereeId"]) for row in part]
        merge_relationships(
            graph.auto(),
            referred,
            "REFERRED",
            start_node_key=("Customer", "customerId"),
            end_node_key=("Customer", "customerId"),
        )
    return time.perf_counter() - started


def _of_edge(row):
    return {name: row[name] for name in ("referredAt", "campaign", "code") if name in row}


def by_neomodel(customers, orders, referrals, size):
    """neomodel's batch operation: bulk_create_or_update, of orders with `relationship=` their customer's; a
    relationship between nodes that are there is made by `connect`, one by one."""
    from neomodel import (
        FloatProperty,
        RelationshipTo,
        StringProperty,
        StructuredNode,
        StructuredRel,
        config,
        db,
    )

    user, password = (quote(os.environ[name], safe="") for name in ("PEER_USER", "PEER_PASSWORD"))
    url = os.environ["PEER_URI"].replace("bolt://", f"bolt://{user}:{password}@")
    try:
        db.set_connection(url)
    except AttributeError:
        config.DATABASE_URL = url

    def properties(rows, key):
        names = {name for row in rows for name in row} - {key}
        return {name: FloatProperty() if name in _NUMBERS else StringProperty() for name in sorted(names)} | {
            key: StringProperty(unique_index=True, required=True)
        }

    class Referred(StructuredRel):
        referredAt = StringProperty()  # noqa: N815 (the property's name in the graph)
        campaign = StringProperty()
        code = StringProperty()

    order = type("Order", (StructuredNode,), properties(orders, "orderId"))
    customer = type(
        "Customer",
        (StructuredNode,),
        properties(customers, "customerId")
        | {
            "placed": RelationshipTo("Order", "PLACED"),
            "referred": RelationshipTo("Customer", "REFERRED", model=Referred),
        },
    )
    globals().update(Order=order, Customer=customer)  # where neomodel looks for what relationships lead to
    db.cypher_query("RETURN 1")
    of = defaultdict(list)
    for row in orders:
        of[row["customerId"]].append(row)
    started = time.perf_counter()
    nodes = {}
    for part in _batches(customers, size):
        nodes |= {node.customerId: node for node in customer.nodes.bulk_create_or_update(*part)}
    for customer_id, rows in of.items():
        for part in _batches(rows, size):
            order.nodes.bulk_create_or_update(*part, relationship=nodes[customer_id].placed)
    for row in referrals:
        nodes[row["referrerId"]].referred.connect(nodes[row["refereeId"]], _of_edge(row))
    return time.perf_counter() - started


if __name__ == "__main__":
    name, size, directory = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    tables = [_rows(directory / f"{table}.csv") for table in ("customers", "orders", "referrals")]
    took = {"py2neo": by_py2neo, "neomodel": by_neomodel}[name](*tables, size)
    sys.stdout.write(json.dumps(took))
