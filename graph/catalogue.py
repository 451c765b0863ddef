"""The catalogue: reads the headers of cypher/ and gives each query by its name.

A query file begins with what it answers, in a reader's words, then `name`, `mode` and its parameters, each with an
example. Comments, so that the very file runs in Neo4j Browser:

    // Influence of one customer: what the people below them are worth, each further hop counting less
    // name: influence/one
    // mode: read
    // :param customerId => 'c-0001'
    // :param decay => 0.5
    // allowed: decay is above 0 to 1
    // :param value => 'revenue'
    // allowed: value is one of revenue, cltv, margin, heads
    MATCH …;

What is `allowed` is one of some words, or a number from one to another. Whoever asks, and by whichever door, is held to
it here. It has a line of its own, so that a `:param` line runs in Neo4j Browser without its slashes.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from numbers import Real
from typing import Any, Literal, cast

from refnet.core.errors import InputError, NotFound, UsageError

_PARAM = re.compile(r"^:param\s+(\w+)\s*=>\s*(.+)$")
_ALLOWED = re.compile(r"^(\w+) is (one of .+|(?:above )?\S+ to \S+)$")
_FIELD = re.compile(r"^(name|mode|note|allowed):\s*(.+)$")
_USED = re.compile(r"\$(\w+)")
_WRITES = re.compile(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|DROP|FOREACH|LOAD\s+CSV)\b", re.IGNORECASE)
_LITERALS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Allowed:
    """What a parameter may be.

    Attributes:
        text: as the header says it.
        words: one of these; or, if there are none,
        low, high: a number between these, both included but for `low` if it is only `above` it.
    """

    text: str
    words: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    above: bool = False

    @classmethod
    def read(cls, text: str) -> Allowed:
        """As a header says it.

        Raises:
            ValueError: its bounds are no numbers.
        """
        if text.startswith("one of "):
            return cls(text, tuple(word.strip() for word in text.removeprefix("one of ").split(",")))
        low, high = text.removeprefix("above ").split(" to ")
        return cls(text, (), float(low), float(high), text.startswith("above "))

    def takes(self, value: Any) -> bool:
        """Whether the value is allowed."""
        if self.words:
            return isinstance(value, str) and value in self.words
        return (
            isinstance(value, Real)
            and self.low <= float(value) <= self.high
            and not (self.above and value == self.low)
        )


@dataclass(frozen=True)
class Query:
    """One file of cypher/.

    Attributes:
        name: how it is called, its path without the ending.
        title: what it answers, in a reader's words.
        mode: whether it reads or writes.
        parameters: an example for each, as a Python value.
        allowed: what those may be of which the header says it.
        notes: what a reader should know besides: cost, limits.
        columns: what a row of the answer holds, in order.
        text: the statement, without its header and its closing semicolon.
        source: the whole file, as it runs in Neo4j Browser.
    """

    name: str
    title: str
    mode: Literal["read", "write"]
    parameters: Mapping[str, Any]
    allowed: Mapping[str, Allowed]
    notes: tuple[str, ...]
    columns: tuple[str, ...]
    text: str
    source: str

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters, if they are the declared ones.

        Raises:
            UsageError: one is missing, one is not known, or one is not what it may be.
        """
        missing = [name for name in self.parameters if name not in given]
        unknown = [name for name in given if name not in self.parameters]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self.parameters, 1)
            raise UsageError(
                f"{self.name} has no parameter {unknown[0]!r}.",
                f"Did you mean {near[0]!r}?" if near else f"It takes {', '.join(self.parameters) or 'none'}.",
            )
        if missing:
            example = self.parameters[missing[0]]
            raise UsageError(
                f"{self.name} needs a value for {', '.join(missing)}.",
                f"Such as {missing[0]}={json.dumps(example)}.",
            )
        for name, allowed in self.allowed.items():
            if not allowed.takes(given[name]):
                raise UsageError(
                    f"{name} is {allowed.text}, not {str(given[name])[:80]!r}.",
                    f"Such as {name}={self.parameters[name]}.",
                )
        return dict(given)

    def typed(self, name: str, value: str) -> Any:
        """A parameter given as text, as the type that its example has.

        Raises:
            UsageError: it cannot be of that type.
        """
        example = self.parameters.get(name, "")
        try:
            if isinstance(example, bool):
                return {"true": True, "false": False}[value.lower()]
            if isinstance(example, int):
                return int(value)
            if isinstance(example, float):
                return float(value)
            if isinstance(example, (list, Mapping)):
                given = json.loads(value)
                kinds = {type(one) for one in example} if isinstance(example, list) else set()
                if type(given) is not type(example) or not {type(one) for one in given} <= (kinds or {str}):
                    raise ValueError
                return given
        except (KeyError, ValueError, RecursionError):
            raise UsageError(
                f"{name} cannot be {value[:80]!r}.", f"Such as {name}={json.dumps(example)}."
            ) from None
        # What may be left out is left out by nothing after the =.
        return value or None if example is None and name in self.parameters else value


