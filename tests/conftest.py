"""The real servers for end-to-end tests: started once by the test run itself, stopped by it, on ports of their own."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from shared.kafka import creation
from shared.settings import CassandraSettings, KafkaSettings
from tests.together import TogetherScheduling

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # what an example takes says nothing on a machine that others use too

pytest_plugins = ["tests.command_line", "tests.browsing"]
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")  # Java compiles for longer than a test lasts


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """With `--dist loadfile`, started processes are shared by all files that need them."""
    return TogetherScheduling(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """A test that runs a service's `main` sets logging up on a stream that pytest closes after it."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPlatform]:
    """Kafka and Cassandra, answering."""
    running = LocalPlatform(isolated(tmp_path_factory.mktemp("platform"), PlatformSettings()))
    running.start(lambda _: None)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def kafka(platform: LocalPlatform) -> KafkaSettings:
    """Settings of the real broker, with every topic made."""
    settings = KafkaSettings(bootstrap_servers=platform.bootstrap_servers, partitions=2)
    creation.create(settings)
    return settings


@pytest.fixture(scope="session")
def prefixed_kafka(kafka: KafkaSettings) -> KafkaSettings:
    """The same broker for another installation, which has a prefix, with every topic made."""
    settings = kafka.model_copy(update={"prefix": "contract"})
    creation.create(settings)
    return settings


@pytest.fixture(scope="session")
def cassandra(platform: LocalPlatform) -> CassandraSettings:
    """Settings of the real store."""
    return CassandraSettings(
        contact_points=platform.contact_points, port=int(platform.environment["TILTYARD_CASSANDRA_PORT"])
    )
