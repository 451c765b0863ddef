"""Outside → graph: an export, a table, a DataFrame, checked row by row and merged in batches."""

from refnet.loaders.dry import dry_run
from refnet.loaders.given import Database, Given
from refnet.loaders.loading import adopt, load, settle
from refnet.loaders.schemas import TABLES
from refnet.loaders.summary import LoadSummary, TableSummary
from refnet.loaders.templates import write_templates

__all__ = [
    "TABLES",
    "Database",
    "Given",
    "LoadSummary",
    "TableSummary",
    "adopt",
    "dry_run",
    "load",
    "settle",
    "write_templates",
]
