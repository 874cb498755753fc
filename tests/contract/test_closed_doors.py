"""What Kafka's and Cassandra's clients say of a server that they do not agree with on TLS: at once, with what to set.

The servers here get as far as the handshake, which is where these clients end. Without an answer both libraries would
try again until their time is over, and librdkafka knows one word for a wrong authority, a wrong name and an old
certificate.
"""

import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared import grants
from shared.access import RefusedError, UnreachableError
from shared.cassandra import roles
from shared.cassandra.client import connect
from shared.kafka import access, acls
from shared.settings import CassandraSettings, KafkaSettings
from tests.cases import every_case
from tests.tls_servers import Authority, silent_server, tls_server

PATIENCE_S = 60.0
"""For how long a client would try in vain."""


def to_kafka(port: int, ca: Path | None, own: Path | None = None) -> None:
    options = {"security.protocol": "SSL", "ssl.ca.location": str(ca)} if ca else {}
    options |= {"ssl.certificate.location": str(own), "ssl.key.location": str(own)} if own else {}
    settings = KafkaSettings(
        bootstrap_servers=f"127.0.0.1:{port}",
        startup_wait_s=PATIENCE_S,
        librdkafka=options,  # type: ignore[arg-type]
    )
    access.require(settings, [])


def to_cassandra(port: int, ca: Path | None, own: Path | None = None) -> None:
    connect(
        CassandraSettings(
            port=port, startup_wait_s=PATIENCE_S, timeout_s=1.0, tls=ca is not None, ca_file=ca,
            certificate_file=own, key_file=own,
        )
    )  # fmt: skip


CLIENTS: dict[str, Callable[..., None]] = {"ssl.": to_kafka, "TILTYARD_CASSANDRA_": to_cassandra}


@contextmanager
def refused(said: str) -> Any:
    """Within a fraction of the patience."""
    began = time.monotonic()
    with pytest.raises(RefusedError, match=said):
        yield
    assert time.monotonic() - began < PATIENCE_S / 2


def test_each_client_says_at_once_what_is_wrong_with_a_certificate(tmp_path: Path) -> None:
    ours, foreign = Authority(tmp_path / "ours"), Authority(tmp_path / "foreign")
    good = ours.issue("127.0.0.1")
    shown = {
        "has expired: have it renewed there": (ours.issue("127.0.0.1", expired=True), ours.file),
        "not for the name 127.0.0.1": (ours.issue("elsewhere.test"), ours.file),
        "not trusted here .*: set {}": (good, foreign.file),
    }
    with every_case() as case:
        for prefix, connecting in CLIENTS.items():
            for said, (certificate, trusted) in shown.items():
                with case(prefix, said), tls_server(certificate) as port, refused(said.format(prefix)):
                    connecting(port, trusted)
            for own in (None, foreign.issue("me")):
                with (
                    case(prefix, "own certificate", own),
                    tls_server(good, ours.file) as port,
                    refused("does not take our certificate"),
                ):
                    connecting(port, ours.file, own)


def test_no_client_speaks_in_the_clear_to_a_server_with_tls_or_with_tls_to_one_without(tmp_path: Path) -> None:
    ours = Authority(tmp_path)
    with every_case() as case:
        for prefix, connecting in CLIENTS.items():
            with case(prefix, "set not to"), tls_server(ours.issue("127.0.0.1")) as port, refused("we are set not to"):
                connecting(port, None)
            with case(prefix, "speaks none"), silent_server() as port, refused("does not speak TLS"):
                connecting(port, ours.file)


def test_a_server_that_is_not_there_is_waited_for_and_is_not_called_wrong(tmp_path: Path) -> None:
    settings = CassandraSettings(port=1, startup_wait_s=0.0, tls=True, ca_file=Authority(tmp_path).file)

    with pytest.raises(UnreachableError, match="no Cassandra node answers"):
        connect(settings)


@pytest.mark.e2e
def test_servers_without_doors_say_that_nothing_can_be_granted(
    kafka: KafkaSettings, cassandra: CassandraSettings
) -> None:
    with pytest.raises(RefusedError, match=r"Kafka neither makes users nor grants anything .*uthorizer"):
        acls.apply(kafka, grants.on_kafka("tiltyard"))
    with pytest.raises(RefusedError, match=r"Cassandra neither makes roles nor grants anything .*anonymous"):
        roles.apply(cassandra, grants.on_cassandra())
