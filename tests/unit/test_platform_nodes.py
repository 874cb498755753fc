"""A local platform of three nodes up to the point where a server would start: names, addresses, folders, copies."""

import errno
import os
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.console.commands.platform import adopt, status
from services.console.platform import kafka_server, nodes, ports, servers
from services.console.platform.errors import PlatformError
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.principals import Principals
from services.console.platform.server import Server
from services.console.platform.supervisor import Status, Supervisor
from shared.settings import CassandraSettings, KafkaSettings

THREE = ["kafka-1", "kafka-2", "kafka-3", "cassandra-1", "cassandra-2", "cassandra-3"]


def a_platform(home: Path, *, secure: bool = False) -> LocalPlatform:
    return LocalPlatform(isolated(home, PlatformSettings(), secure=secure, nodes=3))


def three_servers(home: Path) -> dict[str, Server]:
    built = servers.build(home, isolated(home, PlatformSettings(), nodes=3), 3, None)
    return {server.name: server for server in built}


def test_each_of_three_nodes_has_a_name_and_an_address_of_its_own(tmp_path: Path) -> None:
    built = three_servers(tmp_path)

    assert a_platform(tmp_path).names == list(built) == THREE
    assert [built[name].ports["kafka_port"][0] for name in THREE[:3]] == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    assert [built[name].ports["cassandra_port"][0] for name in THREE[3:]] == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]


def test_no_two_servers_take_the_same_port_of_the_same_address(tmp_path: Path) -> None:
    taken = [place for server in three_servers(tmp_path).values() for place in server.ports.values()]

    assert len(set(taken)) == len(taken)
    assert all(ports.is_free(port, host) for host, port in taken)


def test_one_node_is_called_as_it_always_was(tmp_path: Path) -> None:
    platform = LocalPlatform(isolated(tmp_path, PlatformSettings()))

    assert platform.names == ["kafka", "cassandra"]
    assert "127.0.0.2" not in str(platform.environment)


def test_three_nodes_are_named_to_services_with_a_copy_on_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = isolated(tmp_path, PlatformSettings(), nodes=3)
    for name, value in LocalPlatform(settings).environment.items():
        monkeypatch.setenv(name, value)

    kafka, cassandra = KafkaSettings(), CassandraSettings()
    assert kafka.bootstrap_servers == ",".join(f"127.0.0.{node}:{settings.kafka_port}" for node in (1, 2, 3))
    assert (kafka.replication_factor, kafka.in_sync) == (3, 2)
    assert (cassandra.contact_points, cassandra.port) == ("127.0.0.1,127.0.0.2,127.0.0.3", settings.cassandra_port)
    assert cassandra.replication == "{'class': 'NetworkTopologyStrategy', 'datacenter1': 3}"


def test_settings_of_this_process_lead_to_the_same_nodes_as_the_environment_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = a_platform(tmp_path)
    here = platform.connections.kafka(KafkaSettings()), platform.connections.cassandra(CassandraSettings())
    for name, value in platform.environment.items():
        monkeypatch.setenv(name, value)

    assert here == (KafkaSettings(), CassandraSettings())


def test_a_folder_of_secrets_leads_to_all_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = isolated(tmp_path, PlatformSettings(), secure=True, nodes=3)
    platform = LocalPlatform(settings)
    Principals(tmp_path, platform.connections.addresses).make()
    for name, value in platform.environment.items():
        monkeypatch.setenv(name, value)

    assert KafkaSettings().bootstrap_servers.count(",") == CassandraSettings().contact_points.count(",") == 2
    assert (KafkaSettings().in_sync, CassandraSettings().replication[-4:]) == (2, ": 3}")


def test_three_brokers_keep_three_copies_and_wait_for_two(tmp_path: Path) -> None:
    for name in THREE[:3]:
        properties = three_servers(tmp_path)[name].conf["server.properties"].splitlines()
        copies = [line for line in properties if re.search(r"replication\.factor=|min\.(isr|insync\.replicas)=", line)]
        assert {line.rpartition("=")[2] for line in copies if "replication" in line} == {"3"}
        assert {line.rpartition("=")[2] for line in copies if "min." in line} == {"2"}


