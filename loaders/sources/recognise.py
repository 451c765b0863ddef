"""Recognise: which source a file is of, by its header."""

from __future__ import annotations

import difflib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from refnet.core.errors import InputError
from refnet.loaders.files import Chunk, Dump, Opened, ending, open_file, open_records
from refnet.loaders.files.opened import bytes_of, readable
from refnet.loaders.sources.catalogue import Catalogue
from refnet.loaders.sources.mapping import Mapping
from refnet.loaders.sources.unused import unused

# Around its records an answer has little.
_A_PAGE = 2**16
# So many unknown columns are told.
_MORE = 5


@dataclass(frozen=True)
class Recognised:
    """A file, whose it is, and the columns that told.

    Attributes:
        opened: its header and rows as they stand there, names without white space around.
        mapping: the source's.
        by: the columns by which it was recognised.
    """

    opened: Opened
    mapping: Mapping
    by: list[str]

    @property
    def told(self) -> str:
        """A line for a person."""
        shown = ", ".join(self.by[:4]) + (" …" if len(self.by) > 4 else "")
        return f"{self.opened.short} is taken as {self.mapping.name}, by its columns {shown}"


class File:
    """One file's headers: nested data may have its records in several places, each with a header of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._nested = ending(path).removesuffix(".gz") in (".json", ".jsonl")
        self._dump = Dump(path)
        self._opened: dict[str, Opened | InputError] = {}

    def survey(self, catalogue: Catalogue) -> None:
        """Read the headers at every place where a source may have its records, at once.

        Raises:
            InputError: it cannot be read.
        """
        if self._nested:
            with readable(self.path):
                self._dump.survey(["", *(mapping.records for mapping in catalogue.all.values())])

    def at(self, place: str) -> Opened:
        """The file with the records at that place.

        Raises:
            InputError: it cannot be read, or has no record there.
        """
        if place not in self._opened:
            try:
                opened = open_records(self.path, place, self._dump) if self._nested else open_file(self.path)
                self._opened[place] = replace(_named(opened), path=self.path)
            except InputError as error:
                self._opened[place] = error
        found = self._opened[place]
        if isinstance(found, InputError):
            raise found
        return found

    def openings(self, mapping: Mapping) -> Iterator[Opened]:
        """The file with its records at each place where a mapping says that they may be."""
        places = dict.fromkeys(["", mapping.records if self._nested else ""])
        if self._nested:
            with (
                suppress(InputError),
                readable(self.path),
            ):  # it is told below, or by who asks for the one at ''
                self._dump.survey(places)
        for place in places:
            try:
                yield self.at(place)
            except InputError:
                continue


def recognise(path: Path, catalogue: Catalogue) -> Recognised | None:
    """The source that a file's header belongs to; None if it is of none.

    Where several sources know the header, it is the one that asks for more columns, and a user's own before refnet's.

    Raises:
        InputError: the file cannot be read; or two sources know it equally well.
    """
    file = File(path)
    file.survey(catalogue)
    file.at("")  # what cannot be read at all is told here
    found = [known for mapping in catalogue.all.values() if (known := _known(file, mapping))]
    if not found:
        return None
    found.sort(key=lambda each: len(each.by), reverse=True)
    if len(found) > 1 and len(found[0].by) == len(found[1].by):
        names = " and ".join(each.mapping.name for each in found if len(each.by) == len(found[0].by))
        raise InputError(f"may be of {names}.", file=path, hint="Say which with --source NAME.")
    return found[0]


def is_empty_page(path: Path, catalogue: Catalogue) -> bool:
    """Whether a file is an answer with no record in it, as the last page of an API may be."""
    if not ending(path).startswith(".json") or path.stat().st_size > _A_PAGE:
        return False
    try:
        with bytes_of(path) as file:
            held = json.loads(file.read())
    except (OSError, EOFError, zlib.error, ValueError, RecursionError):
        return False  # told by whoever reads it
    places = {mapping.records for mapping in catalogue.all.values()} - {""}
    return held == [] or any(_at(held, place) == [] for place in places)


def _at(held: Any, place: str) -> Any:
    for name in place.split("."):
        held = held.get(name) if isinstance(held, dict) else None
    return held


def opened_as(path: Path, mapping: Mapping) -> Recognised:
    """A file as of the source that somebody says it is of, whatever its header.

    Raises:
        InputError: it cannot be read.
    """
    file = File(path)
    known = _known(file, mapping)
    if known is not None:
        return known
    # Its records are where most is of what the source is known by.
    openings = list(file.openings(mapping)) or [file.at("")]
    return Recognised(max(openings, key=lambda opened: _alike(opened, mapping)), mapping, [])


def _alike(opened: Opened, mapping: Mapping) -> int:
    return sum(_any(names, opened.columns) != "" for names in mapping.recognised_by)


def unknown(path: Path, catalogue: Catalogue) -> InputError:
    """What to say of a file that no source knows: the nearest one, and where they differ."""
    file = File(path)
    file.survey(catalogue)
    best: tuple[float, Mapping, Opened, list[str]] | None = None
    for mapping in catalogue.all.values():
        for opened in file.openings(mapping):
            lacks = [" or ".join(names) for names in mapping.recognised_by if not _any(names, opened.columns)]
            share = 1 - len(lacks) / len(mapping.recognised_by)
            if best is None or share > best[0]:
                best = (share, mapping, opened, lacks)
    hint = "`refnet sources sketch FILE` writes a mapping to start from; `refnet sources` lists those that there are."
    if best is None or best[0] == 0:
        return InputError("is neither a canonical file nor of a source that is known.", file=path, hint=hint)
    _, mapping, opened, lacks = best
    known = {name for names in mapping.recognised_by for name in names}
    other = [name for name in opened.columns if name not in known]
    near = {lack: difflib.get_close_matches(lack, other, 1, cutoff=0.6) for lack in lacks}
    said = ", ".join(f"{lack} (is it {close[0]}?)" if close else lack for lack, close in near.items())
    alike = {close[0] for close in near.values() if close}
    more = [name for name in unused(other, mapping) if name not in alike]
    if more:
        said += f"; unknown to it: {', '.join(more[:_MORE])}" + (" …" if len(more) > _MORE else "")
    return InputError(
        f"is neither a canonical file nor of a source that is known; nearest is {mapping.name}, but it lacks {said}.",
        file=path,
        hint=f"If it is of that source: --source {mapping.name}. Else {hint}",
    )


def _known(file: File, mapping: Mapping) -> Recognised | None:
    for opened in file.openings(mapping):
        by = [_any(names, opened.columns) for names in mapping.recognised_by]
        if all(by):
            return Recognised(opened, mapping, by)
    return None


def _any(names: Sequence[str], columns: Sequence[str]) -> str:
    """The first column of one of these names, in which * stands for anything; '' if there is none."""
    for name in names:
        form = re.compile(re.escape(name).replace(r"\*", ".+"))
        found = next((c for c in columns if form.fullmatch(c)), "") if "*" in name else name
        if found in columns:
            return found
    return ""


def _named(opened: Opened) -> Opened:
    """With names that tell columns apart: no white space around, none empty, none twice."""
    names: list[str] = []
    for place, column in enumerate(opened.columns, start=1):
        name = column.strip() or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return replace(opened, columns=names, chunks=partial(_renamed, opened, names))


def _renamed(opened: Opened, names: list[str]) -> Iterator[Chunk]:
    for chunk in opened.chunks():
        chunk.frame.columns = pd.Index(names)
        yield chunk
