"""JSON documents in pieces, against the whole of each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refnet.core.errors import InputError
from refnet.loaders.files import Dump, jsons, open_records, pieces
from refnet.loaders.files.nested import flat, within

_CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 2**70), st.floats(), st.text(max_size=3),
    st.sampled_from(["}, {", '"', "\ud800"]),
)  # fmt: skip
_VALUE = st.recursive(
    _CELL,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "a.b"]), inner, max_size=3)
    ),
    max_leaves=5,
)
_RECORD = st.dictionaries(st.sampled_from(["a", "b", "items", ""]), _VALUE, max_size=4)
_LIST = st.lists(st.one_of(_RECORD, _RECORD, _RECORD, _VALUE), max_size=12)
_DOCUMENT = st.one_of(
    _LIST, _RECORD, st.fixed_dictionaries({"page": _VALUE, "data": st.one_of(_LIST, _RECORD, _VALUE), "end": _VALUE})
)  # fmt: skip
_PLACES = ("", "data", "data.items", "items", "data.0")


@pytest.fixture(autouse=True, scope="module")
def _small() -> Iterator[None]:
    """Pieces of a few characters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", 7)
        patch.setattr(pieces, "_RECORDS", 2)
        yield


@given(_DOCUMENT, st.sampled_from([None, 1]), st.lists(st.sampled_from(_PLACES), min_size=1, unique=True))
def test_a_document_in_pieces_is_as_it_is(document: Any, indent: int | None, places: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "dump.json"
        path.write_text(json.dumps(document, indent=indent), encoding="utf-8")
        dump = Dump(path)
        dump.survey(places)
        for place in places:
            documents = document if isinstance(document, list) else [document]
            records = [each for one in documents for each in within(one, place)]
            good = [n for n, each in enumerate(records, 1) if isinstance(each, dict) and _is_text(each)]
            rows = [flat(records[number - 1]) for number in good]
            columns, total = dump.header(place)
            assert (set(columns), total) == ({name for row in rows for name in row}, len(records))
            chunks = list(dump.chunks(place))
            numbers = [number for chunk in chunks for number in chunk.rows.tolist()]
            assert numbers == good
            told = [reject.row for chunk in chunks for reject in chunk.rejects]
            assert told == [n for n in range(1, len(records) + 1) if n not in good]
            for name in columns:
                cells = [cell for chunk in chunks for cell in chunk.frame[name].astype(object).tolist()]
                assert list(map(_said, cells)) == [_said(row.get(name)) for row in rows]


def _is_text(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _said(cell: Any) -> str:
    return "" if pd.isna(cell) is True else f"{type(cell)} {cell!r}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"data": [{"a": 1}, {"a": 2}', "delimiter"),
        ('{"data": [{"a": 1}, {"a": 2}]', "delimiter"),
        ('{"data": [{"a": 1}, {"a": 2}]}]', "Extra data"),
        ('{"data": [{"a": 1}, {"a": 2}], }', "property name"),
        ('[{"a": 1}, {"a": 2}, ]', "Expecting value"),
        ('[{"a": 1}, {"a": 2}], [{"a": 3}]', "Extra data"),
        ('{"data": [{"a": "x}, {"a": 2}]}', "delimiter"),
        ("", "Expecting value"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_broken_is_told_as_of_the_whole(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "dump.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        open_records(path, "data")


def test_the_last_of_two_of_one_name_holds(tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_text('{"data": [{"a": 1}], "data": [{"b": 2}, {"b": 3}]}', encoding="utf-8")
    opened = open_records(path, "data")
    assert (opened.columns, opened.total) == (["b"], 2)


# A record that writes one column in two ways is another matter.
_LINE = st.one_of(_RECORD, _VALUE, st.just("\n"), st.just("{")).filter(lambda each: "a.b" not in repr(each))


@given(st.lists(_LINE, max_size=12), st.booleans())
def test_lines_are_as_they_are(lines: list[Any], large: bool) -> None:
    """Each place's rows have the numbers of their lines, kept in memory or in a file."""
    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsons, "_KEPT_BYTES", -1 if large else 2**20)
        path = Path(directory) / "dump.jsonl"
        path.write_text(
            "".join(f"{each if each in ('{', chr(10)) else json.dumps(each)}\n" for each in lines),
            encoding="utf-8",
        )
        told: list[tuple[int, Any]] = []
        number = 1
        for each in lines:
            if each != "\n":
                told.append((number, each if isinstance(each, dict) and _is_text(each) else None))
            number += 2 if each == "\n" else 1
        dump = Dump(path)
        dump.survey(["", "a"])
        for place in ("", "a"):
            inside = [
                (n, inner) for n, each in told for inner in (within(each, place) if each or not place else [])
            ]
            good = [(n, each) for n, each in inside if isinstance(each, dict)]
            for _ in range(2):  # what is kept is not used up
                chunks = list(dump.chunks(place))
                assert [n for chunk in chunks for n in chunk.rows.tolist()] == [n for n, _ in good]
                assert [reject.row for chunk in chunks for reject in chunk.rejects] == [
                    n for n, each in inside if not isinstance(each, dict)
                ]
            for name in dump.header(place)[0]:
                cells = [cell for chunk in chunks for cell in chunk.frame[name].astype(object).tolist()]
                assert list(map(_said, cells)) == [_said(flat(each).get(name)) for _, each in good]
            assert dump.header(place)[1] == len(inside)


def test_two_large_files_are_kept_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsons, "_KEPT_BYTES", -1)
    monkeypatch.setattr(jsons, "CHUNK_ROWS", 2)
    dumps = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps([{"of": name, "n": n} for n in range(5)]), encoding="utf-8")
        dumps.append(Dump(path))
    rows = []
    for one, two in zip(*(dump.chunks("") for dump in dumps), strict=True):
        rows += [*one.frame["of"].tolist(), *one.frame["n"].tolist(), *two.frame["of"].tolist()]
    assert rows == ["one", "one", 0, 1, "two", "two", "one", "one", 2, 3, "two", "two", "one", 4, "two"]


def test_no_room_for_temporary_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jsons, "_KEPT_BYTES", -1)
    monkeypatch.setattr("refnet.loaders.files.spooled.pickle.dump", full)
    path = tmp_path / "dump.json"
    path.write_text('[{"a": 1}]', encoding="utf-8")
    with pytest.raises(InputError, match="No space left") as raised:
        open_records(path)
    assert "TMPDIR" in raised.value.hint
