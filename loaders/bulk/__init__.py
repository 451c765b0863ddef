"""Canonical files → the import tool of Neo4j, for a first load that is very large."""

from refnet.loaders.bulk.export import BulkSummary, export

__all__ = ["BulkSummary", "export"]
