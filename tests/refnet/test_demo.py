"""The demo: once loaded it is found again, it refuses what it did not load, and Ctrl-C ends it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from refnet.graph import connect, local
from tests.refnet.conftest import Run, says

SIZE = ("--customers", "400")


def test_a_second_run_finds_its_graph(refnet: Run, tmp_path: Path) -> None:
    first = refnet("demo", "--no-serve", *SIZE)
    says(
        first, 0, "customers", "Hidden advocates", "The programme", "referral share", "Affiliates", "stopped"
    )
    assert "/s" in first.stderr
    # Whatever server somebody has set for their own graph, the demo keeps to its own.
    second = refnet("demo", "--no-serve", *SIZE, NEO4J_URI="bolt://127.0.0.1:1", REFNET_CREDIT_POLICY="last")
    says(second, 0, "loaded before")
    assert "invitations  " not in second.stderr
    assert second.stdout == first.stdout
    home = tmp_path / "home" / "demo-400"
    assert local.running(home) is None


def test_it_refuses_what_it_did_not_load(refnet: Run, tmp_path: Path) -> None:
    home = tmp_path / "home" / "demo-400"
    running = local.start(home)
    with connect(
        running.uri, username=running.username, password=running.password, database=running.database
    ) as graph:
        graph.write("CREATE (:Customer {customerId: 'mine'})")
        says(
            refnet("demo", "--no-serve", *SIZE),
            2,
            "holds something that the demo did not load",
            "REFNET_HOME",
        )
        assert len(graph.read("MATCH (c:Customer) RETURN c.customerId")) == 1
    assert local.running(home) is not None


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_up_until_told(number: signal.Signals, tmp_path: Path) -> None:
    home = tmp_path / "home" / "demo-400"
    demo = subprocess.Popen(
        [sys.executable, "-m", "refnet", "demo", *SIZE],
        env=os.environ | {"REFNET_HOME": str(tmp_path / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert demo.stderr is not None
        said = []
        for line in demo.stderr:
            said.append(line)
            if "Ctrl-C" in line:
                break
        assert any("bolt://127.0.0.1:" in line for line in said), "".join(said)
        address = next(line.split()[1] for line in said if line.startswith("Page")).split("#")[0]
        assert httpx.get(address).status_code == 200
        assert httpx.get(f"{address}v1/hidden-advocates").json()["score_version"] == 1
        time.sleep(0.2)
        assert demo.poll() is None
        running = local.running(home)
        assert running is not None
        with connect(
            running.uri, username=running.username, password=running.password, database=running.database
        ) as graph:
            assert (
                graph.query("programme/referral-rate", **{"from": None, "to": None}).one()["customers"] == 400
            )
        demo.send_signal(number)
        rest = demo.stderr.read()
        assert demo.wait(60) == 0, rest
        assert "Traceback" not in rest
        assert local.running(home) is None
    finally:
        demo.kill()
        demo.wait()
        demo.stderr.close()
        local.stop(home)
