"""A real Chromium that opens the page, and reports whatever a reader's would complain of."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests.conftest import unavailable

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "api" / "static"
AXE = ROOT / "page" / "node_modules" / "axe-core" / "axe.min.js"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
MACS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# The API's own for the page: what is written inline, or comes from elsewhere, does not run.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def chromium() -> str | None:
    """The Chromium of this machine; `make test` fetches Debian's where it may."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", MACS)
    return next(filter(None, map(shutil.which, names)), None)


# Of a module: while it is open Playwright keeps an event loop running, which no later test of another room may meet.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    missing = (
        "no Chromium on the PATH"
        if path is None
        else "the page is not built: make page"
        if not STATIC.exists()
        else ""
    )
    if missing:
        unavailable(missing)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield opened
        opened.close()


class _Static(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    """The built page on a server of its own; /v1 is answered by each test."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Static, directory=str(STATIC)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


class Window:
    """One window of the browser.

    Attributes:
        page: Playwright's.
        complaints: what the console said as an error, and requests that went elsewhere.
        excused: what a test expects there.
    """

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page: Page = context.new_page()
        self.origin = origin
        self.complaints: list[str] = []
        self.excused: list[str] = []
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._known(request.url))
        self.page.set_default_timeout(10_000)

    def _known(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.origin).netloc:
            self.complaints.append(f"asked elsewhere: {url}")

    def open(self, place: str = "") -> Page:
        self.page.goto(self.origin + place)
        return self.page

    def axe(self) -> None:
        """No serious finding of axe in what is seen now."""
        # As the page's own script: its policy does not allow what Playwright would write into it.
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        bad = [
            (v["id"], v["help"], [n["html"][:160] for n in v["nodes"][:3]])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert not bad, json.dumps(bad, indent=1)

    def fits(self) -> None:
        """Nothing sticks out sideways."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{wide} px too wide"

    def check(self) -> None:
        left = [c for c in self.complaints if not any(re.search(e, c) for e in self.excused)]
        assert not left, left


Opened = Callable[..., Window]


@pytest.fixture
def window(browser: Browser, origin: str) -> Iterator[Opened]:
    """Opens windows on the built page; `answer` says what /v1 answers: (status, body), or None for none at all."""
    contexts: list[tuple[BrowserContext, Window]] = []

    def opened(
        answer: Callable[[str], tuple[int, Any] | None] | None = None, *, at: str = origin, **options: Any
    ) -> Window:
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        context = browser.new_context(**options)
        if answer is not None:
            context.route("**/v1/**", partial(_answered, answer))
        made = Window(context, at)
        contexts.append((context, made))
        return made

    yield opened
    for context, made in contexts:
        context.close()
        made.check()


def _answered(answer: Callable[[str], tuple[int, Any] | None], route: Route) -> None:
    found = answer(route.request.url)
    if found is None:
        route.abort()
        return
    status, body = found
    kind = "application/json" if status < 400 else "application/problem+json"
    route.fulfill(status=status, content_type=kind, body=json.dumps(body))
