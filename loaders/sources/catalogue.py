"""The sources that there are: refnet's own, and those that somebody has put beside their data."""

from __future__ import annotations

import difflib
from functools import cached_property
from importlib import resources
from pathlib import Path

from refnet.core.errors import UsageError
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
        if self._must_be and not self._own.is_dir():
            raise UsageError(
                f"REFNET_SOURCES is {self._own}, which is no directory.", "Make it, or unset it."
            )
        ours = Path(str(resources.files("refnet.loaders.sources")))
        paths = [*sorted(ours.glob("*.toml")), *sorted(self._own.glob("*.toml"))]
        return {mapping.name: mapping for mapping in map(read_mapping, paths)}

    def __getitem__(self, name: str) -> Mapping:
        if name not in self.all:
            begin = [
                each for each in self.all if each.startswith(f"{name}-")
            ]  # a system with several exports
            near = begin or difflib.get_close_matches(name, self.all, 1, cutoff=0.4)
            raise UsageError(
                f"There is no source {name!r}.",
                (f"Did you mean {' or '.join(near)}? " if near else "") + "`refnet sources` lists them.",
            )
        return self.all[name]
