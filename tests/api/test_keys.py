"""Who may call: keys, names, this machine only; no graph is needed to refuse."""

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from refnet.api import create_app
from refnet.api.guard import MOST_BYTES, Guard
from refnet.core.errors import StoreUnavailable
from refnet.core.settings import Settings
from tests.api.conftest import is_problem, served

KEYS = "first-key-of-the-crm, second-key-of-the-page"


def app_of(**given: Any) -> Any:
    settings = Settings(_env_file=None, **given)
    app = create_app(settings, graph=_Gone())  # type: ignore[arg-type]
    return settings, app


class _Gone:
    """A graph where nobody answers."""

    def within(self, _seconds: float) -> "_Gone":
        return self

    async def ask(self, *_: Any, **__: Any) -> Any:
        raise StoreUnavailable("Nobody answers at bolt://127.0.0.1:1.", "user neo4j, password not-to-be-seen")

    query = some = verify = ask


@pytest.fixture(scope="module")
def keyed() -> Iterator[httpx.Client]:
    with served(*app_of(api_keys=KEYS)) as client:
        yield client


@pytest.fixture(scope="module")
def open_one() -> Iterator[httpx.Client]:
    with served(*app_of(api_hosts="refnet.example")) as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "first-key-of-the-crm2"},
        {"X-API-Key": "first-key-of-the-cr"},
        {"X-API-Key": KEYS},
        {"X-API-Key": "\u00e9\u00ff".encode("latin-1")},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic first-key-of-the-crm"},
        {"Authorization": "Bearer wrong", "X-API-Key": "first-key-of-the-crm"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/loads", "/v1/nothing", "/v1", "/v1/customers/x/tree?depth=x"])
def test_without_a_key_or_with_a_wrong_one(keyed: httpx.Client, path: str, headers: dict[str, str]) -> None:
    answer = keyed.get(path, headers=headers)
    is_problem(answer, 401, "key-needed", "REFNET_API_KEYS")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "first-key-of-the-crm"},
        {"Authorization": "Bearer second-key-of-the-page"},
        {"Authorization": "bearer second-key-of-the-page"},
        {"Authorization": "Basic of-a-proxy", "X-API-Key": "second-key-of-the-page"},
    ],
)
def test_with_a_key(keyed: httpx.Client, headers: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = keyed.get("/v1/loads", headers=headers)
    body = is_problem(answer, 503, "store-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "key-of-the" not in caplog.text + str(body)
    assert "not-to-be-seen" not in str(body)
    assert "127.0.0.1" not in str(body)


def test_what_needs_no_key(keyed: httpx.Client) -> None:
    for path in ("/healthz", "/docs", "/openapi.json", "/"):
        assert keyed.get(path).status_code == 200, path
    is_problem(keyed.get("/readyz"), 503, "store-unavailable")
    assert "security" in keyed.get("/openapi.json").json()["paths"]["/v1/loads"]["get"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil", "", "[::2]"]
)
def test_a_name_that_somebody_else_gave(open_one: httpx.Client, host: str) -> None:
    is_problem(open_one.get("/v1/loads", headers={"Host": host}), 400, "unknown-host")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:1", "127.0.0.1:9", "[::1]:80", "LOCALHOST", "refnet.example:443"]
)
def test_a_name_of_our_own(open_one: httpx.Client, host: str) -> None:
    assert open_one.get("/healthz", headers={"Host": host}).status_code == 200
    assert "security" not in open_one.get("/openapi.json").json()["paths"]["/v1/loads"]["get"]


def test_from_another_machine_without_keys() -> None:
    """As it would be behind `uvicorn --host 0.0.0.0`, where nobody asked `refnet serve`."""
    scope = {
        "type": "http", "method": "GET", "path": "/v1/loads", "headers": [(b"host", b"localhost")],
        "server": ("192.0.2.7", 80), "query_string": b"",
    }  # fmt: skip
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def never(*_: Any) -> Any:
        raise AssertionError("it got through")

    import asyncio

    asyncio.run(Guard(never)(scope, never, send))
    assert sent[0]["status"] == 403
    assert b"local-only" in sent[1]["body"]


def test_too_much_of_a_body(open_one: httpx.Client) -> None:
    large = b'{"customer_ids": ["' + b"x" * MOST_BYTES + b'"]}'
    is_problem(open_one.post("/v1/influence/batch", content=large), 413, "too-large")

    def parts() -> Iterator[bytes]:  # without saying beforehand how long it is
        for start in range(0, len(large), 10_000):
            yield large[start : start + 10_000]

    answer = open_one.post(
        "/v1/influence/batch", content=parts(), headers={"Content-Type": "application/json"}
    )
    is_problem(answer, 413, "too-large")


def test_no_foreign_page_may_read(open_one: httpx.Client) -> None:
    answer = open_one.get("/healthz", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    assert open_one.options("/v1/loads", headers={"Origin": "https://evil.example"}).status_code == 405
