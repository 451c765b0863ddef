"""What cannot be answered is a problem that says why, never a 5xx, and never what somebody else asked for."""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from refnet.api.cursors import Cursor
from refnet.api.queries import open_queries
from refnet.graph import Graph
from tests.api.conftest import is_problem


@pytest.mark.parametrize("rest", ["", "/influence", "/tree", "/ancestors"])
def test_nobody_of_this_id(api: httpx.Client, rest: str) -> None:
    is_problem(api.get(f"/v1/customers/nobody{rest}"), 404, "not-found", "no customer nobody")
    is_problem(api.get(f"/v1/customers/Ann{rest}"), 404, "not-found", "upper and lower case")
    is_problem(api.get(f"/v1/customers/a-1{rest}"), 404, "not-found", "a-1 is an affiliate")


def test_nothing_of_this_name(api: httpx.Client) -> None:
    is_problem(api.get("/v1/affiliates/ann"), 404, "not-found")
    is_problem(api.get("/v1/segments/plan:none"), 404, "not-found")
    is_problem(api.get("/v1/segments/plan/customers"), 404, "not-found")
    is_problem(api.get("/nowhere"), 404, "not-found")
    is_problem(api.get("/v1/nowhere"), 404, "not-found")
    is_problem(api.get("/problems/nowhere"), 404, "not-found")
    for name in (
        "tree/downlin",
        "scores/by-id",
        "export/customers",
        "demo/marker",
        "tree/picture",
        "../secret",
    ):
        is_problem(api.get(f"/v1/queries/{quote(name, safe='')}"), 404, "not-found", "/v1/queries")
    for name in ("credit/remove", "scores/begin", "demo/mark", "tree/next-generation"):
        is_problem(api.get(f"/v1/queries/{name}"), 404, "not-found")
    answer = api.delete("/v1/loads")
    is_problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("customers/ann/tree?depth=1000000000", "query.depth"),
        ("customers/ann/tree?depth=0", "query.depth"),
        ("customers/ann/tree?depth=-1", "query.depth"),
        ("customers/ann/tree?depth=many", "query.depth"),
        ("customers/ann/tree?limit=5001", "query.limit"),
        ("customers/ann/influence?hops=1000000000", "query.hops"),
        (f"customers/ann/influence?hops={'9' * 4000}", "query.hops"),
        ("customers/ann/influence?decay=nan", "query.decay"),
        ("customers/ann/influence?decay=1e999", "query.decay"),
        ("customers/ann/influence?decay=0", "query.decay"),
        ("customers/ann/influence?hop=3", "query.hop"),
        ("influence?sort=email", "query.sort"),
        ("influence?updated_since=soon", "query.updated_since"),
        ("influence?updated_since=1700000000", "query.updated_since"),
        ("influence?limit=1e3", "query.limit"),
        ("programme?launch=2024-02-30", "query.launch"),
        ("programme?launch=1", "query.launch"),
        ("programme?by=week", "query.by"),
        ("programme?from=2024-13-01", "query.from"),
        ("programme?to=tomorrow", "query.to"),
        ("customers", "query.search"),
        ("customers?search=", "query.search"),
        ("customers?search=%0a%20", "query.search"),
        (f"customers?search={'x' * 101}", "query.search"),
        (f"customers/{'x' * 501}", "path.customer_id"),
    ],
)
def test_parameters_out_of_range(api: httpx.Client, path: str, where: str) -> None:
    body = is_problem(api.get(f"/v1/{path}"), 422, "invalid-request", where)
    assert body["errors"][0]["where"] == where


@pytest.mark.parametrize(
    "body",
    [
        {"customer_ids": ["ann"] * 10_000},
        {"customer_ids": []},
        {"customer_ids": ["ann", 7]},
        {"customer_ids": [""]},
        {"customer_ids": "ann"},
        {"customer_ids": ["ann"], "hops": 3},
        {},
        [],
        None,
    ],
)
def test_batches_that_are_none(api: httpx.Client, body: Any) -> None:
    is_problem(api.post("/v1/influence/batch", json=body), 422, "invalid-request", "body")


