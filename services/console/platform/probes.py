"""Whether a server answers, asked with the few bytes of its own protocol: an open port alone proves too little."""

import socket
import ssl
import struct
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

_TIMEOUT_S, _MOST_BYTES = 2.0, 65_536
_CLIENT = b"tiltyard-probe"


def kafka_answers(host: str, port: int, trusted: ssl.SSLContext | None = None) -> bool:
    """Ask for metadata without topics (Kafka protocol, Metadata v1): ready once the broker counts itself in.

    A broker that is still starting or fenced answers too, but its list of brokers holds others at most.
    """
    metadata, version, correlation = 3, 1, 7
    header = struct.pack(">hhih", metadata, version, correlation, len(_CLIENT)) + _CLIENT
    body = header + struct.pack(">i", 0)
    answer = _exchange(host, port, struct.pack(">i", len(body)) + body, read=_framed, trusted=trusted)
    if answer is None:
        return False
    own_address = struct.pack(">h", len(host)) + host.encode() + struct.pack(">i", port)
    return answer.startswith(struct.pack(">i", correlation)) and own_address in answer


def cassandra_answers(host: str, port: int, trusted: ssl.SSLContext | None = None) -> bool:
    """Send OPTIONS, expect SUPPORTED (CQL native protocol v4): the port opens last when a node starts."""
    request, response, options, supported = 0x04, 0x84, 0x05, 0x06
    asked = struct.pack(">BBhBi", request, 0, 0, options, 0)
    answer = _exchange(host, port, asked, read=lambda stream: _exactly(stream, 9), trusted=trusted)
    return answer is not None and (answer[0], answer[4]) == (response, supported)


def _framed(stream: IO[bytes]) -> bytes:
    """A message that says its own length first."""
    [length] = struct.unpack(">i", _exactly(stream, 4))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    """So many bytes; EOFError where the stream ends before."""
    if not 0 <= length <= _MOST_BYTES or len(got := stream.read(length)) < length:
        raise EOFError
    return got


def _exchange(
    host: str, port: int, request: bytes, *, read: Callable[[IO[bytes]], bytes], trusted: ssl.SSLContext | None
) -> bytes | None:
    """What is read of an answer; None when there is none, or less. `trusted`: ask over TLS."""
    try:
        with ExitStack() as opened:
            connection = opened.enter_context(socket.create_connection((host, port), _TIMEOUT_S))
            if trusted is not None:
                connection = opened.enter_context(trusted.wrap_socket(connection, server_hostname=host))
            stream = opened.enter_context(connection.makefile("rb"))
            connection.sendall(request)
            return read(stream)
    except (OSError, EOFError):
        return None
