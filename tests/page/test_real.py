"""The page on the example brand: files, graph, analysis, `refnet serve`, Chromium; nothing made up but the brand.

PICTURES=docs/images makes the documents' pictures on the way, of a brand as large as the demo's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Opened

FOLDER = Path(found).resolve() if (found := os.environ.get("PICTURES")) else None
CUSTOMERS = 20_000 if FOLDER else 2_000
LAUNCH = "2024-07-01"
WAIT = 60_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a refnet that serves the example brand."""
    home = tmp_path_factory.mktemp("brand")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("REFNET_", "NEO4J_"))}
    environment |= {"REFNET_HOME": str(home / "graph"), "REFNET_API_SECONDS": "60"}

    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "refnet", *arguments]

    def run(*arguments: str) -> None:
        done = subprocess.run(
            command(*arguments), env=environment, cwd=home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("example", "exports", "--customers", str(CUSTOMERS))
    run("load", "exports")
    run("analyze")
    serving = subprocess.Popen(
        command("serve", "--port", "0"),
        env=environment,
        cwd=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert serving.stdout
    try:
        said = ""
        while not (address := re.search(r"http://\S+/\s", said)):
            line = serving.stdout.readline()
            assert line, said
            said += line
        yield address.group().strip()
    finally:
        serving.terminate()
        serving.communicate(timeout=60)
        run("engine", "stop")


def test_from_search_to_a_drawn_tree(window: Opened, brand: str) -> None:
    opened = window(at=brand)
    page = opened.open()
    first = page.request.get(f"{brand}v1/hidden-advocates?limit=1").json()["items"][0]
    page.get_by_role("combobox").fill(first["customer_id"])
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(first["name"], timeout=WAIT)
    items = page.get_by_role("treeitem")
    expect(items.first).to_be_visible(timeout=WAIT)
    tree = page.request.get(f"{brand}v1/customers/{first['customer_id']}/tree?depth=3").json()
    ids = {one["customer_id"] for one in tree["nodes"]}
    drawn = {key for key in items.evaluate_all("all => all.map(one => one.dataset.key)") if "…" not in key}
    assert first["customer_id"] in drawn
    assert len(drawn) >= min(10, len(ids))
    assert drawn <= ids
    own = f"{first['own_revenue']:,.2f}" if first["own_revenue"] < 1000 else f"{first['own_revenue']:,.0f}"
    expect(page.get_by_label("Scores")).to_contain_text(own)
    expect(page.get_by_label("Scores")).to_contain_text(f"{first['influence']:,.0f}"[:3])
    opened.fits()
    opened.axe()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view(window: Opened, brand: str, scheme: str) -> None:
    opened = window(at=brand, color_scheme=scheme)
    steps: dict[str, Callable[[Page], None]] = {
        f"#/?launch={LAUNCH}": _programme,
        "#/advocates": _advocates,
        "#/segments": _segments,
    }
    for place, look in steps.items():
        page = opened.open(place)
        look(page)
        opened.axe()
        if look is not _advocates:
            picture(page, f"{look.__name__.strip('_')}-{scheme}")
    page = opened.open("#/advocates")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("tree")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Looking for who")).to_have_count(0, timeout=WAIT)
    picture(page, f"tree-{scheme}")


def _programme(page: Page) -> None:
    expect(page.get_by_role("heading", level=2, name="Referral rate")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"points \(.+\), (not )?significant"))
    expect(page.get_by_text(re.compile("(Loading|Testing).*…"))).to_have_count(0, timeout=WAIT)


def _advocates(page: Page) -> None:
    expect(page.get_by_role("row").nth(1)).to_be_visible(timeout=WAIT)


def _segments(page: Page) -> None:
    expect(page.get_by_text("CLTV and number of referrals")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("img", name="Segments by mean CLTV")).to_be_visible()


def picture(page: Page, name: str) -> None:
    if FOLDER:
        page.screenshot(path=str(FOLDER / f"{name}.png"))
