"""What the API answers about the village, counted by hand."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from refnet.analysis.influence.profile import profile
from refnet.api import models
from refnet.api.queries import open_queries
from refnet.core.settings import Settings
from refnet.front import keep_segments
from refnet.graph import Graph

EVERYONE = ["ann", "ben", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "joe", "kim", "lea", "moe", "nat"]
# By influence, and by id where it is equal.
BY_INFLUENCE = [
    "ann",
    "ben",
    "hal",
    "cat",
    "eve",
    "ida",
    "dan",
    "fay",
    "gus",
    "joe",
    "kim",
    "lea",
    "moe",
    "nat",
]


def get(api: httpx.Client, path: str, **parameters: Any) -> Any:
    answer = api.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def test_one_score_is_what_show_prints(api: httpx.Client, village: Graph) -> None:
    for asked in ({}, {"hops": 2, "decay": 0.1}, {"hops": "all", "decay": 0.9}):
        shown = profile(village, "ann", settings=Settings(_env_file=None), **asked)
        assert get(api, "/v1/customers/ann/influence", **asked) == json.loads(json.dumps(shown))
    found = get(api, "/v1/customers/ann/influence")
    assert (found["influence"], found["ecr_direct"], found["ecr_network"]) == (425.0, 400.0, 700.0)
    assert found["generations"] == [
        {"depth": 1, "customers": 3, "value": 300.0},
        {"depth": 2, "customers": 2, "value": 200.0},
        {"depth": 3, "customers": 1, "value": 100.0},
    ]
    assert found["score_version"] == 1


def test_a_customer(api: httpx.Client) -> None:
    found = get(api, "/v1/customers/cat")
    assert found.pop("scored_at").startswith("20")
    assert found == {
        "customer_id": "cat", "name": "Cat", "country": "DE", "plan": "plus", "channel": "referral",
        "joined_at": "2024-03-01T00:00:00+00:00", "revenue": 100.0, "cltv": 150.0, "influence": 100.0,
        "quadrant": "misers", "currency": "EUR", "score_version": 1,
        "changes_since": 0, "hops": 6, "decay": 0.5,
    }  # fmt: skip


def test_the_tree(api: httpx.Client) -> None:
    tree = get(api, "/v1/customers/ann/tree", depth=2)
    assert (tree["root"], tree["truncated"], tree["currency"]) == ("ann", False, "EUR")
    assert [
        (n["customer_id"], n["depth"], n["referrers"], n["children"], n["downline"]) for n in tree["nodes"]
    ] == [
        ("ann", 0, [], 3, 6),
        ("ben", 1, ["ann"], 1, 2),
        ("eve", 1, ["ann"], 1, 1),
        ("nat", 1, ["ann"], 0, 0),
        ("cat", 2, ["ben"], 1, 1),
        ("kim", 2, ["eve"], 0, 0),
    ]
    assert set(tree) == set(models.Tree.model_fields)
    assert {frozenset(node) for node in tree["nodes"]} == {frozenset(models.TreeNode.model_fields)}
    cut = get(api, "/v1/customers/ann/tree", depth=25, limit=4)
    assert [n["customer_id"] for n in cut["nodes"]] == ["ann", "ben", "eve", "nat", "cat"]
    assert cut["truncated"] is True
    whole = get(api, "/v1/customers/ann/tree", depth=25, limit=6)
    assert (len(whole["nodes"]), whole["truncated"]) == (7, False)


def test_who_is_above(api: httpx.Client) -> None:
    found = get(api, "/v1/customers/dan/ancestors")
    assert [(a["steps"], a["id"], a["kind"]) for a in found["items"]] == [
        (1, "cat", "customer"),
        (2, "ben", "customer"),
        (3, "ann", "customer"),
    ]
    assert [(a["id"], a["kind"]) for a in get(api, "/v1/customers/fay/ancestors")["items"]] == [
        ("a-1", "affiliate")
    ]
    cut = get(api, "/v1/customers/dan/ancestors", limit=2)
    assert ([a["id"] for a in cut["items"]], cut["truncated"]) == (["cat", "ben"], True)


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("ann", ["ann"]),
        ("ANN", ["ann"]),
        ("K", ["kim"]),
        ("e", ["eve"]),
        ("zz", []),
        ("%", []),
        (" ann ", ["ann"]),
        ("a", ["ann"]),
        ("I", ["ida"]),
    ],
)
def test_search(api: httpx.Client, words: str, ids: list[str]) -> None:
    found = get(api, "/v1/customers", search=words)
    assert [c["customer_id"] for c in found["items"]] == ids
    assert all("email" not in c for c in found["items"])


@pytest.mark.parametrize(
    ("sort", "ids"),
    [("influence", BY_INFLUENCE), ("customer_id", EVERYONE), ("downline", None), ("ecr_network", None)],
)
@pytest.mark.parametrize("limit", [1, 3, 14, 100])
def test_pages_add_up_to_everyone(api: httpx.Client, sort: str, ids: list[str] | None, limit: int) -> None:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = get(api, "/v1/influence", sort=sort, limit=limit, **cursor)
        assert len(page["items"]) <= limit
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(one["customer_id"] for one in found) == EVERYONE
    if ids:
        assert [one["customer_id"] for one in found] == ids
    else:
        scores = [one[sort] for one in found]
        assert scores == sorted(scores, reverse=True)
    assert {one["score_version"] for one in found} == {1}
    assert all(one["scored_at"] for one in found)


def test_what_has_changed_since(api: httpx.Client) -> None:
    assert len(get(api, "/v1/influence", updated_since="2020-01-01T00:00:00Z")["items"]) == 14
    assert get(api, "/v1/influence", updated_since="2999-01-01T00:00:00Z")["items"] == []
    assert get(api, "/v1/influence", updated_since="2999-01-01", sort="customer_id")["items"] == []
    # The + of an offset, not encoded, arrives as a space.
    assert api.get("/v1/influence?updated_since=2020-01-01T00:00:00+02:00").status_code == 200


def test_a_batch_comes_in_the_order_asked(api: httpx.Client) -> None:
    answer = api.post("/v1/influence/batch", json={"customer_ids": ["dan", "nobody", "ann", "dan"]})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [one and one["customer_id"] for one in found["items"]] == ["dan", None, "ann", "dan"]
    assert found["missing"] == ["nobody"]
    assert found["items"][2]["influence"] == 425.0


def test_hidden_advocates(api: httpx.Client) -> None:
    found = get(api, "/v1/hidden-advocates", limit=1)
    assert ([one["customer_id"] for one in found["items"]], found["truncated"]) == (["ann"], True)


def test_segments(api: httpx.Client) -> None:
    found = get(api, "/v1/segments")
    ids = {one["id"]: one for one in found["items"]}
    assert ids["plan:plus"]["customers"] == 4
    assert ids["plan:plus"]["rule"] == {"plan": "plus"}
    assert ids["plan:plus"]["q_value"] is None  # too few to be tested: not known, and not NaN
    assert get(api, "/v1/segments", reported="true")["items"] == []
    one = get(api, f"/v1/segments/{quote('plan:plus', safe='')}")
    assert one["reading"].startswith("plan = plus: too little data")
    assert one["query"]["parameters"] == {"levels": {"plan": "plus"}, "ranges": {}, "dates": {}}
    assert one["explained_by"] is None
    quarter = next(one for one in found["items"] if "joinedAt" in one["rule"] and one["customers"] > 1)
    joined = get(api, f"/v1/segments/{quarter['id']}/customers", limit=100)["items"]
    assert len(joined) == quarter["customers"]
    asked = {key: json.dumps(value) for key, value in quarter["query"]["parameters"].items()}
    rows = get(api, "/v1/queries/segments/members", **asked)["rows"]
    assert sorted(row[0] for row in rows) == sorted(c["customer_id"] for c in joined)
    members = get(api, "/v1/segments/plan:plus/customers", limit=3)
    assert [c["customer_id"] for c in members["items"]] == ["cat", "dan", "fay"]
    rest = get(api, "/v1/segments/plan:plus/customers", limit=3, cursor=members["next_cursor"])
    assert [c["customer_id"] for c in rest["items"]] == ["nat"]


def test_kept_segments(api: httpx.Client, village: Graph) -> None:
    assert get(api, "/v1/segments/kept") == {"items": []}
    try:
        keep_segments(village, ["plan:plus"])
        (kept,) = get(api, "/v1/segments/kept")["items"]
        assert (kept["segment_id"], kept["rule"], kept["query"]) == (
            "plan:plus",
            {"plan": "plus"},
            "segments/members",
        )
        (figures,) = get(api, "/v1/segments/plan:plus/history")["items"]
        assert figures["customers"] == 4
        assert figures["version"] == get(api, "/v1/segments")["score_version"]
    finally:
        village.query("segments/forget", ids=["plan:plus"])
    assert api.get("/v1/segments/plan:plus/history").status_code == 404


def test_figures(api: httpx.Client) -> None:
    figures = get(api, "/v1/programme", launch="2024-03-15")
    assert (figures["referral_rate"]["count"], figures["referral_rate"]["of"]) == (7, 14)
    assert figures["referral_share"]["before_after"]["after"]["count"] == 4
    assert get(api, "/v1/programme")["referral_share"]["before_after"] is None
    spring = get(api, "/v1/programme", **{"from": "2024-03-01", "to": "2024-07-01", "by": "quarter"})
    assert (spring["from"], spring["to"]) == ("2024-03-01", "2024-07-01")
    assert (spring["referral_rate"]["count"], spring["conversion"]["of"]) == (4, 4)
    assert spring["k_factor"]["value"] == pytest.approx(4 / 12 * 3 / 4)
    assert spring["referral_share"]["by"] == "quarter"
    assert spring["referral_share"]["periods"] == [
        {"period": "2024-Q1", "customers": 2, "by_customers": 2, "by_affiliates": 0},
        {"period": "2024-Q2", "customers": 4, "by_customers": 2, "by_affiliates": 1},
    ]
    assert [one["by"] for one in spring["breakdowns"]] == ["quarter"]
    assert [one["level"] for one in spring["breakdowns"][0]["groups"]] == ["2024-Q1", "2024-Q2"]
    asked = {"by": "country", "paid": "paid_search", "type1": 0.25}
    country = get(api, "/v1/programme", **asked)
    assert [one["level"] for one in country["breakdowns"][0]["groups"]] == ["DE", "FR"]
    assert country["referral_share"]["by"] == "month"
    assert (
        country["referral_cost"]["paid_channels"]
        == country["earned_growth"]["paid_channels"]
        == ["paid_search"]
    )
    assert country["crv"]["type1_share"] == 0.25
    assert country["earned_growth"]["to"] == "2024-08-02"
    assert figures["referral_share"]["before_after"]["verdict"] == "too little data"
    years = get(api, "/v1/programme", by="year")["referral_share"]["periods"]
    assert [(one["period"], one["customers"]) for one in years] == [("2023", 1), ("2024", 10)]
    backwards = api.get("/v1/programme", params={"from": "2024-07-01", "to": "2024-03-01"})
    assert (backwards.status_code, backwards.json()["type"]) == (400, "/problems/bad-request")
    affiliates = get(api, "/v1/affiliates")
    # nat's 100 are ann's credit, and stand on the card of the affiliate whom she is.
    assert [a["affiliate_id"] for a in affiliates["items"]] == ["a-2", "a-1", "a-3"]
    assert affiliates["items"][0]["as_customer"] == {"customer_id": "ann", "customers": 1, "sales": 100.0}
    assert (affiliates["all"]["customers"], affiliates["all"]["sales"]) == (2, 200.0)
    assert get(api, "/v1/affiliates/a-1")["net"] == 90.0
    assert get(api, "/v1/affiliates/a-1")["below"]["affiliates"] == 1
    assert [one["level"] for one in get(api, "/v1/affiliates", by="month")["items"]] == ["2024-05", "2024-08"]
    replayed = api.post("/v1/affiliates/what-if", json={"fixed": 7, "rate": 0.1, "override": 0.5}).json()
    assert (replayed["all"]["paid"], replayed["all"]["what_if"]) == (10.0, 2 * (7 + 10))
    assert api.post("/v1/affiliates/what-if", json={}).json()["all"]["what_if"] == 0.0
    tiers = [{"from": 1, "rate": 0.5}, {"from": 0, "rate": 0.1}]
    assert api.post("/v1/affiliates/what-if", json={"tiers": tiers}).json()["all"]["what_if"] == 100.0
    refused = api.post("/v1/affiliates/what-if", json={"rate": 20})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/invalid-request")
    integrity = get(api, "/v1/integrity")
    assert integrity["rings"] == [{"claim_id": "k-09", "ring": ["hal", "ida", "joe"], "size": 3}]
    loads = get(api, "/v1/loads", limit=3)
    assert (len(loads["items"]), loads["truncated"]) == (3, True)


def test_named_queries(api: httpx.Client) -> None:
    listed = {query["name"]: query for query in get(api, "/v1/queries")["items"]}
    assert listed.keys() == open_queries().keys()
    assert not any(name.startswith(("export/", "demo/", "scores/", "credit/")) for name in listed)
    found = get(api, "/v1/queries/tree/downline", rootId="ann", hops=1)
    assert found["columns"] == ["depth", "customerId", "name", "referrers", "revenue", "cltv"]
    assert [row[1] for row in found["rows"]] == ["ben", "eve", "nat"]
    some = get(api, "/v1/queries/influence/some", ids='["cat", "ann"]', hops=2, value="heads")
    assert some["rows"] == [["ann", 4.0, 5], ["cat", 1.0, 1]]
    for name, query in listed.items():
        ids = {
            key: json.dumps(v) if isinstance(v, (list, dict)) else v for key, v in query["parameters"].items()
        }
        assert get(api, f"/v1/queries/{name}", **ids)["columns"] == query["columns"], name


def test_nothing_gives_an_email(api: httpx.Client, village: Graph) -> None:
    document = api.get("/openapi.json").json()
    assert "email" not in json.dumps(document["components"]["schemas"])
    for name, query in open_queries().items():
        assert not [column for column in query.columns if "email" in column.lower()], name


def test_any_id_of_a_customer_finds_them(api: httpx.Client) -> None:
    for path in ("", "/influence", "/tree", "/ancestors"):
        assert get(api, f"/v1/customers/old-ann{path}") == get(api, f"/v1/customers/ann{path}")
    assert get(api, "/v1/customers/old-ann")["customer_id"] == "ann"
    assert get(api, "/v1/customers/old-ann/tree")["root"] == "ann"
    assert api.get("/v1/customers/old-bob/tree").status_code == 404


def test_health_and_pages(api: httpx.Client) -> None:
    assert api.get("/healthz").json() == {"status": "alive"}
    assert api.get("/readyz").json() == {"status": "ready"}
    for path, kind in [("/", "text/html"), ("/docs", "text/html"), ("/docs/swagger-ui.css", "text/css"),
                       ("/docs/swagger-ui-bundle.js", "text/javascript"), ("/docs/begin.js", "text/javascript"),
                       ("/problems/not-found", "text/plain")]:  # fmt: skip
        answer = api.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(kind), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        if kind == "text/html":
            assert "//" not in answer.text.replace("http://127.0.0.1", ""), f"{path} fetches from elsewhere"


def test_a_page_that_the_browser_has_keeps_its_policy(api: httpx.Client) -> None:
    """Asked whether its page is still good, it must not be told a policy that forbids the page's own script."""
    first = api.get("/")
    assert "script-src 'self'" in first.headers["content-security-policy"]
    again = api.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
