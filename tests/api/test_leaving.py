"""Who might leave and what hangs below them, by HTTP: the model that is kept, and what is said where none is."""

from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from refnet.analysis.success.churn import graph as churn
from refnet.analysis.success.churn import trial
from refnet.analysis.success.churn.features import NAMES
from refnet.analysis.success.churn.leaving import Leaving
from refnet.analysis.success.churn.model import MARGIN, Fitted, Trained, verdict
from refnet.analysis.success.churn.saved import saved
from refnet.graph import Graph
from tests.api.conftest import is_problem, served, settings_for


def trained() -> Trained:
    """Nothing but 5 %, and twice the odds for who has no order of the last 90 days; tried on made-up months."""
    rng = np.random.default_rng(1)
    left = rng.random(200) < 0.3
    good = np.where(left, 0.6, 0.2)
    scores = trial.compare(
        {"model": good, "recency_rule": np.full(200, 0.3), "everyone_alike": np.full(200, 0.3)},
        left, np.arange(200), model="model", rule="recency_rule", draws=20,
    )  # fmt: skip
    weight = np.array([-1.0 if name == "orders_90" else 0.0 for name in NAMES])
    return Trained(
        Fitted(weight, float(np.log(0.05 / 0.95))), Leaving("recorded", 3.0, 30.0),
        {"test": ["2024-01-01", "2024-02-01"]}, {"test": {"months": 200, "left": int(left.sum())}},
        {"weight": 0.03, "log_loss": {"0.03": 0.2}}, {**scores, "margin": MARGIN, "verdict": verdict(scores)},
        trial.calibration(good, left),
    )  # fmt: skip


@pytest.fixture(scope="module")
def leaving(village: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = settings_for(village.at, home=tmp_path_factory.mktemp("home"))
    churn.keep(saved(trained(), churn.facts_of(village)), settings)
    with served(settings) as client:
        yield client


def test_who_might_leave(leaving: httpx.Client) -> None:
    body = leaving.get("/v1/churn?limit=2").json()
    assert body["customers"] == 11  # fay is there until September, when the data end in August
    assert body["as_of"] == "2024-08-02"
    assert len(body["items"]) == 2
    assert body["items"][0]["probability"] == pytest.approx(0.05)  # no order of the last 90 days
    assert body["expected_to_leave"] == pytest.approx(sum_of(leaving))
    assert body["model"]["leaving"]["reading"] == "left: on the day that churned_at says"
    assert body["model"]["scores"]["verdict"] == "better"
    assert "orders" in body["model"]["data"]["with"]


def sum_of(client: httpx.Client) -> float:
    return float(sum(one["probability"] for one in client.get("/v1/churn?limit=100").json()["items"]))


def test_one_customer_by_any_id(leaving: httpx.Client) -> None:
    ann, old = (leaving.get(f"/v1/customers/{name}/churn").json() for name in ("ann", "old-ann"))
    assert ann == old
    assert (ann["customer_id"], ann["there"]) == ("ann", True)
    assert ann["probability"] == pytest.approx(0.05)
    assert ann["reasons"][0]["reason"] == "orders"
    hal = leaving.get("/v1/customers/hal/churn").json()
    assert (hal["there"], hal["probability"]) == (False, None)
    is_problem(leaving.get("/v1/customers/nobody/churn"), 404, "not-found", "nobody")


def test_what_hangs_below(leaving: httpx.Client) -> None:
    body = leaving.get("/v1/exposure").json()
    first = body["items"][0]
    # Below ann are ben, cat, dan, eve, kim and nat: an order of 100 each within twelve months.
    assert (first["customer_id"], first["people"], first["hangs"]) == ("ann", 6, pytest.approx(600))
    assert first["exposure"] == pytest.approx(0.05 * 600)
    assert first["likely"] is None
    assert body["association"]["reading"].startswith("too little data")
    ann = leaving.get("/v1/customers/old-ann/exposure").json()
    assert {name: ann[name] for name in first} == first
    assert body["currency"] == ann["currency"] == "EUR"


def test_no_model_says_the_next_step(api: httpx.Client) -> None:
    for address in ("/v1/churn", "/v1/exposure", "/v1/customers/ann/churn"):
        is_problem(api.get(address), 404, "not-found", "There is no churn model", "refnet churn --train")
