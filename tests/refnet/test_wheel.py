"""The installed wheel: beside a notebook with files of our rooms' names, and with all that it needs in it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

NOTEBOOK = """
import refnet, refnet.graph, refnet.loaders, refnet.core.errors
assert refnet.__file__.startswith({target!r}), refnet.__file__
assert refnet.graph.__file__.startswith({target!r}), refnet.graph.__file__
import graph, api
assert graph.mine and api.mine
assert len(refnet.graph.catalogue()) >= 15
from refnet.core.settings import load_settings
from refnet.loaders.sources import Catalogue
assert "rewardful-commissions" in Catalogue(load_settings()).all
import pandas as pd
edges = pd.DataFrame({{"referrer": ["a", "b"], "referee": ["b", "c"]}})
print(refnet.influence(edges, {{"a": 1, "b": 2, "c": 4}}).loc["a", "influence"])
"""


@pytest.mark.slow
def test_the_wheel_beside_an_analysts_files(tmp_path: Path) -> None:
    wheels, target, notebook = tmp_path / "wheels", tmp_path / "target", tmp_path / "notebook"
    source = tmp_path / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, tracked.stdout.split("\0")):
        here, there = ROOT / name, source / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_symlink():
            there.symlink_to(here.readlink())
        elif here.exists():
            there.write_bytes(here.read_bytes())
    run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(wheels),
        str(source),
        cwd=tmp_path,
    )
    (wheel,) = wheels.glob("*.whl")
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--quiet",
        "--target",
        str(target),
        str(wheel),
        cwd=tmp_path,
    )
    notebook.mkdir()
    for name in ("graph", "api", "core", "loaders"):
        (notebook / f"{name}.py").write_text("mine = True\n")
    (notebook / "notebook.py").write_text(
        f"import sys; sys.path.insert(1, {str(target)!r})" + NOTEBOOK.format(target=str(target))
    )
    assert run(sys.executable, "notebook.py", cwd=notebook).strip() == "4.0"
    assert (target / "refnet" / "py.typed").exists()
    assert list((target / "refnet" / "graph" / "local").glob("*.lock"))
    assert not list(target.glob("graph*"))


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
