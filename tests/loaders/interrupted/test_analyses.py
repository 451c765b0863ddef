"""Analyses that are killed, or read meanwhile: the scores before or the new ones, never some of each."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.findings import findings
from refnet.analysis.influence import publish
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.scores import percentile
from refnet.core.settings import load_settings
from refnet.front import load
from refnet.graph import Graph, catalogue, connect, local
from refnet.graph.connection import native
from refnet.graph.model import SCORES
from tests.conftest import wipe
from tests.cypher.village import TABLES
from tests.loaders.interrupted.conftest import Loads
from tests.loaders.interrupted.test_killed import spread

OTHER = {"REFNET_DECAY": "0.9", "REFNET_HOPS": "2"}
WRITTEN = "MATCH (c:Customer) WHERE c.scoresBefore IS NOT NULL RETURN count(c) AS n"
ASKED: dict[str, dict[str, Any]] = {
    "affiliates/scorecard": {},
    "customers/by-id": {"prefix": "", "limit": 1000},
    "customers/one": {"customerId": "ann"},
    "customers/search": {"text": "a", "limit": 1000},
    "export/customers": {},
    "programme/extended-revenue": {},
    "referrers/hidden-advocates": {"limit": 1000},
    "scores/by-id": {"limit": 1000},
    "scores/by-score": {"limit": 1000},
    "scores/some": {"ids": ["ann", "ben", "cat", "hal"]},
    "segments/by-attribute": {"attribute": "country"},
    "segments/members": {"levels": {"country": "DE"}},
    "segments/moved": {"limit": 1000},
    "segments/moved-since": {"since": "2000-01-01T00:00:00Z", "limit": 1000},
    "tree/level": {"ids": ["ann", "ben"]},
    "tree/root": {"rootId": "ann"},
}


def answers(graph: Graph) -> dict[str, Any]:
    """What every reading query of scores gives."""
    given = {
        name: [
            [_rounded_sum(native(value)) for value in row]
            for row in graph.query(name, **known(name, asked)).values
        ]
        for name, asked in ASKED.items()
    }
    by_downline = known("scores/by-score", {"sort": "downline"})
    given["by downline"] = graph.query("scores/by-score", **by_downline).values
    return {
        name: sorted(rows, key=repr) if name.startswith("export/") else rows for name, rows in given.items()
    }


def _rounded_sum(value: Any) -> Any:
    """A mean over everybody is added in the order in which they lie."""
    return round(value, 9) if isinstance(value, float) else value


def known(name: str, asked: dict[str, Any]) -> dict[str, Any]:
    return {**catalogue()[name].parameters, **asked}


def scores(graph: Graph) -> list[Any]:
    """Everybody's, as they stand on the nodes, but for the times."""
    held = graph.read("MATCH (n:Customer) RETURN properties(n) AS held").values
    held += graph.read("MATCH (n:Affiliate) RETURN properties(n) AS held").values
    analyses = graph.read("MATCH (n:Analysis) RETURN properties(n) AS held").values
    return sorted(_told(one) for (one,) in [*held, *analyses])


def _told(held: dict[str, Any]) -> str:
    before = held.get("scoresBefore")
    plain = {name: value for name, value in held.items() if not hasattr(value, "to_native")}
    return repr(sorted((plain | ({"scoresBefore": before[:8]} if before else {})).items()))


def analyzed_village(graph: Graph) -> None:
    """Analyzed once, and in need of being so again."""
    wipe(graph)
    load(graph, TABLES)
    analyze(graph)
    graph.write("MATCH (c:Customer) SET c.revenue = c.revenue * 2, c.cltv = 600.0 - c.cltv")


def test_every_query_of_scores_looks_for_those_before() -> None:
    named = re.compile(rf"\b\w+\.({'|'.join(SCORES)})\b")
    reads = {name for name, query in catalogue().items() if query.mode == "read" and named.search(query.text)}
    assert {name for name in reads if not name.startswith("scores/read-")} == ASKED.keys()
    for name in ASKED:
        assert "finishedAt IS NOT NULL" in catalogue()[name].text, name


