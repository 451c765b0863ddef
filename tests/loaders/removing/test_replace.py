"""Replace: after a complete export the graph is as if only that had ever been loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from refnet import front
from refnet.core.errors import InputError, UsageError
from refnet.core.progress import Quiet
from refnet.graph import Graph
from tests.conftest import Engines, wipe
from tests.loaders.conftest import FILES, Write, picture
from tests.loaders.persons.conftest import tables as persons

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

_COLUMNS = {
    "customers": ["customer_id", "joined_at", "email", "revenue", "size"],
    "aliases": ["alias", "customer_id"],
    "affiliates": ["affiliate_id", "customer_id", "parent_affiliate_id"],
    "orders": ["order_id", "customer_id", "placed_at", "amount"],
    "refunds": ["refund_id", "order_id", "amount"],
    "referrals": ["referrer_id", "referee_id", "referred_at", "referrer_kind"],
    "invitations": ["invitation_id", "referrer_id", "sent_at", "referee_id"],
    "usage": ["customer_id", "month", "active_days"],
    "commissions": ["commission_id", "affiliate_id", "amount", "earned_at", "order_id"],
    "landings": ["customer_id", "landing_page", "landed_at", "niche"],
    "rewards": ["reward_id", "amount", "granted_at", "customer_id", "affiliate_id"],
    "tokens": ["customer_id", "kind", "token"],
}


@st.composite
def _exports(draw: st.DrawFn) -> Tables:
    """A small export with all that can hang on something else."""
    ids = ["a", "b", "x:c", "email:d@x.example", "stranger"]
    person, affiliate = st.sampled_from(ids), st.sampled_from(["f", "g", "nobody"])
    email = st.sampled_from([None, "e@x.example", "E@x.example ", "d@x.example"])
    order, back = st.sampled_from(["o1", "o2", "elsewhere"]), st.sampled_from([0.5, 1])

    def some(most: int) -> range:
        return range(draw(st.integers(0, most)))

    kind = st.sampled_from(["customer", "affiliate"])
    tables: Tables = {
        "customers": [
            {"customer_id": i, "joined_at": f"2024-01-0{n}", "email": draw(email), "revenue": n, "size": f"s{n}"}
            for n, i in enumerate(ids[:4], start=1)
        ],
        "aliases": [{"alias": draw(person), "customer_id": draw(person)} for _ in some(2)],
        "affiliates": [
            {"affiliate_id": i, "customer_id": draw(person), "parent_affiliate_id": draw(affiliate)}
            for i in ("f", "g")
        ],
        "orders": [
            {"order_id": f"o{n}", "customer_id": draw(person), "placed_at": f"2024-01-1{n}", "amount": n}
            for n in some(3)
        ],
        "refunds": [
            {"refund_id": draw(st.sampled_from([f"b{n}", None])), "order_id": draw(order), "amount": draw(back)}
            for n in some(3)
        ],
        "referrals": [
            {"referrer_id": draw(affiliate if k == "affiliate" else person), "referee_id": draw(person),
             "referred_at": "2024-01-03", "referrer_kind": k}
            for k in (draw(kind) for _ in some(3))
        ],
        "invitations": [
            {"invitation_id": f"i{n}", "referrer_id": draw(person), "sent_at": "2024-01-01", "referee_id": draw(person)}
            for n in some(1)
        ],
        "usage": [{"customer_id": draw(person), "month": "2024-01", "active_days": 3} for _ in some(1)],
        "commissions": [
            {"commission_id": f"k{n}", "affiliate_id": draw(affiliate), "amount": 1, "earned_at": "2024-01-01",
             "order_id": draw(order)}
            for n in some(2)
        ],
        "landings": [
            {"customer_id": draw(person), "landing_page": draw(st.sampled_from(["/p", "/q"])),
             "landed_at": f"2024-01-0{n + 1}", "niche": draw(st.sampled_from([None, "m", "n"]))}
            for n in some(3)
        ],
        "rewards": [
            {"reward_id": f"r{n}", "amount": 1, "granted_at": "2024-01-01", "customer_id": draw(person),
             "affiliate_id": None}
            for n in some(1)
        ],
        "tokens": [
            {"customer_id": draw(person), "kind": "device", "token": draw(st.sampled_from(["t", "u"]))} for _ in some(3)
        ],
    }  # fmt: skip
    return tables


def _frames(tables: Tables, *names: str) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(tables[name], columns=_COLUMNS[name], dtype=object) for name in names}


@pytest.fixture(scope="module")
def embedded(engines: Engines) -> Graph:
    return engines.graph("embedded")


@examples(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=_exports(), data=st.data())
def test_the_graph_is_that_of_the_new_export(embedded: Graph, old: Tables, data: st.DataObject) -> None:
    replaced = data.draw(st.lists(st.sampled_from(list(_COLUMNS)), min_size=1, unique=True), label="replaced")
    new = old | {name: [row for row in old[name] if data.draw(st.booleans())] for name in replaced}
    _check(embedded, old, new, replaced)


def _rows(graph: Graph) -> tuple[list[str], list[str]]:
    """What rows became; columns that are known stay known, whether a row has something there or not."""
    nodes, edges = picture(graph)
    return [each for each in nodes if not each.startswith("Attribute ")], edges


def _check(graph: Graph, old: Tables, new: Tables, replaced: list[str]) -> None:
    wipe(graph)
    front.load(graph, _frames(new, *_COLUMNS))
    fresh = _rows(graph)
    wipe(graph)
    front.load(graph, _frames(old, *_COLUMNS))
    whole = _rows(graph)
    front.load(graph, _frames(old, *replaced), replace=True)
    assert _rows(graph) == whole  # nothing is missing
    front.load(graph, _frames(new, *replaced), replace=True, yes=True)
    assert _rows(graph) == fresh
    again, credit = front.load(graph, _frames(new, *replaced), replace=True)
    assert _rows(graph) == fresh
    assert again.removed == []
    assert credit.changed == 0
    # What was removed comes back with the old export.
    front.load(graph, _frames(old, *_COLUMNS))
    assert _rows(graph) == whole


def _replace(graph: Graph, *what: Any, yes: bool = True) -> Any:
    return front.load(graph, list(what), replace=True, yes=yes)[0].removed


def test_every_table_loses_what_its_export_no_longer_has(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    front.load(graph, directory)
    _replace(graph, directory)
    whole = picture(graph)
    for name, content in FILES.items():
        header, *rows = content.splitlines()
        (directory / name).write_text("\n".join([header, *rows[1:]]) + "\n")
    wipe(graph)
    front.load(graph, directory)
    fresh = picture(graph)
    wipe(graph)
    front.load(graph, write(FILES))
    assert picture(graph) == whole
    for name, content in FILES.items():
        header, *rows = content.splitlines()
        (directory / name).write_text("\n".join([header, *rows[1:]]) + "\n")
    removed = _replace(graph, directory)
    assert picture(graph) == fresh
    assert [(each.table, each.rows) for each in removed] == [(name.split(".")[0], 1) for name in FILES]
    listed = {each.table: each.file.read_text().splitlines() for each in removed}
    assert listed["orders"] == ["order_id,also_of", "o1,"]
    assert listed["usage"] == ["customer_id,month,feature,also_of", "a,2024-01-01,,"]
    assert listed["landings"][0] == "customer_id,landed_at,landing_page,also_of"
    assert listed["landings"][1].endswith(",/start,")
    assert listed["tokens"] == ["customer_id,kind,also_of", "a,device,"]  # and no token, hashed or not
    assert all(each.file.name.startswith(f"removed-{each.table}-") for each in removed)


# What hangs on a row that goes is in files that are not loaded again; some of it waits already.
@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("customers.csv", "a,"),
        ("customers.csv", "007,"),
        ("affiliates.csv", "f1,"),
        ("affiliates.csv", "f2,"),
        ("orders.csv", "o1,"),
        ("orders.csv", "o3,"),  # the only one of theirs
        ("landings.csv", "a,"),
        ("tokens.csv", "a,"),
    ],
)
def test_what_hangs_on_it_waits(graph: Graph, write: Write, name: str, gone: str) -> None:
    files = FILES | {
        "landings.csv": FILES["landings.csv"].replace("b,/start", "stranger,/start") + "a,/end,,food\n",
        "tokens.csv": FILES["tokens.csv"].replace("b,Device", "stranger,device") + "a,payout,account\n",
        "aliases.csv": "alias,customer_id\nold-7,007\n",
    }
    new = "".join(line for line in files[name].splitlines(keepends=True) if not line.startswith(gone))
    directory = write(files | {name: new})
    front.load(graph, directory)
    fresh = picture(graph)
    wipe(graph)
    front.load(graph, write(files))
    (directory / name).write_text(new)
    assert _replace(graph, directory / name)
    assert picture(graph) == fresh


def test_what_another_source_has_stays(graph: Graph, write: Write, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    for name in ("shop", "till"):
        (tmp_path / "sources" / f"{name}.toml").write_text(
            f'about = "x"\nrecognised_by = ["{name}"]\n[[customers]]\ncustomer_id = "{name}"\n'
            f'name = "Name"\n[[landings]]\ncustomer_id = "{name}"\nlanding_page = "Page"\n'
        )
    row = "a,A,/p\nb,B,/q\n"
    directory = write({"one.csv": f"shop,Name,Page\n{row}", "two.csv": f"till,Name,Page\n{row}"})
    front.load(graph, directory)

    def held() -> list[Any]:
        customers = graph.read(
            "MATCH (c:Customer) RETURN c.customerId, c.sources, c.name ORDER BY c.customerId"
        )
        pages = graph.read(
            "MATCH (c:Customer)-[e:LANDED_ON]->(p) RETURN e.sources, p.landingPage, p.sources ORDER BY p.landingPage"
        )
        count = graph.read("MATCH (p:LandingPage) RETURN count(p) AS n").one()["n"]
        return [*customers.values, *pages.values, count]

    both = ["shop", "till"]
    assert held() == [["a", both, "A"], ["b", both, "B"], [both, "/p", both], [both, "/q", both], 2]
    (directory / "one.csv").write_text("shop,Name,Page\na,A,/p\n")
    removed = _replace(graph, directory / "one.csv", yes=False)
    assert [(each.table, each.of, each.rows, each.staying) for each in removed] == [
        ("customers", "shop", 1, 1),
        ("landings", "shop", 1, 1),
    ]
    assert removed[0].file.read_text() == "customer_id,also_of\nb,till\n"
    till = ["till"]
    assert held() == [["a", both, "A"], ["b", till, "B"], [both, "/p", both], [till, "/q", till], 2]
    (directory / "two.csv").write_text("till,Name,Page\na,A,/p\n")
    _replace(graph, directory / "two.csv")
    assert held() == [["a", both, "A"], [both, "/p", both], 1]


def test_several_files_are_one_export(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.toml").write_text(
        'about = "x"\nrecognised_by = ["shop"]\n[[customers]]\ncustomer_id = "shop"\n'
    )
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("shop\na\nb\n")
    two.write_text("shop\nc\n")
    front.load(graph, [one, two])
    assert _replace(graph, one, two) == []
    two.write_text("shop\nd\n")
    assert [each.rows for each in _replace(graph, one, two)] == [1]
    ids = graph.read("MATCH (c:Customer) RETURN c.customerId AS id ORDER BY id").values
    assert ids == [["a"], ["b"], ["d"]]


@pytest.mark.parametrize(
    ("name", "rows", "kept"),
    [
        # Which row it is can be read, whatever else is wrong with it: it is there.
        ("orders.csv", "order_id,customer_id,placed_at,amount\no1,a,2024-01-05,much\n", ["o1"]),
        ("referrals.csv", "referrer_id,referee_id,referred_at,claim_id\na,b,soon,k1\n", ["k1"]),
        ("usage.csv", "customer_id,month,active_days\na,2024-01,many\n", None),
        # It cannot: nothing is removed, and nothing loaded.
        ("orders.csv", "order_id,customer_id,placed_at,amount\n,a,2024-01-05,1\no1,a,2024-01-05,1\n", 2),
        ("orders.csv", "order_id,customer_id,placed_at,amount\no1,a,2024-01-05,1\no2,a,2024-03-05\n", 3),
        ("referrals.csv", "referrer_id,referee_id,referred_at\na,b,soon\n", 2),
        ("usage.csv", "customer_id,month,active_days\na,soon,3\n", 2),
    ],
)
def test_a_refused_row_is_there_if_it_is_known_which_it_is(
    graph: Graph, write: Write, name: str, rows: str, kept: list[str] | int | None
) -> None:
    header = "referrer_id,referee_id,referred_at,claim_id\na,b,2024-01-31,k1\nb,a,,k2\n"
    directory = write(FILES | {"referrals.csv": header})
    front.load(graph, directory)
    before = picture(graph)
    (directory / name).write_text(rows)
    if isinstance(kept, int):
        with pytest.raises(
            InputError, match=f"{name}, row {kept}: cannot be told from others.*nothing removed"
        ):
            _replace(graph, directory / name)
        assert picture(graph) == before
        return
    removed = _replace(graph, directory / name)
    if kept is None:
        assert removed == []
        return
    label, key = ("Order", "orderId") if name == "orders.csv" else ("Claim", "claimId")
    assert [row[0] for row in graph.read(f"MATCH (n:{label}) RETURN n.{key} AS key").values] == kept


def test_more_than_half_is_asked_for_twice(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    front.load(graph, directory)
    before = picture(graph)
    orders = directory / "orders.csv"
    orders.write_text(FILES["orders.csv"].splitlines()[0] + "\n")
    asked: list[str] = []
    with pytest.raises(UsageError, match="3 of 3 orders of canonical are not in") as refused:
        front.load(graph, orders, replace=True, ask=lambda missing: asked.extend(map(str, missing)))
    assert "--yes" in refused.value.hint
    assert asked[0].startswith("orders of canonical: 3 of 3: ")
    assert picture(graph) == before

    class No(Exception):
        pass

    def no(missing: Any) -> None:
        raise No

    orders.write_text("\n".join(FILES["orders.csv"].splitlines()[:3]) + "\n")
    with pytest.raises(No):
        front.load(graph, orders, replace=True, ask=no)
    assert picture(graph) == before
    assert [each.rows for each in _replace(graph, orders, yes=False)] == [1]


def test_without_it_nothing_is_removed_and_old_rows_without_source_never(graph: Graph, write: Write) -> None:
    directory = write(FILES)
    front.load(graph, directory)
    before = picture(graph)
    orders = directory / "orders.csv"
    rest = "\n".join(FILES["orders.csv"].splitlines()[:3]) + "\n"
    orders.write_text(rest)
    front.load(graph, orders)
    assert picture(graph) == before
    graph.write("MATCH (o:Order) SET o.sources = null")  # as an earlier version has left them
    assert _replace(graph, orders) == []
    assert graph.read("MATCH (o:Order) RETURN count(o) AS n").one()["n"] == 3


def test_broken_off_it_is_run_again(graph: Graph, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    several = {"aliases.csv": "alias,customer_id\nold-b,b\n007,a\n"}
    new = {name: "\n".join(text.splitlines()[:2]) + "\n" for name, text in (FILES | several).items()}
    directory = write(new)
    front.load(graph, directory)
    fresh = picture(graph)
    wipe(graph)
    front.load(graph, write(FILES | several))
    write(new)
    monkeypatch.setattr("refnet.loaders.removing.removal._PART", 1)
    for after in (1, 3, 3, 4):
        with pytest.raises(_Broken):
            front.load(graph, directory, replace=True, yes=True, reporter=_Breaking(after))
    assert picture(graph) != fresh
    _replace(graph, directory)
    assert picture(graph) == fresh


class _Broken(Exception):
    pass


class _Breaking(Quiet):
    """Breaks off in the middle of removing."""

    def __init__(self, after: int) -> None:
        self.left = after

    def stage(self, name: str, total: int | None = None, unit: str = "rows") -> Any:
        stage = super().stage(name, total, unit)
        if name.endswith("removing"):
            stage.advance = self._advance  # type: ignore[method-assign]
        return stage

    def _advance(self, rows: int) -> None:  # noqa: ARG002
        self.left -= 1
        if not self.left:
            raise _Broken


@pytest.mark.parametrize("engine", ["embedded"])
def test_what_a_forgotten_person_counts_for_stays(
    engines: Engines, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFNET_ERASURE_KEY", "a key for tests")
    graph = engines.graph(engine)
    wipe(graph)
    people = persons()
    front.load(graph, people)
    front.erase(graph, "mq-1", by="tester")
    before = picture(graph)
    # The merchant has forgotten her, too: neither she nor anything of hers is in the next export.
    columns = ["customer_id", "referrer_id", "referee_id", "alias", "affiliate_id"]
    hers = {"mq-1", "stripe:cus_mia", "email:mia@quill.example", "mia-blog"}
    without = {
        name: frame[~frame[[c for c in columns if c in frame]].isin(hers).any(axis=1)]
        for name, frame in people.items()
    }
    assert front.load(graph, without, replace=True, yes=True)[0].removed == []
    assert picture(graph) == before
    # And what is somebody else's goes as ever.
    others = without["orders"][without["orders"]["order_id"] != "o-3"]
    front.load(graph, {"orders": others}, replace=True, yes=True)
    left = {row[0] for row in graph.read("MATCH (o:Order) RETURN o.orderId AS id").values}
    assert {i for i in left if not i.startswith("erased:")} == {"o-4"}
    assert len(left) == 4
