"""Candidates: who is in, who is out and why, the control group, and a model that has not seen the future."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from refnet.analysis.success.candidates import candidates, in_control
from refnet.analysis.success.health import health
from refnet.analysis.success.judged import judged
from refnet.analysis.success.kept_model import load, numbers_of, predicted, save
from refnet.analysis.success.propensity import HORIZON, _filled, _made, look, propensity, scored, trained
from refnet.analysis.success.record import Record
from refnet.analysis.success.weights import parsed
from refnet.core.errors import InputError, NotFound, UsageError
from tests.analysis.success.few import UNTIL, few

WEIGHTS = parsed(
    "least_known = 0\n[grades]\ngreen = 50\n"
    '[signals.recency_days]\nweight = 8\ndirection = "lower"\nlow = 0\nhigh = 100\n'
    '[signals.active_days]\nweight = 1\ndirection = "higher"\nlow = 0\nhigh = 20\n'
    '[signals.csat]\nweight = 1\ndirection = "higher"\nlow = 2\nhigh = 5\n',
    "w.toml",
)


def _person(name: str, **given: Any) -> dict[str, Any]:
    return {"customerId": name, "joined": 700.0, "lastOrder": 990.0, "consent": 1.0} | given


def _used(*names: str) -> list[dict[str, Any]]:
    return [{"customerId": name, "year": 1972, "month": 8, "activeDays": 10} for name in names]


def test_who_is_in_and_who_is_out_by_hand() -> None:
    record = few(
        [
            _person("ann", joined=100.0, crmRole="Champion"),
            _person("ben"),
            _person("no-consent", consent=0.0),
            _person("unknown", consent=np.nan),
            _person("affiliate", affiliate=1.0),
            _person("open"),
            _person("many"),
            _person("angry"),
            _person("angry-unused"),
            _person("cross"),
            _person("red", lastOrder=800.0),
            _person("gone", lost=950.0),
        ],
        usage=_used("angry", "cross", "ann"),
        tickets=[
            {"customerId": "open", "opened": 995.0},
            {"customerId": "many", "opened": 950.0, "closed": 951.0},
            {"customerId": "many", "opened": 960.0, "closed": 961.0},
            {"customerId": "ann", "opened": 700.0, "closed": 701.0},
        ],
        surveys=[
            {"customerId": "angry", "kind": "nps", "score": 3, "answered": 990.0},
            {"customerId": "angry-unused", "kind": "nps", "score": 3, "answered": 990.0},
            {"customerId": "cross", "kind": "csat", "score": 3, "answered": 990.0},
            {"customerId": "ann", "kind": "nps", "score": 10, "answered": 990.0},
        ],
        brought=[{"customerId": "ben", "referrer": "ann", "at": 700.0}],
    )
    found = candidates(record, health(record, WEIGHTS))
    listed = {one["customer_id"]: one for one in found["candidates"]}
    assert [one["customer_id"] for one in found["candidates"]] == ["ann", "ben", "angry-unused", "unknown"]
    assert listed["ann"]["reasons"] == [
        "health score 86", "one of the highest health scores", "NPS 10, using it on 10 days a month",
        "Champion in the CRM", "a customer for 30 months", "has brought 1",
    ]  # fmt: skip
    assert listed["ann"]["points"] == 6
    assert listed["ben"]["reasons"][-1] == "was brought by a customer"
    assert listed["unknown"]["consent"] == "unknown"
    assert listed["unknown"]["reasons"][-1] == "consent is not known: ask first"
    assert listed["unknown"]["points"] == len(listed["unknown"]["reasons"]) - 1
    assert {one["customer_id"]: one["why"] for one in found["left_out"]} == {
        "no-consent": ["no consent to be contacted"],
        "affiliate": ["an affiliate already"],
        "open": ["1 open ticket"],
        "many": ["2 tickets in 180 days"],
        "angry": ["NPS 3, using it on 10 days a month"],
        "cross": ["CSAT 3, using it on 10 days a month"],
    }
    assert found["left_out_counts"] == {
        "low surveys": 2, "already affiliates": 1, "many tickets": 1, "no consent": 1, "open tickets": 1,
    }  # fmt: skip
    assert (found["healthy"], found["pool"]) == (10, 4)
    story = candidates(record, health(record, WEIGHTS), purpose="case_study")
    assert "has brought 1" not in str(story["candidates"])
    assert "uses it on 10 days a month" in story["candidates"][0]["reasons"]


def test_the_control_group_is_by_chance_and_the_same_each_time() -> None:
    ids = [f"c-{n}" for n in range(4000)]
    group = [in_control(one, 0.1, 7) for one in ids]
    assert group == [in_control(one, 0.1, 7) for one in ids]
    assert binomtest(sum(group), len(ids), 0.1).pvalue > 0.001
    assert group != [in_control(one, 0.1, 8) for one in ids]
    # A larger group holds the smaller one: a control that grows lets nobody in again.
    assert all(in_control(one, 0.2, 7) for one, inside in zip(ids, group, strict=True) if inside)
    assert not any(in_control(one, 0.0, 7) for one in ids)
    record = few([_person(one) for one in ids[:200]])
    found = candidates(record, health(record, WEIGHTS), control=0.25, seed=3, limit=500)
    told = {one["customer_id"]: one["group"] for one in found["candidates"]}
    assert told == {one: "control" if in_control(one, 0.25, 3) else "invite" for one in ids[:200]}
    assert found["control"]["customers"] == list(told.values()).count("control")
    for wrong in (1.0, -0.1, 10.0):
        with pytest.raises(UsageError):
            candidates(record, health(record, WEIGHTS), control=wrong)


def test_ranked_by_probability_where_there_is_one() -> None:
    record = few([_person("ann"), _person("ben")])
    scored, card = health(record, WEIGHTS), {"why": None, "reading": "A model."}
    by = candidates(record, scored, rank="probability", probability=np.array([0.1, 0.3]), model=card)
    assert [one["customer_id"] for one in by["candidates"]] == ["ben", "ann"]
    assert by["reading"] == "By the probability of referring, then points."
    with pytest.raises(UsageError):
        candidates(record, scored, rank="probability")


def _brand(size: int, seed: int) -> tuple[Record, pd.DataFrame, np.ndarray]:
    """Customers who invite the more the younger they are, and vegans three times as often; nothing else."""
    rng = np.random.default_rng(seed)
    joined = np.sort(rng.uniform(0, UNTIL, size))
    vegan = rng.random(size) < 0.3
    does = rng.random(size) < np.where(vegan, 0.6, 0.2)
    at = joined + rng.exponential(60, size)
    does &= at < UNTIL
    people = [{"customerId": str(n), "joined": joined[n]} for n in range(size)]
    sent = [{"customerId": str(n), "sent": at[n]} for n in np.flatnonzero(does)]
    attributes = pd.DataFrame({"diet": np.where(vegan, "vegan", "other").astype(object)})
    return few(people, invitations=sent), attributes, np.arange(size)


def test_what_comes_after_a_day_is_not_seen_on_it() -> None:
    """The features of a day are the same whatever is loaded of later days."""
    record, attributes, _ = _brand(400, 1)
    day = 700.0
    whole = look(record, attributes, day)
    known = look(record.as_of(day), attributes, day)
    pd.testing.assert_frame_equal(whole.features, known.features)
    assert whole.who.tolist() == known.who.tolist()
    assert not known.refers.any()
    soon = record.invitations.some((record.invitations.at >= day) & (record.invitations.at < day + HORIZON))
    assert set(whole.who[whole.refers]) == set(soon.who) & set(whole.who)


def test_the_model_learns_what_is_there_and_says_how_sure_it_is() -> None:
    record, attributes, tree = _brand(6000, 2)
    probability, card = propensity(record, attributes, tree)
    assert card["why"] is None
    scores = card["scores"]
    assert scores["difference"]["auc"][1][0] > 0
    assert scores["difference"]["brier"][1][1] < 0
    assert 0.75 <= card["slope"] <= 1.3
    within = [
        low <= row["predicted"] <= high for row in card["calibration"] for low, high in [row["interval"]]
    ]
    assert sum(within) >= 7
    strongest = {one["name"]: one["coefficient"] for one in card["features"]}
    assert strongest["diet_vegan"] > 0.3 > -0.3 > strongest["diet_other"]
    assert ((probability >= 0) & (probability <= 1)).all()
    assert propensity(record, attributes, tree)[1] == card
    # Who joined lately is likelier to invite soon than who has not in years.
    young, old = record.joined > UNTIL - 30, record.joined < UNTIL - 500
    assert probability[young].mean() > 5 * probability[old].mean()


def test_as_numbers_and_from_a_file_it_is_the_same_model(tmp_path: Path) -> None:
    record, attributes, tree = _brand(6000, 2)
    looks = [look(record, attributes, UNTIL - HORIZON * back) for back in (4, 3, 2, 1)]
    made = _made(looks[:-1], looks[-1])
    now = look(record, attributes, UNTIL).features
    now.loc[now.index[:50], "diet"] = "a word that it never met"
    now.loc[now.index[50:90], "days since joining"] = 99.0  # beyond all knots
    numbers = numbers_of(made.pipeline, made.slope, made.shift)
    np.testing.assert_allclose(predicted(numbers, _filled(now)), made.predict(now), rtol=1e-9)

    card, numbers = trained(record, attributes, tree)
    file = tmp_path / "models" / "refers.json"
    save(card, numbers, file)
    kept, again = load(file)
    np.testing.assert_array_equal(scored(record, attributes, again), propensity(record, attributes, tree)[0])
    assert kept["windows"] == card["windows"]
    assert kept["made_by"]["refnet"]
    assert [path.name for path in file.parent.iterdir()] == ["refers.json"]
    with pytest.raises(InputError, match="goes by diet, which this graph has not"):
        scored(record, attributes.drop(columns="diet"), again)
    told = json.loads(file.read_text())
    broken = [
        "{",
        "[]",
        json.dumps({**told, "kind": "other"}),
        json.dumps({**told, "format": 99}),
        json.dumps({**told, "model": {**told["model"], "words": [1]}}),
        json.dumps({**told, "model": {**told["model"], "slope": "steep"}}),
    ]
    for text in broken:
        file.write_text(text)
        with pytest.raises(InputError, match=r"no model of who refers|damaged"):
            load(file)
    file.unlink()
    with pytest.raises(NotFound, match="There is no model"):
        load(file)


def test_too_little_data_is_no_model() -> None:
    record, attributes, tree = _brand(300, 3)
    probability, card = propensity(record, attributes, tree)
    assert np.isnan(probability).all()
    assert card["why"].startswith("too little data: ")
    assert card["scores"] is None
    nobody = few([{"customerId": "ann", "joined": 0.0}])
    assert propensity(nobody, pd.DataFrame(index=[0]), np.zeros(1))[1]["why"].startswith("too little data: ")


def test_judges_agree_with_scikit_learn() -> None:
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    rng = np.random.default_rng(4)
    p = np.round(rng.random(500), 2).clip(0.01, 0.99)
    came = rng.random(500) < p
    scores = judged(came, p, np.full(500, came.mean()), np.arange(500))
    value = {name: figure[0] for name, figure in scores["model"].items()}
    assert value["auc"] == pytest.approx(roc_auc_score(came, p))
    assert value["brier"] == pytest.approx(brier_score_loss(came, p))
    assert value["log_loss"] == pytest.approx(log_loss(came, p))
    assert scores["rule"]["auc"][0] == pytest.approx(0.5)
    low, high = scores["model"]["auc"][1]
    assert low < value["auc"] < high
    # A bootstrap's interval is about as wide as Hanley and McNeil's error says (1982).
    auc, good, bad = value["auc"], came.sum(), (~came).sum()
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    error = np.sqrt((auc * (1 - auc) + (good - 1) * (q1 - auc**2) + (bad - 1) * (q2 - auc**2)) / (good * bad))
    assert (high - low) / (2 * 1.96 * error) == pytest.approx(1, abs=0.2)
