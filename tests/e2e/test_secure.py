"""Servers with TLS, passwords and grants: services at work under their own names, and everything else denied."""

import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
import stamina
from pydantic import SecretStr

from services.console.live import asking
from services.console.platform import ports, principals, secured
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.local_services import EVERY, LocalServices, LocalServicesSettings
from services.console.platform.principals import ADMIN
from shared import encoding, grants, topology
from shared.access import RefusedError
from shared.cassandra import roles, schema
from shared.cassandra.client import connect, denied
from shared.cassandra.dispositions import CassandraDispositions
from shared.grants import OPERATOR, PRINCIPALS, SETUP
from shared.kafka import access, acls, client, creation
from shared.kafka.lags import KafkaLags
from shared.kafka.sink import Delivery
from shared.pages_settings import PagesSettings
from shared.publisher import Publisher
from shared.settings import SECRETS_DIR, CassandraSettings, KafkaSettings
from tests.builders import a_document, a_question
from tests.cases import every_case
from tests.command_line import Ended
from tests.e2e.conftest import WITHIN_S
from tests.e2e.live import ENCODER, LIGHT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
USUAL = KafkaSettings(partitions=1)
SERVICES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer", "web")
EVERY_TOPIC = [name for topic in topology.TOPICS for name in (topic.name, topic.dead)]
LITERALS = {"text": "'none'", "int": "0", "bigint": "0", "smallint": "0", "blob": "0x00"}


