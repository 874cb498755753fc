"""Ports of this machine's loopback addresses: free or taken, and by whom."""

import random
import socket
from collections.abc import Sequence

import psutil

from services.console.platform.errors import PlatformError

HOST = "127.0.0.1"
# Below the range from which systems give out ports to clients (Linux 32768, others 49152), which could take one again.
_RANGE = range(20_000, 32_000)
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 (where another may listen)
_given = set[int]()


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen here now. Connections of an ended server do not count against it."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError:
            return False
    return True


def refuse_absent(host: str) -> None:
    """PlatformError where this machine has no such address, as macOS has no other loopback address than the first."""
    with socket.socket() as attempt:
        try:
            attempt.bind((host, 0))
        except OSError as error:
            raise PlatformError(
                f"no server can listen at {host} on this machine, where one of three nodes would ({error.strerror}): "
                f"give the loopback interface this address (macOS: `sudo ifconfig lo0 alias {host}`), or start one node"
            ) from error


def find_free(count: int, hosts: Sequence[str] = (HOST,)) -> list[int]:
    """So many different free ports, in no order. None is given twice by a process: servers come to listen later.

    With several hosts each port is free at all of them, and so are the next ones, one for each further host.
    """
    free: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        if len(free) == count:
            break
        row = range(port, port + len(hosts))
        if _given.isdisjoint(row) and all(is_free(each, host) for each in row for host in hosts):
            free.append(port)
            _given.update(row)
    return free


def holder(port: int, host: str = HOST) -> str:
    """Who listens, such as `java, pid 4711`, as far as the system tells this user."""
    own = {host, f"::ffff:{host}", *_EVERYWHERE}
    try:
        listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        pid = next((c.pid for c in listening if c.laddr and c.laddr.port == port and c.laddr.ip in own), None)
        return f"{psutil.Process(pid).name()}, pid {pid}" if pid else "unknown"
    except psutil.Error:
        return "unknown"
