"""Ports of this machine: free ones to listen on, and who listens where."""

from __future__ import annotations

import socket

from refnet.graph.local.state import HOST


def free_ports() -> tuple[int, int]:
    """Two ports of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as first, socket.socket() as second:
        first.bind((HOST, 0))
        second.bind((HOST, 0))
        return first.getsockname()[1], second.getsockname()[1]


def answers(port: int) -> bool:
    """Whether anybody takes connections there: asked often, it costs next to nothing."""
    try:
        socket.create_connection((HOST, port), timeout=2).close()
    except OSError:
        return False
    return True


def listens(pid: int, ports: set[int]) -> bool:
    """Whether the process listens on all of these ports: on a taken port somebody else would answer."""
    import psutil

    try:
        found = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return ports <= {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN}


def clients(pid: int, port: int) -> int:
    """How many connections the process has on a port that it listens on."""
    import psutil

    try:
        found = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return 0
    return sum(each.status == psutil.CONN_ESTABLISHED and each.laddr.port == port for each in found)
