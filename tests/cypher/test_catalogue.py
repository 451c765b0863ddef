"""The catalogue: what a query file has to be, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from refnet.core.errors import InputError, NotFound, UsageError
from refnet.graph.catalogue import Catalogue, catalogue, parse

GOOD = """// Who is there
// name: people/all
// mode: read
// note: costly on large graphs,
//   so mind the limit
// :param limit => 10
// :param ids => ['a', 'b']
MATCH (c:Customer)
WHERE c.customerId IN $ids AND c.name <> 'a;b // $no'
RETURN c LIMIT $limit;
"""


def test_a_file_is_read_whole() -> None:
    query = parse(GOOD)
    assert (query.name, query.title, query.mode) == ("people/all", "Who is there", "read")
    assert dict(query.parameters) == {"limit": 10, "ids": ["a", "b"]}
    assert query.notes == ("costly on large graphs, so mind the limit",)
    assert query.text.startswith("MATCH")
    assert query.text.endswith("LIMIT $limit")


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("// Who is there\n", "", "does not say what it answers"),
        ("// name: people/all\n", "", "no `name:`"),
        ("// mode: read\n", "", "no `mode:`"),
        ("mode: read", "mode: readwrite", "read or write"),
        ("// mode: read\n", "// mode: read\n// mode: write\n", "twice"),
        ("// :param limit => 10\n", "", r"\$limit is not declared"),
        (
            "// :param limit => 10\n",
            "// :param limit => 10\n// :param most => 1\n",
            r"\$most is declared and not used",
        ),
        ("=> 10", "=> ten", "no example value"),
        ("=> 10", "=> 10\n// allowed: limit is 1 too 25", "what a parameter may be"),
        ("=> 10", "=> 10\n// allowed: limit is one to 25", "what a parameter may be"),
        ("=> 10", "=> 10\n// allowed: most is 1 to 25", "what a parameter may be"),
        ("=> 10", "=> 10\n// allowed: limit is 1 to 6", "limit, by its example, is not 1 to 6"),
        ("=> 10", "=> 10\n// allowed: limit is one of 10, 20", "is not one of"),
        ("LIMIT $limit;", "LIMIT $limit", "ends in ;"),
        ("LIMIT $limit;", "LIMIT $limit; // more", "ends in ;"),
        ("RETURN c", "RETURN 1; MATCH (c) RETURN c", "one statement"),
        ("RETURN c", "SET c.name = 'x' RETURN c", "says SET"),
        ("RETURN c", "DETACH DELETE c RETURN c", "says DELETE"),
        ("// name", "// nom", "no line of a header"),
    ],
)
def test_a_bad_file_is_refused_by_name(was: str, becomes: str, says: str) -> None:
    assert was in GOOD
    with pytest.raises(InputError, match=says) as caught:
        parse(GOOD.replace(was, becomes), "people/all.cypher")
    assert "people/all.cypher" in str(caught.value)


def test_two_of_one_name_and_a_misnamed_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "all.cypher").write_text(GOOD)
    assert list(Catalogue(tmp_path)) == ["people/all"]
    (tmp_path / "people" / "each.cypher").write_text(GOOD)
    with pytest.raises(InputError, match=r"each\.cypher"):
        Catalogue(tmp_path)


def test_unknown_names_and_parameters_name_the_nearest() -> None:
    with pytest.raises(NotFound, match="tree/downline"):
        catalogue()["tree/downlin"]
    query = catalogue()["tree/downline"]
    with pytest.raises(UsageError, match="Did you mean 'rootId'"):
        query.check({"rootid": "a", "hops": 1, "limit": 1})
    with pytest.raises(UsageError, match="needs a value for rootId"):
        query.check({"hops": 1, "limit": 1})


def test_ours_hold_together() -> None:
    assert len([q for q in catalogue().values() if q.mode == "read"]) >= 15
    for name, query in catalogue().items():
        assert query.title[0].isupper(), name
        assert not query.title.endswith("."), name


def test_what_a_parameter_may_be_is_held_to() -> None:
    query = catalogue()["influence/some"]
    assert dict(query.parameters)["decay"] == 0.5
    good = {"ids": ["a"], "hops": 6, "decay": 1, "value": "heads"}
    assert query.check(good) == good
    assert query.check(good | {"hops": np.int64(1), "decay": np.float64(0.001)})
    for name, wrong, says in (
        ("value", "Revenue", "one of revenue, cltv, margin, heads"),
        ("value", None, "one of revenue, cltv, margin, heads"),
        ("hops", 7, "hops is 1 to 6, not '7'"),
        ("hops", 0, "1 to 6"),
        ("hops", "6", "1 to 6"),
        ("decay", 0, "decay is above 0 to 1"),
        ("decay", 7, "above 0 to 1"),
        ("decay", float("nan"), "above 0 to 1"),
        ("decay", None, "above 0 to 1"),
    ):
        with pytest.raises(UsageError, match=says):
            query.check(good | {name: wrong})


def test_every_choice_is_declared() -> None:
    """What has the same name has the same bounds wherever influence is asked for."""
    for name, query in catalogue().items():
        if name.startswith("influence/"):
            told = query.allowed.keys()
            assert told == {"hops", "decay", "value", "probability"} & query.parameters.keys(), name
