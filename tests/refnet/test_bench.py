"""What is measured by hand only still goes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.memory import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_memory_without_a_graph(kind: str, tmp_path: Path) -> None:
    path = tmp_path / kind.split()[0] / f"{kind.split()[0]}.csv"
    path.parent.mkdir()
    KINDS[kind](path, 2_000)
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", str(path), "500", "2000"],
        cwd=Path(__file__).parents[2],
        env={"REFNET_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        check=True,
    )
    told = json.loads(done.stdout)
    assert len(told["peaks"]) == 2
    assert min(*told["peaks"], told["end"]) > 50_000  # KiB: what Python with arrow and pandas has
