"""The local platform up to the point where a server would start; `tests/e2e/test_platform.py` starts them."""

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template

import pytest

from services.console.platform import cassandra_server, kafka_server, local_services, ports, probes, templates
from services.console.platform.connections import OPEN
from services.console.platform.errors import PlatformError
from services.console.platform.local import LocalPlatform, PlatformSettings, free_ports, isolated
from services.console.platform.server import Server


def say_nothing(_: str) -> None: ...


@contextmanager
def a_listener(answer: Callable[[bytes], bytes] = lambda _: b"", port: int = 0) -> Iterator[int]:
    """A server of somebody else's on a free port, which answers one request."""
    with socket.create_server((ports.HOST, port)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(answer(connection.recv(1024)))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def a_kafka(home: Path) -> Server:
    return kafka_server.build(home, logs=home / "logs", port=1, controller_port=2, heap="300m", cluster_id="an-id")


def a_cassandra(home: Path) -> Server:
    return cassandra_server.build(home, logs=home / "logs", port=1, storage_port=2, jmx_port=3, heap="700m")


@pytest.mark.parametrize("build", [a_kafka, a_cassandra])
def test_every_placeholder_of_the_templates_is_filled(build: Callable[[Path], Server], tmp_path: Path) -> None:
    for text in build(tmp_path).conf.values():
        assert "${" not in text


def test_every_template_belongs_to_a_server(tmp_path: Path) -> None:
    texts = [text for server in (a_kafka(tmp_path), a_cassandra(tmp_path)) for text in server.conf.values()]
    folder = [
        path for path in templates.FOLDER.iterdir() if path.suffix not in {".md", ".xml"} or "logback" in path.name
    ]

    parts = [path for path in folder if {"open", "secured", "several"} & set(path.stem.split("-"))]
    assert len(texts) == len(folder) - len(parts) == 6


@pytest.mark.parametrize("build", [a_kafka, a_cassandra])
def test_everything_listens_on_this_machine_only(build: Callable[[Path], Server], tmp_path: Path) -> None:
    for text in build(tmp_path).conf.values():
        assert "0.0.0.0" not in text  # noqa: S104
        assert "localhost" not in text
    addresses = re.findall(r"(?:PLAINTEXT|CONTROLLER)://([^:]+):", a_kafka(tmp_path).conf["server.properties"])
    assert set(addresses) == {"127.0.0.1"}


def test_kafka_counts_from_the_append_and_makes_no_topic_unasked(tmp_path: Path) -> None:
    properties = a_kafka(tmp_path).conf["server.properties"].splitlines()

    assert "log.message.timestamp.type=LogAppendTime" in properties
    assert "auto.create.topics.enable=false" in properties


def test_cassandra_acknowledges_what_is_on_disk(tmp_path: Path) -> None:
    assert "commitlog_sync: batch" in a_cassandra(tmp_path).conf["cassandra.yaml"].splitlines()


@pytest.mark.parametrize(("build", "heap"), [(a_kafka, "-Xmx300m"), (a_cassandra, "-Xmx700m")])
def test_the_heap_is_that_of_the_settings(build: Callable[[Path], Server], heap: str, tmp_path: Path) -> None:
    assert heap in build(tmp_path).conf["jvm.options"].splitlines()


def test_outside_a_checkout_the_missing_templates_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(templates, "FOLDER", tmp_path)

    with pytest.raises(PlatformError, match="runs from a checkout"):
        templates.render("cassandra.yaml", {})


def test_a_template_with_an_unknown_placeholder_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(Template("${nobody}").template)
    monkeypatch.setattr(templates, "FOLDER", tmp_path)

    with pytest.raises(KeyError, match="nobody"):
        templates.render("a.conf", {})


@pytest.mark.parametrize("setting", sorted(free_ports()))
def test_a_taken_port_is_named_with_its_setting_and_holder(setting: str, tmp_path: Path) -> None:
    with a_listener() as taken:
        settings = isolated(tmp_path, PlatformSettings(), secure=True).model_copy(update={setting: taken})
        with pytest.raises(PlatformError) as told:
            LocalPlatform(settings).start(say_nothing)

    assert f"port {taken}" in str(told.value)
    assert f"TILTYARD_PLATFORM_{setting.upper()}" in str(told.value)
    assert re.search(r"pid \d+", str(told.value))
    assert "\n" not in str(told.value)
    assert LocalPlatform(settings).status() == []


def test_a_missing_java_is_told_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    platform = LocalPlatform(isolated(tmp_path / "home", PlatformSettings()))

    with pytest.raises(PlatformError, match="JDK 17 not found"):
        platform.start(say_nothing)

    assert platform.status() == []


@pytest.mark.parametrize("name", ["a,b", "a:b", 'a"b', "a\\b"])
def test_a_folder_that_java_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlatformError, match="choose another"):
        LocalPlatform(isolated(tmp_path / name, PlatformSettings()))


