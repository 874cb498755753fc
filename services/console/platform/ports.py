"""Ports of this machine's loopback address: free or taken, and by whom."""

import random
import socket

import psutil

HOST = "127.0.0.1"
# Below the range from which systems give out ports to clients (Linux 32768, others 49152), which could take one again.
_RANGE = range(20_000, 32_000)
_given = set[int]()


def is_free(port: int) -> bool:
    """Whether a server could listen here now. Connections of an ended server do not count against it."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            return False
    return True


def find_free(count: int) -> list[int]:
    """So many different free ports, in no order. None is given twice by a process: servers come to listen later."""
    free: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        if len(free) == count:
            break
        if port not in _given and is_free(port):
            free.append(port)
    _given.update(free)
    return free


def holder(port: int) -> str:
    """Who listens, such as `java, pid 4711`, as far as the system tells this user."""
    try:
        listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        pid = next((c.pid for c in listening if c.laddr and c.laddr.port == port), None)
        return f"{psutil.Process(pid).name()}, pid {pid}" if pid else "unknown"
    except psutil.Error:
        return "unknown"
