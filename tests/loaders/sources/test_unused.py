"""What a mapping takes nothing from: without those columns all that is read of an export is the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from refnet.core.settings import load_settings
from refnet.loaders import dry_run
from refnet.loaders.files.nested import within
from refnet.loaders.headers import of_file
from refnet.loaders.sources import Catalogue
from tests.loaders.sources.conftest import EXPORTS, HERE, source_of

RECORDS = [path for path in EXPORTS if path.suffix in (".json", ".jsonl")]


def rows_of(path: Path, source: str) -> tuple[dict[str, list[pd.DataFrame]], tuple[str, ...]]:
    found, _ = of_file(path, Catalogue(load_settings()), source)
    read = {each.table.name: [chunk.frame for chunk in each.opened.chunks()] for each in found}
    return read, found[0].unused


def without(record: Any, column: str) -> None:
    """Take a column, of which a part may be a list's elements, out of a record."""
    if isinstance(record, list):
        for each in record:
            without(each, column)
        return
    if not isinstance(record, dict):
        return
    record.pop(column, None)
    parts = column.split(".")
    for place in range(1, len(parts)):
        without(record.get(".".join(parts[:place])), ".".join(parts[place:]))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_records_without_them_give_the_same(path: Path, tmp_path: Path) -> None:
    source = source_of(path)
    records = Catalogue(load_settings())[source].records
    rows, unused = rows_of(path, source)
    said = path.read_text(encoding="utf-8-sig")

    def less_of(text: str) -> str:
        try:
            document = json.loads(text)
        except ValueError:
            return text  # a line that is none, in the export, too
        for column in unused:
            for record in [document, *within(document, records)]:
                without(record, column)
        return json.dumps(document)

    less = tmp_path / path.name
    parts = said.splitlines() if path.suffix == ".jsonl" else [said]
    less.write_text("\n".join(map(less_of, parts)), encoding="utf-8")
    left, none = rows_of(less, source)
    assert none == ()
    same(left, rows)


@pytest.mark.parametrize("path", sorted(set(EXPORTS) - set(RECORDS)), ids=lambda path: path.name)
def test_cells_without_them_give_the_same(path: Path, tmp_path: Path) -> None:
    source = source_of(path)
    rows, unused = rows_of(path, source)
    coded = "utf-16" if path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    parted = max(";\t,", key=path.read_text(encoding=coded).splitlines()[0].count)
    frame = pd.read_csv(path, sep=parted, dtype=str, encoding=coded, keep_default_na=False)
    assert set(unused) < set(frame.columns)
    less = tmp_path / path.name
    frame.drop(columns=list(unused)).to_csv(less, sep=parted, index=False, encoding=coded)
    left, none = rows_of(less, source)
    assert none == ()
    same(left, rows)


def same(one: dict[str, list[pd.DataFrame]], other: dict[str, list[pd.DataFrame]]) -> None:
    assert one.keys() == other.keys()
    for name, frames in one.items():
        pd.testing.assert_frame_equal(pd.concat(frames), pd.concat(other[name]))


def test_a_dry_run_tells_them() -> None:
    told = dry_run(HERE / "exports" / "stripe-payments.csv")
    file = "stripe-payments.csv (stripe-payments)"
    left = ["Captured", "Decline Reason", "Description", "Fee", "Customer Description", "Invoice ID"]
    assert told.unused == told.to_dict()["unused"] == {file: left}
    assert f"{file}: not taken are {', '.join(left)}\n" in str(told)
    one = str(dry_run(HERE / "exports" / "dub-commissions.csv"))
    assert "dub-commissions.csv (dub-commissions): not taken is Quantity\n" in one
    assert dry_run(HERE / "exports" / "firstpromoter-promoters.json").unused == {}
