"""The folder that an example is written to: whole or not at all, and never over somebody's own files."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refnet.core.errors import InputError, UsageError
from refnet.examples.sheets import COLUMNS

TRUTH = "truth.json"
MADE_BY = "refnet example"
_TEMPORARY = ".refnet-example-"
_OURS = {TRUTH, *(f"{name}.csv" for name in COLUMNS)}


def check(directory: Path) -> None:
    """Refuse a place that is not new, empty or a previous example.

    Raises:
        UsageError: the place is a file, or holds something that no example wrote.

    """
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UsageError(f"{directory} is a file, not a folder.", "Name a new or an empty folder.")
    found = {entry.name for entry in directory.iterdir() if not entry.name.startswith(_TEMPORARY)}
    if not found:
        return
    strangers = sorted(found - _OURS)
    if strangers or not _is_example(directory):
        what = f"holds {strangers[0]}" if strangers else "holds files of another origin"
        raise UsageError(
            f"{directory} {what}, which the example would not be alone with.",
            "Name a new or an empty folder.",
        )


def _is_example(directory: Path) -> bool:
    try:
        made_by = json.loads((directory / TRUTH).read_text(encoding="utf-8")).get("made_by")
    except (OSError, ValueError, AttributeError):
        return False
    return bool(made_by == MADE_BY)


@contextmanager
def whole_or_nothing(directory: Path) -> Iterator[Path]:
    """A temporary folder whose files take their place in `directory` when all of them are there.

    Raises:
        InputError: the disk is full, may not be written to, or fails otherwise.
        UsageError: see `check`.

    """
    try:
        check(directory)
        exists = directory.exists()
        # Beside a new folder, inside one that is there: always on the same disk, so that renaming is enough.
        parent = directory if exists else directory.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=parent))
        try:
            yield temporary
            if exists:
                _take_over(temporary, directory)
            else:
                mask = os.umask(0)
                os.umask(mask)
                temporary.chmod(0o777 & ~mask)
                temporary.rename(directory)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"the example cannot be written: {reason[0].lower()}{reason[1:]}.",
            file=directory,
            hint="Name a folder on a disk with room that you may write to.",
        ) from error


def _take_over(temporary: Path, directory: Path) -> None:
    # The truth goes first and comes last: a folder with a truth is a whole example.
    (directory / TRUTH).unlink(missing_ok=True)
    for name in sorted(_OURS - {TRUTH}):
        if (temporary / name).exists():
            (temporary / name).replace(directory / name)
        else:  # another brand has been here, which has more files
            (directory / name).unlink(missing_ok=True)
    (temporary / TRUTH).replace(directory / TRUTH)
