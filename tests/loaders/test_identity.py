"""One customer under several ids: worked examples, on every engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest

from refnet.front import decide_credit, erase, load
from refnet.graph import Graph
from refnet.loaders import LoadSummary
from tests.conftest import wipe
from tests.loaders.conftest import picture

CUSTOMERS = [
    {"customer_id": "c-1", "email": "Ann@Example.org ", "name": "Ann", "joined_at": "2024-01-01"},
    {"customer_id": "c-2", "email": "ben@example.org", "name": "Ben", "joined_at": "2024-01-02"},
    {"customer_id": "stripe:cus_1", "email": "ann@example.org", "country": "DE", "joined_at": "2024-01-03"},
    {"customer_id": "email:ann@example.org", "email": "ann@example.org", "plan": "basic"},
]
ORDERS = [
    {"order_id": "o1", "customer_id": "c-1", "placed_at": "2024-02-01", "amount": 10},
    {"order_id": "o2", "customer_id": "stripe:cus_1", "placed_at": "2024-02-02", "amount": 20},
    {"order_id": "o3", "customer_id": "old-1", "placed_at": "2024-02-03", "amount": 40},
]
ONE_OF_EACH: dict[str, list[dict[str, Any]]] = {
    "customers": CUSTOMERS,
    "affiliates": [{"affiliate_id": "f1", "customer_id": "stripe:cus_1"}],
    "orders": ORDERS,
    "referrals": [
        {"claim_id": "k1", "referrer_id": "stripe:cus_1", "referee_id": "c-2", "referred_at": "2024-01-02"},
        {"claim_id": "k2", "referrer_id": "old-1", "referee_id": "c-1", "referred_at": "2024-01-01"},
    ],
    "invitations": [
        {"invitation_id": "i1", "referrer_id": "stripe:cus_1", "sent_at": "2024-01-02", "referee_id": "old-1"}
    ],
    "tickets": [{"ticket_id": "t1", "customer_id": "stripe:cus_1", "opened_at": "2024-01-05"}],
    "surveys": [
        {"survey_id": "s1", "customer_id": "old-1", "kind": "nps", "score": 9, "answered_at": "2024-02-01"}
    ],
    "usage": [{"customer_id": "stripe:cus_1", "month": "2024-01", "events": 3}],
    "landings": [
        {"customer_id": "stripe:cus_1", "landing_page": "/a", "landed_at": "2024-01-01"},
        {"customer_id": "old-1", "landing_page": "/a", "landed_at": "2023-01-01"},
    ],
    "rewards": [
        {"reward_id": "r1", "amount": 5, "granted_at": "2024-03-01", "customer_id": "email:ann@example.org"}
    ],
    "tokens": [
        {"customer_id": "c-1", "kind": "device", "token": "d"},
        {"customer_id": "stripe:cus_1", "kind": "device", "token": "d"},
    ],
}
OLD = [{"alias": "old-1", "customer_id": "c-1"}]


def bring(graph: Graph, **tables: Iterable[dict[str, Any]]) -> LoadSummary:
    return load(graph, {name: pd.DataFrame(list(rows)) for name, rows in tables.items()})[0]


def customers(graph: Graph) -> list[str]:
    return [row[0] for row in graph.read("MATCH (c:Customer) RETURN c.customerId AS id ORDER BY id").values]


def joined(graph: Graph) -> dict[str, tuple[str, str]]:
    rows = graph.query("identity/joined", limit=100)
    return {row["aliasId"]: (row["customerId"], row["reason"]) for row in rows}


def of(graph: Graph, customer_id: str) -> dict[str, Any]:
    found = graph.read("MATCH (c:Customer {customerId: $id}) RETURN properties(c) AS p", id=customer_id)
    return dict(found.one()["p"])


def linked(graph: Graph, customer_id: str) -> dict[str, int]:
    rows = graph.read(
        "MATCH (c:Customer {customerId: $id})-[r]-() RETURN type(r) AS type, count(*) AS n", id=customer_id
    )
    return {row["type"]: row["n"] for row in rows}


def test_one_person_under_four_ids(graph: Graph) -> None:
    summary = bring(graph, **ONE_OF_EACH, aliases=OLD)
    assert customers(graph) == ["c-1", "c-2"]
    assert joined(graph) == {
        "old-1": ("c-1", "alias"),
        "stripe:cus_1": ("c-1", "email"),
        "email:ann@example.org": ("c-1", "email"),
    }
    ann = of(graph, "c-1")
    assert (ann["name"], ann["country"], ann["plan"]) == ("Ann", "DE", "basic"), "blanks are filled"
    assert (ann["orders"], ann["revenue"]) == (3, 70.0)
    assert linked(graph, "c-1") == {
        "ACTS_AS": 1, "PLACED": 3, "MADE": 2, "NAMES": 1, "SENT": 1, "BECAME": 1, "RAISED": 1, "ANSWERED": 1,
        "USED": 1, "LANDED_ON": 2, "GOT": 1, "SHARES": 2, "REFERRED": 1, "KNOWN_AS": 4,
    }  # fmt: skip
    assert summary.waiting == {}
    assert (summary.identity.by_alias, summary.identity.by_email) == (1, 2)
    assert "another id of the same customer: 1 ids by alias, 2 by email" in str(summary)
    claims = graph.read("MATCH (k:Claim) RETURN k.claimId AS id, k.reason AS reason, k.referrerId AS of")
    assert {row["id"]: (row["reason"], row["of"]) for row in claims} == {
        "k1": (None, "stripe:cus_1"),
        "k2": ("self_referral", "old-1"),
    }, "claims keep their ids, and who refers an own id refers oneself"
    assert not len(graph.query("integrity/shared-tokens", limit=9)), "one's own device is no ring"
    before = picture(graph)
    bring(graph, **ONE_OF_EACH, aliases=OLD)
    assert picture(graph) == before


def test_release_undoes_a_join(graph: Graph) -> None:
    bring(graph, **ONE_OF_EACH)
    with_email = picture(graph)
    assert joined(graph).keys() == {"stripe:cus_1", "email:ann@example.org"}
    bring(graph, aliases=OLD)
    bring(graph, aliases=[{"alias": "old-1", "customer_id": "old-1"}])
    assert picture(graph) == with_email

    others = [CUSTOMERS[2] | {"email": "ann@work.example"}, CUSTOMERS[3] | {"email": None}]
    bring(graph, customers=[{k: v for k, v in row.items() if k != "plan"} for row in others])
    assert customers(graph) == ["c-1", "c-2", "email:ann@example.org", "stripe:cus_1"]
    apart = picture(graph)
    wipe(graph)
    bring(graph, **ONE_OF_EACH | {"customers": CUSTOMERS[:2] + others})
    assert picture(graph) == apart


def test_the_merchants_own_id_survives_whenever_it_comes(graph: Graph) -> None:
    bring(graph, customers=CUSTOMERS[3:])
    assert customers(graph) == ["email:ann@example.org"]
    bring(graph, customers=CUSTOMERS[2:3], orders=ORDERS)
    assert customers(graph) == ["stripe:cus_1"]
    bring(graph, aliases=OLD)
    bring(graph, customers=CUSTOMERS[:1])
    assert customers(graph) == ["c-1"]
    assert of(graph, "c-1")["revenue"] == 70.0
    apart = picture(graph)
    wipe(graph)
    bring(graph, customers=[CUSTOMERS[n] for n in (0, 2, 3)], orders=ORDERS, aliases=OLD)
    assert picture(graph) == apart


def test_what_is_loaded_of_an_alias_stays_with_it(graph: Graph) -> None:
    bring(graph, customers=CUSTOMERS, aliases=OLD)
    bring(graph, customers=[{"customer_id": "stripe:cus_1", "country": "FR"}])
    assert of(graph, "c-1")["country"] == "FR"
    bring(graph, customers=[{"customer_id": "c-1", "country": "AT", "name": None}])
    ann = of(graph, "c-1")
    assert ann["country"] == "AT", "one's own comes first"
    assert "name" not in ann
    bring(graph, customers=[{"customer_id": "c-1", "country": None}])
    assert of(graph, "c-1")["country"] == "FR"
    bring(graph, customers=[{"customer_id": "old-1", "name": "Anna", "vip": "gold"}])
    ann = of(graph, "c-1")
    assert (ann["name"], ann["vip"]) == ("Anna", "gold")
    assert customers(graph) == ["c-1", "c-2"]


def test_chains_lead_to_their_end_and_circles_end(graph: Graph) -> None:
    chain = [
        {"alias": "a", "customer_id": "b"},
        {"alias": "b", "customer_id": "c"},
        {"alias": "x", "customer_id": "y"},
        {"alias": "y", "customer_id": "z"},
        {"alias": "z", "customer_id": "x"},
        {"alias": "nobody", "customer_id": "no one"},
    ]
    people = [{"customer_id": name} for name in ("a", "b", "c", "x", "y")]
    summary = bring(graph, customers=people, aliases=chain)
    assert customers(graph) == ["c", "x"]
    assert joined(graph) == dict.fromkeys("ab", ("c", "alias")) | dict.fromkeys("yz", ("x", "alias"))
    assert summary.identity.circles == [["x", "y", "z"]]
    assert summary.identity.unknown_aliases == 1
    assert "Aliases go round in a circle, x → y → z → x" in str(summary)
    assert "Aliases of nobody who is loaded: 1." in str(summary)
    bring(graph, aliases=[{"alias": "b", "customer_id": "x"}])
    assert joined(graph) == dict.fromkeys("abyz", ("x", "alias"))
    assert customers(graph) == ["c", "x"]


def test_an_email_never_joins_two_of_one_kind(graph: Graph) -> None:
    people = [
        {"customer_id": "stripe:1", "email": "info@example.org"},
        {"customer_id": "stripe:2", "email": "INFO@example.org"},
        {"customer_id": "c-1", "email": "info@example.org"},
        {"customer_id": "c-2", "email": "n/a"},
        {"customer_id": "stripe:3", "email": "n/a"},
    ]
    summary = bring(graph, customers=people)
    assert len(customers(graph)) == 5
    assert summary.identity.ambiguous_emails == 1
    assert "Ambiguous, and joining nobody: 1 of the emails" in str(summary)
    assert list(graph.query("identity/shared-emails", limit=9)) == [
        {"email": "info@example.org", "customers": ["c-1", "stripe:1", "stripe:2"]}
    ]
    summary = bring(graph, aliases=[{"alias": "stripe:2", "customer_id": "stripe:1"}])
    assert (summary.identity.by_alias, summary.identity.by_email) == (1, 1), "an alias says that they are one"
    assert customers(graph) == ["c-1", "c-2", "stripe:3"]


@pytest.mark.parametrize("breaks_at", range(4))
def test_broken_off_it_is_brought_to_the_same_end(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, breaks_at: int
) -> None:
    from refnet.loaders import identity

    monkeypatch.setattr(identity, "_PART", 1)
    people = CUSTOMERS[:3] + [
        {"customer_id": f"shop:{n}", "email": f"{n}@example.org", "country": "DE"} for n in range(3)
    ]
    people += [{"customer_id": f"own-{n}", "email": f"{n}@example.org"} for n in range(3)]
    orders = ORDERS + [
        {"order_id": f"p{n}", "customer_id": f"shop:{n}", "placed_at": "2024-05-01", "amount": n}
        for n in range(3)
    ]
    write_all, calls = Graph.write_all, 0

    def broken(self: Graph, statements: Any) -> Any:
        nonlocal calls
        listed = list(statements)
        if any("KNOWN_AS" in text for text, _ in listed):
            calls += 1
            if calls > breaks_at:
                raise KeyboardInterrupt
        return write_all(self, listed)

    monkeypatch.setattr(Graph, "write_all", broken)
    with pytest.raises(KeyboardInterrupt):
        bring(graph, customers=people, orders=orders, aliases=OLD)
    monkeypatch.setattr(Graph, "write_all", write_all)
    bring(graph, customers=people, orders=orders, aliases=OLD)
    after = picture(graph)
    wipe(graph)
    bring(graph, customers=people, orders=orders, aliases=OLD)
    assert picture(graph) == after


def test_two_loads_at_a_time_end_alike(graph: Graph) -> None:
    """One that began before the join makes a customer of the joined id: its row and links are brought in."""
    bring(graph, customers=CUSTOMERS, orders=ORDERS, aliases=OLD)
    graph.write(
        "CREATE (c:Customer {customerId: 'stripe:cus_1', email: 'ann@example.org', country: 'FR'})"
        "-[:PLACED]->(:Order {orderId: 'o9', customerId: 'stripe:cus_1', amount: 5.0})"
    )
    bring(graph, tickets=ONE_OF_EACH["tickets"])
    assert customers(graph) == ["c-1", "c-2"]
    ann = of(graph, "c-1")
    assert (ann["country"], ann["orders"], ann["revenue"]) == ("FR", 4, 75.0)
    assert linked(graph, "c-1")["RAISED"] == 1


def test_an_affiliate_who_brings_themselves(graph: Graph) -> None:
    """Known by their email only, also by that of another id; and forgotten, they get no credit for it either."""
    _, credit = load(
        graph,
        {
            "customers": pd.DataFrame(CUSTOMERS),
            "affiliates": pd.DataFrame({"affiliate_id": ["f1", "f2"], "email": ["ANN@example.org", "n/a"]}),
            "referrals": pd.DataFrame(
                {
                    "claim_id": ["k1", "k2", "k3"],
                    "referrer_id": ["f1", "f1", "f2"],
                    "referee_id": ["stripe:cus_1", "c-2", "c-1"],
                    "referrer_kind": "affiliate",
                }
            ),
        },
    )
    decided = {"k1": "self_referral", "k2": None, "k3": None}
    assert reasons(graph) == decided
    assert credit.uncredited == {"self_referral": 1}
    erase(graph, "c-1", by="tester")
    decide_credit(graph)
    assert sorted(map(str, reasons(graph).values())) == ["None", "None", "self_referral"]


def reasons(graph: Graph) -> dict[str, str | None]:
    return {row["claimId"]: row["reason"] for row in graph.query("export/claims")}
