"""From a graph to facts, by hand; and probabilities written, renewed and taken away again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.success.churn import graph as churn
from refnet.analysis.success.churn.features import NAMES
from refnet.analysis.success.churn.leaving import Leaving
from refnet.analysis.success.churn.model import Fitted, Trained
from refnet.analysis.success.churn.saved import Saved, saved
from refnet.analysis.success.churn.score import score
from refnet.core.errors import NotFound
from refnet.front import forget_churn, load, write_churn
from refnet.graph import Graph
from tests.cypher.village import TABLES


def day(text: str) -> float:
    return float(np.datetime64(text, "D").astype(int))


MORE = {
    "tickets": pd.DataFrame(
        [("t-1", "ben", "2024-05-01", "2024-05-03", "High"), ("t-2", "ben", "2024-06-01", None, "low")],
        columns=["ticket_id", "customer_id", "opened_at", "closed_at", "severity"],
    ),
    "surveys": pd.DataFrame(
        [("s-1", "cat", "nps", 9, "2024-05-01"), ("s-2", "cat", "csat", 2, "2024-06-01")],
        columns=["survey_id", "customer_id", "kind", "score", "answered_at"],
    ),
    "usage": pd.DataFrame(
        [("dan", "2024-06", 7, "app"), ("dan", "2024-06", 3, "web"), ("dan", "2024-05", 9, "app")],
        columns=["customer_id", "month", "active_days", "feature"],
    ),
}


def made_up(facts: object, **weights: float) -> Saved:
    """A model with a few weights: a chance of 5 % for who has nothing of them."""
    weight = np.array([weights.get(name, 0.0) for name in NAMES])
    trained = Trained(
        Fitted(weight, float(np.log(0.05 / 0.95))), Leaving("recorded", 3.0, None), {}, {}, {}, {}, []
    )
    return saved(trained, facts)  # type: ignore[arg-type]


def test_facts_are_the_ones_counted_by_hand(graph: Graph) -> None:
    load(graph, TABLES | MORE)
    facts = churn.facts_of(graph)
    names = list(facts.ids)
    place = {name: names.index(name) for name in names}
    assert len(facts) == 14
    assert facts.until == day("2024-08-01")
    assert facts.joined[place["ben"]] == day("2024-02-01")
    assert np.isnan(facts.joined[place["hal"]])
    assert facts.lost[place["fay"]] == day("2024-09-01")
    assert facts.origin["affiliate"][place["fay"]] >= 0
    assert (facts.origin["affiliate"] >= 0).sum() == 1  # nat is ann's own
    bought = {names[who]: amount for who, amount in zip(facts.orders.who, facts.orders.value, strict=True)}
    assert len(facts.orders) == 11
    assert bought["cat"] == 100  # 120 less 20
    assert [(names[who], at, severe, until) for who, at, severe, until in zip(
        facts.tickets.who, facts.tickets.at, facts.tickets.value, facts.tickets.until, strict=True
    )] == [("ben", day("2024-05-01"), 1, day("2024-05-03")), ("ben", day("2024-06-01"), 0, np.inf)]  # fmt: skip
    assert (facts.nps.value.tolist(), facts.csat.value.tolist()) == ([9], [2])
    assert [(at, value) for at, value in zip(facts.usage.at, facts.usage.value, strict=True)] == [
        (day("2024-06-01"), 9), (day("2024-07-01"), 7),
    ]  # fmt: skip
    assert np.bincount(facts.invitations.who, minlength=14)[place["ann"]] == 4
    brought = {(names[a], names[b]) for a, b in zip(facts.referrer, facts.referee, strict=True)}
    assert brought == {
        ("ann", "ben"), ("ben", "cat"), ("cat", "dan"), ("ann", "eve"), ("eve", "kim"), ("ann", "nat"), ("hal", "ida"),
        ("ida", "joe"),
    }  # fmt: skip
    assert names[facts.brought_by[place["dan"]]] == "cat"


@pytest.mark.parametrize("kind", ["embedded"])
def test_probabilities_are_written_renewed_and_taken_away(graph: Graph, tmp_path: Path) -> None:
    load(graph, TABLES | MORE)
    facts = churn.facts_of(graph)
    scored = score(facts, made_up(facts, tickets_ever=5.0))
    # hal, ida and joe joined when is not known; nat joined on 1 August, and the day of it is over.
    assert write_churn(graph, scored) == 11
    rows = {row["customerId"]: row for row in graph.query("churn/written")}
    assert len(rows) == 11
    assert rows["ann"]["probability"] == pytest.approx(0.05)
    assert next(iter(rows)) == "ben"
    assert rows["ben"]["version"] == scored.model.version
    top = churn.likeliest(scored, 1)[0]
    assert top["customer_id"] == "ben"
    assert top["reasons"][0]["reason"] == "tickets"
    assert churn.asked(graph, scored, ["old-ann"])[0]["customer_id"] == "ann"
    gone = churn.asked(graph, scored, ["hal"])[0]
    assert (gone["there"], gone["probability"], gone["left_at"]) == (False, None, None)
    with pytest.raises(NotFound):
        churn.asked(graph, scored, ["nobody"])
    others = TABLES["customers"].query("customer_id != 'nat'")
    load(graph, {"customers": others.assign(churned_at="2024-07-15")})
    left = churn.facts_of(graph)
    assert write_churn(graph, score(left, made_up(left))) == 1  # nat
    assert [row["customerId"] for row in graph.query("churn/written")] == ["nat"]
    assert forget_churn(graph) == 1
    assert len(graph.query("churn/written")) == 0


@pytest.mark.parametrize("kind", ["embedded"])
def test_an_empty_graph_has_nobody_to_leave(graph: Graph) -> None:
    facts = churn.facts_of(graph)
    assert len(score(facts, made_up(facts)).who) == 0
    assert "nobody has ordered twice" in churn.make(facts).why  # type: ignore[union-attr]
