"""The sources that there are: refnet's own, and those that somebody has put beside their data."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path

from refnet.core.errors import InputError, UsageError
from refnet.core.settings import Settings
from refnet.loaders.sources.mapping import Mapping, read_mapping

_BESIDE = Path("sources")


class Catalogue:
    """All mappings by name, read when first asked for; one of the user's takes the place of refnet's of that name.

    Args:
        settings: its `sources` is the user's directory; unset: ./sources, if there are mappings in it.
    """

    def __init__(self, settings: Settings) -> None:
        self._own = settings.sources or _BESIDE
        self._must_be = settings.sources is not None

    @cached_property
    def all(self) -> dict[str, Mapping]:
        """Every mapping by its name, refnet's own first.

        Raises:
            InputError: one of them is no mapping.
            UsageError: REFNET_SOURCES names no directory.
        """
        return {mapping.name: mapping for mapping in map(read_mapping, self._paths())}

    def __getitem__(self, name: str) -> Mapping:
        if name not in self.all:
            raise _unknown(name, list(self.all))
        return self.all[name]

    def each(self) -> Iterator[Mapping | InputError]:
        """Each one, or what is wrong with it: for whoever only looks, one that is broken does not hide the others.

        Raises:
            UsageError: REFNET_SOURCES names no directory.
        """
        for path in self._by_name().values():
            try:
                yield read_mapping(path)
            except InputError as error:
                yield error

    def prefixes(self) -> set[str]:
        """What is put before ids so that those of two systems are not one."""
        return {
            way.prefix
            for mapping in self.each()
            if isinstance(mapping, Mapping)
            for rows in mapping.rows
            for ways in rows.columns.values()
            for way in ways
            if way.prefix
        }

    def text(self, name: str) -> str:
        """A mapping's file as it stands there, whether or not it is one.

        Raises:
            InputError: the file cannot be read.
            UsageError: there is no such source; REFNET_SOURCES names no directory.
        """
        paths = self._by_name()
        if name not in paths:
            raise _unknown(name, list(paths))
        try:
            return paths[name].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot be read: {error}.", file=paths[name]) from None

    def _by_name(self) -> dict[str, Path]:
        return {path.stem: path for path in self._paths()}

    def _paths(self) -> list[Path]:
        if self._must_be and not self._own.is_dir():
            raise UsageError(
                f"REFNET_SOURCES is {self._own}, which is no directory.", "Make it, or unset it."
            )
        ours = Path(str(resources.files("refnet.loaders.sources")))
        return [*sorted(ours.glob("*.toml")), *sorted(self._own.glob("*.toml"))]


def _unknown(name: str, names: Sequence[str]) -> UsageError:
    of_one_system = [each for each in names if each.startswith(f"{name}-")]
    near = of_one_system or difflib.get_close_matches(name, names, 1, cutoff=0.4)
    return UsageError(
        f"There is no source {name!r}.",
        (f"Did you mean {' or '.join(near)}? " if near else "") + "`refnet sources` lists them.",
    )
