"""The churn model on two brands that leave for different reasons: better than the rule, calibrated, and no leak."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import logit

from refnet.analysis.success.churn import features, model, reasons, trial
from refnet.analysis.success.churn.facts import Facts
from refnet.analysis.success.churn.leaving import Leaving, Months, leaving, months_at_risk, spells
from refnet.analysis.success.churn.saved import load, save, saved
from refnet.analysis.success.churn.score import score
from refnet.core.errors import InputError, NotFound
from refnet.examples import brand, software_files
from tests.analysis.success.churn_folders import facts_of

CUSTOMERS, SEED = 8_000, 11
AT_LEAST = {"meals": 0.06, "software": 0.10}
"""AUC that the model is better than the recency rule by, all of the interval."""


@dataclass
class Brand:
    name: str
    facts: Facts
    what: Leaving
    months: Months
    rows: features.Matrix
    trained: model.Trained


@pytest.fixture(scope="module", params=["meals", "software"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Brand:
    folder = tmp_path_factory.mktemp("brand") / request.param
    write = {"meals": brand.write, "software": software_files.write}[request.param]
    write(folder, customers=CUSTOMERS, seed=SEED)
    facts = facts_of(folder)
    what = leaving(facts)
    months = months_at_risk(facts, spells(facts, what))
    rows = model.design(features.Known(facts, what, months), months)
    parts = model.periods(months)
    assert isinstance(parts, model.Periods)
    return Brand(request.param, facts, what, months, rows, model.fit(rows, months, parts, what))


@pytest.mark.slow
def test_better_than_the_recency_rule_by_the_margin(made: Brand) -> None:
    scores = made.trained.scores
    assert scores["verdict"] == "better"
    assert scores["better"]["auc"]["interval"][0] > AT_LEAST[made.name] > model.MARGIN
    assert scores["better"]["log_loss"]["interval"][0] > 0
    assert scores["better"]["brier"]["interval"][0] > 0


def test_probabilities_are_calibrated(made: Brand) -> None:
    low, high = made.trained.scores["scores"]["model"]["observed_over_expected"]["interval"]
    assert low <= 1 <= high
    parts = made.trained.calibration
    held = [part["interval"][0] <= part["expected"] <= part["interval"][1] for part in parts]
    assert len(parts) == 10
    assert sum(held) >= 8
    assert sum(part["left"] for part in parts) == made.trained.rows["test"]["left"]
    assert parts[-1]["expected"] > 2 * parts[0]["expected"]


def test_the_periods_follow_one_another(made: Brand) -> None:
    window = made.trained.window
    assert [window[a][1] for a in ("training", "validation", "calibration")] == [
        window[b][0] for b in ("validation", "calibration", "test")
    ]
    assert window["test"][1] == "2026-01-01"


@pytest.mark.slow
def test_shuffled_leaving_is_not_predicted(made: Brand) -> None:
    """Who left is dealt out anew within each month: what is still found would be a leak."""
    rng = np.random.default_rng(5)
    left = made.months.left.copy()
    for number in range(len(made.months.starts) - 1):
        some = made.months.month == number
        left[some] = rng.permutation(left[some])
    months = replace(made.months, left=left)
    rows = model.design(features.Known(made.facts, made.what, months), months)
    parts = model.periods(months)
    assert isinstance(parts, model.Periods)
    auc = model.fit(rows, months, parts, made.what).scores["scores"]["model"]["auc"]
    assert abs(auc["value"] - 0.5) < 0.04
    assert auc["interval"][0] < 0.51


def test_reasons_add_up(made: Brand) -> None:
    """Exactly: to the difference between a customer's calibrated logit and the mean customer's."""
    kept = saved(made.trained, made.facts)
    found = score(made.facts, kept)
    some = np.argsort(-found.probability)[:50]
    part = reasons.by_reason(reasons.parts(kept.fitted, found.rows[some], found.mean))
    mean = float(
        kept.fitted.slope * (found.mean @ kept.fitted.weight + kept.fitted.intercept) + kept.fitted.shift
    )
    np.testing.assert_allclose(mean + part.sum(axis=1), logit(found.probability[some]), atol=2e-4)
    top = found.told(some[:1])[0]
    assert top["probability"] == found.probability.max()
    assert top["percentile"] > 99
    assert abs(top["reasons"][0]["adds"]) == np.abs(part[0]).max()
    because = {"meals": "usage", "software": "tickets"}[made.name]
    assert because in {each["reasons"][0]["reason"] for each in found.told(some)}


def test_kept_and_read_again_it_says_the_same(made: Brand, tmp_path: Path) -> None:
    kept = saved(made.trained, made.facts)
    save(kept, tmp_path / "models" / "model.json")
    again = load(tmp_path / "models" / "model.json")
    assert (again.version, again.leaving) == (
        kept.version,
        replace(kept.leaving, multiple=again.leaving.multiple),
    )
    np.testing.assert_array_equal(score(made.facts, again).probability, score(made.facts, kept).probability)
    assert again.told["data"]["window"] == made.trained.window
    assert again.told["scores"]["scores"]["model"]["auc"] == made.trained.scores["scores"]["model"]["auc"]
    assert set(again.told["made_by"]) == {"refnet", "code"}
    assert list((tmp_path / "models").iterdir()) == [tmp_path / "models" / "model.json"]


def _with(**changes: Any) -> Any:
    return lambda found: {**found, **changes}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_with(features={"version": 0, "names": []}), "features 0"),
        (_with(kind="another"), "is no churn model"),
        (_with(model={"weight": {}}), "damaged"),
        (_with(model=None), "damaged"),
        (lambda _: [], "damaged"),
        (_with(leaving={"rule": "__import__('os')", "multiple": 3, "usual_gap_days": 30}), "damaged"),
    ],
)
def test_another_or_a_damaged_model_is_refused_with_the_next_step(
    tmp_path: Path, change: Any, words: str
) -> None:
    fitted = model.Fitted(np.zeros(len(features.NAMES)), -3.0)
    made = model.Trained(fitted, Leaving("recorded", 3.0, None), {}, {}, {}, {}, [])
    file = tmp_path / "model.json"
    save(saved(made, Facts(0.0, np.zeros(0, object), np.zeros(0), np.zeros(0))), file)
    load(file)
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    with pytest.raises(InputError, match=words) as refused:
        load(file)
    assert "refnet churn --train" in refused.value.hint
    assert str(file) in refused.value.message


def test_no_model_and_no_json_say_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as missing:
        load(tmp_path / "model.json")
    assert missing.value.hint == "Make one: refnet churn --train"
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        load(tmp_path / "model.json")


def test_too_little_data_says_so_and_what_is_missing(tmp_path: Path) -> None:
    software_files.write(tmp_path / "few", customers=300, seed=1)
    facts = facts_of(tmp_path / "few")
    found = model.train(facts, leaving(facts))
    assert isinstance(found, model.TooLittle)
    months = months_at_risk(facts, spells(facts, leaving(facts)))
    left, whole = int(months.left.sum()), len(months.starts) - 1
    assert f"{left:,} leavings in {whole} whole months; it takes about 550, in at least 7 months" in found.why
    nothing = replace(facts, lost=np.full(len(facts), np.nan), orders=facts.nps)
    found = model.train(nothing, leaving(nothing))
    assert isinstance(found, model.TooLittle)
    assert "nobody has ordered twice" in found.why


@pytest.mark.slow
def test_where_silence_is_what_counts_the_rule_does_as_well(tmp_path: Path) -> None:
    """Who has been silent for nearly long enough will have left: the recency rule says so, and the verdict."""
    brand.write(tmp_path / "meals", customers=6_000, seed=3)
    facts = facts_of(tmp_path / "meals")
    found = model.train(facts, leaving(facts, "inactive"))
    assert isinstance(found, model.Trained)
    assert found.scores["scores"]["recency_rule"]["auc"]["value"] > 0.9
    assert found.scores["verdict"] == "no better"
    low, high = found.scores["scores"]["model"]["observed_over_expected"]["interval"]
    assert low <= 1.1
    assert high >= 0.9


def test_auc_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(1)
    score_, left, weight = (
        rng.integers(0, 20, 500) / 20,
        rng.random(500) < 0.3,
        rng.integers(0, 3, 500).astype(float),
    )
    assert trial.auc(score_, left) == pytest.approx(roc_auc_score(left, score_))
    assert trial.auc(score_, left, weight) == pytest.approx(roc_auc_score(left, score_, sample_weight=weight))
