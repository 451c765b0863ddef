"""Who is named in referrals: joined by parts and looked up one by one; and `influence_table` by either."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refnet.analysis.influence import given as reading
from refnet.analysis.influence import hashing, ids, texts
from refnet.analysis.influence import named as module
from refnet.analysis.influence.given import Given, together
from refnet.analysis.influence.measures import Measure, at_risk
from refnet.analysis.influence.named import join, named, numbers
from refnet.analysis.influence.table import influence_table
from refnet.core.errors import InputError

WORDS = st.text("ab\0é", max_size=26)  # of all lengths round those that are read eight bytes at a time
INVERSE = pow(int(hashing.SPREAD), -1, 2**64)
FAR = st.integers(-(2**63), 2**63 - 1)
ONE_PART = st.integers(0, 40).map(
    lambda at: _signed(at * INVERSE)
)  # hashes 0, 1, 2 …: all at the first place
NUMBERS = st.one_of(st.integers(-20, 20), FAR, ONE_PART)


def _signed(whole):
    return (whole + 2**63) % 2**64 - 2**63


@pytest.fixture(scope="module")
def beside():
    with ThreadPoolExecutor(1) as one:
        yield one


def in_pieces(values, draw):
    cuts = sorted(draw(st.lists(st.integers(0, len(values)), max_size=3)))
    return [values[a:b] for a, b in zip([0, *cuts], [*cuts, len(values)], strict=True)]


@given(
    keys=st.lists(NUMBERS, min_size=1, max_size=60),
    more=st.lists(NUMBERS, max_size=20),
    part=st.sampled_from([1, 4, 1000]),
    most=st.sampled_from([1, 100, 1 << 20]),
    room=st.sampled_from([None, 0, 100, 1 << 12]),
    data=st.data(),
)
@settings(deadline=None)
def test_every_key_finds_its_first_row_or_the_first_that_is_there_twice(
    beside, keys, more, part, most, room, data
):
    """Parts of one key and of all, rounds of one part and of all, pieces anywhere, in memory that is there or new."""
    asked = data.draw(st.permutations([*keys, *more]))
    held = in_pieces(np.array(keys, dtype=np.int64), data.draw)
    twice, found = join(
        held,
        in_pieces(np.array(asked, dtype=np.int64), data.draw),
        beside,
        part=part,
        most=most,
        room=None if room is None else np.full(room, np.nan),
    )
    there = {}
    again = [row for row, key in enumerate(keys) if there.setdefault(key, row) != row]
    assert twice == min(again, default=-1)
    if not again:
        assert found.tolist() == [there.get(key, -1) for key in asked]


@given(rows=st.integers(1, 200), data=st.data())
@settings(deadline=None)
def test_numbers_are_places_among_the_rows_that_were_found(beside, rows, data):
    found = data.draw(st.lists(st.integers(-1, rows - 1), max_size=80))
    held = np.array(found, dtype=np.int32)
    those = numbers(held, rows, beside)
    assert those.tolist() == sorted({row for row in found if row >= 0})
    assert held.tolist() == [those.tolist().index(row) if row >= 0 else -1 for row in found]


@given(
    known=st.lists(WORDS, unique=True, min_size=1, max_size=30)
    | st.lists(NUMBERS, unique=True, min_size=1, max_size=30),
    data=st.data(),
)
@settings(deadline=None)
def test_named_agrees_with_a_dictionary(beside, known, data):
    """Texts of all lengths, with bytes of zero; gaps; chunks that begin anywhere; int32 and int64 offsets."""
    kind = (
        pa.int64()
        if isinstance(known[0], int)
        else data.draw(st.sampled_from([pa.string(), pa.large_string()]))
    )
    strangers = data.draw(
        st.lists(WORDS if pa.types.is_large_string(kind) or kind == pa.string() else NUMBERS, max_size=5)
    )
    ends = [
        data.draw(st.lists(st.sampled_from([*known, *strangers, None]), min_size=5, max_size=5))
        for _ in (0, 1)
    ]
    there = {one: row for row, one in enumerate(known)}
    columns = [
        pa.chunked_array(
            [pa.array([*each[:1], *piece], kind).slice(1) for piece in in_pieces(each, data.draw)], kind
        )
        for each in (known, *ends)
    ]
    who = named(*columns, beside, compiled=True)
    assert who.rows is not None  # by parts, and not by the other way
    for numbers_, end in zip((who.referrer, who.referee), ends, strict=True):
        assert [int(who.rows[at]) if at >= 0 else -1 for at in numbers_] == [
            there.get(one, -1) for one in end
        ]


@pytest.mark.parametrize("kind", [pa.int64(), pa.string(), pa.uint64(), pa.int32()])
def test_both_ways_find_the_same_people(beside, kind):
    known = pa.chunked_array([pa.array(["7", "12", "7000", "1"]).cast(kind)])
    asked = pa.chunked_array([pa.array(["1", None, "7", "99"]).cast(kind)])
    for compiled in (False, True):
        who = named(known, asked, asked, beside, compiled=compiled)
        rows = np.arange(4) if who.rows is None else who.rows
        assert [int(rows[at]) if at >= 0 else -1 for at in who.referrer] == [3, -1, 0, -1]


def test_texts_with_offsets_of_both_widths_are_joined(beside):
    known = pa.chunked_array([pa.array(["a", "bc"], pa.large_string())])
    asked = pa.chunked_array([pa.array(["bc", "abc"], pa.string())])
    who = named(known, asked, asked, beside, compiled=True)
    assert who.rows is not None
    assert (who.rows.tolist(), who.referrer.tolist()) == ([1], [0, -1])


def test_texts_of_one_hash_are_told_apart(beside, monkeypatch):
    monkeypatch.setattr(
        texts, "keys", lambda columns, _: [[np.zeros(len(column), dtype=np.int64)] for column in columns]
    )
    alone = pa.chunked_array([pa.array(["a"])])
    asked = pa.chunked_array([pa.array(["a", "b"])])
    assert named(alone, asked, asked, beside, compiled=True).referrer.tolist() == [0, -1]
    two = pa.chunked_array([pa.array(["a", "b"])])
    assert named(two, asked, asked, beside, compiled=True).referrer.tolist() == [0, 1]


@given(one=st.binary(max_size=30), other=st.binary(max_size=30), shift=st.integers(0, 9))
@settings(deadline=None)
def test_bytes_are_the_same_where_they_are(one, other, shift):
    """Eight at a time and the last eight overlapping: nothing of what is beside them counts."""
    for left, right in ((one, other), (one, one)):
        held = np.frombuffer(b"x" * shift + left + b"y" * 8, dtype=np.uint8)
        beside_it = np.frombuffer(right + b"z" * 8, dtype=np.uint8)
        agree = hashing.same(held, shift, shift + len(left), beside_it, 0, len(right))
        assert agree == (left == right)
        if agree:
            assert hashing.hashed(held, shift, shift + len(left)) == hashing.hashed(beside_it, 0, len(right))


@pytest.mark.parametrize("ids_of", [int, str])
@pytest.mark.parametrize("groups", [1_000_000, 30_000])
def test_both_ways_give_the_same_scores(tmp_path, monkeypatch, ids_of, groups):
    """Parquet of one row group and of several, values that are missing, heads beside amounts, part credits."""
    rng = np.random.default_rng(5)
    people = 120_000
    names = rng.permutation(np.unique(rng.integers(-(1 << 40), 1 << 40, people + 900)))[:people]
    names = pa.array(names if ids_of is int else [f"c{name}" for name in names])
    referee = np.arange(5, people, 3)
    referrer = rng.integers(0, referee)
    spent = pa.array(rng.integers(0, 9_999, people) / 100, mask=rng.random(people) < 0.1)
    chance = rng.random(people)
    pq.write_table(
        pa.table({"customer_id": names, "revenue": spent, "chance": chance}),
        tmp_path / "c.parquet",
        row_group_size=groups,
    )
    claims = {"referrer_id": names.take(pa.array(referrer)), "referee_id": names.take(pa.array(referee))}
    claims["credit"] = pa.array(rng.choice([0.25, 1.0], referee.size))
    pq.write_table(pa.table(claims), tmp_path / "r.parquet", row_group_size=groups)
    asked = {
        "influence": Measure(),
        "people": Measure(None, None, 1.0),
        "at_risk": Measure("revenue", None, 1.0, weight="chance"),
    }
    found = []
    for by_parts in (True, False):
        if not by_parts:
            monkeypatch.setattr(module, "_by_parts", lambda *_: None)
        found.append(influence_table(tmp_path / "c.parquet", tmp_path / "r.parquet", asked).table)
    assert found[0]["customer_id"].equals(
        pa.chunked_array(pq.read_table(tmp_path / "c.parquet")["customer_id"].chunks)
    )
    for name in asked:
        assert found[0][name].type == found[1][name].type
        np.testing.assert_array_equal(found[0][name].to_numpy(), found[1][name].to_numpy())
    assert np.count_nonzero(found[0]["people"].to_numpy()) == np.unique(referrer).size


def test_what_cannot_be_is_named_among_many(tmp_path):
    """By parts as by rows: the id, the row, the edge."""
    people = 100_001
    names = np.arange(people) * 1_000_003
    good = pa.table({"customer_id": names, "revenue": np.ones(people)})
    chain = pa.table({"referrer_id": names[:-1], "referee_id": names[1:]})
    twice = pa.table(
        {"customer_id": np.where(names == names[70], names[7], names), "revenue": np.ones(people)}
    )
    with pytest.raises(InputError, match=f"customer_id: {names[7]} is there twice, again in row 70"):
        influence_table(twice, chain)
    unknown = pa.table(
        {"referrer_id": np.where(names[:-1] == names[5], 3, names[:-1]), "referee_id": names[1:]}
    )
    with pytest.raises(
        InputError, match="column referrer_id: row 5 of the referrals names 3, who is no customer"
    ):
        influence_table(good, unknown)
    circle = pa.table({"referrer_id": names, "referee_id": np.roll(names, -1)})
    with pytest.raises(InputError, match=f"Edge {names[0]} → {names[1]} is on a cycle"):
        influence_table(good, circle)
    wrong = good.append_column("chance", pa.array(np.where(names == names[9], 2.0, 0.5)))
    with pytest.raises(InputError, match=f"column chance: row 9, {names[9]}, has 2, which is no probability"):
        influence_table(wrong, chain, {"risk": at_risk("revenue", "chance")})


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array(["1.5"] * 90_000 + ["abc"] + ["2"] * 10_000), "row 90000 holds 'abc', no number"),
        (pa.array([1] * 90_000 + [2**53 + 1] + [2] * 10_000), "row 90000 holds 9007199254740993: amounts"),
        (pa.array([1.0] * 90_000 + [1e300] + [2.0] * 10_000), "row 90000"),
    ],
)
def test_a_row_is_named_as_it_is_in_the_file(tmp_path, monkeypatch, column, message):
    """Not as it is in the batch that it is read with."""
    monkeypatch.setattr(reading, "_ROWS", 4096)
    ids_ = np.arange(len(column)) * 1_000_003
    pq.write_table(pa.table({"customer_id": ids_, "revenue": column}), tmp_path / "customers.parquet")
    chain = pa.table({"referrer_id": ids_[:-1], "referee_id": ids_[1:]})
    with pytest.raises(InputError, match=message):
        influence_table(tmp_path / "customers.parquet", chain)


GROUPS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=6)


@given(groups=GROUPS, required=st.booleans(), rows=st.integers(1, 4))
@settings(deadline=None, max_examples=80)
def test_a_file_is_read_whole_in_any_number_of_pieces(tmp_path_factory, beside, groups, required, rows):
    path = tmp_path_factory.mktemp("groups") / "t.parquet"
    schema = pa.schema(
        [pa.field("a", pa.int64(), nullable=not required), ("b", pa.string()), ("c", pa.int64())]
    )
    with pq.ParquetWriter(path, schema) as out:
        for size, gap in groups:
            whole = [None if gap and not required and row == 1 else row for row in range(size)]
            out.write_table(pa.table({"a": whole, "b": ["x"] * size, "c": range(size)}, schema))
    given_ = Given(path, "customers", ["a"])
    for names in (["a"], ["c", "a"], ["b", "a"]):
        want = pq.read_table(path, columns=names).to_pydict()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading, "_ROWS", rows)
            pieces, batches = [read() for read in given_.pieces(names)], list(given_.batches(names))
            assert all(len(batch) <= rows for batch in batches)
            for parts in (pieces, batches):
                assert pa.concat_tables(parts or pieces).to_pydict() == want
            assert all(each.to_pydict() == want for each in together(given_, names, given_, names, beside))
    given_.close()


def test_no_customers_and_no_referrals(beside):
    none = pa.chunked_array([pa.array([], pa.int64())])
    one = pa.chunked_array([pa.array([5])])
    assert named(none, none, none, beside, compiled=True).referrer.size == 0
    assert named(one, none, none, beside, compiled=True).referrer.size == 0
    with pytest.raises(InputError, match="row 0 has no id"):
        named(pa.chunked_array([pa.array([None], pa.int64())]), one, one, beside, compiled=True)
    assert ids.Ids(one).rows(one, column="x").tolist() == [0]
