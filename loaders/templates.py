"""Empty canonical files, with the headers that `load` understands."""

from __future__ import annotations

from pathlib import Path

from refnet.core.errors import InputError, UsageError
from refnet.loaders.schemas import TABLES


def write_templates(directory: Path) -> list[Path]:
    """Write one csv a table, its header only.

    Args:
        directory: made if missing.

    Returns:
        The files, in the order in which they are loaded.

    Raises:
        UsageError: one of them is there already; nothing was written.
        InputError: the directory cannot be written.
    """
    tables = list(TABLES.values())
    paths = [directory / f"{table.name}.csv" for table in tables]
    for path in paths:
        if path.exists():
            raise UsageError(f"{path} is there already.", "Give an empty directory.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path, table in zip(paths, tables, strict=True):
            path.write_text(",".join(column.name for column in table.columns) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}", file=directory, hint="Give another directory."
        ) from error
    return paths
