"""BG/NBD and Gamma-Gamma: the published estimates on CDNOW, and brute-force integration instead of closed forms."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from refnet.analysis.cltv import purchases, spending
from refnet.analysis.cltv.purchases import Purchases
from refnet.analysis.cltv.spending import Spending

PUBLISHED = Purchases(0.243, 4.414, 0.793, 2.426)
HISTORIES = [(0, 0.0, 38.86), (2, 30.43, 38.86), (7, 12.0, 20.0), (1, 1.71, 38.86), (3, 10.0, 10.0)]
MODELS = [PUBLISHED, Purchases(1.7, 3.0, 1.4, 5.0), Purchases(0.9, 8.0, 1.0, 2.0)]


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """The 2,357 customers of the CDNOW sample in their first 39 weeks, as the papers use them."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    return pd.read_csv(
        Path(spec.origin).parent / "datasets" / "cdnow_customers_summary_with_transactions.csv", dtype=float
    )


def test_the_published_estimates(cdnow: pd.DataFrame) -> None:
    x, last, age = (cdnow[name].to_numpy() for name in ("x", "t_x", "T"))
    found = purchases.fit(x, last, age)
    assert found is not None
    assert [round(p, 3) for p in vars(found).values()] == [0.243, 4.414, 0.793, 2.426]
    assert purchases.log_likelihood(found, x, last, age).sum() == pytest.approx(-9582.4, abs=0.05)
    # The customer that the paper's spreadsheet works out: 1.226 purchases in the next 39 weeks.
    assert found.expected(x[:1], last[:1], age[:1], 39)[0] == pytest.approx(1.226, abs=0.0005)

    again = x > 0
    amounts = spending.fit(x[again], cdnow["zbar"].to_numpy()[again])
    assert amounts is not None
    assert [round(p, 2) for p in vars(amounts).values()] == [6.25, 3.74, 15.45]
    assert amounts.v == pytest.approx(15.44, abs=0.01)


def integrated(model: Purchases, x: int, last: float, age: float, weeks: float) -> tuple[float, float]:
    """Likelihood, and expected purchases, by going over a grid of all rates and probabilities to leave."""
    nodes, weights = np.polynomial.legendre.leggauss(600)
    # By quantiles, of which the densities may have poles at 0 and the integrand has none; finer towards the ends.
    s = (nodes + 1) / 2
    quantile, weight = s**3 * (10 - 15 * s + 6 * s**2), weights / 2 * 30 * s**2 * (1 - s) ** 2
    quantile = np.clip(quantile, 1e-300, 1 - 1e-15)
    rate = stats.gamma(model.r, scale=1 / model.alpha).ppf(quantile)[:, None]
    leave = np.maximum(stats.beta(model.a, model.b).ppf(quantile), 1e-300)[None, :]
    stays = (1 - leave) ** x * rate**x * np.exp(-rate * age)
    left = leave * (1 - leave) ** (x - 1) * rate**x * np.exp(-rate * last) if x else 0.0
    ahead = stays * -np.expm1(-rate * leave * weeks) / leave
    likelihood = float(weight @ (stays + left) @ weight)
    return likelihood, float(weight @ ahead @ weight) / likelihood


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("history", HISTORIES)
def test_closed_forms_equal_integration(model: Purchases, history: tuple[int, float, float]) -> None:
    x, last, age = (np.array([float(value)]) for value in history)
    likelihood, ahead = integrated(model, *history, weeks=26)
    assert np.exp(purchases.log_likelihood(model, x, last, age))[0] == pytest.approx(likelihood, rel=1e-6)
    assert model.expected(x, last, age, 26)[0] == pytest.approx(ahead, rel=1e-5)


def test_spending_equals_integration() -> None:
    model = Spending(6.25, 3.74, 15.44)
    # Amounts are gamma(p, nu), nu gamma(q, v): over all nu, before the means were seen and after.
    scales = stats.gamma(model.q, scale=1 / model.v)
    for x, mean in ((1, 11.77), (4, 60.0)):

        def seen(nu: float, x: int = x, mean: float = mean) -> float:
            return stats.gamma.pdf(mean, model.p * x, scale=1 / (nu * x)) * scales.pdf(nu)  # type: ignore[no-any-return]

        density, _ = integrate.quad(seen, 0, np.inf)
        found = spending.log_likelihood(model, np.array([float(x)]), np.array([mean]))
        assert np.exp(found)[0] == pytest.approx(density, rel=1e-6)
        posterior, _ = integrate.quad(lambda nu: seen(nu) * model.p / nu, 0, np.inf)
        assert model.expected(np.array([float(x)]), np.array([mean]))[0] == pytest.approx(
            posterior / density, rel=1e-6
        )
    nobody = model.expected(np.zeros(1), np.array([np.nan]))[0]
    assert nobody == pytest.approx(model.p * model.v / (model.q - 1))


@settings(deadline=None, max_examples=200)
@given(
    st.tuples(*[st.floats(0.05, 20) for _ in range(4)]),
    st.integers(0, 2_000),
    st.floats(0, 1),
    st.floats(0.1, 300),
)
def test_expectations_are_sound(
    parameters: tuple[float, float, float, float], x: int, part: float, age: float
) -> None:
    """Never below 0, never falling with the time ahead, never above what an active customer would buy."""
    model = Purchases(*parameters)
    history = np.array([float(x)]), np.array([part * age if x else 0.0]), np.array([age])
    active = model.active(*history)[0]
    assert 0 <= active <= 1
    before = 0.0
    for weeks in (0.5, 4.0, 52.0):
        ahead = model.expected(*history, weeks)[0]
        at_most = (model.r + x) / (model.alpha + age) * weeks * active
        assert before - 1e-7 * max(before, 1) <= ahead <= at_most * (1 + 1e-6) + 1e-9
        before = ahead


def test_what_has_no_best_parameters_is_not_fitted() -> None:
    rng = np.random.default_rng(1)
    # Means with so long a tail that they have no mean themselves.
    wild = 1 / rng.gamma(0.5, size=2_000)
    assert spending.fit(np.ones(2_000), wild) is None
