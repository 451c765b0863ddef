"""Every way refnet has to work out influence, each asked alike: claims and values in, everyone's figures out.

What each answers of what may be asked; all of them take negative and unknown values, and credits as they are given:

| | influence by | at risk | conserved, downline, longest chain | one by one |
| --- | --- | --- | --- | --- |
| numpy, compiled | revenue, margin, cltv, heads | yes | yes | |
| table | revenue, margin, cltv, heads | yes | yes | |
| Spark | revenue, and one of the others in turn | | yes | |
| Cypher | revenue, margin, cltv, heads | | (1) | influence, generations, ancestors, longest chain |
| load and analyze | revenue | | yes | generations |

(1) Conserved credit; downline where hops have no limit; the longest chain of all. One by one is asked of a few, since
it is a query or several for each. The table knows no affiliates: they are customers there, whose value is not known. It
decides claims by the first only, and without dates; what else is asked it gets as credits. No load takes a negative
revenue: it is put into the graph. Spark does everything again for another value, so it is asked for one more only.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any, Protocol

import networkx as nx
import numpy as np
import pandas as pd

from refnet.analysis.credit.policy import decide
from refnet.analysis.influence.analyze import analyze
from refnet.analysis.influence.measures import Measure, at_risk, conserved_credit, downline, longest_chain
from refnet.analysis.influence.network import Network
from refnet.analysis.influence.profile import generations
from refnet.analysis.influence.table import influence_table
from refnet.core.settings import load_settings
from refnet.front import load
from refnet.graph import Graph
from tests.analysis.credit.test_policy import plainly
from tests.analysis.influence.networks import Made
from tests.conftest import wipe

ONE, VALUES = ("revenue",), ("revenue", "margin", "cltv", "heads")
COUNTS = ("heads", "downline", "longest")
_DAY_0 = pd.Timestamp("2024-01-01", tz="UTC")


@dataclass(frozen=True)
class Case:
    """Customers, affiliates and claims.

    Attributes:
        cents: revenue of each customer, by id; None is not known.
        claims: (referrer, referee), perhaps of nobody known, of oneself, once more, or closing a cycle.
        policy: who is credited; given: all, by `credits`.
        affiliates: who of the referrers is one.
        days: of each claim, None is not dated; or none for none. credits: of each claim, if they are given.
        joined: the day of those of whom it is known.
    """

    cents: dict[str, int | None]
    claims: list[tuple[str, str]]
    policy: str = "first"
    affiliates: tuple[str, ...] = ()
    days: list[int | None] = field(default_factory=list)
    credits: list[Fraction] = field(default_factory=list)
    joined: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Customers, and then affiliates."""
        return [*self.cents, *self.affiliates]

    @property
    def single(self) -> bool:
        """Whether everybody has one credited referrer at most."""
        return self.policy in ("first", "last")

    def known(self, value: str) -> list[int | None]:
        """What each customer is worth, in cents (heads: one each); None is not known."""
        made = {
            "revenue": lambda _, cents: cents,
            "margin": lambda place, cents: (cents or 0) // 3 if place % 4 else None,
            "cltv": lambda place, cents: 2 * abs(cents or 0) + place,
            "heads": lambda *_: 1,
        }[value]
        return [made(place, cents) for place, cents in enumerate(self.cents.values())]

    def worth(self, value: str) -> list[int]:
        """The same of everybody, where not known and of affiliates 0."""
        return [cents or 0 for cents in self.known(value)] + [0] * len(self.affiliates)

    def chances(self) -> list[Fraction]:
        """How likely everybody is to leave."""
        return [Fraction(place % 5, 4) for place in range(len(self.names))]

    def decided(self, how: Any) -> list[float]:
        """The credit of each claim, by a function that takes what `decide` does."""
        if self.policy == "given":
            return [float(credit) for credit in self.credits]
        table, (tail, head) = self.referrals(), self.ends()
        at = [np.nan if day is None else float(day) for day in self.dated()]
        joined = [float(self.joined.get(name, np.nan)) for name in self.names]
        return list(how(tail, head, at, table["claim_id"].tolist(), joined, self.policy))

    def credited(self) -> list[tuple[str, str, Fraction]]:
        """Who is credited, claim by claim: the definition, not how refnet does it."""
        exact = self.credits

        def how(*asked: Any) -> list[float]:
            told = plainly(*asked, None)
            return [told[name][0] for name in asked[3]]

        if self.policy != "given":
            exact = [
                Fraction(each).limit_denominator(100) if self.policy == "linear" else Fraction(each)
                for each in self.decided(how)
            ]
        return [(*ends, credit) for ends, credit in zip(self.claims, exact, strict=True) if credit]

    def expected(self, hops: int | None, decay: Fraction) -> pd.DataFrame:
        """Everybody's figures, in cents, by listing paths."""
        numbers = {name: number for number, name in enumerate(self.names)}
        edges = [(numbers[one], numbers[other], credit) for one, other, credit in self.credited()]
        made = {value: Made(edges, self.worth(value)) for value in VALUES}
        quarters = [
            int(4 * p) * cents for p, cents in zip(self.chances(), self.worth("revenue"), strict=True)
        ]
        own, graph = made["revenue"], made["revenue"].graph
        nodes = range(own.nodes)
        return pd.DataFrame(
            {
                **{value: made[value].influence(hops, decay) for value in VALUES},
                "at risk": [each / 4 for each in Made(edges, quarters).influence(None, Fraction(1))],
                "conserved": [float(share) for share in own.shares(decay)],
                "downline": [len(nx.descendants(graph, node)) for node in nodes],
                "longest": [max((length for length, *_ in own.paths(node)), default=0) for node in nodes],
                "ancestors": [len(nx.ancestors(graph, node)) for node in nodes],
                "generations": [_generations(own, node) for node in nodes],
            },
            index=self.names,
        )

    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Referrer and referee of each claim by their places; -1 is nobody; no affiliate is brought."""
        tail, head = np.array(self.claims, dtype=object).reshape(-1, 2).T
        customers, everybody = (pd.Index(names, dtype=object) for names in (list(self.cents), self.names))
        return everybody.get_indexer(tail), customers.get_indexer(head)

    def dated(self) -> list[int | None]:
        return self.days or [None] * len(self.claims)

    def some(self) -> list[str]:
        """A few customers, to be asked about one by one."""
        return list(self.cents)[:: max(1, len(self.cents) // 3)]

    def customers(self) -> pd.DataFrame:
        days = [self.joined.get(name) for name in self.cents]
        return pd.DataFrame(
            {
                "customer_id": list(self.cents),
                "joined_at": _times(days),
                **{
                    value: [np.nan if cents is None else cents / 100 for cents in self.known(value)]
                    for value in ("revenue", "margin", "cltv")
                },
            }
        )

    def referrals(self) -> pd.DataFrame:
        claims = pd.DataFrame(self.claims, columns=["referrer_id", "referee_id"], dtype=object)
        kinds = ["affiliate" if one in self.affiliates else "customer" for one, _ in self.claims]
        return claims.assign(
            claim_id=[f"k{n:05}" for n in range(len(claims))],
            referrer_kind=pd.Series(kinds, dtype=object),
            referred_at=_times(self.dated()),
        )


def _times(days: Sequence[int | None]) -> pd.Series:
    return pd.Series(
        [pd.NaT if day is None else _DAY_0 + pd.Timedelta(days=day) for day in days],
        dtype="datetime64[us, UTC]",
    )


def _generations(made: Made, root: int) -> list[tuple[int, int, float]]:
    """Depth, people who are nearest there, and what comes from there."""
    nearest = nx.single_source_shortest_path_length(made.graph, root)
    values: dict[int, Fraction] = {}
    for length, node, credit in made.paths(root):
        values[length] = values.get(length, Fraction(0)) + credit * int(made.value[node])
    return [
        (depth, sum(far == depth for far in nearest.values()), float(values[depth]))
        for depth in sorted(values)
    ]


def together(cases: Sequence[Case]) -> Case:
    """Many as one, so that asking a server or Spark costs once."""
    assert len({case.policy for case in cases}) <= 1
    return Case(
        {f"{n}-{name}": cents for n, case in enumerate(cases) for name, cents in case.cents.items()},
        [(f"{n}-{one}", f"{n}-{other}") for n, case in enumerate(cases) for one, other in case.claims],
        cases[0].policy if cases else "first",
        tuple(f"{n}-{name}" for n, case in enumerate(cases) for name in case.affiliates),
        [day for case in cases for day in case.dated()],
        [credit for case in cases for credit in case.credits],
        {f"{n}-{name}": day for n, case in enumerate(cases) for name, day in case.joined.items()},
    )


class Engine(Protocol):
    """Asked for a case: by id what `Case.expected` has, as far as the engine has it; NaN where it was not asked.

    Influence is by `values`, or by revenue only. attrs has `longest`, the longest chain of all, where that is asked
    by itself.
    """

    def __call__(
        self, case: Case, hops: int | None, decay: float, values: Sequence[str] = ONE
    ) -> pd.DataFrame: ...


def arrays(compiled: bool) -> Engine:
    """The kernels, by numpy or compiled, on credits that the policy decides."""

    def how(*asked: Any) -> Any:
        return decide(*asked[:5], policy=asked[5], window_days=None).credit

    def ask(case: Case, hops: int | None, decay: float, values: Sequence[str] = ONE) -> pd.DataFrame:
        credit, (tail, head) = np.array(case.decided(how), dtype=float), case.ends()
        kept = credit > 0
        network = Network(tail[kept], head[kept], credit[kept], nodes=len(case.names), compiled=compiled)
        worth = {value: np.array(case.worth(value), dtype=np.int64) for value in VALUES}
        return pd.DataFrame(
            {
                **{value: network.influence(worth[value], hops=hops, decay=decay) for value in values},
                "at risk": network.at_risk(worth["revenue"], np.array(case.chances(), dtype=float)),
                "conserved": network.conserved(worth["revenue"], decay=decay),
                "downline": network.downline(),
                "longest": network.longest_chain(),
            },
            index=case.names,
        )

    return ask


def table(case: Case, hops: int | None, decay: float, values: Sequence[str] = ONE) -> pd.DataFrame:
    """From table to table; it sifts dirty claims itself, and takes credits as given."""
    if case.policy == "first" and not case.affiliates and not any(day is not None for day in case.days):
        referrals = case.referrals()[["referrer_id", "referee_id", "claim_id"]]
    else:
        edges = [(*ends, float(credit)) for *ends, credit in case.credited()]
        referrals = pd.DataFrame(edges, columns=["referrer_id", "referee_id", "credit"])
    measures = {value: Measure(None if value == "heads" else value, hops, decay) for value in values}
    measures |= {
        "at risk": at_risk(probability="leaves"),
        "conserved": conserved_credit(decay=decay),
        "downline": downline(),
        "longest": longest_chain(),
    }
    affiliates = pd.DataFrame({"customer_id": list(case.affiliates)}, dtype=object)
    customers = pd.concat([case.customers().drop(columns="joined_at"), affiliates], ignore_index=True)
    customers["leaves"] = np.array(case.chances(), dtype=float)
    found = influence_table(customers, referrals, measures, drop=True).to_pandas()
    return found.set_index("customer_id") * [1 if name in COUNTS else 100 for name in measures]


def cypher(graph: Graph) -> Engine:
    """The queries alone: paths where everybody has one referrer or hops have no limit, else level by level."""

    def ask(case: Case, hops: int | None, decay: float, values: Sequence[str] = ONE) -> pd.DataFrame:
        _load(graph, case, hops, decay)
        asked = {"hops": 25 if hops is None else hops, "decay": decay}
        answer = pd.DataFrame(index=case.names)
        for value in values:
            if case.single or asked["hops"] > 6:
                found = graph.query("influence/everyone", **asked, value=value)
            else:
                found = graph.query("influence/some", ids=list(case.cents), **asked, value=value)
            rows = found.to_pandas().set_index("customerId").reindex(list(case.cents)).fillna(0)
            if case.affiliates:
                above = graph.query("influence/affiliates", **asked, value=value).to_pandas()
                above = above.set_index("affiliateId").reindex(case.affiliates).fillna(0)
                rows = pd.concat([rows, above])
            answer[value] = rows["influence"] * (1 if value == "heads" else 100)
            if asked["hops"] == 25:  # else of those hops only
                answer["downline"] = rows["people"]
        shares = graph.query("influence/conserved", decay=decay).to_pandas().set_index("id")
        answer["conserved"] = shares["conservedCredit"].reindex(answer.index).fillna(0) * 100
        for name in case.some():
            (one,) = graph.query("influence/one", customerId=name, **asked, value="revenue")
            assert abs(one["influence"] * 100 - answer.loc[name, "revenue"]) < 1e-4
            found = graph.query("influence/network-revenue", customerId=name).one()
            answer.loc[name, "longest"] = found["longestChain"]
            answer.loc[name, "ancestors"] = len(graph.query("tree/path-up", customerId=name))
        answer["generations"] = _by_name(
            case, {name: graph.query("tree/generations", rootId=name).values for name in case.some()}
        )
        longest = graph.query("tree/longest-chains", limit=1)
        answer.attrs["longest"] = longest.one()["hops"] if len(longest) else 0
        return answer

    return ask


def _by_name(case: Case, found: dict[str, list[Any]]) -> pd.Series:
    """Generations as `Case.expected` has them."""
    return pd.Series(
        {
            name: [(depth, people, value * 100) for depth, people, value in rows]
            for name, rows in found.items()
        },
        dtype=object,
    ).reindex(case.names)


def _everybody(case: Case, *tables: pd.DataFrame) -> pd.DataFrame:
    """The rows of all that are asked about, in order; no row is NaN."""
    found = {name: row for each in tables for name, row in zip(each.index, each.to_numpy(float), strict=True)}
    none = [np.nan] * len(tables[0].columns)
    return pd.DataFrame(
        [found.get(name, none) for name in case.names], case.names, tables[0].columns, dtype=float
    )


def whole_way(graph: Graph) -> Engine:
    """`refnet load`, `refnet analyze`, and what the graph then has."""

    def ask(case: Case, hops: int | None, decay: float, values: Sequence[str] = ONE) -> pd.DataFrame:
        settings = _load(graph, case, hops, decay)
        analyze(graph, settings=settings)
        columns = ["influence", "conservedCredit", "downline", "longestChain"]
        told = ", ".join(f"n.{column}" for column in columns)
        customers, affiliates = (
            pd.DataFrame(
                graph.read(f"MATCH (n:{label}) RETURN n.{key}, {told}").values, columns=["id", *columns]
            ).set_index("id")
            for label, key in (("Customer", "customerId"), ("Affiliate", "affiliateId"))
        )
        rows = _everybody(case, customers, affiliates)
        below = {name: [tuple(one.values()) for one in generations(graph, name)] for name in case.some()}
        return pd.DataFrame(
            {
                "revenue": rows["influence"] * 100,
                "conserved": rows["conservedCredit"] * 100,
                "downline": rows["downline"],
                "longest": rows["longestChain"],
                "generations": _by_name(case, below),
            }
        )

    return ask


def _load(graph: Graph, case: Case, hops: int | None, decay: float) -> Any:
    wipe(graph)
    policy = "linear" if case.policy == "given" else case.policy
    settings = load_settings(credit_policy=policy, hops=25 if hops is None else hops, decay=decay)
    customers, referrals = case.customers(), case.referrals()
    below = customers[customers["revenue"] < 0]
    for column in ("revenue", "margin"):
        customers[column] = customers[column].where(~(customers[column] < 0))
    load(graph, {"customers": customers}, settings=settings)
    if case.affiliates:
        frame = pd.DataFrame({"affiliate_id": list(case.affiliates)})
        load(graph, {"affiliates": frame}, settings=settings)
    if len(referrals):
        load(graph, {"referrals": referrals}, settings=settings)
    graph.write(
        "UNWIND $rows AS row MATCH (c:Customer {customerId: row[0]}) SET c.revenue = row[1], c.margin = row[2]",
        rows=[
            [name, revenue, None if margin != margin else margin]
            for name, revenue, margin in below[["customer_id", "revenue", "margin"]].itertuples(index=False)
        ],
    )
    if case.policy == "given":
        graph.write(
            "UNWIND $rows AS row MATCH (:Customer {customerId: row[0]})<-[r:REFERRED {claimId: row[1]}]-() "
            "SET r.credit = row[2]",
            rows=[
                [referee, f"k{n:05}", float(credit)]
                for n, ((_, referee), credit) in enumerate(zip(case.claims, case.credits, strict=True))
            ],
        )
    return settings


def spark(session: Any, directory: Path) -> Engine:
    """`refnet analyze --engine spark`, parquet to parquet."""
    from refnet.analysis.spark.credit import Rules
    from refnet.analysis.spark.run import Question
    from refnet.analysis.spark.run import analyze as run

    others = cycle(VALUES[1:])

    def ask(case: Case, hops: int | None, decay: float, values: Sequence[str] = ONE) -> pd.DataFrame:
        source, target = directory / "in", directory / "out"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir()
        case.customers().to_parquet(source / "customers.parquet")
        if case.affiliates:
            frame = pd.DataFrame({"affiliate_id": list(case.affiliates)})
            frame.to_parquet(source / "affiliates.parquet")
        referrals = case.referrals()
        if case.policy == "given":
            credit = np.array([float(each) for each in case.credits])
            referrals.assign(credit=credit).to_parquet(source / "credits.parquet")
        else:
            referrals.to_parquet(source / "referrals.parquet")
        policy = "linear" if case.policy == "given" else case.policy

        def scored(value: str) -> pd.DataFrame:
            asked = Question(value, hops, decay, "EUR", Rules(policy, None, 7.0))
            run(session, str(source), str(target), asked, overwrite=True, partitions=2)
            customers = pd.read_parquet(target / "customers").set_index("customer_id")
            affiliates = pd.read_parquet(target / "affiliates").set_index("affiliate_id")
            columns = ["influence", "conserved_credit", "downline", "longest_chain"]
            return _everybody(case, customers[columns], affiliates[columns])

        rows = scored("revenue")
        more = {}
        if values is not ONE:
            other = next(others)
            more[other] = scored(other)["influence"] * (1 if other in COUNTS else 100)
        return pd.DataFrame(
            {
                "revenue": rows["influence"] * 100,
                **more,
                "conserved": rows["conserved_credit"] * 100,
                "downline": rows["downline"],
                "longest": rows["longest_chain"],
            }
        )

    return ask
