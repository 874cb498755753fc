"""Whether a server answers, asked with the few bytes of its own protocol: an open port alone proves too little."""

import socket
import ssl
import struct
from contextlib import ExitStack

_TIMEOUT_S = 2.0
_CLIENT = b"tiltyard-probe"


def kafka_answers(host: str, port: int, trusted: ssl.SSLContext | None = None) -> bool:
    """Ask for metadata without topics (Kafka protocol, Metadata v1): ready once the broker counts itself in.

    A broker that is still starting or fenced answers too, but with an empty list of brokers.
    """
    metadata, version, correlation = 3, 1, 7
    header = struct.pack(">hhih", metadata, version, correlation, len(_CLIENT)) + _CLIENT
    body = header + struct.pack(">i", 0)
    answer = _exchange(host, port, struct.pack(">i", len(body)) + body, answer_bytes=12, trusted=trusted)
    if answer is None:
        return False
    _, answered, brokers = struct.unpack(">iii", answer)
    return bool(answered == correlation and brokers > 0)


def cassandra_answers(host: str, port: int, trusted: ssl.SSLContext | None = None) -> bool:
    """Send OPTIONS, expect SUPPORTED (CQL native protocol v4): the port opens last when a node starts."""
    request, response, options, supported = 0x04, 0x84, 0x05, 0x06
    asked = struct.pack(">BBhBi", request, 0, 0, options, 0)
    answer = _exchange(host, port, asked, answer_bytes=9, trusted=trusted)
    return answer is not None and (answer[0], answer[4]) == (response, supported)


def _exchange(
    host: str, port: int, request: bytes, *, answer_bytes: int, trusted: ssl.SSLContext | None
) -> bytes | None:
    """The first bytes of an answer; None when there is none, or less. `trusted`: ask over TLS."""
    try:
        with ExitStack() as opened:
            connection = opened.enter_context(socket.create_connection((host, port), _TIMEOUT_S))
            if trusted is not None:
                connection = opened.enter_context(trusted.wrap_socket(connection, server_hostname=host))
            stream = opened.enter_context(connection.makefile("rb"))
            connection.sendall(request)
            answer = stream.read(answer_bytes)
    except OSError:
        return None
    return answer if len(answer) == answer_bytes else None
