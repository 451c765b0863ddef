"""Processes that are killed, files that are stale, ports that are taken, homes that cannot be written."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString

import neo4j
import psutil
import pytest

from refnet.core.errors import EngineError, TooSlow
from refnet.graph import connect, local
from refnet.graph.local import embedded
from refnet.graph.local.state import Home, Process, State

pytestmark = pytest.mark.slow

Ask = Callable[[local.Running, LiteralString], list[object]]


def state_of(home: Path) -> State:
    state = Home(home).read()
    assert state is not None
    return state


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_killed_engine_is_noticed_and_started_again(ask: Ask, home: Path) -> None:
    first = local.start(home)
    ask(first, "CREATE (:Customer {customerId: 'c-1'})")
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not Home(home).file.exists())  # the keeper cleans up
    assert local.running(home) is None
    again = local.start(home)
    assert ask(again, "MATCH (c:Customer) RETURN c.customerId") == ["c-1"]
    state = state_of(home)
    os.kill(again.pid, signal.SIGKILL)
    wait_until(lambda: not state.engine.alive())
    assert local.start(home).pid != again.pid  # also while the keeper is still at it


def test_an_engine_whose_keeper_was_killed_is_found_kept_and_stopped(home: Path) -> None:
    first = local.start(home)
    before = state_of(home)
    os.kill(before.keeper.pid, signal.SIGKILL)
    wait_until(lambda: not before.keeper.alive())
    assert local.running(home) == first
    assert local.start(home) == first
    after = state_of(home)
    assert after.engine == before.engine
    assert after.keeper != before.keeper
    assert after.keeper.alive()
    os.kill(after.keeper.pid, signal.SIGKILL)
    wait_until(lambda: not after.keeper.alive())
    assert local.stop(home)
    assert not after.engine.alive()
    assert not Home(home).file.exists()


def test_both_killed(ask: Ask, home: Path) -> None:
    first = local.start(home)
    ask(first, "CREATE (:Customer {customerId: 'c-1'})")
    state = state_of(home)
    for process in (state.keeper, state.engine):
        os.kill(process.pid, signal.SIGKILL)
    wait_until(state.dead)
    assert Home(home).file.exists()
    assert local.running(home) is None
    assert not Home(home).file.exists()
    Home(home).write(state)  # a stale file is in nobody's way
    assert ask(local.start(home), "MATCH (c:Customer) RETURN c.customerId") == ["c-1"]


def test_a_process_that_got_the_number_later_is_not_taken_for_ours(home: Path) -> None:
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        place = Home(home)
        place.make()
        stale = State(
            phase="ready",
            kind="embedded",
            bolt=1,
            http=2,
            username="root",
            password="x",
            database="referrals",
            browser=False,
            started_at="2026-01-01T00:00:00+00:00",
            store=str(home / "embedded"),
            log="",
            idle_minutes=None,
            engine=Process(sleeper.pid, "another boot 1"),
            keeper=Process(os.getpid(), "another boot 2"),
        )
        place.write(stale)
        assert local.running(home) is None
        assert not place.file.exists()
        place.write(stale)
        assert local.stop(home) is False
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_an_idle_engine_stops_and_a_used_one_does_not(home: Path) -> None:
    engine = local.start(home, idle_minutes=0.02)
    auth = (engine.username, engine.password)
    with neo4j.GraphDatabase.driver(engine.uri, auth=auth) as driver:
        driver.verify_connectivity()
        time.sleep(2.2)
        assert local.running(home) == engine
    state = state_of(home)
    os.kill(state.keeper.pid, signal.SIGKILL)  # the keeper that comes for it does the same
    wait_until(lambda: not state.keeper.alive())
    for _ in range(3):  # commands that come and go between two looks of the keeper
        time.sleep(0.7)
        assert local.start(home) == engine
    wait_until(lambda: local.running(home) is None, 5)
    wait_until(lambda: not psutil.pid_exists(engine.pid))


@pytest.mark.parametrize(
    "kind",
    [
        "embedded",
        pytest.param("neo4j", marks=pytest.mark.engine("neo4j")),
        pytest.param("neo4j5", marks=pytest.mark.engine("neo4j5")),
    ],
)
def test_a_query_that_takes_too_long_is_ended_by_the_engine(home: Path, kind: local.Kind) -> None:
    engine = local.start(home, kind, query_minutes=0.03)
    at = {"username": engine.username, "password": engine.password, "database": engine.database}
    with connect(engine.uri, **at) as graph:
        graph.write("UNWIND range(1, 2000) AS i CREATE (:X {i: i})")
        began = time.monotonic()
        with pytest.raises(TooSlow, match="was ended"):
            graph.read("MATCH (a:X), (b:X), (c:X) WHERE a.i + b.i + c.i < 0 RETURN count(*)")
        assert time.monotonic() - began < 60
        assert len(graph.read("MATCH (x:X) RETURN x.i AS i")) == 2000


def test_sigterm_to_the_keeper_stops_the_engine_cleanly(home: Path) -> None:
    engine = local.start(home, idle_minutes=None)
    state = state_of(home)
    os.kill(state.keeper.pid, signal.SIGTERM)
    wait_until(state.dead)
    assert not Home(home).file.exists()
    assert "ArcadeDB Server is down" in (engine.store / "logs" / "console.log").read_text()


def test_a_start_that_is_broken_off_is_finished_by_the_next(ask: Ask, home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from refnet.graph import local; local.start(Path(sys.argv[1]))"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(home)])
    wait_until(lambda: Home(home).read() is not None, 30)
    starter.kill()
    starter.wait()
    before = state_of(home)
    engine = local.start(home)
    assert engine.pid == before.engine.pid
    assert ask(engine, "RETURN 1") == [1]


def test_an_engine_that_does_not_stop_is_killed(home: Path) -> None:
    engine = local.start(home)
    os.kill(engine.pid, signal.SIGSTOP)  # it will not hear SIGTERM
    began = time.monotonic()
    assert local.stop(home, timeout=1)
    assert time.monotonic() - began < 5
    assert local.running(home) is None


def test_a_port_taken_meanwhile_is_changed_for_another(
    ask: Ask, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, socket.create_server(("127.0.0.1", 0)) as other:
        ports = busy.getsockname()[1], other.getsockname()[1]
        monkeypatch.setattr(embedded, "free_ports", lambda: ports)
        engine = local.start(home)
    assert int(engine.uri.rpartition(":")[2]) not in ports
    assert ask(engine, "RETURN 1") == [1]


def test_a_store_that_another_process_holds(home: Path, tmp_path: Path) -> None:
    engine = local.start(home)
    other = tmp_path / "other"
    other.mkdir()
    (other / "embedded").symlink_to(engine.store)
    with pytest.raises(EngineError, match="in use by another process"):
        local.start(other)
    assert local.running(other) is None
    assert local.running(home) == engine


def test_odd_names_of_homes_work(ask: Ask, tmp_path: Path) -> None:
    home = tmp_path / "Zoë's 数据 (ne%20w) $HOME: {bolt}"
    try:
        engine = local.start(home)
        assert ask(engine, "RETURN 'é'") == ["é"]
        assert engine.log.stat().st_size > 0
    finally:
        assert local.stop(home)


def test_a_relative_home_is_the_same_from_elsewhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.parent.mkdir(exist_ok=True)
    monkeypatch.chdir(home.parent)
    engine = local.start(Path("home"))
    assert engine.store.is_absolute()
    monkeypatch.chdir("/")
    assert local.running(home) == engine


def test_a_file_in_place_of_the_home(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for home in (file, file / "below"):
        with pytest.raises(EngineError, match="in the way"):
            local.start(home)
        assert local.running(home) is None
        assert local.stop(home) is False


def test_a_home_that_cannot_be_written() -> None:
    with pytest.raises(EngineError, match="REFNET_HOME"):
        local.start(Path("/proc/refnet"))
    with pytest.raises(EngineError, match="REFNET_HOME"):
        local.start(Path("/sys/kernel/refnet"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=False
    ).returncode:
        pytest.skip("mounting a small disk takes root")
    return disk


def test_a_full_disk(small_disk: Path) -> None:
    try:
        with pytest.raises(EngineError, match="disk is full"):
            local.start(small_disk / "home")
        assert local.running(small_disk / "home") is None
        (small_disk / "fill").write_bytes(bytes(16))
        filled = small_disk / "more"
        with pytest.raises(OSError), filled.open("wb", buffering=0) as file:  # noqa: PT012
            while True:
                file.write(bytes(4096))
        with pytest.raises(EngineError, match="disk is full"):
            local.start(small_disk / "home two")
    finally:
        unmount = ["umount", str(small_disk)]  # busy until the keeper that gave up is gone
        wait_until(lambda: not subprocess.run(unmount, capture_output=True, check=False).returncode)


@pytest.mark.parametrize(
    ("heap", "says"), [("lots", "not an amount"), ("4000g", "more than this machine has"), ("1k", "heap")]
)
def test_heaps_that_cannot_be(home: Path, heap: str, says: str) -> None:
    with pytest.raises(EngineError, match=says):
        local.start(home, heap=heap)
    assert local.running(home) is None


def test_a_platform_without_the_engine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="platform"):
        local.start(home)


def test_an_engine_that_ends_at_once_is_quoted(home: Path) -> None:
    store = home / "embedded"
    (store / "config").mkdir(parents=True)
    (store / "secret").write_text("0" * 48)
    (store / "databases").write_text("not a directory")
    with pytest.raises(EngineError) as caught:
        local.start(home)
    assert "\n  " in caught.value.message
    assert str(home) in caught.value.hint
    assert not Home(home).file.exists()
    assert json.dumps(str(caught.value)).count("\\n") <= 6