@pytest.mark.parametrize(
    "text",
    [b"{", b"\xff\xfe", b'{"customer_ids": ["\\ud800"]}', b"[" * 50_000, b'{"customer_ids": [NaN]}', b""],
)
def test_bodies_that_are_no_json(api: httpx.Client, text: bytes) -> None:
    answer = api.post("/v1/influence/batch", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "\u00fc",
        "====",
        "A" * 4000,
        encoded(1),
        encoded([]),
        encoded([2, "influence influence ", 1, 0.0, "ann"]),
        encoded([1, "influence influence ", "1", 0.0, "ann"]),
        encoded([1, "influence influence ", 1, "0", "ann"]),
        encoded([1, "influence influence ", 1, 10**400, "ann"]),
        encoded([1, "influence influence ", 1, True, "ann"]),
        encoded([1, "influence influence ", 1, 0.0, None]),
        encoded([1, "influence influence ", 1, 0.0, "ann", 1]),
        encoded([1, "influence downline ", 1, 0.0, "ann"]),
        encoded([1, "segment plan:plus ", 1, 0.0, "ann"]),
        encoded([1, "influence influence ", 1, float("inf"), "ann"]),
        encoded({"a": 1}),
    ],
)
def test_malformed_cursors(api: httpx.Client, cursor: str) -> None:
    is_problem(api.get("/v1/influence", params={"cursor": cursor}), 400, "malformed-cursor")


def test_a_cursor_of_an_earlier_analysis(api: httpx.Client) -> None:
    cursor = str(Cursor("influence influence ", 7, 100.0, "ann"))
    is_problem(api.get("/v1/influence", params={"cursor": cursor}), 409, "scores-changed", "Begin again")


# What would end a string, a statement, a name; what a template or a shell would take for its own.
INJECTIONS = [
    "' OR 1=1 //",
    '" OR 1=1 //',
    "ann'}) DETACH DELETE c //",
    "ann'; MATCH (n) DETACH DELETE n; //",
    "`]) DETACH DELETE c //",
    "$customerId",
    "{customerId: 'ann'}",
    "influence` = 1 SET c.`influence",
    "../../etc/passwd",
    "%00\x00",
    "ann\r\nX-Injected: 1",
    "\u202eann",
    "${jndi:ldap://127.0.0.1/x}",
    "<script>alert(1)</script>",
    "ann%",
    "a.*",
    "🦊" * 20,
]


@pytest.fixture
def unharmed(village: Graph) -> Iterator[None]:
    before = village.query("graph/contents").values
    yield
    assert village.query("graph/contents").values == before


@pytest.mark.parametrize("text", INJECTIONS)
def test_injection_in_every_parameter(api: httpx.Client, unharmed: None, text: str) -> None:
    document = api.get("/openapi.json").json()
    asked = 0
    for path, operations in document["paths"].items():
        if "get" not in operations or path.startswith("/v1/queries"):
            continue
        parameters = operations["get"].get("parameters", [])
        for chosen in parameters:
            filled = path
            for one in parameters:
                if one["in"] == "path":
                    value = (
                        text
                        if one is chosen
                        else {"affiliate_id": "a-1", "segment_id": "plan:plus"}.get(one["name"], "ann")
                    )
                    filled = filled.replace("{" + one["name"] + "}", quote(value, safe=""))
            given = {one["name"]: "ann" for one in parameters if one["in"] == "query" and one["required"]}
            if chosen["in"] == "query":
                given[chosen["name"]] = text
            answer = api.get(filled, params=given)
            asked += 1
            assert answer.status_code in (200, 400, 404, 422), f"{filled} {given}: {answer.text}"
            assert "x-injected" not in answer.headers
            if answer.status_code == 200:
                assert answer.json().get("items", []) == [], f"{filled} {given}"
            else:
                assert answer.headers["content-type"] == "application/problem+json"
    assert asked > 15
    answer = api.post("/v1/influence/batch", json={"customer_ids": [text]})
    assert answer.json()["missing"] == [text]


def values_for(example: Any, text: str) -> list[str]:
    """The text as the parameter's own type would have it."""
    return [
        text,
        json.dumps([text]),
        json.dumps([{"id": text, "weight": text}]),
        "9" * 30,
        "-1",
        "1e400",
        "null",
        "[" * 3000,
    ]


