"""Forgotten: nothing says who they were, everybody else is as before, and the old files do not bring them back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refnet.analysis.influence.analyze import analyze
from refnet.core.errors import NotFound, UsageError
from refnet.core.settings import load_settings
from refnet.front import erase, load
from refnet.graph import Graph
from refnet.loaders.persons import carry_out, document, plan
from refnet.loaders.persons.erase import _steps
from refnet.loaders.persons.forgotten import tombstones
from tests.api.conftest import served, settings_for
from tests.conftest import Engines, wipe
from tests.loaders.conftest import picture
from tests.loaders.persons.conftest import Tables, tables
from tests.refnet.conftest import Run, at_home, refnet, says

__all__ = ["at_home", "refnet"]

# Every string of hers that is in the files, whole or as a part; ids of her rows, too.
HERS = re.compile(
    r"mia|quill|mq-1|MIA[12]0|\bk-2\b|\bo-[12]\b|\bi-[123]\b|\bt-1\b|\bs-1\b|\br-[12]\b|\brf-1\b|otherfeature",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFNET_ERASURE_KEY", "a key for tests")


def strings(graph: Graph) -> Iterator[str]:
    """Every value in the whole graph, as text."""
    for row in graph.read("MATCH (n) RETURN properties(n) AS held"):
        yield from map(str, row["held"].values())
    for row in graph.read("MATCH ()-[r]->() RETURN properties(r) AS held"):
        yield from map(str, row["held"].values())


def left(graph: Graph) -> list[str]:
    return [text for text in strings(graph) if HERS.search(text)]


def scores(graph: Graph) -> dict[str, Any]:
    """What everybody's scores are, but for when; forgotten people under one name."""
    analyze(graph)
    told = {}
    for label, key in (("Customer", "customerId"), ("Affiliate", "affiliateId")):
        for row in graph.read(f"MATCH (n:{label}) RETURN n.{key} AS id, properties(n) AS held"):
            held = {k: v for k, v in row["held"].items() if k in FIGURES}
            told[str(row["id"])] = held
    return told


FIGURES = {
    "influence", "ecrDirect", "ecrNetwork", "conservedCredit", "downline", "longestChain", "percentile", "band",
    "quadrant", "revenue", "orders", "cltv", "joinedAt",
}  # fmt: skip


def by(graph: Graph, asked: str = "mq-1", **more: Any) -> Any:
    return erase(graph, asked, by="tester", **more)


@pytest.mark.parametrize("asked", ["mq-1", "Mia@quill.example", "mia-blog"])
def test_nothing_says_who_it_was(graph: Graph, asked: str) -> None:
    load(graph, tables())
    before = scores(graph)
    assert left(graph), "they are there to be found"
    done = by(graph, asked, why="request 7")
    assert not left(graph)
    assert (done.counts["orders"], done.counts["refunds"]) == (3, 2)
    assert done.counts["customers"] == 1
    assert done.counts["ids"] == 3

    after = scores(graph)
    assert len(after) == len(before)
    for i, held in before.items():
        if i not in ("mq-1", "mia-blog"):
            assert after[i] == held, i
    (anonymous,) = (i for i in after if i.startswith("erased:") and "joinedAt" in after[i])
    assert after[anonymous] == before["mq-1"]
    (affiliate,) = (i for i in after if i.startswith("erased:") and i != anonymous)
    assert after[affiliate] == before["mia-blog"]
    held = graph.read(
        "MATCH (c:Customer {customerId: $id}) RETURN properties(c) AS held", id=anonymous
    ).one()["held"]
    assert not held.keys() & {
        "name",
        "email",
        "country",
        "plan",
        "channel",
        "crmRole",
        "consent",
        "shoeColour",
    }
    assert graph.read("MATCH (t:Token) RETURN count(t) AS n").one()["n"] == 1, (
        "ola's device, which they shared"
    )

    (record,) = graph.query("erasures/list", limit=10)
    assert (record["erasureId"], record["by"], record["why"]) == (done.erasure_id, "tester", "request 7")
    assert json.loads(record["counts"]) == done.counts


