"""Upkeep after a load: bring together what had to wait, and work out what follows from it for customers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from refnet.core.money import exponent
from refnet.core.progress import Reporter
from refnet.graph import Graph, catalogue, statements
from refnet.graph.model import CUSTOMER, ORDER, REFUND
from refnet.loaders.duplicates import work_out
from refnet.loaders.identity import edge_cells
from refnet.loaders.rows import Table
from refnet.loaders.schemas import TABLES
from refnet.loaders.seen import Ids

_PART = 2_500
_LOOKED_FOR = 20


def bring_together(
    graph: Graph,
    loaded: set[str],
    buyers: Ids,
    currency: str,
    reporter: Reporter,
    *,
    several: bool = False,
) -> dict[str, int]:
    """Link what can be linked now; how many rows of each table go on waiting, where there are any.

    Args:
        graph: where.
        loaded: tables that were just loaded; others can have come together only with these.
        buyers: customers who now have other orders than before; those found here are added.
        currency: the reporting currency.
        reporter: told when there is something to do.
        several: there are customers with several ids, one of which may be what is waited for.
    """
    came = {TABLES[name].node for name in loaded} | ({CUSTOMER} if several else set())
    minor = float(10 ** exponent(currency))
    waiting = {}
    for table in TABLES.values():
        count = _waiting(graph, table)
        others = {other for reference in table.references for _, other in reference.others}
        concerned = table.name in loaded or bool(others & came) or (table.edge and CUSTOMER in came)
        if count and concerned:
            with reporter.stage(f"{table.name}, waiting", count) as progress:
                make = _come if table.node is None else partial(_link, buyers=buyers, minor=minor)
                progress.advance(sum(make(graph, table, alias=alias) for alias in {False, several}))
            count = _waiting(graph, table)
        if count:
            waiting[table.name] = count
    return waiting


def with_prefix(graph: Graph, waiting: Iterable[str], prefixes: Iterable[str]) -> tuple[str, str] | None:
    """An id that rows of these tables wait for and that is there with a source's prefix: as it is said, and there."""
    prefixes = sorted(prefixes)
    for name in waiting:
        node = TABLES[name].node
        if node is None:
            continue
        for reference in TABLES[name].references:
            asked = graph.read(statements.waited_for(node, reference), limit=_LOOKED_FOR).values
            said = {f"{prefix}{one}": str(one) for (one,) in asked for prefix in prefixes}
            for _, other in reference.others:
                for (there,) in graph.read(statements.one_of(other), ids=[*said]).values:
                    return said[there], there
    return None


def _waiting(graph: Graph, table: Table) -> int:
    if table.node is None:
        return int(graph.read(statements.count_waiting_edges(table.name)).one()["waiting"])
    if not table.references:
        return 0
    return int(graph.read(statements.count_waiting(table.node)).one()["waiting"])


def _link(graph: Graph, table: Table, *, alias: bool, buyers: Ids, minor: float) -> int:
    node, linked = table.node, 0
    assert node is not None
    for reference in table.references:
        for kind, other in reference.others:
            if alias and other != CUSTOMER:
                continue
            find = statements.linkable(node, reference, other, kind, alias=alias)
            while rows := graph.read(find, limit=_PART).values:
                steps: list[tuple[str, dict[str, Any]]] = [
                    (statements.link(node, reference, other), {"rows": rows})
                ]
                if node == REFUND:
                    orders = [other_id for _, other_id in rows]
                    steps.append((catalogue()["refunds/work-out"].text, {"ids": orders, "minor": minor}))
                    steps.append(work_out(refunds=[key for key, _ in rows]))
                answers = graph.write_all(steps)
                linked += len(rows)
                if node == REFUND:
                    buyers.update(buyer for answer in answers[1:] for (buyer,) in answer.values)
                if node == ORDER:
                    buyers.update(other_id for _, other_id in rows)
    graph.write(statements.unmark(node, table.references))
    return linked


def _come(graph: Graph, table: Table, *, alias: bool) -> int:
    edge, came = table.edge, 0
    assert edge is not None
    cells = edge_cells(table)
    statement = statements.come_edges(table.name, edge.type, edge.key, edge.target, cells, alias=alias)
    while part := int(graph.write(statement, limit=_PART).one()["came"]):
        came += part
    return came


def everyone(graph: Graph) -> Ids:
    """Every customer: whoever it was whose figures a load that broke off has left as they were."""
    return Ids(str(row["customerId"]) for row in graph.query("upkeep/everyone"))


def work_out_customers(graph: Graph, buyers: Ids, currency: str, reporter: Reporter) -> None:
    """Revenue, orders, CLTV and joining dates of customers who now have, or may have, other orders than before."""
    if not buyers:
        return
    minor = float(10 ** exponent(currency))
    with reporter.stage("customers' figures", len(buyers), unit="customers") as progress:
        # In one order, whatever order they came in: two loads at a time do not wait for each other crosswise.
        for part in buyers.parts(_PART):
            graph.query("upkeep/customers", ids=part, minor=minor)
            progress.advance(len(part))
