"""The page is in the wheel: who installs it needs no Node."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import unavailable
from tests.page.conftest import ROOT, STATIC

NOT_SOURCES = shutil.ignore_patterns(
    ".*", "node_modules", "build", "dist", "*.egg-info", "__pycache__", "tests", "docs"
)


@pytest.mark.slow
def test_the_page_is_in_the_wheel(tmp_path: Path) -> None:
    if not STATIC.exists():
        unavailable("the page is not built: make page")
    shutil.copytree(ROOT, tmp_path / "source", symlinks=True, ignore=NOT_SOURCES)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "wheels")]
    done = subprocess.run([*build, str(tmp_path / "source")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        start = packed.read("refnet/api/static/index.html").decode()
        # Each file that it names is there, and none is elsewhere.
        named = re.findall(r'(?:src|href)="([^"]+)"', start)
        assert len(named) >= 3
        for name in named:
            assert name.startswith("./"), name
            assert packed.read(f"refnet/api/static/{name[2:]}")
    assert "<script>" not in start
    assert "<style" not in start