def test_the_same_files_again_change_nothing(graph: Graph) -> None:
    load(graph, tables())
    by(graph)
    before, there = scores(graph), picture(graph)
    told, credit = load(graph, tables())
    assert picture(graph) == there
    assert credit.changed == 0
    assert told["customers"].rows_of_forgotten == 3
    assert told["aliases"].rows_of_forgotten == 1
    assert told["tokens"].rows_of_forgotten == 2
    assert told["orders"].rows_of_forgotten == 0
    assert "3 of forgotten people not taken" in str(told)
    assert scores(graph) == before
    assert not left(graph)


def test_each_old_file_alone_changes_nothing(graph: Graph) -> None:
    load(graph, tables())
    by(graph)
    there = picture(graph)
    for name, frame in tables().items():
        load(graph, {name: frame})
        assert picture(graph) == there, name


def test_again_there_is_nothing_to_do(graph: Graph) -> None:
    load(graph, tables())
    by(graph)
    there = picture(graph)
    for asked in ("mq-1", "stripe:cus_mia", "mia@QUILL.example", "mia-blog"):
        again = by(graph, asked)
        assert (again.again, again.erasure_id, again.counts) == (True, None, {}), asked
    assert picture(graph) == there
    with pytest.raises(NotFound):
        by(graph, "mq-2")
    with pytest.raises(NotFound):
        document(graph, "mq-1")


@pytest.mark.parametrize("loaded_between", [False, True])
def test_broken_off_it_is_finished_by_the_next(graph: Graph, kind: str, loaded_between: bool) -> None:
    """At every fourth step where that is quick, at every twelfth on Neo4j."""
    load(graph, tables())
    by(graph)
    whole = _nameless(picture(graph))
    wipe(graph)
    load(graph, tables())
    before = scores(graph)
    made = None
    for parts in range(1, 40, 4 if kind == "embedded" else 12):
        wipe(graph)
        load(graph, tables())
        made = plan(graph, "mq-1", settings=load_settings())
        graph.query("erasures/set-tombstones", rows=tombstones(made.key, made.names))
        steps = list(_steps(graph, made))
        for step in steps[:parts]:
            graph.write_all(step)
        if loaded_between:
            load(graph, tables())
        by(graph)
        assert not left(graph), parts
        found = _nameless(picture(graph))
        for one, other in zip(found, whole, strict=True):
            assert (set(one) - set(other), set(other) - set(one)) == (set(), set()), parts
        assert found == whole
        after = scores(graph)
        assert {i: held for i, held in after.items() if i in before} == {
            i: held for i, held in before.items() if i in after
        }
        if parts >= len(steps):
            break
    assert made is not None


def _nameless(whole: Any) -> Any:
    """A picture without what is random and when."""

    def plain(text: str) -> str:
        return re.sub(r"erased:[0-9a-f]{16}(?![0-9a-f])", "erased", text)

    return sorted(plain(n) for n in whole[0] if not n.startswith("Erasure ")), sorted(map(plain, whole[1]))


