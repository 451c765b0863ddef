"""A Python beside ours with what refnet is measured against and drawn by, and does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def environment(home: Path) -> Path:
    """A Python with the peers that refnet does not need."""
    place = home / "peers"
    python = place / "bin" / "python"
    if not python.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
        wanted = ["duckdb", "igraph", "rustworkx", "numpy", "matplotlib"]
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *wanted], check=True)
    return python
