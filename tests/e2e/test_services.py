"""The whole system with real servers, real models and real faults."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from services.console.demo import newswire
from shared import dead_letters, topology
from shared.kafka import topics
from shared.messages import DocumentPublished, Result
from tests.builders import a_document, a_question, references
from tests.e2e.conftest import WITHIN_S, House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
WIRE = newswire.load(newswire.SAMPLE)
LOOK_EVERY_S = 0.3  # reading the topics over and over takes a core from those who are to answer


def results_by_question(house: House) -> dict[str, list[Result]]:
    results: dict[str, list[Result]] = {}
    for record in topics.read_all(house.kafka, topology.RESULTS.name):
        result = Result.model_validate_json(record.value or b"")
        results.setdefault(result.question.question_id, []).append(result)
    return results


def command(house: House, *arguments: str, within_s: float = WITHIN_S) -> subprocess.CompletedProcess[str]:
    """Run `tiltyard` as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "services.console", *arguments],
        env=os.environ | house.environment, capture_output=True, text=True, timeout=within_s, check=False,
    )  # fmt: skip


def test_a_published_document_is_found_and_tuned_arms_say_that_there_is_no_adapter(house: House) -> None:
    fates = Counter(settled.fate for settled in house.publish(*WIRE.edition1[:20]))
    question = next(q for q in WIRE.questions if q.gold_document_ids == ("hv-0001",))
    result = house.ask(question.model_copy(update={"question_id": "early"}))["early"]

    assert fates == {"indexed": 20}
    assert result.missing == ()
    assert "hv-0001:1:0" in result.answers["base+rag"].answer.evidence
    assert result.answers["base"].answer.evidence == ()
    assert {result.answers[arm].answer.failure for arm in ("tuned", "tuned+rag")} == {"no adapter yet"}


@pytest.mark.parametrize(
    ("topic", "value", "reason"),
    [
        (topology.DOCUMENTS, b"{bad", "Invalid JSON"),
        (topology.DOCUMENTS, b'{"document_id": "d", "op": "erase"}', "op:"),
        (topology.DOCUMENTS, b'{"document_id": "d", "text": " "}', "nothing is left"),
        (topology.DOCUMENTS, b'{"document_id": "d", "text": "' + b"x" * 2_000_000 + b'"}', "2000000 bytes"),
        (topology.DOCUMENTS, b'{"document_id": "d", "text": "t", "published_at": "1970-01-01"}', "1970-01-01"),
        (topology.DOCUMENTS, b'{"document_id": "d", "text": "t", "published_at": "2999-01-01"}', "2999-01-01"),
        (topology.QUESTIONS, b'{"question_id": "q"}', "text: Field required"),
        (topology.QUESTIONS, b'{"question_id": "q", "text": "' + b"x" * 100_000 + b'"}', "at most 4000 characters"),
    ],
)
def test_bad_input_is_buried_byte_for_byte_and_the_next_message_goes_on(
    house: House, topic: topology.AnyTopic, value: bytes, reason: str
) -> None:
    marker = f"bad-{reason}-{time.monotonic_ns()}".encode()
    house.publisher().send_bytes(topic.name, marker, value, {})
    if topic is topology.DOCUMENTS:
        good = a_document(document_id=marker.decode(), text=f"After {marker.decode()} the ferry sails.")
        assert [settled.fate for settled in house.publish(good)] == ["indexed"]
    else:
        assert house.ask(a_question(question_id=marker.decode()))

    letters = [r for r in topics.read_all(house.kafka, topic.dead) if r.key == marker]
    assert letters
    assert all(letter.value == value for letter in letters)
    assert all(reason in dead_letters.reason(letter.headers) for letter in letters)


def test_processes_killed_in_mid_stream_lose_nothing_and_count_nothing_twice(
    house: House, unaccounted_before: frozenset[str]
) -> None:
    publisher = house.publisher()
    publisher.publish(topology.DOCUMENTS, [*WIRE.edition1[20:], *WIRE.edition2])
    house.kill("ingest")
    house.kill("embedder")
    house.services.start(("ingest", "embedder"))
    settled = publisher.wait(WITHIN_S)
    publisher.close()
    questions = [q.model_copy(update={"question_id": f"kill-{q.question_id}"}) for q in WIRE.questions[:24]]
    house.publisher().publish(topology.QUESTIONS, questions)
    wait_for_answers(house, at_least=4)
    house.kill("generator-base")
    house.kill("scorer")
    house.services.start(("generator-base", "scorer"))
    results = wait_for_results(house, {question.question_id for question in questions})

    assert Counter(outcome.fate for outcome in settled)["dead"] == 0
    assert all(not result.missing for result in results.values())
    told = results_by_question(house)
    for question_id in results:
        assert all(result == told[question_id][0] for result in told[question_id]), (
            f"{question_id} changed when told again"
        )
    assert house.unaccounted() <= unaccounted_before


def wait_for_answers(house: House, *, at_least: int) -> None:
    deadline = time.monotonic() + WITHIN_S
    while (
        sum((r.key or b"").startswith(b"kill-") for r in topics.read_all(house.kafka, topology.ANSWERS.name)) < at_least
    ):
        assert time.monotonic() < deadline, f"no answers came; {house.last_words()}"
        time.sleep(LOOK_EVERY_S)


def wait_for_results(house: House, question_ids: set[str]) -> dict[str, Result]:
    deadline = time.monotonic() + WITHIN_S
    while not question_ids <= (results := results_by_question(house)).keys():
        assert time.monotonic() < deadline, f"no result: {sorted(question_ids - results.keys())}; {house.last_words()}"
        time.sleep(LOOK_EVERY_S)
    return {question_id: results[question_id][-1] for question_id in question_ids}