@pytest.mark.parametrize("at_once", [(2, 3), (2_000, 50_000)])
def test_killed(graph: Graph, kind: local.Kind, loads: Loads, at_once: tuple[int, int]) -> None:
    """At moments over a whole analysis; by whoever reads it was never begun; run again, it was never killed."""
    analyzed_village(graph)
    count = loads.analyze(environment=OTHER, scores_at_once=at_once)["moments"]
    whole, after = scores(graph), answers(graph)
    some = 0
    for turn, at in enumerate(spread(count, kind)):
        analyzed_village(graph)
        before, report = answers(graph), reported(graph)
        assert "killed" in loads.analyze(environment=OTHER, scores_at_once=at_once, at=at), at
        if graph.query("scores/current").one()["version"] == 2:  # after its last word
            assert without_times(answers(graph)) == without_times(after)
            continue
        assert answers(graph) == before, at
        assert reported(graph) == report, at
        (written,) = graph.read(WRITTEN).values[0]
        some += 0 < written < 14
        assert at_once == (2, 3) or written in (0, 14), "a small graph is written at once"
        if turn % 2:  # also while it is taken back
            loads.analyze(environment=OTHER, scores_at_once=at_once, at=count // 3)
            assert answers(graph) == before, at
        loads.analyze(environment=OTHER, scores_at_once=at_once)
        assert scores(graph) == whole, at
        assert without_times(answers(graph)) == without_times(after)
    assert some or at_once != (2, 3), "killed in the middle of writing"


def reported(graph: Graph) -> dict[str, Any]:
    """All findings; but for what there is: the analysis that was broken off, and on a server its turn."""
    found = findings(graph)
    del found["data"]["contents"]
    return found


def without_times(given: dict[str, Any]) -> dict[str, Any]:
    """Answers but for when analyses were."""
    return {
        name: [[value for value in row if not hasattr(value, "tzinfo")] for row in rows]
        for name, rows in given.items()
    }


def test_a_first_analysis_that_is_killed(graph: Graph, loads: Loads) -> None:
    """Nobody has scores until it is finished."""
    load(graph, TABLES)
    count = loads.analyze()["moments"]
    wipe(graph)
    load(graph, TABLES)
    before = answers(graph)
    assert "killed" in loads.analyze(at=count * 2 // 3)
    (some,) = graph.read("MATCH (c:Customer) WHERE c.influence IS NOT NULL RETURN count(c) AS n").values[0]
    assert 0 < some < 14
    assert answers(graph) == before
    assert loads.analyze()["changed"] == 14 + 3
    assert answers(graph) != before


def test_what_has_not_changed_is_not_written(graph: Graph) -> None:
    load(graph, TABLES)
    assert analyze(graph).changed == 14 + 3
    stand = "MATCH (n) WHERE n:Customer OR n:Affiliate RETURN properties(n) AS held"
    before = sorted(repr(row) for row in graph.read(stand).values)
    assert analyze(graph).changed == 0
    assert sorted(repr(row) for row in graph.read(stand).values) == before
    # Nobody is above ann, and as one who refers she moves no cut-off.
    graph.write("MATCH (c:Customer {customerId: 'ann'}) SET c.revenue = c.revenue + 1")
    assert analyze(graph).changed == 1
    changed = graph.read("MATCH (c:Customer {scoreVersion: 3}) RETURN c.customerId AS id ORDER BY id").values
    assert [one for (one,) in changed] == ["ann"]


@pytest.mark.parametrize("kind", ["embedded"])
def test_who_joins_is_written_and_nobody_else(graph: Graph) -> None:
    """One more customer moves the percentile of everybody, by next to nothing; in time it is written all the same."""
    people = [f"p{n:03}" for n in range(400)]
    customers = pd.DataFrame({"customer_id": people, "revenue": [float(n % 7) for n in range(400)]})
    referrals = pd.DataFrame({"referrer_id": people[:40], "referee_id": people[100:140]})
    load(graph, {"customers": customers, "referrals": referrals})
    assert analyze(graph).changed == 400
    held = (
        "MATCH (c:Customer) RETURN c.percentile AS percentile, c.influence AS influence ORDER BY c.customerId"
    )
    written = []
    for night in range(12):
        more = [f"q{night:02}-{n}" for n in range(8)]
        load(graph, {"customers": pd.DataFrame({"customer_id": more, "revenue": [3.0] * 8})})
        written.append(analyze(graph).changed)
        now = graph.read(held).to_pandas()
        right = percentile(now["influence"])
        off = np.abs(now["percentile"] - right)
        assert (off <= np.minimum(0.5, (100 - right) / 20)).all()
    assert written[:2] == [8, 8]
    assert 1 <= sum(all_of_them > 300 for all_of_them in written) <= 3


def test_read_while_it_is_written(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks without end gets one version or the other; on a Neo4j but for a row now and then."""
    people = [f"p{n:03}" for n in range(300)]
    customers = pd.DataFrame({"customer_id": people, "revenue": [float(n % 17) for n in range(300)]})
    referrals = pd.DataFrame(
        {"referrer_id": [people[n // 3] for n in range(1, 300)], "referee_id": people[1:]}
    )
    load(graph, {"customers": customers, "referrals": referrals})
    monkeypatch.setattr(publish, "BATCH_ROWS", 7)
    monkeypatch.setattr(publish, "TRANSACTION_ROWS", 7)
    settings = [load_settings(decay=decay) for decay in (0.3, 0.8)]
    asks: dict[str, Callable[[Graph], Any]] = {
        "scores/by-score": lambda g: _only_scores(g, "scores/by-score", limit=1000),
        "scores/by-id": lambda g: _only_scores(g, "scores/by-id", limit=1000),
        "referrers/hidden-advocates": lambda g: g.query("referrers/hidden-advocates", limit=1000).values,
        "segments/by-attribute": lambda g: _rounded(g),
    }
    versions = []
    for one in settings:
        analyze(graph, settings=one)
        versions.append({name: repr(ask(graph)) for name, ask in asks.items()})
    assert all(versions[0][name] != versions[1][name] for name in asks)
    seen: dict[tuple[str, str], int] = {}
    ended = threading.Event()

    def poll() -> None:
        at = graph.at
        with connect(at.uri, username=at.username, password=at.password, database=at.database) as mine:
            while not ended.is_set():
                for name, ask in asks.items():
                    before = mine.query("scores/current").values
                    told = repr(ask(mine))
                    if mine.query("scores/current").values != before:
                        continue  # as the API does: another may have been begun since
                    of = next((str(n) for n, one in enumerate(versions) if one[name] == told), "some of each")
                    seen[name, of] = seen.get((name, of), 0) + 1

    thread = threading.Thread(target=poll)
    thread.start()
    for turn in range(6):
        analyze(graph, settings=settings[turn % 2])
        time.sleep(0.3)
    ended.set()
    thread.join()
    assert {name for name, _ in seen} == asks.keys(), "it has asked, and nothing has failed"
    mixed = sum(times for (_, of), times in seen.items() if of == "some of each")
    assert {of for _, of in seen} >= {"0", "1"}, seen
    # A Neo4j locks nothing to read: of thousands of commits one may fall between two properties of one node.
    embedded = graph.engine is not None and graph.engine.kind == "embedded"
    assert mixed <= (0 if embedded else sum(seen.values()) / 30), seen


def _only_scores(graph: Graph, name: str, **asked: Any) -> Any:
    rows = graph.query(name, **known(name, asked))
    return [(row["customerId"], row["influence"], row["percentile"], row["quadrant"]) for row in rows]


def _rounded(graph: Graph) -> Any:
    (row,) = graph.query("segments/by-attribute", attribute="country")
    return round(row["referralValue"], 6), row["referrers"]
