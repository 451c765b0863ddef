"""What is handed over about one person is all that was loaded about them, by whatever id they are asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from refnet.analysis.influence.analyze import analyze
from refnet.core.errors import NotFound, UsageError
from refnet.front import load
from refnet.graph import Graph
from refnet.loaders import TABLES
from refnet.loaders.persons import document
from refnet.loaders.persons.names import PERSONS, THINGS
from tests.loaders.persons.conftest import tables
from tests.refnet.conftest import Run, at_home, refnet, says

__all__ = ["at_home", "refnet"]


def test_every_id_is_of_a_person_or_a_thing() -> None:
    names = {c.name for table in TABLES.values() for c in table.columns if c.type == "id"}
    # The id of a removal is of whatever its table says.
    known = PERSONS.keys() | THINGS | {"referrer_id", "alias", "landing_page", "channel", "id"}
    assert names == known
    assert {c.name for table in TABLES.values() for c in table.columns if c.name.endswith("_id")} <= known


def test_everything_that_was_loaded_is_in_it(graph: Graph) -> None:
    load(graph, tables())
    analyze(graph)
    told = document(graph, "mq-1")
    json.dumps(told, allow_nan=False)

    assert told["customer_id"] == "mq-1"
    assert [(i["id"], i["reason"]) for i in told["ids"]] == [
        ("mq-1", "own"), ("stripe:cus_mia", "alias"), ("email:mia@quill.example", "email"),
    ]  # fmt: skip
    assert told["ids"][1]["loaded"]["name"] == "Mia Q."
    assert told["ids"][1]["loaded"]["shoe_colour"] == "miagreen"
    assert told["emails"] == ["blog@quill.example", "mia@quill.example"]
    customer = told["customer"]
    assert (customer["revenue"], customer["revenue_loaded"], customer["joined_at"]) == (
        55.0,
        70.0,
        "2024-02-01T00:00:00+00:00",
    )
    assert told["scores"]["ecr_network"] == 55 + 90 + 80
    assert [(c["side"], c["id"], c["credit"]) for c in told["credited"]] == [
        ("brought", "per", 1.0), ("brought", "rex", 1.0), ("brought by", "ola", 1.0),
    ]  # fmt: skip
    assert _counts(told) == {
        "affiliates": 2, "orders": 3, "refunds": 2, "tickets": 1, "surveys": 1, "usage": 2, "commissions": 3,
        "landings": 3, "rewards": 2, "visits": 1, "tokens": 2, "removals": 0,
        "referrals made": 4, "referrals received": 2, "invitations sent": 2, "invitations received": 1,
    }  # fmt: skip
    assert [(row["order_id"], row["amount"]) for row in told["refunds"]] == [("o-1", 2.0), ("o-1", 1.0)]
    assert [(row["refunded"], row["refunded_loaded"]) for row in told["orders"]] == [
        (5.0, 2.0),
        (0.0, 0.0),
        (0.0, 0.0),
    ]
    assert [row.get("duplicate") for row in told["orders"]] == [None, None, True]
    assert told["landings"][0].keys() >= {"landing_page", "landed_at", "customer_id"}
    assert sum(row.get("affiliate_id") == "mia-blog" for row in told["landings"]) == 2
    # Every cell of every row that has one of her ids, as a person's eyes find it.
    ids = {"mq-1", "stripe:cus_mia", "email:mia@quill.example", "mia-blog"}
    said = json.dumps(told, ensure_ascii=False)
    for name, frame in tables().items():
        for row in frame.to_dict("records"):
            if name not in ("tokens", "landings") and ids & {str(v) for v in row.values()}:
                for value in row.values():
                    assert not isinstance(value, str) or value[:7] in said, (name, value)
    for other in ("ola@x.example", "per@x.example", "Rex"):
        assert other not in said


def _counts(told: dict[str, Any]) -> dict[str, int]:
    counts = {}
    for name, value in told.items():
        if name in TABLES:
            parts = {f"{name} {k}": v for k, v in value.items()} if isinstance(value, dict) else {name: value}
            counts |= {k: len(v) for k, v in parts.items()}
    return counts


def test_any_id_and_the_email_will_do(graph: Graph) -> None:
    load(graph, tables())
    whole = document(graph, "mq-1")
    for asked in ("stripe:cus_mia", "mia-blog", " MIA@quill.example", "blog@quill.example"):
        assert document(graph, asked) | {"held_at": whole["held_at"]} == whole, asked
    alone = document(graph, "sub@x.example")
    assert (alone["customer_id"], alone["affiliates"][0]["affiliate_id"]) == (None, "sub-blog")
    assert alone == document(graph, "sub-blog") | {"held_at": alone["held_at"]}
    with pytest.raises(NotFound):
        document(graph, "MQ-1")


def test_an_email_of_two_asks_which(graph: Graph) -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b"], "email": ["x@y.example", "X@y.example"]})
    load(graph, {"customers": frame})
    with pytest.raises(UsageError, match="2 customers have this email: a, b"):
        document(graph, "x@y.example")
    assert document(graph, "a")["emails"] == ["x@y.example"]


@pytest.mark.usefixtures("at_home")
def test_the_command_hands_it_over(refnet: Run, tmp_path: Path) -> None:
    for name, frame in tables().items():
        (tmp_path / "exports").mkdir(exist_ok=True)
        frame.to_csv(tmp_path / "exports" / f"{name}.csv", index=False)
    says(refnet("load", "exports"), 0, "customers: 6 rows loaded")
    told = json.loads(refnet("person", "mia@quill.example").stdout)
    assert told["customer_id"] == "mq-1"
    assert json.loads(refnet("export", "--person", "mq-1").stdout).keys() == told.keys()
    says(refnet("export", "--person", "mq-1", "--for", "neo4j-admin"), 2, "--person goes by itself")
    says(refnet("export"), 2, "Say where to and what for", "neo4j-admin DIR")
    says(refnet("export", "--for", "spark"), 2, "Say where to and what for", "--for spark DIR")
    out = tmp_path / "mia.json"
    out.write_text("open to all")
    says(refnet("person", "mq-1", "--out", str(out)), 0, f"written to {out}")
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text())["customer_id"] == "mq-1"
    says(
        refnet("person", "mq-1", "--out", str(tmp_path / "none" / "mia.json")),
        1,
        "cannot be written",
        "--out",
    )
    says(refnet("person", "nobody"), 1, "Nobody in this graph")
