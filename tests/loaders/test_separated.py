"""Separated text as spreadsheets of the world write it: semicolons, tabs, bars, UTF-16, a BOM."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from refnet.core.errors import InputError
from refnet.loaders import given
from refnet.loaders.check import Reject
from refnet.loaders.files import open_file

CONTENT = 'customer_id,name,plan\n007,"a,b;c\td|e\nsecond line",x\n\nb,Jörg 漢字,\nc,z\nd,"say ""hi""",y\n'


def _rows(path: Path) -> list[tuple[int, tuple[Any, ...]]]:
    return [
        (int(number), row)
        for chunk in open_file(path).chunks()
        for number, row in zip(
            chunk.rows,
            chunk.frame.astype(object).where(chunk.frame.notna(), None).itertuples(index=False, name=None),
            strict=True,
        )
    ]


def _separated(mark: str) -> str:
    """The content with another mark: the commas outside of quotes."""
    parts = CONTENT.split('"')
    return '"'.join(part if place % 2 else part.replace(",", mark) for place, part in enumerate(parts))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
@pytest.mark.parametrize(("mark", "said"), [(",", ""), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_marks_and_encodings_give_the_same_rows(
    mark: str, said: str, encoding: str, suffix: str, tmp_path: Path
) -> None:
    text = _separated(mark)
    plain = encoding.removesuffix("-bom")
    content = ("\ufeff" + text).encode(plain) if plain != encoding else text.encode(plain)
    path = tmp_path / f"customers{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith(".gz") else content)
    opened = open_file(path)
    assert opened.columns == ["customer_id", "name", "plan"]
    assert _rows(path) == [
        (2, ("007", "a,b;c\td|e\nsecond line", "x")),
        (4, ("b", "Jörg 漢字", None)),
        (6, ("d", 'say "hi"', "y")),
    ]
    rejects = [reject for chunk in opened.chunks() for reject in chunk.rejects]
    assert rejects == [Reject(5, "", f"c{mark}z", "has 2 cells where the header has 3")]
    words = " ".join(opened.warnings)
    assert (said in words) is True
    assert ("UTF-16" in words) == encoding.startswith("utf-16")
    assert bool(opened.warnings) == (mark != "," or encoding.startswith("utf-16"))


def test_how_a_canonical_file_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_bytes("customer_id;name\na;x\n".encode("utf-16"))
    found, _ = given.sources(tmp_path)
    assert found[0].warnings == ("customers.csv is separated by semicolons and in UTF-16: read as such",)


def test_a_mark_inside_a_name_is_no_separator(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text('customer_id,"a;b|c",d\n1,2,3\n')
    assert open_file(path).columns == ["customer_id", "a;b|c", "d"]


def test_long_files_in_utf16_come_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    rows = 120_000
    lines = "".join(f"{n};漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字\n" for n in range(rows))
    path.write_text(f"customer_id;name\n{lines}", encoding="utf-16")
    opened = open_file(path)
    chunks = list(opened.chunks())
    assert (opened.total, len(chunks) > 1) == (rows, True)
    assert sum(len(chunk.frame) for chunk in chunks) == rows
    assert chunks[-1].frame["customer_id"].iloc[-1] == str(rows - 1)
    assert chunks[-1].rows[-1] == rows + 1
    assert set(chunks[-1].frame["name"]) == {"漢字" * 10}


@pytest.mark.parametrize("content", [b"\xff\xfea\x00;", b"\xff\xfe\x00\xd8a\x00\n\x00", b"\xff\xfe"])
def test_broken_utf16_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"customers.csv"):
        _rows(path)
