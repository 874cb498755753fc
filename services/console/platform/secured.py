"""Closing the doors of a local platform: what its servers need for it, and who may then do what."""

import os
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import SecretStr

from services.console.platform import principals
from services.console.platform.principals import ADMIN, Principals
from shared import grants
from shared.access import RefusedError
from shared.cassandra import roles
from shared.kafka import acls
from shared.settings import CassandraSettings, KafkaSettings

DELIVERED, ROLES_WITHIN_S, POLL_S = "cassandra", 60.0, 0.5
"""The role that Cassandra is delivered with, and its password; how long a new node may take to make it."""


@dataclass(frozen=True)
class Secured:
    """What a server needs: files in PEM (`identity` holds its key and certificate), and Kafka's port for certificates.

    `trusted` is asked for once the files are there.
    """

    files: dict[str, str]
    mtls_port: int
    trusted: Callable[[], ssl.SSLContext]


def doors(who: Principals, mtls_port: int) -> Secured:
    """Of the servers of these principals."""
    return Secured({"identity": str(who.server), "ca": str(who.ca)}, mtls_port, who.trusted)


def let_in(who: Principals, kafka: KafkaSettings, cassandra: CassandraSettings) -> None:
    """Users, roles, passwords and grants on both servers, as far as they are not there. Settings: the usual ones."""
    at = who.of(ADMIN)
    kafka, cassandra = principals.seen_from(kafka, at), principals.seen_from(cassandra, at)
    passwords = {who.user(name): who.password(name) for name in grants.PRINCIPALS}
    acls.set_passwords(kafka, passwords)
    acls.apply(kafka, grants.on_kafka(kafka.group_prefix))
    _take_over(cassandra)
    roles.make(cassandra, passwords)
    roles.apply(cassandra, grants.on_cassandra())


def renew(who: Principals, name: str, kafka: KafkaSettings, cassandra: CassandraSettings) -> None:
    """Give one of the principals another password, on both servers and then in its folder, and a new certificate.

    A connection that is open stays open. A new one needs the new password.
    """
    at, password = who.of(ADMIN), principals.new_password()
    acls.set_passwords(principals.seen_from(kafka, at), {who.user(name): password})
    roles.set_passwords(principals.seen_from(cassandra, at), {who.user(name): password})
    who.renew(name, password)


def grant_tables(cassandra: CassandraSettings) -> None:
    """Grant what can be granted once tables are there, as the administrator whose folder lies beside ours, if any.

    There is none where the platform is not secured, or is somebody else's.
    """
    if at := principals.own_folder(ADMIN, os.environ):
        roles.apply(principals.seen_from(cassandra, at), grants.on_cassandra())


def _take_over(cassandra: CassandraSettings) -> None:
    """Make an administrator in place of the role that Cassandra is delivered with, which logs in no more."""
    until = time.monotonic() + ROLES_WITHIN_S
    while not _taken_over(cassandra):
        if time.monotonic() > until:
            raise RefusedError(
                f"Cassandra takes neither its administrator's password nor the one it is delivered with "
                f"(waited {ROLES_WITHIN_S:g} s): another installation's data may lie in its folder"
            )
        time.sleep(POLL_S)


def _taken_over(cassandra: CassandraSettings) -> bool:
    with suppress(RefusedError):  # nobody knows the administrator yet
        roles.close(cassandra, DELIVERED)
        return True
    delivered = cassandra.model_copy(update={"username": DELIVERED, "password": SecretStr(DELIVERED)})
    with suppress(RefusedError):  # a new node makes its role a moment after it answers
        roles.make(delivered, {cassandra.username: cassandra.password.get_secret_value()}, superuser=True)
    return False