def test_a_platform_that_does_not_run_has_nothing_to_stop(tmp_path: Path) -> None:
    platform = LocalPlatform(isolated(tmp_path, PlatformSettings()))

    assert platform.stop() == []
    assert platform.status() == []


def test_services_are_told_where_the_servers_are(tmp_path: Path) -> None:
    settings = isolated(tmp_path, PlatformSettings())

    assert LocalPlatform(settings).environment == {
        "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{settings.kafka_port}",
        "TILTYARD_CASSANDRA_CONTACT_POINTS": "127.0.0.1",
        "TILTYARD_CASSANDRA_PORT": str(settings.cassandra_port),
        **OPEN,
    }


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTYARD_PLATFORM_KAFKA_PORT", "12345")
    monkeypatch.setenv("TILTYARD_PLATFORM_CASSANDRA_HEAP", "2g")

    assert PlatformSettings().kafka_port == 12345
    assert PlatformSettings().cassandra_heap == "2g"


def test_no_port_is_given_twice() -> None:
    given = [port for _ in range(20) for port in ports.find_free(300)]

    assert len(set(given)) == len(given) == 6_000


def test_what_speaks_no_http_is_no_service_that_is_ready() -> None:
    with a_listener(lambda _: bytes.fromhex("15030300020250")) as port:
        assert not local_services.answers(port)


def test_free_ports_are_different_and_free() -> None:
    free = free_ports()

    assert len(set(free.values())) == 6
    assert all(ports.is_free(port) for port in free.values())


def test_a_server_that_runs_with_other_settings_is_not_mistaken_for_the_wanted_one(tmp_path: Path) -> None:
    wanted = a_kafka(tmp_path)
    with pytest.raises(PlatformError, match="kafka runs with other settings"):
        wanted.check_unchanged()

    (tmp_path / "conf").mkdir()
    for name, text in wanted.conf.items():
        (tmp_path / "conf" / name).write_text(text)
    wanted.check_unchanged()


def test_a_broker_is_ready_once_it_counts_itself_in() -> None:
    def metadata(*brokers: tuple[str, int]) -> Callable[[bytes], bytes]:
        listed = b"".join(struct.pack(">ih9sih", 1, 9, host.encode(), port, -1) for host, port in brokers)
        body = struct.pack(">i", len(brokers)) + listed + struct.pack(">ii", 1, 0)
        return lambda request: struct.pack(">i", 4 + len(body)) + request[8:12] + body

    with a_listener(metadata()) as starting:
        assert not probes.kafka_answers(ports.HOST, starting)
    with a_listener(metadata(("127.0.0.2", 1), ("127.0.0.1", 1))) as fenced:
        assert not probes.kafka_answers(ports.HOST, fenced)
    [port] = ports.find_free(1)
    with a_listener(metadata((ports.HOST, port)), port) as ready:
        assert probes.kafka_answers(ports.HOST, ready)


def test_a_node_is_ready_once_it_answers_in_cql() -> None:
    with a_listener(lambda _: bytes([0x84, 0, 0, 0, 0x06, 0, 0, 0, 0])) as node:
        assert probes.cassandra_answers(ports.HOST, node)
    with a_listener(lambda _: b"HTTP/1.1 400 Bad Request") as something_else:
        assert not probes.cassandra_answers(ports.HOST, something_else)


@pytest.mark.parametrize("answers", [probes.kafka_answers, probes.cassandra_answers])
def test_silence_is_not_readiness(answers: Callable[[str, int], bool]) -> None:
    with a_listener() as silent:
        assert not answers(ports.HOST, silent)
    [unused] = ports.find_free(1)
    assert not answers(ports.HOST, unused)