def test_what_comes_later_is_recognised(graph: Graph) -> None:
    """A new order, an id that nobody knew, by email or by alias, an affiliate of theirs: all the forgotten person's."""
    load(graph, tables())
    by(graph)
    revenue = graph.read("MATCH (c:Customer) RETURN sum(c.revenue) AS sum").one()["sum"]
    late = pd.DataFrame(
        {"order_id": ["o-9"], "customer_id": ["shop:mia9"], "placed_at": ["2024-06-01"], "amount": [7.0]}
    )
    told, _ = load(graph, {"orders": late})
    assert told["orders"].waiting == 1
    told, _ = load(
        graph,
        {
            "customers": pd.DataFrame({"customer_id": ["shop:mia9", "new"], "email": ["MIA@quill.example", "n@x.y"]}),
            "aliases": pd.DataFrame({"alias": ["mia-old"], "customer_id": ["mq-1"]}),
            "affiliates": pd.DataFrame({"affiliate_id": ["mia-shop"], "name": ["Mia"], "customer_id": ["shop:mia9"]}),
            "orders": pd.DataFrame(
                {
                    "order_id": ["o-10", "o-11", "o-12"], "customer_id": ["mia-old", "mq-1", "new"],
                    "placed_at": ["2024-06-02"] * 3, "amount": [1.0, 2.0, 4.0],
                }
            ),
        },
    )  # fmt: skip
    assert told["customers"].rows_of_forgotten == 1
    assert told["customers"].rows_loaded == 1
    assert not told.waiting.get("orders")
    assert not [text for text in strings(graph) if re.search("mia|quill", text, re.IGNORECASE)]
    assert (
        graph.read("MATCH (c:Customer) RETURN sum(c.revenue) AS sum").one()["sum"] == revenue + 7 + 1 + 2 + 4
    )
    erased = (
        "MATCH (c:Customer)-[:ACTS_AS]->(a) WHERE c.customerId STARTS WITH 'erased:' RETURN count(a) AS n"
    )
    assert graph.read(erased).one()["n"] == 2
    assert graph.read("MATCH (a:Alias) RETURN count(a) AS n").one()["n"] == 0


def test_what_was_given_back_of_their_orders(graph: Graph) -> None:
    """Before, after and without the order: it is the forgotten person's, and says nothing of them either."""
    kept = {name: frame for name, frame in tables().items() if name not in ("orders", "refunds")}
    load(graph, tables())
    by(graph)
    whole = _nameless(picture(graph))
    assert graph.read("MATCH (:Refund)-[:REFUNDS]->(o:Order) RETURN count(*) AS n").one()["n"] == 3
    for first, second in (("orders", "refunds"), ("refunds", "orders")):
        wipe(graph)
        load(graph, kept)
        by(graph)
        load(graph, {first: tables()[first]})
        load(graph, {second: tables()[second]})
        assert not left(graph), first
        found = _nameless(picture(graph))
        for one, other in zip(found, whole, strict=True):
            assert (set(one) - set(other), set(other) - set(one)) == (set(), set()), first
    late = pd.DataFrame({"refund_id": ["rf-1"], "order_id": ["o-2"], "amount": [4.0]})
    load(graph, {"refunds": late})  # one that is another order's from now on
    assert not left(graph)
    back = graph.read(
        "MATCH (o:Order) WHERE o.orderId STARTS WITH 'erased' RETURN o.amount, o.refunded"
    ).values
    assert sorted(back) == [[20.0, 4.0], [40.0, 0.0], [40.0, 4.0]]


def test_an_email_that_others_have_is_theirs(graph: Graph) -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b"], "email": ["x@y.example"] * 2, "name": ["Ann", "Bob"]})
    load(graph, {"customers": frame})
    by(graph, "a")
    there = picture(graph)
    told, _ = load(graph, {"customers": frame})
    assert told["customers"].rows_of_forgotten == 1
    assert picture(graph) == there
    assert document(graph, "x@y.example")["customer_id"] == "b"


def test_others_do_not_become_one_because_somebody_is_gone(graph: Graph) -> None:
    """c-1, c-2 and shop:1 have an email that joins nobody; without c-1 it would. shop:1 and app:1 have another."""
    frame = pd.DataFrame(
        [
            ("c-1", "one@x.y"),
            ("c-2", "one@x.y"),
            ("shop:1", "one@x.y"),
            ("shop:1b", "two@x.y"),
            ("app:1", "two@x.y"),
        ],
        columns=["customer_id", "email"],
    )
    aliases = pd.DataFrame({"alias": ["shop:1b"], "customer_id": ["shop:1"]})
    load(graph, {"customers": frame, "aliases": aliases})
    by(graph, "c-1")
    there = picture(graph)
    load(graph, {"customers": frame, "aliases": aliases})
    assert picture(graph) == there
    assert document(graph, "c-2")["customer_id"] == "c-2"
    assert {i["id"] for i in document(graph, "c-2")["ids"]} == {"c-2"}
    assert {i["id"] for i in document(graph, "shop:1")["ids"]} == {"app:1", "shop:1", "shop:1b"}


