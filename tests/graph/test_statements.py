"""The generated Cypher: what it says, and that the engines take all of it."""

from __future__ import annotations

from typing import Any

import pytest

from refnet.graph import Graph, joining, statements
from refnet.graph.model import (
    AFFILIATE,
    ALIAS,
    ALIASES,
    CLAIM,
    CUSTOMER,
    NODES,
    ORDER,
    RESERVED,
    camel,
    quoted,
)
from refnet.graph.statements import Cell
from refnet.loaders.schemas import ORDERS, REFERRALS, TABLES

PLACED = ORDERS.references[0]


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("age_band", "ageBand"), ("Age band", "ageBand"), ("age-band", "ageBand"), ("ageBand", "ageBand"), ("ID", "id"),
        ("cltv_", "cltv_"), ("größe", "größe"), ("a`b", "aB"), ("_", ""), ("12", ""), ("€", ""),
    ],
)  # fmt: skip
def test_columns_become_properties(column: str, name: str) -> None:
    assert camel(column) == name


def test_no_name_gets_out_of_its_backticks() -> None:
    assert quoted("plain") == "plain"
    assert quoted("größe") == "`größe`"
    assert quoted("x` DELETE n //") == "`x DELETE n //`"


def test_a_merge_says() -> None:
    cells = [Cell("customerId"), Cell("placedAt", "datetime"), Cell("1st")]
    assert statements.merge(ORDER, cells, (PLACED, CUSTOMER, 1), fresh=False) == (
        "UNWIND $rows AS r\n"
        "MERGE (n:Order {orderId: r[0]})\n"
        "SET n += {customerId: r[1], placedAt: datetime(r[2]), `1st`: r[3], unlinked: null, "
        "sources: [s IN coalesce(n.sources, []) WHERE s < $source] + [$source] + "
        "[s IN coalesce(n.sources, []) WHERE s > $source]}\n"
        "WITH n, r\n"
        "MATCH (o:Customer {customerId: r[1]})\n"
        "MERGE (n)<-[:PLACED]-(o)"
    )
    assert "SET n += {aliasSources: [" in statements.merge(ALIAS, [], None, fresh=True)


def test_relationships_go_the_way_they_should() -> None:
    made, names = REFERRALS.references
    assert "MERGE (n)<-[:MADE]-(o)" in statements.link(CLAIM, made, AFFILIATE)
    assert "MERGE (n)-[:NAMES]->(o)" in statements.link(CLAIM, names, CUSTOMER)


def test_every_id_is_unique_and_every_table_has_its_node() -> None:
    schema = statements.schema([])
    assert len(schema) == len(NODES)
    assert all("IF NOT EXISTS" in each and "IS UNIQUE" in each for each in schema)
    for table in TABLES.values():
        assert (table.node or (table.edge and table.edge.target)) in NODES


def test_links_move_from_the_customer_who_holds_them() -> None:
    made, names = REFERRALS.references
    assert joining.move(CLAIM, made) == (
        "UNWIND $rows AS r\n"
        "MATCH (c:Customer {customerId: r[1]})-[x:MADE]->(n:Claim)\n"
        "WHERE n.referrerId = r[0] AND n.referrerKind = 'customer'\n"
        "MATCH (o:Customer {customerId: r[2]})\n"
        "DELETE x\n"
        "MERGE (n)<-[:MADE]-(o)"
    )
    assert "(c:Customer {customerId: r[1]})<-[x:NAMES]-(n:Claim)" in joining.leave(CLAIM, names)


def test_what_is_loaded_cannot_be_called_as_what_is_worked_out() -> None:
    graph = {*ALIASES, ALIAS.key}
    assert graph <= RESERVED
    assert not graph & {column.property for column in TABLES["customers"].columns}


def test_the_engines_take_every_statement(graph: Graph) -> None:
    for statement in statements.schema([("Order", "unlinked"), ("Waiting", "source")]):
        graph.write_alone(statement)
        graph.write_alone(statement)
    rows: list[Any] = []
    for table in TABLES.values():
        if table.node is not None:
            graph.write(
                statements.merge(table.node, [Cell("x", "datetime")], None, fresh=False),
                rows=rows,
                source="x",
            )
            for reference in table.references:
                graph.write(statements.unlink_moved(table.node, reference), rows=rows)
                for kind, other in reference.others:
                    graph.write(statements.link(table.node, reference, other), rows=rows)
                    graph.write(statements.mark_waiting(table.node, other), rows=rows)
                    graph.read(statements.linkable(table.node, reference, other, kind), limit=1)
            if table.references:
                graph.write(statements.unmark(table.node, table.references))
                assert graph.read(statements.count_waiting(table.node)).one() == {"waiting": 0}
        else:
            assert table.edge is not None
            edge, cells = table.edge, [Cell("x")]
            graph.write(statements.merge_targets(edge.target, cells), rows=rows, source="x")
            graph.write(
                statements.merge_edges(edge.type, edge.key, edge.target, cells), rows=rows, source="x"
            )
            graph.write(statements.wait_edges(table.name, cells), rows=rows, source="x")
            graph.write(statements.come_edges(table.name, edge.type, edge.key, edge.target, cells), limit=1)
            assert graph.read(statements.count_waiting_edges(table.name)).one() == {"waiting": 0}