class Catalogue(Mapping[str, Query]):
    """Every query by its name, in order.

    Raises:
        InputError: a file's header, name, mode or parameters do not hold together; names the file.
    """

    def __init__(self, root: Traversable) -> None:
        self._queries: dict[str, Query] = {}
        for path, source in sorted(_sources(root)):
            query = parse(source, path)
            if query.name in self._queries:
                raise InputError(f"two queries are called {query.name}", file=path)
            if f"{query.name}.cypher" != path:
                raise InputError(
                    f"is called {query.name}", file=path, hint=f"Call it {path.removesuffix('.cypher')}."
                )
            self._queries[query.name] = query

    def __getitem__(self, name: str) -> Query:
        if name not in self._queries:
            near = difflib.get_close_matches(name, self._queries, 3, cutoff=0.4)
            raise NotFound(
                f"There is no query {name!r}.",
                f"Did you mean {' or '.join(near)}?" if near else "`refnet queries` lists them.",
            )
        return self._queries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


@cache
def catalogue() -> Catalogue:
    """The queries that come with refnet."""
    return Catalogue(files("refnet") / "cypher")


def parse(source: str, path: str = "query") -> Query:
    """One file's text as a query.

    Raises:
        InputError: the header is not as it should be, a parameter is undeclared or unused, a read query writes, or
            there is more than one statement.
    """
    lines = source.splitlines()
    header = []
    for line in lines:
        if not line.startswith("//"):
            break
        header.append(line.removeprefix("//").strip())
    fields: dict[str, str] = {}
    parameters: dict[str, Any] = {}
    allowed: dict[str, Allowed] = {}
    notes = []
    for number, line in enumerate(header[1:], start=2):
        if found := _PARAM.match(line):
            parameters[found[1]] = _value(found[2], path, number)
        elif found := _FIELD.match(line):
            if found[1] == "note":
                notes.append(found[2])
            elif found[1] == "allowed":
                allowed |= _allowed(found[2], parameters, path, number)
            elif found[1] in fields:
                raise InputError(f"says {found[1]} twice", file=path, row=number)
            else:
                fields[found[1]] = found[2].strip()
        elif line and notes:
            notes[-1] += f" {line}"
        elif line:
            raise InputError(f"{line!r} is no line of a header", file=path, row=number)
    if not header or not header[0] or _FIELD.match(header[0]):
        raise InputError("its first line does not say what it answers", file=path)
    for needed in ("name", "mode"):
        if needed not in fields:
            raise InputError(f"its header has no `{needed}:`", file=path)
    if fields["mode"] not in ("read", "write"):
        raise InputError(f"mode is read or write, not {fields['mode']}", file=path)
    body = "\n".join(lines[len(header) :]).strip()
    bare = _LITERALS.sub(" ", body).strip()
    if not bare.endswith(";") or not body.endswith(";") or ";" in bare[:-1]:
        raise InputError("holds one statement that ends in ; with nothing after it", file=path)
    used = set(_USED.findall(bare))
    if used != set(parameters):
        odd = min(used ^ set(parameters))
        raise InputError(f"${odd} is {'not declared' if odd in used else 'declared and not used'}", file=path)
    if fields["mode"] == "read" and (found := _WRITES.search(bare)):
        raise InputError(f"is a read query and says {found[1].upper()}", file=path)
    mode = cast("Literal['read', 'write']", fields["mode"])
    text = body.removesuffix(";").strip()
    return Query(
        fields["name"], header[0], mode, parameters, allowed, tuple(notes), _columns(bare), text, source
    )


def _columns(statement: str) -> tuple[str, ...]:
    """What the statement's last RETURN gives, by name; nothing if a subquery's is the last."""
    *before, clause = re.split(r"\bRETURN\b", statement.rstrip("; \n"))
    clause = re.split(r"\b(?:ORDER BY|SKIP|LIMIT)\b", clause)[0].strip().removeprefix("DISTINCT ")
    depth, items = 0, [""]
    for letter in clause:
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            return ()
        if letter == "," and depth == 0:
            items.append("")
        else:
            items[-1] += letter
    return tuple(item.split()[-1] for item in items if item.strip()) if before else ()


def _value(text: str, path: str, row: int) -> Any:
    """A `:param` example, a Cypher literal, as a Python value: string, number, true, false, null, list or map."""
    literal = re.sub(r"'((?:[^'\\]|\\.)*)'", lambda m: json.dumps(m[1]), text.strip())
    literal = re.sub(r"([{,]\s*)(\w+):", r'\1"\2":', literal)
    try:
        return json.loads(literal)
    except json.JSONDecodeError:
        raise InputError(f"{text!r} is no example value", file=path, row=row) from None


def _allowed(text: str, parameters: Mapping[str, Any], path: str, row: int) -> dict[str, Allowed]:
    """What an `allowed:` line says of a parameter that is declared above it."""
    found = _ALLOWED.match(text)
    try:
        if found is None or found[1] not in parameters:
            raise ValueError
        allowed = Allowed.read(found[2])
    except ValueError:
        raise InputError(f"{text!r} does not say what a parameter may be", file=path, row=row) from None
    if not allowed.takes(parameters[found[1]]):
        raise InputError(f"{found[1]}, by its example, is not {allowed.text}", file=path, row=row)
    return {found[1]: allowed}


def _sources(root: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in root.iterdir():
        if entry.is_dir():
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".cypher"):
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
