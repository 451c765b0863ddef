"""The store: one connection (embedded or a Neo4j server), the model, and the catalogue that runs cypher/."""

from refnet.graph.catalogue import Catalogue, Query, catalogue
from refnet.graph.connection import Answer, Graph, connect

__all__ = ["Answer", "Catalogue", "Graph", "Query", "catalogue", "connect"]
