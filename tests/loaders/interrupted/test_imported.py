"""`refnet load --imported`, killed at any moment and run again: the graph of a load that was never interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from refnet import front
from refnet.graph import Graph, local
from refnet.loaders import upkeep
from refnet.loaders.bulk import export
from tests.conftest import wipe
from tests.dump import difference
from tests.loaders.bulk.filled import fill
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write
from tests.loaders.interrupted.test_killed import spread


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return write(tmp_path / "first", files(False))


def test_an_import(graph: Graph, kind: local.Kind, loads: Loads, first: Path, tmp_path: Path) -> None:
    """With people of several ids, shared emails, aliases whose rows waited."""
    loads.load(first)
    whole = picture(graph)
    made = export(first, tmp_path / "made")
    wipe(graph)
    fill(graph, made.directory)
    count = loads.adopt()["moments"]
    assert picture(graph) == whole, difference(picture(graph), whole)
    for at in spread(count, kind):
        wipe(graph)
        fill(graph, made.directory)
        assert "killed" in loads.adopt(at=at), at
        loads.adopt()
        assert picture(graph) == whole, f"{at}\n{difference(picture(graph), whole)}"
        assert not len(graph.query("loads/unsettled"))


def test_linked_and_not_worked_out(
    graph: Graph, first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one moment in which nobody knows any more whose orders have come: everybody's figures are worked out."""
    front.load(graph, first)
    whole = picture(graph)
    made = export(first, tmp_path / "made")
    wipe(graph)
    fill(graph, made.directory)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "work_out_customers", die)
        with pytest.raises(KeyboardInterrupt):
            front.adopt(graph)
    assert picture(graph) != whole
    front.adopt(graph)
    assert picture(graph) == whole, difference(picture(graph), whole)


def test_another_load_after_it(
    graph: Graph, kind: local.Kind, loads: Loads, first: Path, tmp_path: Path
) -> None:
    """What a killed one has left undone, whatever is loaded next does."""
    other = write(tmp_path / "other", {"visits.csv": "day,visits\n2024-01-01,1"})
    loads.load(first)
    loads.load(other)
    whole = picture(graph)
    made = export(first, tmp_path / "made")
    wipe(graph)
    fill(graph, made.directory)
    count = loads.adopt()["moments"]
    for at in list(spread(count, kind))[-3:]:
        wipe(graph)
        fill(graph, made.directory)
        assert "killed" in loads.adopt(at=at), at
        loads.load(other)
        assert picture(graph) == whole, f"{at}\n{difference(picture(graph), whole)}"