def test_late_references_and_votes_make_new_versions_even_if_the_scorer_is_killed(
    house: House, unaccounted_before: frozenset[str]
) -> None:
    house.publish(a_document(document_id="late", text="The clock tower of Wenn strikes thirteen."))
    first = house.ask(a_question(question_id="late", text="How often does the clock of Wenn strike?", references=None))
    house.kill("scorer")
    house.publisher().publish(topology.REFERENCES, [references(question_id="late", references=("thirteen",))])
    house.services.start(("scorer",))
    second = wait_for_version(house, "late", 2)
    voted = [
        command(house, "vote", "--question-id", "late", "--choice", "a", "--voter", name) for name in ("ann", "bo")
    ]
    third = wait_for_version(house, "late", 3)
    told = command(house, "votes", "--json")

    assert "correct" not in first["late"].answers["base+rag"].scores
    assert second.answers["base+rag"].scores.keys() >= {"correct", "f1"}
    assert {arm: scored.answer for arm, scored in second.answers.items()} == {
        arm: scored.answer for arm, scored in first["late"].answers.items()
    }
    assert [ended.returncode for ended in voted] == [0, 0], voted[0].stderr
    assert third.question == second.question
    assert sum(voter["votes"] for voter in json.loads(told.stdout)["voters"]) >= 1
    assert command(house, "results", "late").stdout.count("accepted: thirteen (given by desk)") == 1
    assert house.unaccounted() <= unaccounted_before


def wait_for_version(house: House, question_id: str, version: int) -> Result:
    deadline = time.monotonic() + WITHIN_S
    while (result := results_by_question(house)[question_id][-1]).result_version < version:
        assert time.monotonic() < deadline, f"version {result.result_version} is the last; {house.last_words()}"
        time.sleep(LOOK_EVERY_S)
    return result


def test_what_is_published_twice_ends_in_the_same_state(house: House, unaccounted_before: frozenset[str]) -> None:
    document = a_document(document_id="twice", text="The mill at Sarn burns peat again.")
    question = a_question(question_id="twice", text="What does the mill at Sarn burn?")
    house.publish(document)
    first = house.ask(question)["twice"]

    assert [(s.fate, s.reason) for s in house.publish(document)] == [("dropped", "unchanged")]
    house.publisher().publish(topology.QUESTIONS, [question])
    house.ask(a_question(question_id="after-twice"))
    assert results_by_question(house)["twice"][-1] == first
    assert house.unaccounted() <= unaccounted_before


def test_a_correction_and_a_retraction_hold_in_the_real_index(house: House) -> None:
    question = "What does the kiln at Orm fire?"
    house.publish(a_document(document_id="kiln", title="The kiln", text="The kiln at Orm fires blue tiles."))
    house.publish(a_document(document_id="kiln", title="The kiln", text="The kiln at Orm fires roof slates."))
    corrected = house.ask(a_question(question_id="kiln-1", text=question))["kiln-1"].answers["base+rag"].answer
    house.publish(DocumentPublished(document_id="kiln", op="retract"))
    retracted = house.ask(a_question(question_id="kiln-2", text=question))["kiln-2"].answers["base+rag"].answer

    assert "kiln:2:0" in corrected.evidence
    assert not any(chunk.startswith(("kiln:1", "kiln:2")) for chunk in retracted.evidence)


@pytest.mark.parametrize("service", ["ingest", "embedder", "retriever", "generator", "scorer", "tuner"])
def test_a_service_without_its_broker_says_so_and_ends(service: str, working_folder: Path) -> None:
    absent = {"TILTYARD_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "TILTYARD_KAFKA_STARTUP_WAIT_S": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        env=os.environ | absent, cwd=working_folder, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert ended.returncode == 69, ended.stderr
    assert "no Kafka broker answers at 127.0.0.1:9" in ended.stderr


def test_a_service_without_its_store_says_so_and_ends(house: House, working_folder: Path) -> None:
    absent = {"TILTYARD_CASSANDRA_PORT": "9", "TILTYARD_CASSANDRA_STARTUP_WAIT_S": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "services.embedder"],
        env=os.environ | house.environment | absent, cwd=working_folder, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert ended.returncode == 69, ended.stderr
    assert "no Cassandra node answers at 127.0.0.1:9" in ended.stderr


def test_the_console_shows_what_happened(house: House, unaccounted_before: frozenset[str]) -> None:
    asked = command(house, "ask", "What does the mill at Sarn burn?", "--reference", "peat", "--json")
    shown = json.loads(asked.stdout)
    assert set(shown["answers"]) == {"base", "base+rag", "tuned", "tuned+rag"}
    assert command(house, "results", shown["question"]["question_id"]).returncode == 0
    letters = json.loads(command(house, "dead-letters", "list", "--json").stdout)
    assert any(letter["key"].startswith("bad-Invalid JSON") for letter in letters)
    looked_at = command(house, "doctor", "--json")
    assert looked_at.returncode == 0
    assert {"what": "services", "state": "ok"}.items() <= {
        check["what"]: check for check in json.loads(looked_at.stdout)
    }["services"].items()
    audit = json.loads(command(house, "audit", "--json").stdout)
    assert audit["balanced"] == (not audit["unaccounted"] and not audit["lost"])
    assert set(audit["unaccounted"]) <= unaccounted_before
