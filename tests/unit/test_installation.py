"""Two installations on the same servers: what each calls its own, and that no name is, or begins as, another's."""

import ast
from pathlib import Path
from typing import Any

import pytest

from services.console.platform.local import PlatformSettings
from shared import grants, topology
from shared.cassandra import roles, schema
from shared.installation import Installation
from shared.kafka import acls, client, confluent
from shared.kafka.prefixed import Consumer, Producer, named, plain
from shared.kafka.prefixed_admin import Admin
from shared.settings import CassandraSettings, KafkaSettings
from tests.cases import every_case

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("services", "shared", "bench") for path in (ROOT / folder).rglob("*.py"))
NAMELESS = {"close", "cluster_id", "flush", "poll", "purge", "set_sasl_credentials", "unassign"}
"""Methods that neither take nor tell the name of a topic or a group."""
OF_ADMINISTRATORS = {"alter_user_scram_credentials", "create_acls"}
"""Methods that `acls.py` gives whole names to."""
NOBODY, PRESS, PRESSED = Installation(), Installation("press"), Installation("pressed")


def names_of(installation: Installation) -> set[str]:
    """Of its topics, and of a principal's groups, users and clients."""
    topics = [name for topic in topology.TOPICS for name in (topic.name, topic.dead)]
    return {installation.named(name) for name in [*topics, "tiltyard-scorer", topology.changelog_of("tiltyard-scorer")]}


def test_without_a_prefix_every_name_is_as_it_was() -> None:
    assert names_of(NOBODY) >= {topology.DOCUMENTS.name, "tiltyard-scorer"}
    assert CassandraSettings(prefix="").named_keyspace == "tiltyard"


def test_a_prefix_stands_before_every_name_and_is_taken_off_again() -> None:
    assert PRESS.named(topology.DOCUMENTS.name) == f"press.{topology.DOCUMENTS.name}"
    assert {PRESS.plain(name) for name in names_of(PRESS)} == names_of(NOBODY)
    assert CassandraSettings(prefix="press").named_keyspace == "press_tiltyard"


def test_no_name_of_one_installation_is_or_begins_as_one_of_another() -> None:
    with every_case() as case:
        for ours, others in ((NOBODY, PRESS), (PRESS, NOBODY), (PRESS, PRESSED), (PRESSED, PRESS)):
            with case(ours, others):
                assert [(a, b) for a in names_of(ours) for b in names_of(others) if a.startswith(b)] == []
    assert [PRESS.plain(name) for name in names_of(PRESSED)] == [None] * len(names_of(PRESSED))


@pytest.mark.parametrize("prefix", ["Press", "two-words", "two_words", "news.", "7days", "x" * 17, "é", "press\n"])
def test_a_prefix_that_does_not_fit_every_name_is_refused_with_what_it_may_be(prefix: str) -> None:
    with pytest.raises(ValueError, match="TILTYARD_PREFIX is a word of at most 16 small letters and digits"):
        KafkaSettings(prefix=prefix)


def test_a_keyspace_that_becomes_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="is longer than 48 characters"):
        CassandraSettings(prefix="pressroom", keyspace="k" * 41)


def test_the_environment_gives_the_prefix_to_both_servers_settings_and_to_the_platform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TILTYARD_PREFIX", "press")

    assert {of().prefix for of in (KafkaSettings, CassandraSettings, PlatformSettings)} == {"press"}
    assert KafkaSettings(prefix="other").prefix == "other"


def test_a_file_of_settings_gives_it_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TILTYARD_PREFIX", raising=False)
    (tmp_path / ".env").write_text("TILTYARD_PREFIX=press\n")

    assert {of().prefix for of in (KafkaSettings, CassandraSettings, PlatformSettings)} == {"press"}


def test_a_group_and_a_client_have_the_prefix_too(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(client, "Consumer", lambda options, _: made.append(options))

    client.consumer(KafkaSettings(prefix="press"), "ingest")

    assert (made[0]["group.id"], made[0]["client.id"]) == ("press.tiltyard-ingest", "press.tiltyard-ingest-consumer")


def test_a_method_of_kafkas_clients_that_names_something_is_given_the_prefix_or_is_not_called() -> None:
    classes = ((Consumer, confluent.Consumer), (Producer, confluent.Producer), (Admin, confluent.AdminClient))
    of_library = {name for _, theirs in classes for name in dir(theirs) if not name.startswith("_")}
    prefixed = {name for ours, _ in classes for name in vars(ours)}
    foreign = of_library - prefixed - NAMELESS - OF_ADMINISTRATORS
    called = {
        f"{path.relative_to(ROOT)}: {node.func.attr}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in foreign
    }

    assert {"delete_topics", "produce_batch", "seek"} <= foreign
    assert {place for place in called if not place.endswith(": seek")} == set(), "seek is also a method of files"


def test_places_are_named_and_plain_again_with_their_offsets_and_notes() -> None:
    for place in (confluent.TopicPartition("t", 1, 2), client.commit_of(("t", 1), 2, "note")):
        there = named([place], PRESS)
        (back,) = plain(there, PRESS)

        assert there[0].topic == "press.t"
        assert (back.topic, back.partition, back.offset, back.metadata or "") == ("t", 1, 2, place.metadata or "")
        assert plain(there, PRESSED) == []


def test_a_producers_topics_are_not_asked_for() -> None:
    """The one method that two of the clients override and the third does not."""
    assert "list_topics" not in vars(Producer)
    assert [path for path in SOURCES if "producer.list_topics" in path.read_text()] == []


def test_grants_are_of_this_installations_names_for_its_users_and_roles_alone() -> None:
    kafka, cassandra = KafkaSettings(prefix="press"), CassandraSettings(prefix="press")
    lines = [acls.line_of(grant, kafka.installation) for grant in grants.on_kafka(kafka.group_prefix)]
    told = [acls.described(grant, kafka.installation) for grant in grants.on_kafka(kafka.group_prefix)]
    cql = [roles.statement(grant, cassandra) for grant in grants.on_cassandra()]

    assert [line for line in lines if " --allow-principal User:press.tiltyard-" not in line] == []
    assert [line for line in lines if not (" --topic press." in line or " --group press.tiltyard" in line)] == []
    assert [grant for grant in told if not (grant["name"] + grant["user"]).startswith("press.")] == []
    assert [line for line in cql if not line.split('TO "')[1].startswith("press.tiltyard-")] == []
    assert {line.split(" ON ")[1].split(" TO ")[0].split(".")[0] for line in cql} == {
        "press_tiltyard", "KEYSPACE press_tiltyard", "ALL KEYSPACES"
    }  # fmt: skip


def test_the_schema_is_made_in_the_installations_keyspace_alone() -> None:
    made = "\n".join(schema.statements(CassandraSettings(prefix="press"), encoder="e", dimensions=2))

    assert "press_tiltyard.documents" in made
    assert "tiltyard." not in made.replace("press_tiltyard.", "")
