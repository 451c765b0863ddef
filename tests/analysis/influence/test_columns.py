"""Columns of the graph: by ranges of ids the same as by rows, whatever the ids are."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from refnet.analysis.influence import columns
from refnet.analysis.influence.analyze import _CREDIT, _CUSTOMER, analyze
from refnet.core.errors import StoreError
from refnet.core.progress import Quiet
from refnet.front import load
from refnet.graph import Graph

# From all over Unicode: engines put them in the order of code points or of UTF-16, where 𐀀 is before ｡.
LETTERS = ["A", "z", "0", "é", "ж", "名", "\ue000", "Ａ", "｡", "𐀀", "🙂", "\U0010fffd"]
IDS = [first + second + end for first in LETTERS for second in LETTERS for end in ("", "~")]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_RANGE_ROWS", 10)


def test_each_id_is_in_one_range(graph: Graph, small: None) -> None:
    rng = np.random.default_rng(5)
    by = [None, *(IDS[rng.integers(0, n)] for n in range(1, len(IDS)))]
    ages = [None if n % 3 else float(n) for n in range(len(IDS))]
    load(
        graph,
        {
            "customers": pd.DataFrame({"customer_id": IDS, "cltv": ages, "name": IDS}),
            "affiliates": pd.DataFrame({"affiliate_id": ["a-1"]}),
            "referrals": pd.DataFrame(
                {
                    "referrer_id": [referrer or "a-1" for referrer in by],
                    "referrer_kind": ["affiliate", *(["customer"] * (len(by) - 1))],
                    "referee_id": IDS,
                }
            ),
        },
    )
    analyze(graph)
    parted = columns.bounds(graph, "customers")
    assert len(parted) > 6
    with Quiet().stage("read") as progress:
        read = columns.read_ranges(graph, "scores/read-customers", _CUSTOMER, parted, progress)
        edges = columns.read_ranges(graph, "scores/read-credits", _CREDIT, parted, progress)
    assert sorted(read["customerId"].to_pylist()) == sorted(IDS)
    place = dict(zip(read["customerId"].to_pylist(), range(len(IDS)), strict=True))
    words = _CUSTOMER["quadrant"]
    for key, cltv, downline, quadrant in graph.read(
        "MATCH (c:Customer) RETURN c.customerId, c.cltv, c.downline, c.quadrant"
    ).values:
        row = place[key]
        assert np.isnan(read["cltv"][row]) if cltv is None else read["cltv"][row] == cltv
        assert read["downline"][row] == downline
        code = read["quadrant"][row]
        assert (words[code] if code >= 0 else None) == quadrant
    told = zip(*(edges[name].to_pylist() for name in ("customer", "affiliate", "referee")), strict=True)
    assert sorted(told) == sorted(
        (referrer or "", "" if referrer else "a-1", referee)
        for referrer, referee in zip(by, IDS, strict=True)
    )


@pytest.mark.parametrize("wrong", [{"customerId": 7}, {"customerId": ""}, {"name": "nobody"}])
def test_an_id_that_is_in_no_range(graph: Graph, wrong: dict[str, Any]) -> None:
    """Nobody is passed over in silence."""
    load(graph, {"customers": pd.DataFrame({"customer_id": ["ann"]})})
    graph.write("CREATE (c:Customer) SET c += $wrong", wrong=wrong)
    with pytest.raises(StoreError, match=r"customers whose id is no text, such as (7|''|None)"):
        analyze(graph)


def test_ranges_of_none(graph: Graph) -> None:
    parted = columns.bounds(graph, "customers")
    assert parted[0] == ""
    with Quiet().stage("read") as progress:
        read = columns.read_ranges(graph, "scores/read-customers", _CUSTOMER, parted, progress)
    assert not any(map(len, read.values()))
