"""`refnet serve`: where it may listen, what it says, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from refnet.graph import local
from tests.refnet.conftest import Run, says


@contextmanager
def serving(*arguments: str, home: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A `refnet serve` of its own and its address, once it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "refnet", *arguments],
        env=os.environ | {"REFNET_HOME": str(home)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if "Ctrl-C" in line:
                break
        found = re.search(r"API docs +(http://\S+)/docs", "".join(said))
        assert found, "".join(said)
        yield process, found[1]
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        local.stop(home)


def test_beyond_this_machine_keys_are_needed(refnet: Run, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.invalid"):
        says(refnet("serve", "--host", host), 2, f"At {host} others can call", "REFNET_API_KEYS")
    says(refnet("serve", "--host", "0.0.0.0", REFNET_API_KEYS=" , "), 2, "needs keys")
    assert local.running(tmp_path / "home") is None


def test_a_port_in_use(refnet: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        says(refnet("serve", "--port", str(port)), 1, f"Something else listens at 127.0.0.1:{port}", "--port")
    assert local.running(tmp_path / "home") is None


def test_no_address_of_this_machine(refnet: Run) -> None:
    says(refnet("serve", "--host", "no such host", REFNET_API_KEYS="k"), 2, "is no address")
    says(refnet("serve", "--host", "192.0.2.1", REFNET_API_KEYS="k"), 2, "Nothing can listen at 192.0.2.1")
    says(refnet("serve", "--port", "70000"), 2, "port")
    says(refnet("serve", REFNET_API_SECONDS="0"), 2, "REFNET_API_SECONDS cannot be '0'")


def test_no_graph_there(refnet: Run) -> None:
    nobody = {"NEO4J_URI": "bolt://127.0.0.1:1", "NEO4J_PASSWORD": "x"}
    says(refnet("serve", "--port", "0", **nobody), 1, "Nobody answers at bolt://127.0.0.1:1", "NEO4J_URI")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_its_engine_and_stops_it(number: signal.Signals, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving("serve", "--port", "0", home=home) as (process, address):
        assert httpx.get(f"{address}/readyz").json() == {"status": "ready"}
        assert httpx.get(f"{address}/v1/loads").json()["items"] == []
        assert local.running(home) is not None
        process.send_signal(number)
        assert process.stderr is not None
        rest = process.stderr.read()
        assert process.wait(30) == 0, rest
        assert "Traceback" not in rest
        assert local.running(home) is None


@pytest.mark.slow
def test_an_engine_that_ran_before_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    running = local.start(home)
    with serving("serve", "--port", "0", "--host", "0.0.0.0", home=home, REFNET_API_KEYS="k1,k2") as (
        process,
        address,
    ):
        assert httpx.get(f"{address}/v1/loads").status_code == 401
        assert httpx.get(f"{address}/v1/loads", headers={"X-API-Key": "k2"}).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert local.running(home) == running