def test_an_affiliate_who_is_no_customer(graph: Graph) -> None:
    load(graph, tables())
    before = scores(graph)
    by(graph, "sub@x.example")
    assert not [text for text in strings(graph) if re.search(r"\bsub\b|sub-blog|food", text, re.IGNORECASE)]
    after = scores(graph)
    assert {i: h for i, h in after.items() if not i.startswith("erased:")} == {
        i: h for i, h in before.items() if i != "sub-blog"
    }
    there = picture(graph)
    load(graph, tables())
    assert picture(graph) == there


def test_another_key_is_refused(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    load(graph, tables())
    by(graph)
    there = picture(graph)
    monkeypatch.setenv("REFNET_ERASURE_KEY", "another")
    for call in (lambda: load(graph, tables()), lambda: by(graph, "ola")):
        with pytest.raises(UsageError, match="key that recognises their rows is not here"):
            call()
    monkeypatch.setenv("REFNET_TOKEN_KEY", "a key for tests")
    monkeypatch.delenv("REFNET_ERASURE_KEY")
    assert by(graph).again
    assert picture(graph) == there


def test_a_server_needs_a_key_that_all_have(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    load(graph, tables())
    monkeypatch.delenv("REFNET_ERASURE_KEY")
    engine = graph.engine
    try:
        graph.engine = None
        with pytest.raises(UsageError, match="needs a key"):
            plan(graph, "mq-1", settings=load_settings())
    finally:
        graph.engine = engine


def test_the_record_says_nobody(graph: Graph) -> None:
    load(graph, tables())
    there = picture(graph)
    made = plan(graph, "mq-1", settings=load_settings())
    for words in (
        {"by": "tester", "why": "mq-1 asked"},
        {"by": "mia quill"},
        {"by": "t", "why": "by mia@quill.example"},
    ):
        with pytest.raises(UsageError, match="says who is forgotten"):
            carry_out(graph, made, **words)
    assert picture(graph) == there


def test_the_api_shows_them_as_nobody(graph: Graph) -> None:
    load(graph, tables())
    by(graph)
    analyze(graph)
    (anonymous,) = (
        row["id"]
        for row in graph.read("MATCH (c:Customer) RETURN c.customerId AS id")
        if row["id"].startswith("erased:")
    )
    with served(settings_for(graph.at)) as client:
        for old in ("mq-1", "stripe:cus_mia", "email:mia@quill.example", "mia-blog"):
            for part in ("", "/influence", "/tree", "/ancestors"):
                assert client.get(f"/v1/customers/{old}{part}").status_code == 404
        found = client.get(f"/v1/customers/{anonymous}").json()
        assert (found["customer_id"], found["name"], found["revenue"]) == (anonymous, None, 55.0)
        tree = client.get("/v1/customers/ola/tree").text
        assert anonymous in tree
        for text in (tree, client.get("/v1/influence").text, client.get("/v1/customers?search=mi").text):
            assert not HERS.search(text)
        assert client.get("/v1/customers?search=mia%40quill.example").json()["items"] == []


PEOPLE = ("c-1", "c-2", "c-3", "c-4", "shop:2", "shop:3")
_who = st.sampled_from(PEOPLE)


@st.composite
def _networks(draw: st.DrawFn) -> Tables:
    emails = st.sampled_from([None, "one@x.example", "two@x.example"])
    moments = st.sampled_from(["2024-02-01", "2024-02-01T00:30:00Z"])
    days = st.sampled_from([None, "2024-01-01", "2024-01-02"])
    pairs = draw(st.lists(st.tuples(_who, _who, days, st.sampled_from([None, "k"])), min_size=1, max_size=12))
    orders = draw(
        st.lists(st.tuples(_who, st.integers(1, 3), moments, st.sampled_from([None, 60])), max_size=8)
    )
    refunds = draw(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5)), min_size=1, max_size=6))
    return {
        "customers": pd.DataFrame([{"customer_id": i, "email": draw(emails), "revenue": 5} for i in PEOPLE]),
        "aliases": pd.DataFrame([{"alias": "shop:2", "customer_id": draw(_who)}]),
        "referrals": pd.DataFrame(
            [
                {"referrer_id": a, "referee_id": b, "referred_at": at, "claim_id": k and f"{k}-{n}-{a}"}
                for n, (a, b, at, k) in enumerate(pairs)
            ]
        ),
        "orders": pd.DataFrame(
            [
                {
                    "order_id": f"o-{n}",
                    "customer_id": i,
                    "placed_at": at,
                    "amount": amount,
                    "once_within": minutes,
                }
                for n, (i, amount, at, minutes) in enumerate([("c-1", 1, "2024-02-01", None), *orders])
            ]
        ),
        "refunds": pd.DataFrame(
            [
                {"refund_id": f"b-{n}" if n % 2 else None, "order_id": f"o-{o}", "amount": back}
                for n, (o, back) in enumerate(refunds)
            ]
        ),
    }


