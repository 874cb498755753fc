"""How nodes are spoken to, and why they do not let us in, said with what to set."""

import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress

from shared import tls
from shared.access import RefusedError
from shared.masking import masked
from shared.renewing import cassandra_password
from shared.settings import CassandraSettings

NAMES = tls.Names(
    "Cassandra", "TILTYARD_CASSANDRA_TLS=true", "TILTYARD_CASSANDRA_CA_FILE", "TILTYARD_CASSANDRA_CERTIFICATE_FILE"
)
AWAY = "Unable to perform"
"""In what a node says that cannot read roles now, since too few others answer."""


def hosts(settings: CassandraSettings) -> list[str]:
    """The contact points, one by one."""
    return [host.strip() for host in settings.contact_points.split(",")]


def addresses(settings: CassandraSettings) -> dict[str, str]:
    """Each address of a contact point -> how the contact point is written; without those that are not known now."""
    named: dict[str, str] = {}
    for host in hosts(settings):
        with suppress(OSError):
            named |= {str(place[4][0]): host for place in socket.getaddrinfo(host, settings.port)}
    return named


def trusted(settings: CassandraSettings) -> ssl.SSLContext | None:
    """None without TLS."""
    return tls.context(settings.tls_files, check_host_name=settings.check_host_name) if settings.tls else None


class Password:
    """User and password by SASL PLAIN (RFC 4616), as they are when a connection is made: they may change meanwhile.

    The driver's provider and authenticator in one: it keeps no state of a connection.
    """

    def __init__(self, settings: CassandraSettings) -> None:
        self._settings = settings
        self.server_authenticator_class = ""  # the driver sets it

    def new_authenticator(self, _: str) -> "Password":
        return self

    def initial_response(self) -> bytes:
        return f"\0{self._settings.username}\0{cassandra_password(self._settings)}".encode()

    def on_authentication_success(self, _: bytes | None) -> None: ...


def refuse_closed_door(settings: CassandraSettings, unauthenticated: Iterable[str]) -> None:
    """Raise RefusedError where waiting does not help. `unauthenticated`: what nodes said of user and password."""
    for said in unauthenticated:
        if AWAY not in said:
            raise RefusedError(
                f"Cassandra does not take user {settings.username!r} with its password: set "
                f"TILTYARD_CASSANDRA_USERNAME and TILTYARD_CASSANDRA_PASSWORD ({said_in(said)})"
            )
    context = trusted(settings)
    for host in hosts(settings):
        tls.refuse_disagreement(host, settings.port, context, NAMES)


def nobody_answers(settings: CassandraSettings) -> str:
    """What to say where no node answered in time."""
    return (
        f"no Cassandra node answers at {masked(settings.contact_points)}:{settings.port} "
        f"(waited {settings.startup_wait_s:g} s): start it (`tiltyard up`) or set "
        "TILTYARD_CASSANDRA_CONTACT_POINTS and TILTYARD_CASSANDRA_PORT."
    )


def said_in(error: str) -> str:
    """A node's own words out of an error of the driver, fit to be shown."""
    return masked(error.partition('message="')[2].rstrip('"') or error)
