"""`make fuzz`: bytes that lead somewhere new in the readers' code, by atheris (libFuzzer), target after target.

    make fuzz ARGS="--seconds 60"                     every target for a minute
    make fuzz ARGS="--seconds 600 --target parquet"   one of them
    make fuzz ARGS="--replay tests/fuzz/found/csv-…"  what was found, without atheris

What it learns is kept in .cache/fuzz/TARGET and is gone on from; what it finds is written to tests/fuzz/found as
TARGET-crash-…: mend it and commit the file, the suite replays all of them.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).parent / "found"
_TARGET = "REFNET_FUZZ_TARGET"


def main() -> int:
    if target := os.environ.get(_TARGET):
        return _fuzz(target)
    from tests.fuzz.targets import TARGETS

    asked = argparse.ArgumentParser(prog="make fuzz", description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--seconds", type=int, default=60, help="for each target")
    asked.add_argument("--target", action="append", choices=[*TARGETS], help="this one only; may come again")
    asked.add_argument("--replay", type=Path, action="append", help="a file that was found")
    given = asked.parse_args()
    if given.replay:
        for path in given.replay:
            TARGETS[target_of(path)].run(path.read_bytes())
            print(f"{path.name}: nothing wrong")
        return 0
    if importlib.util.find_spec("atheris") is None:
        print(
            "atheris is not installed: it is there for Linux on x86_64, up to Python 3.13.", file=sys.stderr
        )
        return 2
    return max([_one(name, given.seconds) for name in given.target or TARGETS], default=0)


def target_of(path: Path) -> str:
    """The target that a file was found by."""
    return path.name.rpartition("-crash-")[0] or path.name.rpartition("-timeout-")[0]


def _one(name: str, seconds: int) -> int:
    """Fuzz one target in a process of its own, since libFuzzer ends the one that it is in."""
    corpus = ROOT / ".cache" / "fuzz" / name
    corpus.mkdir(parents=True, exist_ok=True)
    FOUND.mkdir(exist_ok=True)
    from tests.fuzz.targets import TARGETS

    with tempfile.TemporaryDirectory() as seeds:
        for number, seed in enumerate(TARGETS[name].seeds()):
            (Path(seeds) / str(number)).write_bytes(seed)
        arguments = [
            str(corpus), seeds, f"-max_total_time={seconds}", "-timeout=120",
            "-report_slow_units=120", "-rss_limit_mb=4096",
            f"-artifact_prefix={FOUND}/{name}-", "-print_final_stats=1",
        ]  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", *arguments],
            cwd=ROOT, env=os.environ | {_TARGET: name}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    said = done.stdout + done.stderr
    runs = re.findall(r"number_of_executed_units: (\d+)", said)
    covered = re.findall(r"cov: (\d+)", said)
    print(f"{name}: {runs[-1] if runs else '?'} runs, {covered[-1] if covered else '?'} branches", flush=True)
    if done.returncode:
        print(said[-6000:], flush=True)
    return 1 if done.returncode else 0


def _fuzz(name: str) -> int:
    import atheris

    with atheris.instrument_imports(include=["refnet.loaders", "openpyxl"]):
        from tests.fuzz.targets import TARGETS

    atheris.Setup(sys.argv, TARGETS[name].run)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
