"""A CRM that asks again and again for what has changed: whenever it asks, it misses nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from refnet.analysis.influence import publish
from refnet.analysis.influence.analyze import analyze
from refnet.core.settings import load_settings
from refnet.front import load
from refnet.graph import Graph
from tests.api.conftest import served, settings_for
from tests.cypher.village import TABLES

SORTS = ("influence", "customer_id")


class BrokenOff(Exception):
    """An analysis that has written everything, but for its end."""


def test_by_a_clock_and_by_the_last_page(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also whoever asks while an analysis is written, or after it is broken off."""
    load(graph, TABLES)
    analyze(graph)
    other = load_settings(decay=0.9)
    closed = publish.close_analysis
    with served(settings_for(graph.at)) as client:

        def page(sort: str, **parameters: str) -> Any:
            answer = client.get("/v1/influence", params={"sort": sort, **parameters})
            assert answer.status_code == 200, answer.text
            return answer.json()

        def changed(since: str) -> list[str]:
            one, other = (
                sorted(item["customer_id"] for item in page(sort, updated_since=since)["items"])
                for sort in SORTS
            )
            assert one == other
            return one

        def asked() -> tuple[str, str]:
            clock = datetime.now(UTC).isoformat()
            return clock, page("customer_id")["scored_at"]

        def breaks_off(*_: Any) -> None:
            raise BrokenOff

        def asked_just_before(*given: Any) -> None:
            moments.extend(asked())
            closed(*given)

        moments = [*asked()]
        assert [changed(since) for since in moments] == [[], []], "nothing since"
        monkeypatch.setattr(publish, "close_analysis", breaks_off)
        with pytest.raises(BrokenOff):
            analyze(graph, settings=other)
        moments += asked()
        assert [changed(since) for since in moments] == [[]] * 4
        monkeypatch.setattr(publish, "close_analysis", asked_just_before)
        analyze(graph, settings=other)
        now = graph.read("MATCH (c:Customer {scoreVersion: 2}) RETURN c.customerId AS id").to_pandas()["id"]
        assert 0 < len(now) < 14 == len(changed("2000-01-01"))
        assert len(moments) == 6
        for since in moments:
            assert changed(since) == sorted(now), since
        after = asked()
        assert [changed(since) for since in after] == [[], []]
        for sort in SORTS:
            told = page(sort, updated_since=moments[0])
            assert {item["score_changed_at"] for item in told["items"]} == {told["scored_at"]} == {after[1]}
        # An analysis that changes nothing is no reason to take anything again.
        monkeypatch.undo()
        assert analyze(graph, settings=other).changed == 0
        assert [changed(since) for since in after] == [[], []]
        assert changed(moments[0]) == sorted(now)


def test_the_moment_told_is_one_at_which_it_is_current(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that at which its end was begun to be written: somebody may have asked between."""
    load(graph, TABLES)
    seen: list[str] = []
    query = Graph.query

    def watched(self: Graph, name: str, **parameters: Any) -> Any:
        answer = query(self, name, **parameters)
        if name == "scores/finish":
            assert len(query(self, "scores/current")) == 1
            seen.append(datetime.now(UTC).isoformat())
        return answer

    monkeypatch.setattr(Graph, "query", watched)
    analyze(graph)
    given = {"afterId": "", "limit": 100}
    assert len(graph.query("scores/by-id", since=seen[0], **given)) == 14
