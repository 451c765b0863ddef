"""Records of JSON by column, against each of them alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.loaders.files import open_records
from refnet.loaders.files.nested import flat, flattened, level, listed, names_of, plain, together

_VALUE = st.recursive(
    st.one_of(
        st.none(),
        st.integers(0, 3),
        st.sampled_from([True, 2**63, 1.5]),
        st.text(max_size=2),
        st.just([1, {"a": 2}]),
    ),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=6,
)
_RECORDS = st.lists(st.dictionaries(st.sampled_from("abcd"), _VALUE, max_size=4), max_size=12)


@given(_RECORDS)
def test_columns_and_cells(records: list[dict[str, Any]]) -> None:
    names: dict[str, None] = {}
    _names(records, names)
    by_column: dict[str, None] = {}
    names_of([level(records)], by_column)
    assert list(by_column) == list(names)
    cells, each = flattened(level(records)), [flat(record) for record in records]
    assert set(names) <= set(cells)
    for name, values in cells.items():
        assert repr(listed(values)) == repr([record.get(name) for record in each])
    assert {name: listed(cells) for name, cells in plain(records).items()} == {
        name: [record.get(name) for record in records] for name in {n: 0 for r in records for n in r}
    }


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"a": {"b": False}, "a.b": None}, False),
        ({"a.b": 1, "a": {"b": 2}}, 1),
        ({"a": {"b": 2}, "a.b": 1}, 1),
        ({"a.b": None, "a": {"b": None}}, None),
    ],
)
def test_a_column_written_in_two_ways(record: dict[str, Any], told: Any) -> None:
    """Whatever comes first, in this record or in one before."""
    assert flat(record)["a.b"] is told
    for before in ({}, {"a.b": 0, "a": {"b": 0}}, {"a": {"b": 0}, "a.b": 0}):
        assert listed(flattened(level([before, record]))["a.b"])[1] is told


@given(_RECORDS, st.integers(0, 12))
def test_the_names_of_two_parts_are_those_of_the_whole(records: list[dict[str, Any]], cut: int) -> None:
    whole: dict[str, None] = {}
    names_of([level(records)], whole)
    parts: dict[str, None] = {}
    names_of([level(records[:cut]), level(records[cut:])], parts)
    assert list(parts) == list(whole)


@given(_RECORDS, st.integers(0, 12))
def test_the_cells_of_two_parts_are_those_of_the_whole(records: list[dict[str, Any]], cut: int) -> None:
    halves = [records[:cut], records[cut:]]
    cells = together([flattened(level(half)) for half in halves], list(map(len, halves)))
    whole = flattened(level(records))
    assert {name: repr(listed(held)) for name, held in cells.items()} == {
        name: repr(listed(held)) for name, held in whole.items()
    }


def test_records_of_more_shapes_than_are_told_apart() -> None:
    records = [{f"k{n}": n, "always": {"n": n}} for n in range(200)]
    cells = {name: listed(held) for name, held in flattened(level(records)).items()}
    assert cells["always.n"] == list(range(200))
    assert cells["k7"] == [7 if n == 7 else None for n in range(200)]


def test_a_large_dump_is_as_its_lines_are(tmp_path: Path) -> None:
    records = [
        {"id": f"{n}", "sale": {"cents": n, "who": {"name": "é"}} if n % 3 else None, **({"tag": n} if n % 5 else {})}
        for n in range(45_000)
    ]  # fmt: skip
    lines, dump = tmp_path / "lines.jsonl", tmp_path / "dump.json"
    lines.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    dump.write_text(json.dumps({"page": 1, "data": records}), encoding="utf-8")
    one, other = open_records(lines), open_records(dump, "data")
    assert (set(one.columns), one.total) == (set(other.columns), other.total)
    for _ in range(2):  # what is kept is not used up
        for left, right in zip(one.chunks(), other.chunks(), strict=True):
            assert left.rows.tolist() == right.rows.tolist()
            assert left.frame[other.columns].equals(right.frame)
    assert [len(chunk.rows) for chunk in open_records(dump).chunks()] == [1]


def _names(records: list[dict[str, Any]], into: dict[str, None], outer: str = "") -> None:
    """The names of all columns, record by record: those of objects after all others."""
    inner: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, dict):
                inner.setdefault(name, []).append(value)
            else:
                into[outer + name] = None
    for name, nested in inner.items():
        _names(nested, into, f"{outer}{name}.")