@pytest.mark.parametrize("text", INJECTIONS[:8])
@pytest.mark.parametrize("name", sorted(name for name, query in open_queries().items() if query.parameters))
def test_injection_in_every_parameter_of_every_query(
    api: httpx.Client, unharmed: None, name: str, text: str
) -> None:
    query = open_queries()[name]
    usual = {key: json.dumps(v) if isinstance(v, list) else str(v) for key, v in query.parameters.items()}
    for parameter, example in query.parameters.items():
        for value in values_for(example, text):
            answer = api.get(f"/v1/queries/{name}", params=usual | {parameter: value})
            assert answer.status_code in (200, 400), f"{name} {parameter}={value[:60]}: {answer.text}"


def test_queries_asked_wrongly(api: httpx.Client) -> None:
    is_problem(api.get("/v1/queries/tree/downline"), 400, "bad-request", "needs a value for rootId")
    is_problem(api.get("/v1/queries/influence/some"), 400, "bad-request", "needs a value for ids")
    is_problem(api.get("/v1/queries/influence/some?ids=ann"), 400, "bad-request", "ids cannot be 'ann'")
    is_problem(
        api.get("/v1/queries/tree/downline?rootId=ann&hops=x"), 400, "bad-request", "hops cannot be 'x'"
    )
    is_problem(
        api.get("/v1/queries/tree/downline?rootId=ann&root=x"), 400, "bad-request", "no parameter 'root'"
    )
    is_problem(
        api.get("/v1/queries/segments/by-attribute?attribute=email"),
        400,
        "bad-request",
        "attribute is one of",
    )
    is_problem(
        api.get("/v1/queries/influence/one?customerId=ann&value=email"), 400, "bad-request", "value is one of"
    )
    for wrong in ("value=Revenue", "decay=7", "decay=0", "decay=nan", "hops=0", "hops=26"):
        asked = api.get(f"/v1/queries/influence/one?customerId=ann&{wrong}")
        is_problem(asked, 400, "bad-request", f"{wrong.partition('=')[0]} is ")
    assert api.get("/v1/queries/tree/downline?rootId=ann&hops=1000000000").status_code == 200
    is_problem(api.get("/v1/queries?name=x"), 422, "invalid-request")
    twice = api.get("/v1/queries/influence/some?ids=ann&ids=cat")
    is_problem(twice, 400, "bad-request", "ids is there 2 times. A list is JSON")


def test_true_is_no_rate(api: httpx.Client) -> None:
    for wrong in ({"rate": True}, {"rate": "0.1"}, {"tiers": [{"from": 0, "fixed": True}]}):
        is_problem(api.post("/v1/affiliates/what-if", json=wrong), 422, "invalid-request")


def test_what_is_no_http(api: httpx.Client) -> None:
    for text in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /v1/loads HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"\r\n\r\n\r\n",
    ):
        with socket.create_connection((api.base_url.host, api.base_url.port or 80), timeout=5) as line:
            line.sendall(text)
            line.settimeout(2)
            try:
                said = line.recv(200)
            except TimeoutError:
                said = b""
        assert b"500" not in said[:15]
    assert api.get("/healthz").status_code == 200


def test_other_methods(api: httpx.Client) -> None:
    for method, path, allowed in [
        ("GET", "/v1/influence/batch", "POST"),
        ("PUT", "/v1/influence/batch", "POST"),
        ("DELETE", "/v1/customers/ann", "GET"),
        ("POST", "/v1/segments", "GET"),
    ]:
        answer = api.request(method, path)
        is_problem(answer, 405, "method-not-allowed", "Allow")
        assert answer.headers["allow"] == allowed, path
    is_problem(api.get("/v1/nothing/of/the/kind"), 404, "not-found", "/docs")
    head = api.head("/v1/influence?limit=1")
    assert (head.status_code, head.content) == (200, b"")
    assert api.get("/favicon.ico").status_code in (204, 307)


def test_a_body_that_is_none(api: httpx.Client) -> None:
    """It says what is missing, in words of HTTP and not of a library."""
    body = '{"customer_ids": ["ann"]}'
    is_problem(api.post("/v1/influence/batch", content=body), 422, "invalid-request", "application/json")
    kind = {"Content-Type": "application/json"}
    broken = api.post("/v1/influence/batch", content="{", headers=kind)
    is_problem(broken, 422, "invalid-request", "is no JSON")
