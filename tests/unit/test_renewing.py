"""Another password while a process runs: who reads it, when, and from whose folder."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from shared.cassandra.security import Password
from shared.installation import Installation
from shared.kafka import client
from shared.kafka.passwords import Passwords
from shared.renewing import cassandra_password, kafka_password, written
from shared.settings import SECRETS_DIR, CassandraSettings, KafkaSettings


def write(folder: Path, password: str, user: str = "tiltyard-ingest") -> None:
    options = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": user}
    (folder / "TILTYARD_KAFKA_LIBRDKAFKA").write_text(json.dumps(options | {"sasl.password": password}))
    (folder / "TILTYARD_CASSANDRA_USERNAME").write_text(user)
    (folder / "TILTYARD_CASSANDRA_PASSWORD").write_text(password)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets of ingest, which is this process's."""
    write(tmp_path, "old")
    monkeypatch.setenv(SECRETS_DIR, str(tmp_path))
    return tmp_path


class Told:
    """A client that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def set_sasl_credentials(self, username: str, password: str) -> None:
        self.told.append((username, password))


class Closed:
    """A client whose process is about to let go of it."""

    def set_sasl_credentials(self, *_: str) -> None:
        raise RuntimeError("Consumer closed")


def test_another_password_in_the_folder_is_read_at_the_next_connection_to_a_node(folder: Path) -> None:
    provider = Password(CassandraSettings())
    before = provider.new_authenticator("127.0.0.1").initial_response()
    write(folder, "new")

    assert before == b"\0tiltyard-ingest\0old"
    assert provider.new_authenticator("127.0.0.1").initial_response() == b"\0tiltyard-ingest\0new"


def test_clients_of_kafka_that_run_are_told_once(folder: Path) -> None:
    passwords, told = Passwords(), Told()
    passwords.follow(told, KafkaSettings(), "old")
    passwords.look()
    assert told.told == []

    write(folder, "new")
    passwords.look()
    passwords.look()
    assert told.told == [("tiltyard-ingest", "new")]


@pytest.mark.parametrize("call", ["poll", "commit", "committed", "get_watermark_offsets", "list_topics"])
def test_a_consumer_takes_a_new_password_up_before_it_speaks_to_a_broker(call: str, folder: Path) -> None:
    consumer = client.consumer(KafkaSettings(bootstrap_servers="127.0.0.1:1", session_s=1), "ingest")
    consumer.set_sasl_credentials(folder.name, "new")
    place = client.TopicPartition("t", 0, 0)
    calls: dict[str, Callable[[], object]] = {
        "poll": lambda: consumer.poll(0.0),
        "commit": lambda: consumer.commit(offsets=[place], asynchronous=False),
        "committed": lambda: consumer.committed([place], timeout=0.1),
        "get_watermark_offsets": lambda: consumer.get_watermark_offsets(place, timeout=0.1),
        "list_topics": lambda: consumer.list_topics(timeout=0.1),
    }
    with suppress(client.KafkaException):  # nobody answers there
        calls[call]()

    assert not consumer._passwords  # noqa: SLF001 (the library does not tell which one it has)


def test_a_consumer_that_is_polled_all_the_time_keeps_nobody_from_telling_it(folder: Path) -> None:
    passwords, settings, over = Passwords(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), threading.Event()
    consumer = client.consumer(settings, "ingest")
    passwords.follow(consumer, settings, "old")

    def poll() -> None:
        while not over.is_set():
            consumer.poll(0.05)

    polling = threading.Thread(target=poll)
    polling.start()
    write(folder, "new")
    looking = threading.Thread(target=passwords.look, daemon=True)
    looking.start()
    looking.join(10)
    is_stuck = looking.is_alive()
    over.set()
    polling.join()
    consumer.close()

    assert not is_stuck


def test_a_client_that_is_just_closed_keeps_no_other_from_being_told(folder: Path) -> None:
    passwords, closed, told = Passwords(), Closed(), Told()
    for one in (closed, told):
        passwords.follow(one, KafkaSettings(), "old")
    write(folder, "new")
    passwords.look()

    assert told.told == [("tiltyard-ingest", "new")]


def test_a_client_that_is_made_later_comes_with_the_new_password(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, str]] = []

    def make(options: dict[str, str], _: Installation) -> Told:
        made.append(options)
        return Told()

    monkeypatch.setattr(client, "Consumer", make)
    settings = KafkaSettings()
    write(folder, "new")

    client.consumer(settings, "ingest")

    assert made[0]["sasl.password"] == "new"


def test_a_folder_that_is_written_anew_is_known_by_its_files_times(folder: Path) -> None:
    before = written()
    assert before == written()

    write(folder, "new")
    assert before != written()


@pytest.mark.usefixtures("folder")
def test_the_folder_is_read_once_for_all_clients_of_one_user() -> None:
    settings, asked = KafkaSettings(), list[KafkaSettings]()

    def read(of: KafkaSettings) -> str:
        asked.append(of)
        return "new"

    passwords, clients = Passwords(read), [Told(), Told(), Told()]
    for one in clients:
        passwords.follow(one, settings, "old")
    passwords.look()

    assert [one.told for one in clients] == [[("tiltyard-ingest", "new")]] * 3
    assert len(asked) == 1


def test_a_folder_about_somebody_else_gives_no_password(folder: Path) -> None:
    kafka, cassandra = KafkaSettings(), CassandraSettings()
    write(folder, "new", user="tiltyard-operator")

    assert (kafka_password(kafka), cassandra_password(cassandra)) == ("old", "old")


def test_a_folder_that_is_being_written_or_is_gone_leaves_the_password_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kafka, cassandra = KafkaSettings(), CassandraSettings()
    (folder / "TILTYARD_KAFKA_LIBRDKAFKA").write_text('{"security.pro')
    (folder / "TILTYARD_CASSANDRA_PASSWORD").write_text("")
    assert (kafka_password(kafka), cassandra_password(cassandra)) == ("old", "old")

    monkeypatch.setenv(SECRETS_DIR, str(folder / "gone"))
    assert (kafka_password(kafka), cassandra_password(cassandra)) == ("old", "old")
