"""What hangs below and might go: by hand, and against walking every path of small networks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.influence.network import Network
from refnet.analysis.success.churn.facts import Events, Facts
from refnet.analysis.success.exposure import MONTHS, beyond, exposed, spent

RATIO = {"value": 2.0, "interval": [1.2, 3.0]}


def network_of(edges: list[tuple[int, int, float]], nodes: int) -> tuple[Facts, Network]:
    referrer, referee, credit = (np.array(column) for column in zip(*edges, strict=True))
    facts = Facts(
        until=0.0, ids=np.arange(nodes).astype(str).astype(object), joined=np.zeros(nodes), lost=np.full(nodes, np.nan),
        referrer=referrer, referee=referee, credit=credit.astype(float), brought_at=np.zeros(len(referrer)),
    )  # fmt: skip
    return facts, Network(referrer, referee, credit.astype(float), nodes=nodes)


def test_a_chain_by_hand() -> None:
    """a → b → c, 100 and 50 a year below a, who leaves by 0.1 a month; b by 0.02, c by 0.05."""
    facts, network = network_of([(0, 1, 1.0), (1, 2, 1.0)], 3)
    chance = np.array([0.1, 0.02, 0.05])
    found = exposed(facts, network, chance, np.ones(3, bool), np.array([500.0, 100.0, 50.0]), RATIO)
    assert found.hangs.tolist() == [150, 50, 0]
    assert found.everything == pytest.approx([15, 1, 0])
    assert found.at_risk == pytest.approx([100 * 0.02 + 50 * 0.05, 50 * 0.05, 0])
    b, c = 0.98**12 - 0.96**12, 0.95**12 - 0.90**12
    assert found.likely == pytest.approx([0.1 * b * (100 + c * 50), 0.02 * c * 50, 0])
    assert found.people.tolist() == [2, 1, 0]


def test_who_has_left_brings_nothing_and_passes_nothing_on() -> None:
    facts, network = network_of([(0, 1, 1.0), (1, 2, 1.0)], 3)
    here = np.array([True, False, True])
    found = exposed(facts, network, np.array([0.1, 0.0, 0.05]), here, np.array([0.0, 100.0, 50.0]), RATIO)
    assert found.hangs.tolist() == [50, 50, 0]
    assert found.everything == pytest.approx([5, 0, 0])
    assert found.likely == pytest.approx([0, 0, 0])


def test_no_association_no_likely_part() -> None:
    facts, network = network_of([(0, 1, 1.0)], 2)
    chance, here, worth = np.array([0.1, 0.1]), np.ones(2, bool), np.array([0.0, 10.0])
    little = exposed(facts, network, chance, here, worth, {"value": 3.0, "interval": None})
    assert (little.likely, little.low, little.high) == (None, None, None)
    none = exposed(facts, network, chance, here, worth, {"value": 1.0, "interval": [0.8, 1.2]})
    assert none.likely == pytest.approx([0, 0])
    assert none.low == pytest.approx([0, 0])
    assert none.high is not None
    assert none.high[0] > 0


def test_a_year_beyond_ones_own() -> None:
    assert beyond(np.array([0.05]), 2.0)[0] == pytest.approx(0.95**12 - 0.90**12)
    assert beyond(np.array([0.6, 0.0]), 2.0).tolist() == pytest.approx([0.4**12, 0.0])
    assert beyond(np.array([0.5]), 0.5)[0] == 0


def test_spent_is_of_the_last_twelve_months() -> None:
    facts = Facts(
        until=999.5, ids=np.array(["a", "b"], dtype=object), joined=np.zeros(2), lost=np.full(2, np.nan),
        orders=Events.of([0, 0, 0, 1], [100.0, 700.0, 900.0, 999.5], [7.0, 20.0, 3.0, -5.0]),
    )  # fmt: skip
    assert spent(facts).tolist() == [23, 0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9), st.booleans())
def test_every_path_walked(seed: int, nodes: int, forest: bool) -> None:
    rng = np.random.default_rng(seed)
    edges = []
    for node in range(1, nodes):
        above = rng.choice(node, 1 if forest else int(rng.integers(0, min(node, 3) + 1)), replace=False)
        edges += [(int(up), node, 1.0 if forest else 0.9 / len(above)) for up in above]
    if not edges:
        return
    facts, network = network_of(edges, nodes)
    here, value, chance = (
        rng.random(nodes) < 0.7,
        rng.integers(0, 500, nodes).astype(float),
        rng.random(nodes) / 4,
    )
    chance[~here] = 0
    found = exposed(facts, network, chance, here, value, RATIO)
    for root in range(nodes):
        hangs, risk, go = 0.0, 0.0, {1.2: 0.0, 2.0: 0.0, 3.0: 0.0}
        below = set()
        paths = [(root, 1.0, dict.fromkeys(go, 1.0))]
        while paths:
            at, credit, along = paths.pop()
            for up, down, share in edges:
                if up != at:
                    continue
                below.add(down)
                further = {}
                for times in go:
                    p = chance[down]
                    more = (1 - p) ** MONTHS - max(1 - times * p, 0) ** MONTHS
                    further[times] = along[times] * share * more * here[down]
                    go[times] += further[times] * value[down] * here[down]
                hangs += credit * share * value[down] * here[down]
                risk += credit * share * value[down] * here[down] * chance[down]
                paths.append((down, credit * share, further))
        assert found.people[root] == len(below)
        assert found.hangs[root] == pytest.approx(hangs, abs=1e-7)
        assert found.at_risk[root] == pytest.approx(risk, abs=1e-7)
        assert found.everything[root] == pytest.approx(chance[root] * hangs, abs=1e-7)
        for each, times in ((found.low, 1.2), (found.likely, 2.0), (found.high, 3.0)):
            assert each is not None
            assert each[root] == pytest.approx(chance[root] * go[times], abs=1e-7)