class LockedHouse:
    """A secured platform of the test's own, with topics and tables, and services that can be started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.platform = LocalPlatform(isolated(home, PlatformSettings(), secure=True))
        patient = {"TILTYARD_SCORER_SILENCE_S": "200"}
        self.environment = self.platform.environment | LIGHT | patient | {"TILTYARD_HOME": str(home)}
        pages, *probes = ports.find_free(len(EVERY) + 1)
        self.services = LocalServices(
            LocalServicesSettings(), home=home, environment=self.environment, probe_ports=probes,
            pages=PagesSettings(port=pages),
        )  # fmt: skip

    def start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.platform.start(lambda _: None)
        self.platform.let_in(USUAL, CassandraSettings())
        creation.create(self.kafka(SETUP))
        schema.apply(self.cassandra(SETUP), encoder=encoding.name_of(ENCODER), dimensions=ENCODER.dimensions)
        monkeypatch.setenv(SECRETS_DIR, str(self.folder(OPERATOR)))
        secured.grant_tables(self.cassandra(SETUP))

    def folder(self, who: str) -> Path:
        return self.home / principals.FOLDER / who

    def kafka(self, who: str = OPERATOR) -> KafkaSettings:
        return self.platform.connections.kafka(USUAL, who)

    def cassandra(self, who: str = OPERATOR) -> CassandraSettings:
        return self.platform.connections.cassandra(CassandraSettings(), who)


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedHouse]:
    made = LockedHouse(tmp_path_factory.mktemp("secured"))
    try:
        with pytest.MonkeyPatch.context() as monkeypatch:
            made.start(monkeypatch)
        yield made
    finally:
        made.services.stop()
        made.platform.stop()


def test_services_under_their_own_names_answer_and_one_is_given_another_password_meanwhile(locked: LockedHouse) -> None:
    locked.services.start(SERVICES)
    question = a_question(text="What does the mill at Sarn burn?")
    with closing(connect(locked.cassandra())) as store:
        publisher = Publisher(locked.kafka(), "test", CassandraDispositions(store))
        fates = publish(publisher, "The mill at Sarn burns peat.", "The ferry sails at six.")
        result = asking.ask(locked.kafka(), [question], within_s=WITHIN_S)[question.question_id]

        old = locked.kafka("ingest")
        locked.platform.renew("ingest", USUAL, CassandraSettings())
        fates += publish(publisher, "The ferry sails at seven.")  # over the connections that it has
        locked.services.stop(("ingest",))
        locked.services.start(("ingest",))
        fates += publish(publisher, "The ferry sails at eight.")
        publisher.close()
    seen = KafkaLags(locked.kafka("web"), {topic.name for step in topology.STEPS for topic in step.reads}).look()

    assert {"ingest", "embedder", "retriever", "scorer"} <= seen.at_work
    assert "peat" in result.answers["base+rag"].answer.text
    assert fates == ["indexed"] * 4
    with pytest.raises(RefusedError, match="does not take user 'tiltyard-ingest'"):
        access.require(old, [])
    locked.services.stop()


def test_services_go_on_with_new_passwords_after_every_connection_was_broken(locked: LockedHouse) -> None:
    locked.services.start(SERVICES)
    before = {status.name: status.pid for status in locked.services.status() if status.running}
    old = {who: locked.kafka(who) for who in grants.SERVICES}
    fates = published(locked, "The lock at Orm is shut.")
    for who in grants.SERVICES:
        locked.platform.renew(who, USUAL, CassandraSettings())
    fates += published(locked, "The lock at Orm is green.")  # over the connections that they have
    locked.platform.stop()
    locked.platform.start(lambda _: None)
    fates += published(locked, "The lock at Orm is open.")
    question = a_question(question_id="of the lock", text="Is the lock at Orm open?")
    result = asking.ask(locked.kafka(), [question], within_s=WITHIN_S)[question.question_id]

    assert fates == ["indexed"] * 3
    assert "open" in result.answers["base+rag"].answer.text
    assert {status.name: status.pid for status in locked.services.status() if status.running} == before
    for settings in old.values():
        with pytest.raises(RefusedError, match="does not take user"):
            access.require(settings, [])
    locked.services.stop()


def published(locked: LockedHouse, text: str) -> list[str]:
    """What becomes of a document that is published over new connections."""
    with closing(connect(locked.cassandra())) as store:
        publisher = Publisher(locked.kafka(), "test", CassandraDispositions(store))
        fates = publish(publisher, text)
        publisher.close()
    return fates


def publish(publisher: Publisher, *texts: str) -> list[str]:
    """What becomes of documents with these texts."""
    publisher.publish(topology.DOCUMENTS, [a_document(document_id=text, text=text) for text in texts])
    return [settled.fate for settled in publisher.wait(WITHIN_S)]


def test_every_principal_may_do_on_each_topic_what_is_granted_and_nothing_else(locked: LockedHouse) -> None:
    granted = {(grant.principal, grant.operation, grant.name) for grant in grants.on_kafka(USUAL.group_prefix)}
    with every_case() as case:
        for who in PRINCIPALS:
            able = able_on_topics(locked.kafka(who))
            for topic in EVERY_TOPIC:
                for operation in ("READ", "WRITE", "CREATE", "DELETE", "ALTER", "ALTER_CONFIGS"):
                    with case(who, operation, topic):
                        assert ((operation, topic) in able) == ((who, operation, topic) in granted)


def able_on_topics(settings: KafkaSettings) -> set[tuple[str, str]]:
    """What the broker says that one may do."""
    asker = client.admin(settings)
    described = asker.describe_topics(client.TopicCollection(EVERY_TOPIC), include_authorized_operations=True)
    able = set()
    for name, future in described.items():
        try:
            able |= {(operation.name, name) for operation in future.result(20).authorized_operations or []}
        except client.KafkaException as error:
            if not client.denied(error):
                raise
    return able


def test_a_record_is_taken_from_whom_it_is_granted_alone(locked: LockedHouse) -> None:
    granted = {(grant.principal, grant.operation, grant.name) for grant in grants.on_kafka(USUAL.group_prefix)}
    with every_case() as case:
        for who in (*grants.SERVICES, OPERATOR):
            taken = taken_from(locked.kafka(who))
            with case(who):
                assert taken == {topic for topic in EVERY_TOPIC if (who, "WRITE", topic) in granted}


def taken_from(settings: KafkaSettings) -> set[str]:
    """The topics that take a record. What is written is no message: services that run would bury it."""
    fates: dict[str, client.KafkaError | None] = {}
    producer = client.producer(settings, "matrix")
    for topic in EVERY_TOPIC:
        producer.produce(
            topic, key=b"k", value=b"", on_delivery=lambda error, sent: fates.update({str(sent.topic()): error})
        )
    assert producer.flush(20) == 0
    assert all(client.forbidden(error) for error in fates.values() if error)
    return {topic for topic, error in fates.items() if error is None}


def test_every_principal_may_do_on_each_table_what_is_granted_and_nothing_else(locked: LockedHouse) -> None:
    granted = {(grant.principal, grant.permission, grant.table) for grant in grants.on_cassandra()}
    with closing(connect(locked.cassandra(principals.ADMIN))) as store:
        keyspace = store.session.cluster.metadata.keyspaces["tiltyard"]
    with every_case() as case:
        for who in PRINCIPALS:
            with closing(connect(locked.cassandra(who))) as store:
                for name, table in keyspace.tables.items():
                    keys = " AND ".join(f"{key.name} = {LITERALS[key.cql_type]}" for key in table.partition_key)
                    tried = {
                        "SELECT": f"SELECT * FROM tiltyard.{name} LIMIT 1",  # noqa: S608 (names of tables)
                        "MODIFY": f"DELETE FROM tiltyard.{name} WHERE {keys}",  # noqa: S608 (names of tables)
                        "ALTER": f"ALTER TABLE tiltyard.{name} WITH comment = 'tried'",
                    }
                    declared = "chunks" if name.startswith("chunks_") else name
                    for permission, cql in tried.items():
                        # Who makes a table may do everything with it.
                        able = who == SETUP or (who, permission, declared) in granted
                        with case(who, permission, name):
                            assert may(store.session, cql) == able


def may(session: Any, cql: str) -> bool:
    try:
        session.execute(cql)
    except Exception as error:
        if not denied(error):
            raise
        return False
    return True


def away(error: Exception) -> bool:
    """Whether the groups are yet to be loaded, as right after a start."""
    return isinstance(error, client.KafkaException) and error.args[0].code() == client.KafkaError.NOT_COORDINATOR


def test_a_group_is_joined_by_its_service_alone(locked: LockedHouse) -> None:
    with every_case() as case:
        for step in (step for step in topology.STEPS if step.reads):
            group = f"{USUAL.group_prefix}-{step.service}"
            for who in PRINCIPALS:
                with case(who, "joins", group):
                    assert (group in joinable_by(locked.kafka(who), group)) == (who == step.service)


@stamina.retry(on=away, attempts=None, timeout=20, wait_initial=0.1)
def joinable_by(settings: KafkaSettings, group: str) -> set[str]:
    asker = client.admin(settings)
    described = asker.describe_consumer_groups([group], include_authorized_operations=True)[group]
    try:
        operations = described.result(20).authorized_operations or []
    except client.KafkaException as error:
        if not client.denied(error):
            raise
        return set()
    return {group} if any(operation.name == "READ" for operation in operations) else set()


@pytest.fixture(scope="module")
def press(locked: LockedHouse) -> Callable[[str], tuple[KafkaSettings, CassandraSettings]]:
    """Another installation on the same servers, with its topics, tables and grants; how its principals come."""
    own = {"prefix": "press"}
    kafka, cassandra = locked.kafka(ADMIN).model_copy(update=own), locked.cassandra(ADMIN).model_copy(update=own)
    names, password = kafka.installation, principals.new_password()
    passwords = {names.named(grants.name_of(who)): password for who in PRINCIPALS}
    creation.create(kafka)
    schema.apply(cassandra, encoder=encoding.name_of(ENCODER), dimensions=ENCODER.dimensions)
    acls.set_passwords(kafka, passwords)
    acls.apply(kafka, grants.on_kafka(kafka.group_prefix))
    roles.make(cassandra, passwords)
    roles.apply(cassandra, grants.on_cassandra())

    def come(who: str) -> tuple[KafkaSettings, CassandraSettings]:
        user, secret = names.named(grants.name_of(who)), SecretStr(password)
        options = locked.kafka(who).librdkafka | {"sasl.username": SecretStr(user), "sasl.password": secret}
        return (
            locked.kafka(who).model_copy(update=own | {"librdkafka": options}),
            locked.cassandra(who).model_copy(update=own | {"username": user, "password": secret}),
        )

    return come


def test_a_principal_of_one_installation_may_do_nothing_on_the_topics_of_another(
    locked: LockedHouse, press: Callable[[str], tuple[KafkaSettings, CassandraSettings]]
) -> None:
    granted = {(grant.principal, grant.operation, grant.name) for grant in grants.on_kafka(USUAL.group_prefix)}
    with every_case() as case:
        for who in PRINCIPALS:
            theirs, ours = press(who)[0], locked.kafka(who)
            with case(who, "may do on its own what is granted"):
                able = able_on_topics(theirs)
                assert {(who, *may_do) for may_do in able if may_do[0] in ("READ", "WRITE", "CREATE")} == {
                    grant for grant in granted if grant[0] == who and grant[1] in ("READ", "WRITE", "CREATE")
                    and grant[2] in EVERY_TOPIC
                }  # fmt: skip
            with case(who, "may do nothing on those of others"):
                assert able_on_topics(theirs.model_copy(update={"prefix": ""})) == set()
                assert able_on_topics(ours.model_copy(update={"prefix": "press"})) == set()


def test_a_role_of_one_installation_reads_no_table_of_another(
    locked: LockedHouse, press: Callable[[str], tuple[KafkaSettings, CassandraSettings]]
) -> None:
    with closing(connect(press("ingest")[1])) as theirs, closing(connect(locked.cassandra("ingest"))) as ours:
        able = {
            (whose, keyspace): may(store.session, f"SELECT * FROM {keyspace}.documents LIMIT 1")  # noqa: S608 (names)
            for whose, store in (("theirs", theirs), ("ours", ours))
            for keyspace in ("press_tiltyard", "tiltyard")
        }

    assert {place for place, allowed in able.items() if allowed} == {("theirs", "press_tiltyard"), ("ours", "tiltyard")}


def test_a_certificate_is_another_way_to_come(locked: LockedHouse) -> None:
    own = str(locked.folder("judge") / principals.IDENTITY)
    files = {"ssl.ca.location": str(locked.home / principals.FOLDER / "ca.pem")}
    files |= {"ssl.certificate.location": own, "ssl.key.location": own, "security.protocol": "SSL"}
    admin = locked.kafka(principals.ADMIN)
    by_certificate = admin.model_copy(update={"librdkafka": {name: SecretStr(value) for name, value in files.items()}})

    access.require(by_certificate, topology.needed_by("judge"))
    with pytest.raises(RefusedError, match=rf"does not let the holder of .* use {topology.CHUNKS.name}"):
        access.require(by_certificate, [topology.CHUNKS.name])


def test_a_wrong_password_and_a_missing_grant_are_told_at_once_with_what_to_do(locked: LockedHouse) -> None:
    options = locked.kafka().librdkafka | {"sasl.password": SecretStr("wrong")}
    with pytest.raises(RefusedError, match=r"Kafka does not take user 'tiltyard-operator' .*set sasl.username"):
        access.require(locked.kafka().model_copy(update={"librdkafka": options}), [])
    with pytest.raises(RefusedError, match=r"Cassandra does not take user .*set TILTYARD_CASSANDRA_USERNAME"):
        connect(locked.cassandra().model_copy(update={"password": SecretStr("wrong")}))
    delivery = Delivery(locked.kafka("judge"), "test")
    delivery.send(topology.CHUNKS.name, b"k", b"", {})
    with pytest.raises(RefusedError, match=rf"'tiltyard-judge' write to {topology.CHUNKS.name}; .*grants --apply"):
        delivery.flush()


def test_a_command_without_a_grant_ends_with_78_and_the_remedy(locked: LockedHouse, tiltyard: Any) -> None:
    ended: Ended = tiltyard("votes", **{SECRETS_DIR: str(locked.folder("embedder"))})

    assert (ended.returncode, ended.stdout) == (78, "")
    assert ended.stderr.count("\n") == 1
    assert "does not let user 'tiltyard-embedder' use" in ended.stderr
    assert "tiltyard grants --apply" in ended.stderr


def test_passwords_are_in_files_of_their_owner_alone(locked: LockedHouse, tiltyard: Any) -> None:
    secrets = [(locked.folder(who) / principals.PASSWORD).read_text() for who in principals.EVERYONE]
    doctor: Ended = tiltyard("doctor", "--json", **{SECRETS_DIR: str(locked.folder(OPERATOR))})
    logs = "".join(log.read_text(errors="replace") for log in (locked.home / "logs").glob("*.log"))
    configuration = "".join(path.read_text() for path in locked.home.glob("*/conf/*"))
    arguments = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    shown = "\n".join([*arguments, logs, configuration, doctor.stdout, doctor.stderr, repr(locked.kafka())])

    assert len(set(secrets)) == len(principals.EVERYONE)
    assert [secret for secret in secrets if secret in shown] == []
    kept = [path for path in (locked.home / principals.FOLDER).rglob("*") if path.is_file() and path.name != "ca.pem"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert stat.S_IMODE((locked.home / principals.FOLDER).stat().st_mode) == 0o700
