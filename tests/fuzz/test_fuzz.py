"""Every reader on bytes that are nearly right: mutated seeds by hypothesis, the seeds themselves, and what was found.

`make fuzz` looks further, by coverage (tests/fuzz/__main__.py).
"""

from __future__ import annotations

import codecs
import io
import itertools
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import FOUND, TARGETS, of_file

some = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))

# What breaks readers: marks, encodings, absurd numbers and dates, deep nesting, control characters, a giant cell.
TOKENS = [
    b"\0", b'"', b'""', b"'", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b",", b";", b"\t", b"|",
    b"{", b"}", b"[", b"]", b"1e999", b"-0", b"NaN", b"Infinity", b"-Infinity", b"9" * 400, b"9" * 5_000, b"1_000",
    "١٢".encode(), b"\\ud800", b'"\\ud800"', b"null", b"true", b"0001-01-01", b"1677-01-01",
    b"9999-12-31T23:59:59.999999999Z", b"+99999-01-01", b"2024-02-30", b"2024-W01", b"=1+1", b"\xc3", b"\x80",
    "😀".encode(), b"\x1b[31m", b"\x85", "\u2028".encode(), b"\x1c", b"[" * 2_000, b'{"a":' * 3_000, b"x" * 200_000,
    b",a" * 3_000, b"%", b"*", b"a.b.c",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed with bytes flipped, cut off, doubled, or something put in; in another encoding; or no seed at all."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(
            st.sampled_from(["put", "cut", "flip", "drop", "double", "instead", "recode", "arbitrary"])
        ):
            case "put":
                data[at:at] = draw(st.sampled_from(TOKENS))
            case "cut":
                del data[at:]
            case "flip":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "drop":
                del data[at : at + draw(st.integers(1, 40))]
            case "double":
                data[at:at] = data[at : at + 60] * draw(st.sampled_from([1, 40]))
            case "instead":
                data[at : at + draw(st.integers(1, 12))] = draw(st.sampled_from(TOKENS))
            case "recode":
                codec = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "cp1252"]))
                data = bytearray(codecs.encode(data.decode("utf-8", "replace"), codec, "replace"))
            case _:
                data[at:] = draw(st.binary(max_size=60))
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_rows_and_rejects_or_an_error_that_helps(name: str) -> None:
    target = TARGETS[name]
    seeds = list(target.seeds())

    @some
    @given(data=mutated(seeds))
    def search(data: bytes) -> None:
        target.run(data)

    search()


@pytest.mark.parametrize("name", TARGETS)
def test_the_targets_read_their_seeds(name: str) -> None:
    seeds = list(itertools.islice(TARGETS[name].seeds(), 3))
    assert seeds
    for seed in seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("path", sorted(FOUND.glob("*-*")), ids=lambda path: path.name)
def test_what_was_found_is_mended(path: Path) -> None:
    from tests.fuzz.__main__ import target_of

    TARGETS[target_of(path)].run(path.read_bytes())


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(10**400), 10**400),
        st.floats(),
        st.text(),
        st.sampled_from(["\ud800", "a\udfff", "\0", "2024-01-01"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=12,
)


@settings(some, max_examples=20)
@given(value=JSON, first=st.booleans())
def test_any_json(value: object, first: bool) -> None:
    """NaN, Infinity, lone surrogates, huge integers, nesting: under a known name, under any, and as the whole."""
    rows = [{"customer_id": value, "email": value}, {"customer_id": "a", "x": value}]
    for document in (rows if first else rows[::-1], value):
        of_file("export.json", "stripe-customers")(json.dumps(document).encode())
    of_file("customers.jsonl")("".join(json.dumps(row) + "\n" for row in [*rows, value]).encode())


@settings(some, max_examples=15)
@given(st.data())
def test_any_types_of_parquet(data: st.DataObject) -> None:
    """A parquet's cells have types that no text has: every one of them is rows or rejects, too."""
    kinds = {
        "times": pa.array([0, None, 2**62], pa.timestamp("ns")),
        "far times": pa.array([-(2**62), 0, 2**62], pa.timestamp("ms")),
        "days": pa.array([-(2**31), 0, 2**31 - 1], pa.date32()),
        "clock": pa.array([0, 1, None], pa.time64("ns")),
        "spans": pa.array([0, 1, 2**62], pa.duration("us")),
        "decimals": pa.array([None, 1, -1], pa.decimal256(70, 5)),
        "floats": pa.array([float("nan"), float("inf"), -0.0]),
        "whole": pa.array([2**64 - 1, 0, None], pa.uint64()),
        "bytes": pa.array([b"\xff", b"", None]),
        "lists": pa.array([[1], [], None]),
        "structs": pa.array([{"a": 1}, None, {"a": None}]),
        "maps": pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int64())),
        "words": pa.array(["a", "b", "a"]).dictionary_encode(),
        "nothing": pa.nulls(3),
        "flags": pa.array([True, None, False]),
    }
    columns = ["customer_id", "joined_at", "revenue", "referral_count", "consent", "email", "diet"]
    table = pa.table({name: kinds[data.draw(st.sampled_from(sorted(kinds)))] for name in columns})
    out = io.BytesIO()
    pq.write_table(table, out)
    of_file("customers.parquet")(out.getvalue())


@settings(some, max_examples=15)
@given(st.data())
def test_any_part_of_a_workbook_is_broken(data: st.DataObject) -> None:
    """The archive is sound, a file in it is not: mutated bytes of the archive itself hardly get that far."""
    (seed,) = TARGETS["xlsx"].seeds()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as there, zipfile.ZipFile(out, "w") as made:
        broken = data.draw(st.sampled_from(sorted(there.namelist())))
        for name in there.namelist():
            held = there.read(name)
            if name != broken:
                made.writestr(name, held)
            elif data.draw(st.booleans()):
                made.writestr(name, data.draw(mutated([held])))
    of_file("customers.xlsx")(out.getvalue())