def test_three_brokers_are_formatted_for_one_cluster_also_one_after_the_other(tmp_path: Path) -> None:
    first = three_servers(tmp_path)
    [wanted] = {argument for name in THREE[:3] for argument in first[name].first if "--cluster-id" in argument}
    data = tmp_path / "kafka-2" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").write_text(f"version=1\ncluster.id={wanted.partition('=')[2]}\nnode.id=2\n")

    later = three_servers(tmp_path)
    assert {argument for name in THREE[:3] for argument in later[name].first if "--cluster-id" in argument} == {wanted}


def test_three_nodes_of_cassandra_share_the_ring_evenly(tmp_path: Path) -> None:
    texts = [three_servers(tmp_path)[name].conf["cassandra.yaml"] for name in THREE[3:]]
    tokens = [int(match[1]) for text in texts if (match := re.search(r"^initial_token: (-?\d+)$", text, re.MULTILINE))]

    assert len(tokens) == 3
    assert {round((tokens[i + 1] - tokens[i]) / 2**64, 6) for i in (0, 1)} == {round(1 / 3, 6)}


@pytest.mark.parametrize(("made", "wanted", "said"), [(1, 3, "one node"), (3, 1, "3 nodes")])
def test_a_home_keeps_the_number_of_nodes_that_it_was_made_with(
    tmp_path: Path, made: nodes.Count, wanted: nodes.Count, said: str
) -> None:
    own = isolated(tmp_path, PlatformSettings(), nodes=made)
    next(iter(servers.build(tmp_path, own, made, None))).data.mkdir(parents=True)

    with pytest.raises(PlatformError, match=f"was made with {said} of Kafka and Cassandra"):
        LocalPlatform(own.model_copy(update={"nodes": wanted}))
    assert LocalPlatform(own.model_copy(update={"nodes": None})).nodes == made


def test_an_address_that_the_machine_does_not_have_is_named_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bind = socket.socket.bind

    def of_one_address(own: socket.socket, address: tuple[str, int]) -> None:
        if address[0] != ports.HOST:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        bind(own, address)

    platform = a_platform(tmp_path)
    monkeypatch.setattr(socket.socket, "bind", of_one_address)
    with pytest.raises(PlatformError, match=r"127\.0\.0\.2 .* ifconfig lo0 alias 127\.0\.0\.2"):
        platform.start(lambda _: None)


def test_a_server_that_is_none_is_refused_with_those_that_are(tmp_path: Path) -> None:
    for call in (a_platform(tmp_path).stop_server, a_platform(tmp_path).start_server, a_platform(tmp_path).pid):
        with pytest.raises(PlatformError, match="no server kafka: choose one of kafka-1, kafka-2"):
            call("kafka")


def test_a_server_that_does_not_run_has_no_process(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="kafka-2 does not run"):
        a_platform(tmp_path).pid("kafka-2")


def test_status_says_which_servers_are_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kafka-1").mkdir()
    there = [Status(name, True, 1, datetime.now(UTC), 2**20, Path("log")) for name in THREE if name != "kafka-2"]
    monkeypatch.setattr(Supervisor, "status", lambda _: there)

    monkeypatch.setenv("TILTYARD_HOME", str(tmp_path))

    status()
    assert "1 of 6 servers does not run: kafka-2; `tiltyard up` starts" in capsys.readouterr().out


def test_other_numbers_of_nodes_are_refused() -> None:
    with pytest.raises(ValueError, match="--nodes: 2 is neither 1 nor 3"):
        nodes.asked(2)


def test_a_command_finds_three_nodes_of_this_machine_unless_settings_name_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {"TILTYARD_HOME": str(tmp_path), "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": "a:1"})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kafka-1").mkdir()
    adopt()
    assert "TILTYARD_KAFKA_REPLICATION_FACTOR" not in os.environ

    del os.environ["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"]
    adopt()
    assert KafkaSettings().bootstrap_servers == "127.0.0.1:19092,127.0.0.2:19092,127.0.0.3:19092"


def test_a_new_cluster_has_a_new_id(tmp_path: Path) -> None:
    assert kafka_server.cluster_id([tmp_path]) != kafka_server.cluster_id([tmp_path])


@pytest.mark.parametrize(("copies", "in_sync"), [(1, 1), (2, 2), (3, 2), (5, 3)])
def test_a_record_counts_once_more_than_half_of_its_copies_are_there(copies: int, in_sync: int) -> None:
    assert KafkaSettings(replication_factor=copies).in_sync == in_sync


def test_more_copies_than_there_are_cannot_be_waited_for() -> None:
    with pytest.raises(ValueError, match="no record could be written"):
        KafkaSettings(replication_factor=2, min_insync_replicas=3)
