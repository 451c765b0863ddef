"""Every way refnet has to work out influence, each asked alike: claims and values in, everyone's figures out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import networkx as nx
import numpy as np
import pandas as pd

from refnet.analysis.credit.policy import decide
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.table import Measure, influence_table
from refnet.core.settings import load_settings
from refnet.front import load
from refnet.graph import Graph
from tests.analysis.influence.networks import Made
from tests.conftest import wipe


@dataclass(frozen=True)
class Case:
    """Customers and undated claims, the earlier one first.

    Attributes:
        cents: value of each customer, by id.
        claims: (referrer, referee), perhaps of nobody known, of oneself, once more, or closing a cycle.
        policy: first, or linear: all claims of a customer share the credit.
    """

    cents: dict[str, int]
    claims: list[tuple[str, str]]
    policy: str = "first"

    def credited(self) -> list[tuple[str, str, Fraction]]:
        """Who is credited, claim by claim: the definition, not how refnet does it."""
        known, taken = nx.DiGraph(), nx.DiGraph()
        known.add_nodes_from(self.cents)
        taken.add_nodes_from(self.cents)
        for referrer, referee in self.claims:
            wrong = referrer == referee or referrer not in known or referee not in known
            again = self.policy == "first" and referee in known and taken.in_degree(referee)
            if not wrong and not again and not nx.has_path(taken, referee, referrer):
                taken.add_edge(referrer, referee)
        return [(one, other, Fraction(1, taken.in_degree(other))) for one, other in taken.edges]

    def expected(self, hops: int | None, decay: Fraction) -> pd.DataFrame:
        """influence and conserved credit in cents, downline, by listing paths."""
        names = {name: number for number, name in enumerate(self.cents)}
        edges = [(names[one], names[other], credit) for one, other, credit in self.credited()]
        made = Made(edges, list(self.cents.values()))
        return pd.DataFrame(
            {
                "influence": made.influence(hops, decay),
                "conserved": [float(share) for share in made.shares(decay)],
                "downline": [len(nx.descendants(made.graph, node)) for node in range(made.nodes)],
            },
            index=list(self.cents),
        )

    def customers(self) -> pd.DataFrame:
        revenue = np.array(list(self.cents.values()), dtype=np.int64) / 100
        return pd.DataFrame({"customer_id": list(self.cents), "revenue": revenue})

    def referrals(self) -> pd.DataFrame:
        claims = pd.DataFrame(self.claims, columns=["referrer_id", "referee_id"], dtype=object)
        return claims.assign(claim_id=[f"k{n:05}" for n in range(len(claims))])


def together(cases: Sequence[Case]) -> Case:
    """Many as one, so that asking a server or Spark costs once."""
    assert len({case.policy for case in cases}) <= 1
    return Case(
        {f"{n}-{name}": cents for n, case in enumerate(cases) for name, cents in case.cents.items()},
        [(f"{n}-{one}", f"{n}-{other}") for n, case in enumerate(cases) for one, other in case.claims],
        cases[0].policy if cases else "first",
    )


class Engine(Protocol):
    """Asked for a case: influence in cents, and where it has them conserved credit in cents and downline; by id."""

    def __call__(self, case: Case, hops: int | None, decay: float) -> pd.DataFrame: ...


def arrays(compiled: bool) -> Engine:
    """The kernels, by numpy or compiled, on credits that the policy decides."""

    def ask(case: Case, hops: int | None, decay: float) -> pd.DataFrame:
        claims, index = case.referrals(), pd.Index(list(case.cents), dtype=object)
        tail, head = (index.get_indexer(claims[name]) for name in ("referrer_id", "referee_id"))
        unknown = np.full(len(claims), np.nan)
        decision = decide(
            tail, head, unknown, claims["claim_id"].to_numpy(object), np.full(len(index), np.nan),
            policy=case.policy, window_days=None,
        )  # fmt: skip
        kept = decision.credit > 0
        network = Network(tail[kept], head[kept], decision.credit[kept], nodes=len(index), compiled=compiled)
        worth = np.array(list(case.cents.values()), dtype=np.int64)
        return pd.DataFrame(
            {
                "influence": network.influence(worth, hops=hops, decay=decay),
                "conserved": network.conserved(worth, decay=decay),
                "downline": network.downline(),
            },
            index=index,
        )

    return ask


def table(case: Case, hops: int | None, decay: float) -> pd.DataFrame:
    """From table to table; it sifts dirty claims itself, and takes shared credit as given."""
    if case.policy == "first":
        referrals = case.referrals()
    else:
        edges = [(one, other, float(credit)) for one, other, credit in case.credited()]
        referrals = pd.DataFrame(edges, columns=["referrer_id", "referee_id", "credit"])
    measures = {"influence": Measure("revenue", hops, decay)}
    found = influence_table(case.customers(), referrals, measures, drop=True).to_pandas()
    return pd.DataFrame({"influence": found["influence"].to_numpy() * 100}, index=found["customer_id"])


def cypher(graph: Graph) -> Engine:
    """The queries alone: paths where everybody has one referrer, level by level for shared credit."""

    def ask(case: Case, hops: int | None, decay: float) -> pd.DataFrame:
        _load(graph, case, hops, decay)
        asked = {"hops": 25 if hops is None else hops, "decay": decay, "value": "revenue"}
        if case.policy == "first":
            found = graph.query("influence/everyone", **asked)
        else:
            found = graph.query("influence/some", ids=list(case.cents), **asked)
        rows = found.to_pandas().set_index("customerId").reindex(list(case.cents)).fillna(0)
        answer = pd.DataFrame({"influence": rows["influence"] * 100, "downline": rows["people"]})
        if hops is not None and hops < 25:
            del answer["downline"]  # of those hops only
        if case.policy == "first":
            shares = graph.query("influence/conserved", decay=decay).to_pandas().set_index("id")
            answer["conserved"] = shares["conservedCredit"].reindex(answer.index).fillna(0) * 100
        return answer

    return ask


def whole_way(graph: Graph) -> Engine:
    """`refnet load`, `refnet analyze`, and what the graph then has."""

    def ask(case: Case, hops: int | None, decay: float) -> pd.DataFrame:
        settings = _load(graph, case, hops, decay)
        analyze(graph, settings=settings)
        rows = graph.query("scores/read-customers").to_pandas().set_index("customerId")
        rows = rows.reindex(list(case.cents))
        return pd.DataFrame(
            {
                "influence": rows["influence"] * 100,
                "conserved": rows["conservedCredit"] * 100,
                "downline": rows["downline"],
            }
        )

    return ask


def _load(graph: Graph, case: Case, hops: int | None, decay: float) -> Any:
    wipe(graph)
    settings = load_settings(credit_policy=case.policy, hops=25 if hops is None else hops, decay=decay)
    referrals = case.referrals()
    load(graph, {"customers": case.customers()}, settings=settings)
    if len(referrals):
        load(graph, {"referrals": referrals}, settings=settings)
    return settings


def spark(session: Any, directory: Path) -> Engine:
    """`refnet analyze --engine spark`, parquet to parquet."""
    from refnet.analysis.spark.credit import Rules
    from refnet.analysis.spark.run import Question
    from refnet.analysis.spark.run import analyze as run

    def ask(case: Case, hops: int | None, decay: float) -> pd.DataFrame:
        source, target = directory / "in", directory / "out"
        source.mkdir(exist_ok=True)
        case.customers().to_parquet(source / "customers.parquet")
        referrals = case.referrals().assign(referrer_kind="customer")
        referrals.assign(
            referred_at=pd.Series(pd.NaT, index=referrals.index, dtype="datetime64[us, UTC]")
        ).to_parquet(source / "referrals.parquet")
        asked = Question("revenue", hops, decay, "EUR", Rules(case.policy, None, 7.0))
        run(session, str(source), str(target), asked, overwrite=True, partitions=2)
        rows = pd.read_parquet(target / "customers").set_index("customer_id").reindex(list(case.cents))
        return pd.DataFrame(
            {
                "influence": rows["influence"] * 100,
                "conserved": rows["conserved_credit"] * 100,
                "downline": rows["downline"],
            }
        )

    return ask
