"""`docker-compose.yml` and the Dockerfile, read as text: what they say must agree with the rest of the repository."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from services.generator.settings import GeneratorSettings
from services.web.settings import WebSettings
from shared import settings
from shared.observe_settings import ObserveSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
LASTING = {name: service for name, service in OURS.items() if name != "setup"}
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def test_every_service_of_the_repository_is_in_it() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}

    assert {service["build"]["args"]["SERVICE"] for service in OURS.values()} == folders


def test_both_generator_workers_run() -> None:
    workers = {
        name: service["environment"]["TILTYARD_GENERATOR_WORKER"]
        for name, service in OURS.items()
        if service["build"]["args"]["SERVICE"] == "generator"
    }

    assert workers == {"generator-base": "base", "generator-tuned": "tuned"}


@pytest.mark.parametrize("name", LASTING)
def test_a_service_waits_for_both_servers_and_for_setup(name: str) -> None:
    conditions = {other: wanted["condition"] for other, wanted in LASTING[name]["depends_on"].items()}

    assert conditions == {
        "kafka": "service_healthy",
        "cassandra": "service_healthy",
        "setup": "service_completed_successfully",
    }


@pytest.mark.parametrize("name", [*LASTING, "kafka", "cassandra"])
def test_what_lasts_is_watched_and_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


def test_setup_runs_once() -> None:
    assert SERVICES["setup"]["command"] == ["tiltyard", "setup"]
    assert SERVICES["setup"]["restart"] == "no"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_is_read(name: str) -> None:
    classes: list[type[BaseSettings]] = [GeneratorSettings, ObserveSettings, WebSettings]
    classes += [
        value for value in vars(settings).values() if isinstance(value, type) and issubclass(value, BaseSettings)
    ]
    read = {
        (str(settings_class.model_config.get("env_prefix", "")) + field).upper()
        for settings_class in classes
        for field in settings_class.model_fields
    }

    assert set(OURS[name]["environment"]) <= read


def test_the_host_reaches_the_servers_only_from_itself_and_where_the_settings_expect_them() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {
        "kafka": ["127.0.0.1:19092:19092"],
        "cassandra": ["127.0.0.1:19042:9042"],
        "web": ["127.0.0.1:19480:19480"],
    }
    assert settings.KafkaSettings.model_fields["bootstrap_servers"].default == "127.0.0.1:19092"
    assert settings.CassandraSettings.model_fields["port"].default == 19042


def test_kafka_tells_each_side_an_address_that_it_can_reach() -> None:
    environment = SERVICES["kafka"]["environment"]

    assert environment["KAFKA_ADVERTISED_LISTENERS"] == "INSIDE://kafka:9092,HOST://127.0.0.1:19092"
    assert OURS["ingest"]["environment"]["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"] == "kafka:9092"


def test_the_servers_are_those_of_the_local_platform() -> None:
    version = re.search(
        r"<server\.version>(.+)<", (ROOT / "deploy/local/cassandra-pom.xml").read_text(encoding="utf-8")
    )
    kafka = re.fullmatch(r"apache/kafka:(\d+)\.\d+\.\d+", SERVICES["kafka"]["image"])

    assert version
    assert SERVICES["cassandra"]["image"] == f"cassandra:{version[1]}"
    assert kafka
    assert int(kafka[1]) >= 4


@pytest.mark.parametrize("key", ["auto.create.topics.enable", "log.message.timestamp.type"])
def test_kafka_is_set_as_on_the_local_platform(key: str) -> None:
    properties = (ROOT / "deploy/local/kafka-server.properties").read_text(encoding="utf-8").splitlines()

    assert f"{key}={SERVICES['kafka']['environment']['KAFKA_' + key.replace('.', '_').upper()]}" in properties


def test_every_volume_that_is_mounted_is_declared() -> None:
    mounted = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

    assert mounted == set(COMPOSE["volumes"])


def test_the_image_copies_what_exists_and_what_its_ignore_file_lets_through() -> None:
    copied = [path for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for path in line.split()[:-1]]
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    for path in copied:
        assert (ROOT / path).exists()
        assert f"!{path}" in let_through


def test_the_image_installs_the_lock_and_runs_offline_as_nobody_special() -> None:
    assert "pip install --no-deps --require-hashes -r requirements.lock" in DOCKERFILE
    assert "HF_HUB_OFFLINE=1" in DOCKERFILE
    assert "\nUSER tiltyard\n" in DOCKERFILE


def test_the_pages_are_served_to_whoever_signs_in() -> None:
    environment = {
        name.removeprefix("TILTYARD_WEB_").lower(): value.partition(":-")[2].rstrip("}") or value
        for name, value in SERVICES["web"]["environment"].items()
        if name.startswith("TILTYARD_WEB_")
    }

    pages = WebSettings.model_validate(environment)
    assert not pages.is_local
    assert pages.sign_in == "token"
    assert SERVICES["web"]["profiles"] == ["pages"], "others start without a list of people"
    assert str(pages.people) == f"/run/secrets/{SERVICES['web']['secrets'][0]}"
