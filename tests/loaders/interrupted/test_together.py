"""Two loads at once: the graph of one after the other, and no error."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from refnet.graph import Graph
from refnet.graph.turns import Turn
from tests.conftest import wipe
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write


def test_the_same_files(graph: Graph, loads: Loads, tmp_path: Path) -> None:
    directory = str(write(tmp_path / "first", files(False)))
    loads.load(Path(directory))
    whole = picture(graph)
    wipe(graph)
    said = tmp_path / "said"
    order = {"paths": [directory], "said": str(said)}
    both = loads.together(order, order)
    assert [each["skipped"] for each in both] == [{}, {}]
    assert picture(graph) == whole
    assert "another load or analysis is running: waiting for it to end" in said.read_text(encoding="utf-8")


def test_different_files_of_one_brand(graph: Graph, loads: Loads, tmp_path: Path) -> None:
    everything = files(False)
    people = {name: everything.pop(name) for name in ("customers.csv", "aliases.csv")}
    ours, theirs = write(tmp_path / "people", people), write(tmp_path / "rows", everything)
    loads.load(ours, theirs)
    whole = picture(graph)
    for _ in range(2):
        wipe(graph)
        loads.together({"paths": [str(theirs)]}, {"paths": [str(ours)]}, {"paths": [str(theirs)]})
        assert picture(graph) == whole


def test_a_killed_load_is_not_waited_for(graph: Graph, loads: Loads, tmp_path: Path) -> None:
    directory = write(tmp_path / "first", files(False))
    count = loads.load(directory)["moments"]
    loads.load(directory, at=count // 2)
    began = time.monotonic()
    took = loads.load(directory)["seconds"]
    assert time.monotonic() - began < took + 10


def test_a_turn_goes_to_one_after_the_other(graph: Graph) -> None:
    """Of which the first stands still, as on a machine that sleeps: it does not write when it wakes."""
    order = []

    def wait() -> None:
        with Turn(graph):
            order.append("second")

    with Turn(graph):
        other = threading.Thread(target=wait)
        other.start()
        time.sleep(1.5)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert graph.read("MATCH (t:Turn) RETURN count(t)").values == [[0]]
