"""The graph as py2neo sees it, for notebooks that are written in it.

py2neo is at its end of life: an optional extra (`pip install refnet[py2neo]`) for what analysts already have, and never
under refnet's own feet. Values that other tools wrote are read as they are; save through refnet.

    from refnet.graph.py2neo_view import Customer, open_py2neo

    graph = open_py2neo()
    cate = Customer.match(graph, "c-0000001").first()
    [friend.customerId for friend in cate.referred]
"""

from __future__ import annotations

from refnet.core.errors import UsageError
from refnet.core.settings import Settings
from refnet.graph.connection import resolve

try:
    import py2neo
    from py2neo.ogm import GraphObject, Property, RelatedFrom, RelatedTo
except ImportError as error:
    raise UsageError("py2neo is not installed.", "Install it with `pip install 'refnet[py2neo]'`.") from error


class Customer(GraphObject):  # type: ignore[misc]
    """A :Customer, with whom they brought and who brought them."""

    __primarykey__ = "customerId"

    customerId = Property()  # noqa: N815 (the graph's name is the attribute's)
    name = Property()
    email = Property()
    joinedAt = Property()  # noqa: N815
    country = Property()
    plan = Property()
    channel = Property()
    revenue = Property()
    cltv = Property()
    influence = Property()
    ecrDirect = Property()  # noqa: N815
    ecrNetwork = Property()  # noqa: N815
    conservedCredit = Property()  # noqa: N815
    downline = Property()
    longestChain = Property()  # noqa: N815
    percentile = Property()
    band = Property()
    quadrant = Property()

    referred = RelatedTo("Customer", "REFERRED")
    referrers = RelatedFrom("Customer", "REFERRED")
    affiliates = RelatedFrom("Affiliate", "REFERRED")


class Affiliate(GraphObject):  # type: ignore[misc]
    """An :Affiliate, with whom they brought."""

    __primarykey__ = "affiliateId"

    affiliateId = Property()  # noqa: N815
    name = Property()
    niche = Property()
    programme = Property()
    commissionRate = Property()  # noqa: N815
    commissionFixed = Property()  # noqa: N815

    referred = RelatedTo(Customer, "REFERRED")
    parents = RelatedTo("Affiliate", "CHILD_OF")


def open_py2neo(
    uri: str | None = None,
    *,
    username: str | None = None,
    password: str | None = None,
    database: str | None = None,
    settings: Settings | None = None,
) -> py2neo.Graph:
    """The graph that `refnet.connect()` with the same arguments opens, as a `py2neo.Graph`.

    Raises:
        StoreError: as `refnet.connect()` does.
    """
    address, _ = resolve(uri, username=username, password=password, database=database, settings=settings)
    return py2neo.Graph(address.uri, auth=(address.username, address.password), name=address.database)
