"""A server that speaks TLS and then nothing, with a certificate as a test wants it; and authorities to make those."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import trustme

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


class Authority:
    """An authority with its certificate in a file, and the certificates that it gives out."""

    def __init__(self, folder: Path) -> None:
        self._authority, self.folder = trustme.CA(), folder
        self.file = folder / "ca.pem"
        folder.mkdir(parents=True, exist_ok=True)
        self._authority.cert_pem.write_to_path(self.file)

    def issue(self, name: str, *, expired: bool = False) -> Path:
        """A file with a key and its certificate, for a host or an address."""
        path = self.folder / f"{name}{'-expired' * expired}.pem"
        first, last = (LONG_AGO, LONG_AGO.replace(year=2002)) if expired else (None, None)
        self._authority.issue_cert(name, not_before=first, not_after=last).private_key_and_cert_chain_pem.write_to_path(
            path
        )
        return path


@contextmanager
def tls_server(certificate: Path, clients: Path | None = None) -> Iterator[int]:
    """Its port. `clients`: the authority from which clients must have a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(certificate)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, context), daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.settimeout(5)
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of one that speaks no TLS: it hangs up on whatever it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_hang_up, args=(listening,), daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def _hang_up(listening: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1)
