"""A secured platform up to the point where a server would start: folders, certificates, and who comes as whom."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template

import pytest
from confluent_kafka import KafkaError, KafkaException
from cryptography import x509
from pydantic import SecretStr

from services.console.commands.platform import adopt
from services.console.platform import principals, templates
from services.console.platform.addresses import Addresses
from services.console.platform.certificates import LIFETIME, Authority
from services.console.platform.connections import Connections
from services.console.platform.principals import ADMIN, EVERYONE, Principals, own_folder
from shared import grants, topology
from shared.access import UnreachableError
from shared.cassandra.schema import SCHEMA
from shared.grants import OPERATOR
from shared.observe_settings import ObserveSettings
from shared.service import EX_CONFIG, guarded, job
from shared.settings import SECRETS_DIR, CassandraSettings, KafkaSettings
from tests.tls_servers import Authority as OtherAuthority

PLACES = Addresses(kafka=1, kafka_mtls=2, cassandra=3)


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Principals:
    """The folders, and an environment without settings that would lead elsewhere."""
    for name in [name for name in os.environ if name.startswith("TILTYARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TILTYARD_HOME", str(tmp_path / "home"))
    made = Principals(tmp_path / "home", PLACES)
    made.make()
    return made


def ends(path: Path) -> datetime:
    return x509.load_pem_x509_certificates(path.read_bytes())[0].not_valid_after_utc


def test_a_folder_leads_to_the_servers_under_its_own_name(secured: Principals) -> None:
    kafka = principals.seen_from(KafkaSettings(), secured.of("judge"))
    cassandra = principals.seen_from(CassandraSettings(), secured.of("judge"))

    assert (kafka.bootstrap_servers, kafka.who) == ("127.0.0.1:1", "user 'tiltyard-judge'")
    assert (cassandra.port, cassandra.username, cassandra.tls) == (3, "tiltyard-judge", True)
    assert cassandra.check_host_name


def test_what_is_made_again_stays_and_no_two_have_one_password(secured: Principals) -> None:
    before = {path: path.read_bytes() for path in secured.folder.rglob("*") if path.is_file()}

    secured.make()

    assert {path: path.read_bytes() for path in secured.folder.rglob("*") if path.is_file()} == before
    assert len({secured.password(name) for name in EVERYONE}) == len(EVERYONE)


def test_a_certificate_near_its_end_is_made_anew(tmp_path: Path) -> None:
    authority, path, now = Authority(tmp_path), tmp_path / "a.pem", datetime.now(UTC)
    authority.issue(path, "a")
    first = path.read_bytes()

    authority.issue(path, "a", now=now + timedelta(days=300))
    assert path.read_bytes() == first
    Authority(tmp_path).issue(path, "a", now=now + timedelta(days=350))
    assert ends(path) > now + LIFETIME + timedelta(days=300)


def test_a_command_comes_as_the_operator_unless_settings_name_other_servers(
    secured: Principals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILTYARD_KAFKA_BOOTSTRAP_SERVERS", "elsewhere:9092")
    adopt()
    assert SECRETS_DIR not in os.environ

    monkeypatch.delenv("TILTYARD_KAFKA_BOOTSTRAP_SERVERS")
    monkeypatch.setenv(SECRETS_DIR, "")  # so that it is undone
    adopt()
    assert os.environ[SECRETS_DIR] == str(secured.of(OPERATOR))


def test_a_service_is_given_its_own_folder_and_where_there_is_none_none(secured: Principals) -> None:
    environment = {SECRETS_DIR: str(secured.of(OPERATOR))}

    assert own_folder("ingest", environment) == secured.of("ingest")
    assert own_folder("nobody", environment) is None
    assert own_folder("ingest", {}) is None


def test_servers_without_doors_are_shown_nothing_of_what_was_set_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = OtherAuthority(tmp_path).issue("me")
    kafka = KafkaSettings(librdkafka={"security.protocol": SecretStr("SSL")})
    cassandra = CassandraSettings(username="u", password=SecretStr("p"), tls=True, certificate_file=own, key_file=own)
    here = Connections(PLACES, None)
    for name, value in here.environment.items():
        monkeypatch.setenv(name, value)

    assert here.kafka(kafka) == KafkaSettings()
    assert here.cassandra(cassandra) == CassandraSettings()
    assert KafkaSettings().client_options == {}


def test_no_secret_is_in_what_the_servers_are_configured_with(secured: Principals) -> None:
    for name in ("kafka-secured.properties", "cassandra-secured.yaml"):
        asked = Template((templates.FOLDER / name).read_text()).get_identifiers()
        assert set(asked) <= {"host", "port", "storage_port", "mtls_port", "controller_port", "identity", "ca"}
    assert json.loads((secured.of(ADMIN) / "TILTYARD_KAFKA_LIBRDKAFKA").read_text()).keys() & {"sasl.password"} == set()


def test_grants_name_topics_and_tables_that_there_are() -> None:
    topics = {name for topic in topology.TOPICS for name in (topic.name, topic.dead)}
    topics |= {topology.changelog_of("p-scorer")}
    assert {grant.name for grant in grants.on_kafka("p") if grant.resource == "topic"} == topics
    defined = {line.partition("${keyspace}.")[2].partition(" ")[0].strip("${}(")
               for line in SCHEMA.read_text().splitlines() if line.startswith("CREATE TABLE")}  # fmt: skip
    assert set(grants.TABLES) == defined
    assert {grant.table for grant in grants.on_cassandra()} <= defined | {""}


def test_who_only_answers_or_judges_changes_no_document() -> None:
    writers = {grant.principal for grant in grants.on_kafka("p")
               if (grant.operation, grant.name) == ("WRITE", topology.DOCUMENTS.name)}  # fmt: skip
    assert writers == {"ingest", "web", OPERATOR}
    assert [grant for grant in grants.on_cassandra() if grant.principal == "judge"] == []


def test_a_missing_grant_ends_a_service_and_a_job_with_78_whatever_the_error_was_made_into(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def asked() -> None:
        try:
            raise KafkaException(KafkaError(KafkaError.GROUP_AUTHORIZATION_FAILED, "no group p-scorer"))
        except KafkaException as error:
            raise UnreachableError("the broker does not say how far we are") from error

    assert guarded("any", lambda _: asked(), ObserveSettings) == EX_CONFIG
    assert job("any", asked, ObserveSettings) == EX_CONFIG
    assert capfd.readouterr().err.count("Kafka refuses it: no group p-scorer; an administrator grants it") == 2
