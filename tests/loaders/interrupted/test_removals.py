"""Loads with a list of removals, killed at any moment: what it names is gone in the end, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from refnet.graph import Graph, local
from tests.conftest import wipe
from tests.loaders.conftest import picture
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.files import files, write
from tests.loaders.interrupted.test_killed import WRONG, spread

# Of people with several ids, and of rows that others hang on; more than a batch (of 8) of them.
LISTED = [
    *(f"customers,{i}" for i in ("c3", "stripe:3", "stripe:5", "c7", "nobody")),
    *("aliases,old1", "affiliates,f1", "tickets,t2", "surveys,s3", "invitations,i4", "rewards,r0", "commissions,m4"),
    *(f"orders,o{n}" for n in range(0, 30, 3)),
    *(f"referrals,k{n}" for n in range(0, 16, 5)),
]  # fmt: skip


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return write(tmp_path / "first", files(False))


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """The list, and files that change what the first ones have made."""
    return write(tmp_path / "both", files(True) | {"removals.csv": "\n".join(["table,id", *LISTED])})


def test_a_load_with_a_list(graph: Graph, kind: local.Kind, loads: Loads, first: Path, both: Path) -> None:
    loads.load(first)
    count = loads.load(both)["moments"]
    whole = picture(graph)
    resumed = 0
    for at in spread(count, kind):
        wipe(graph)
        loads.load(first)
        assert "killed" in loads.load(both, at=at), at
        resumed += bool(loads.load(both)["skipped"])
        assert picture(graph) == whole, at
    assert resumed


def test_a_list_alone(graph: Graph, kind: local.Kind, loads: Loads, first: Path, tmp_path: Path) -> None:
    """Killed, it is finished by whatever is loaded next."""
    listed = write(tmp_path / "listed", {"removals.csv": "\n".join(["table,id", *LISTED])})
    other = write(tmp_path / "other", {"spend.csv": "channel,month,amount\nads,2024-01,5"})
    loads.load(first)
    count = loads.load(listed)["moments"]
    whole = picture(graph)
    for at in spread(count, kind):
        wipe(graph)
        loads.load(first)
        assert "killed" in loads.load(listed, at=at), at
        if at % 2:
            loads.load(other)  # the row that there is already
            assert not graph.read("MATCH (r:Removal {due: true}) RETURN r.rowId").values
            assert not graph.read(WRONG).values
        loads.load(listed)
        assert picture(graph) == whole, at


def test_a_list_that_comes_after_a_killed_load(
    graph: Graph, kind: local.Kind, loads: Loads, first: Path, tmp_path: Path
) -> None:
    """What it names was sent already, or is yet to be sent: neither is there in the end."""
    listed = write(tmp_path / "listed", {"removals.csv": "\n".join(["table,id", *LISTED])})
    count = loads.load(first)["moments"]
    loads.load(listed)
    whole = picture(graph)
    for at in list(spread(count, kind))[1::2]:
        wipe(graph)
        assert "killed" in loads.load(first, at=at), at
        loads.load(listed)
        assert loads.load(first)["skipped"] == {}, "other rows are kept out: no batch is what it was"
        assert picture(graph) == whole, at
