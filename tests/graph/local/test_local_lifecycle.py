"""Start, find, stop: by one command after the other and by many at once."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import LiteralString

import neo4j
import psutil
import pytest
from neo4j.exceptions import AuthError

import refnet.graph
from refnet.core.errors import EngineError
from refnet.graph import local
from refnet.graph.local.state import Home

# Without what the packages above import, so that eight of these start at about the same moment.
START = """
import sys, types
from pathlib import Path
for name, path in zip(("refnet", "refnet.graph"), sys.argv[2:]):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [path]
from refnet.graph import local
print(local.start(Path(sys.argv[1])).pid)
"""

Ask = Callable[[local.Running, LiteralString], list[object]]


def test_data_stays_between_a_stop_and_the_next_start(ask: Ask, home: Path) -> None:
    first = local.start(home)
    ask(first, "CREATE (:Customer {customerId: 'c-1'})")
    assert local.stop(home)
    (home / "embedded" / "secret").chmod(0o644)
    assert not psutil.pid_exists(first.pid) or psutil.Process(first.pid).status() == psutil.STATUS_ZOMBIE
    assert local.running(home) is None

    again = local.start(home)

    assert again.password == first.password
    assert stat.S_IMODE((home / "embedded" / "secret").stat().st_mode) == 0o600
    assert ask(again, "MATCH (c:Customer) RETURN c.customerId") == ["c-1"]


def test_a_running_engine_is_found_at_once(shared: local.Running) -> None:
    home = shared.store.parent
    began = time.perf_counter()
    again = local.start(home)
    took = time.perf_counter() - began

    assert again == shared == local.running(home)
    assert took < 0.05


def test_stop_of_nothing_is_no_error(home: Path) -> None:
    assert local.stop(home) is False
    assert local.running(home) is None
    assert not home.exists()


def test_an_engine_is_not_stopped_under_others(home: Path) -> None:
    engine = local.start(home)
    auth = (engine.username, engine.password)
    with neo4j.GraphDatabase.driver(engine.uri, auth=auth) as other:
        other.verify_connectivity()
        assert local.leave(home) is False
        assert local.running(home) == engine
    assert local.leave(home) is True
    assert local.running(home) is None
    assert local.leave(home) is False


def test_eight_commands_at_once_get_one_engine(home: Path) -> None:
    def command(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", START, str(home), refnet.__path__[0], refnet.graph.__path__[0]],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    with ThreadPoolExecutor(8) as pool:
        pids = set(pool.map(command, range(8)))

    assert len(pids) == 1
    running = local.running(home)
    assert running is not None
    assert pids == {f"{running.pid}\n"}


def test_another_kind_is_refused(shared: local.Running) -> None:
    with pytest.raises(EngineError, match="refnet engine stop"):
        local.start(shared.store.parent, "neo4j")


def test_the_wrong_password_is_refused(shared: local.Running) -> None:
    for auth in (("root", "wrong"), ("root", ""), None):
        with (
            neo4j.GraphDatabase.driver(shared.uri, auth=auth) as driver,
            pytest.raises(neo4j.exceptions.Neo4jError),
        ):
            driver.execute_query("RETURN 1", database_=shared.database)
    with neo4j.GraphDatabase.driver(shared.uri, auth=("root", "wrong")) as driver, pytest.raises(AuthError):
        driver.verify_connectivity()


def test_it_listens_on_loopback_only(shared: local.Running) -> None:
    listening = [
        each.laddr.ip
        for each in psutil.Process(shared.pid).net_connections("inet")
        if each.status == psutil.CONN_LISTEN
    ]
    assert len(listening) == 2
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_what_is_written_is_private(shared: local.Running) -> None:
    place = Home(shared.store.parent)
    for file in (place.file, shared.store / "secret"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for directory in (place.engine, shared.store):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    inside = [file for file in shared.store.rglob("*") if file.is_file()]
    assert not [file for file in inside if file.stat().st_mode & 0o077 and file.name != "logging.properties"]


def test_the_password_is_shown_nowhere(shared: local.Running) -> None:
    for process in psutil.process_iter(["cmdline"]):
        assert shared.password not in " ".join(process.info["cmdline"] or [])
    keeper = Home(shared.store.parent).read()
    assert keeper is not None
    for pid in (shared.pid, keeper.keeper.pid):
        assert shared.password not in psutil.Process(pid).environ().values()
    assert shared.password not in repr(shared) + repr(keeper)
    for file in shared.store.parent.rglob("*"):
        if file.is_file() and file.name not in ("secret", "state.json"):
            assert shared.password.encode() not in file.read_bytes(), file


def test_a_lost_password_is_replaced_and_the_data_stay(ask: Ask, home: Path) -> None:
    first = local.start(home)
    ask(first, "CREATE (:Customer {customerId: 'c-1'})")
    local.stop(home)
    (home / "embedded" / "secret").unlink()
    again = local.start(home)
    assert again.password != first.password
    assert ask(again, "MATCH (c:Customer) RETURN c.customerId") == ["c-1"]


def test_the_keeper_carries_no_library_of_data(shared: local.Running) -> None:
    state = Home(shared.store.parent).read()
    assert state is not None
    keeper = psutil.Process(state.keeper.pid)
    assert keeper.memory_info().rss < 60e6
    assert keeper.cwd() == "/"
    assert keeper.terminal() is None
    assert {str(Path(f"/proc/{keeper.pid}/fd/{fd}").readlink()) for fd in (0, 1)} == {"/dev/null"}


def test_a_state_file_of_another_version_is_no_engine(home: Path) -> None:
    place = Home(home)
    place.make()
    place.file.write_text(json.dumps({"phase": "ready"}))
    assert local.running(home) is None
    place.file.write_text("{")
    assert local.running(home) is None
    assert local.stop(home) is False
    place.file.unlink()
