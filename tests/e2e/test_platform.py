"""The two real servers, in a folder and on ports of their own."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.console.platform import ports, probes
from services.console.platform.errors import StartError
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.processes import lives

pytestmark = pytest.mark.e2e


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[LocalPlatform]:
    platform = LocalPlatform(isolated(tmp_path / "a home", PlatformSettings()))  # a space in a path must not matter
    yield platform
    platform.stop()


def pids(platform: LocalPlatform) -> dict[str, int]:
    return {status.name: status.pid for status in platform.status() if status.running}


def answers(platform: LocalPlatform) -> bool:
    kafka, cassandra = platform.bootstrap_servers, platform.environment["TILTYARD_CASSANDRA_PORT"]
    kafka_port, cassandra_port = int(kafka.rpartition(":")[2]), int(cassandra)
    return probes.kafka_answers(ports.HOST, kafka_port) and probes.cassandra_answers(ports.HOST, cassandra_port)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Everything alive that was started from this folder."""
    started = [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]
    return [process for process in started if lives(process)]


def kill(pid: int) -> None:
    os.kill(pid, 9)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and lives(psutil.Process(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_platform_starts_once_survives_a_crash_and_leaves_no_process(
    platform: LocalPlatform, tmp_path: Path
) -> None:
    said: list[str] = []
    assert platform.start(said.append) == ["kafka", "cassandra"]
    assert answers(platform)
    before = pids(platform)

    assert platform.start(said.append) == []
    assert "kafka already runs" in said
    assert "cassandra already runs" in said
    assert pids(platform) == before

    for crashed, other in (("cassandra", "kafka"), ("kafka", "cassandra")):
        running = pids(platform)
        kill(running[crashed])
        assert pids(platform) == {other: running[other]}
        assert platform.start(said.append) == [crashed]
        assert answers(platform)
        assert pids(platform)[other] == running[other]

    assert sorted(platform.stop()) == ["cassandra", "kafka"]
    assert processes_of(tmp_path) == []
    assert platform.status() == []
    assert platform.stop() == []


def test_when_one_server_cannot_start_the_other_is_stopped_again(platform: LocalPlatform, tmp_path: Path) -> None:
    data = tmp_path / "a home" / "cassandra" / "data"
    data.parent.mkdir(parents=True)
    data.write_text("in the way of the data folder")

    with pytest.raises(StartError, match="cassandra ended while it was starting") as told:
        platform.start(print)

    assert str(tmp_path / "a home" / "logs" / "cassandra.log") in str(told.value)
    assert processes_of(tmp_path) == []
    assert platform.status() == []