@pytest.fixture(scope="module")
def embedded(engines: Engines) -> Graph:
    return engines.graph("embedded")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(network=_networks(), data=st.data())
def test_any_network_keeps_its_truth(embedded: Graph, network: Tables, data: st.DataObject) -> None:
    """Claims of one moment, or of none, are decided as before: others' scores are the same, to the last figure."""
    wipe(embedded)
    load(embedded, network)
    before = scores(embedded)
    for asked in data.draw(st.lists(_who, min_size=1, max_size=2, unique=True)):
        ids = {i["id"] for i in document(embedded, asked)["ids"]} if _there(embedded, asked) else set()
        by(embedded, asked)
        for gone in ids:
            assert not [text for text in strings(embedded) if re.search(rf"(?<![\w-]){gone}(?!\w)", text)], (
                gone
            )
    after = scores(embedded)
    for i in before.keys() & after.keys():
        assert after[i] == before[i], i
    assert sorted(map(str, after.values())) == sorted(map(str, before.values()))
    there = picture(embedded)
    load(embedded, network)
    assert picture(embedded) == there


def _there(graph: Graph, asked: str) -> bool:
    try:
        document(graph, asked)
    except NotFound:
        return False
    return True


@pytest.mark.usefixtures("at_home")
def test_the_command(refnet: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REFNET_ERASURE_KEY")
    (tmp_path / "exports").mkdir()
    for name, frame in tables().items():
        frame.to_csv(tmp_path / "exports" / f"{name}.csv", index=False)
    says(refnet("load", "exports"), 0, "customers: 6 rows loaded")
    says(refnet("erase", "mq-1"), 2, "Nobody is here to be asked", "--yes")
    says(refnet("erase", "mq-1", "--yes", "--why", "for mq-1"), 2, "--why says who")
    says(refnet("erase", "nobody", "--yes"), 1, "Nobody in this graph")
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdin.isatty", lambda: True, raising=False)
        patched.setattr("typer.confirm", lambda *_, **__: False)
        refused = refnet("erase", "mq-1")
        says(refused, 1, "customers 1, ids 3, emails 2", "Nothing was changed")
        assert not HERS.search(refused.stdout + refused.stderr)
    said = refnet("erase", "mq-1", "--yes", "--json", "--by", "dpo")
    assert said.returncode == 0
    told = json.loads(said.stdout)
    assert told["again"] is False
    assert told["counts"]["orders"] == 3
    assert not HERS.search(said.stdout + said.stderr)
    assert (tmp_path / "home" / "erasure.key").stat().st_mode & 0o777 == 0o600
    says(refnet("erase", "mq-1", "--yes"), 0, "forgotten before; nothing of theirs is left")
    says(refnet("show", "mq-1"), 1, "There is no customer mq-1")
    says(refnet("load", "exports"), 0, "3 of forgotten people not taken")
    says(refnet("query", "erasures/list"), 0, told["erasure_id"], "dpo")
    (tmp_path / "home" / "erasure.key").unlink()
    says(refnet("load", "exports"), 2, "the key that recognises their rows is not here", "REFNET_ERASURE_KEY")
