"""A login over Bolt and `RETURN 1`, in as little code as that takes: how we know that an engine is ready.

The driver could do it, but it brings pandas with it where that is installed, which takes longer to import
than the engine takes to start, and the keeper would carry it for as long as the engine runs.
"""

from __future__ import annotations

import re
import socket
import struct

# Bolt 4.4 down to 4.2, else 5.0: the versions in which HELLO carries the password.
_HANDSHAKE = b"\x60\x60\xb0\x17" + bytes([0, 2, 4, 4, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0])
_HELLO, _RUN, _PULL, _GOODBYE = 0x01, 0x10, 0x3F, 0x02
_RECORD, _FAILURE = 0x71, 0x7F


class Refused(Exception):
    """The server answered with a failure; `code` is Neo4j's, like Neo.ClientError.Security.Unauthorized."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def login(host: str, port: int, username: str, password: str, database: str, timeout: float = 5.0) -> None:
    """Log in and ask for 1.

    Raises:
        Refused: the server says no.
        OSError: nobody answers, or not in Bolt.
    """
    with socket.create_connection((host, port), timeout=timeout) as connection:
        connection.sendall(_HANDSHAKE)
        if _read(connection, 4) == bytes(4):
            raise ConnectionError("no common version of Bolt")
        auth = {"user_agent": "refnet/1", "scheme": "basic", "principal": username, "credentials": password}
        _ask(connection, _HELLO, auth)
        _ask(connection, _RUN, "RETURN 1", {}, {"db": database})
        if _ask(connection, _PULL, {"n": -1}) != _RECORD:
            raise ConnectionError("RETURN 1 returned nothing")
        _send(connection, _GOODBYE)


def _ask(connection: socket.socket, tag: int, *fields: object) -> int:
    _send(connection, tag, *fields)
    answer = _receive(connection)
    if answer[1] == _FAILURE:
        code = re.search(rb"Neo\.[A-Za-z.]+", answer)
        raise Refused(code.group().decode() if code else "unknown")
    return answer[1]


def _send(connection: socket.socket, tag: int, *fields: object) -> None:
    message = bytes([0xB0 + len(fields), tag]) + b"".join(map(_pack, fields))
    connection.sendall(struct.pack(">H", len(message)) + message + b"\0\0")


def _pack(value: object) -> bytes:
    """PackStream, of what the messages above hold."""
    match value:
        case str():
            text = value.encode()
            return b"\xd0" + bytes([len(text)]) + text
        case int() if -16 <= value < 128:
            return struct.pack(">b", value)
        case dict():
            return (
                b"\xd8"
                + bytes([len(value)])
                + b"".join(_pack(part) for pair in value.items() for part in pair)
            )
        case _:
            raise TypeError(value)


def _receive(connection: socket.socket) -> bytes:
    message = b""
    while True:
        size = int.from_bytes(_read(connection, 2), "big")
        if size:
            message += _read(connection, size)
        elif message:  # an empty chunk ends a message; between messages it only keeps the line open
            return message


def _read(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionError("closed by the server")
        data += more
    return data
