"""The import tool's files: csv with typed headers, one for each kind of node and of relationship."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from refnet.graph.model import Node
from refnet.loaders.rows import Type

Kind: TypeAlias = Type | Literal["texts"]
"""What a property is: as a column's cells are, or a list of texts, which is written with ; between them."""

# (as the header says it, as it is held)
_HELD: dict[Kind, tuple[str, pa.DataType]] = {
    "time": ("datetime", pa.string()),
    "day": ("date", pa.string()),
    "month": ("date", pa.string()),
    "money": ("double", pa.float64()),
    "number": ("double", pa.float64()),
    "count": ("long", pa.int64()),
    "flag": ("boolean", pa.bool_()),
    "texts": ("string[]", pa.string()),
}
_TEXT = ("string", pa.string())


def held(kind: Type) -> pa.DataType:
    """How Arrow holds a column of this type."""
    return _HELD.get(kind, _TEXT)[1]


@dataclass
class Written:
    """One file that is being written, and what is to be said of it.

    Attributes:
        path: of the file. option: `--nodes` or `--relationships`, name: the label or type.
        rows: so many, the header not counted.
        multiline: a text in it has a line break.
    """

    path: Path
    option: str
    name: str
    columns: Sequence[tuple[str, str, pa.DataType]]
    rows: int = 0
    multiline: bool = False
    _stream: Any = field(default=None, repr=False)
    _writer: Any = field(default=None, repr=False)

    def open(self) -> Written:
        """Begin it with its header."""
        kind = "gzip" if self.path.suffix == ".gz" else None
        self._stream = pa.output_stream(str(self.path), compression=kind)
        head = io.StringIO()
        csv.writer(head, lineterminator="\n").writerow([f"{name}:{said}" for name, said, _ in self.columns])
        self._stream.write(head.getvalue().encode())
        schema = pa.schema([(str(n), held_as) for n, (_, _, held_as) in enumerate(self.columns)])
        # Texts in quotes, nothing without: so that what is not there is told from an empty text.
        options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
        self._writer = pa.csv.CSVWriter(self._stream, schema, write_options=options)
        self._schema = schema
        return self

    def write(self, columns: Sequence[pa.Array | Sequence[Any]]) -> None:
        """Rows, by column."""
        arrays = [
            each if isinstance(each, pa.Array) else pa.array(each, type=held_as)
            for each, (_, _, held_as) in zip(columns, self.columns, strict=True)
        ]
        if not len(arrays[0]):
            return
        if not self.multiline:
            texts = [array for array in arrays if pa.types.is_string(array.type)]
            breaks = (pa.compute.match_substring_regex(array, "[\r\n]") for array in texts)
            self.multiline = any(pa.compute.any(found).as_py() for found in breaks)
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self.rows += len(arrays[0])

    def close(self) -> None:
        """No more rows."""
        if self._writer is not None:
            self._writer.close()
            self._stream.close()


class Files:
    """All files of one export, each opened when it is first written to.

    Args:
        directory: where.
        gzip: pack them.
    """

    def __init__(self, directory: Path, *, gzip: bool) -> None:
        self._directory, self._ending = directory, ".csv.gz" if gzip else ".csv"
        self.written: dict[str, Written] = {}

    def __enter__(self) -> Files:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.written.values():
            each.close()

    def nodes(self, node: Node, properties: Mapping[str, Kind], part: str = "") -> Written:
        """The file of a kind of node (or of a part of it); its key comes first, then these properties."""
        columns = [(node.key, f"ID({node.label})", pa.string())]
        columns += [(name, *_HELD.get(kind, _TEXT)) for name, kind in properties.items()]
        return self._file("-".join(filter(None, (node.label, part))), "--nodes", node.label, columns)

    def relationships(self, kind: str, start: Node, end: Node, properties: Mapping[str, Kind]) -> Written:
        """The file of a type of relationship between two kinds of nodes; their keys come first."""
        columns = [("", f"START_ID({start.label})", pa.string()), ("", f"END_ID({end.label})", pa.string())]
        columns += [(name, *_HELD.get(type_, _TEXT)) for name, type_ in properties.items()]
        return self._file(f"{start.label}-{kind}-{end.label}", "--relationships", kind, columns)

    def _file(
        self, name: str, option: str, said: str, columns: Sequence[tuple[str, str, pa.DataType]]
    ) -> Written:
        if name not in self.written:
            path = self._directory / f"{name}{self._ending}"
            self.written[name] = Written(path, option, said, columns).open()
        return self.written[name]

    def arguments(self, database: str) -> list[str]:
        """What `neo4j-admin` is given, to be run in the directory: no odd character of its name is in them.

        With ./ before each file: the tool of Neo4j 2026 finds none by its bare name.
        """
        files = list(self.written.values())
        several = ["--multiline-fields=true"] if any(each.multiline for each in files) else []
        return [
            *("database", "import", "full", database, *several),
            *(f"{each.option}={each.name}=./{each.path.name}" for each in files),
        ]
