"""What must be true of the topics after any number of kills, worked out from their bytes alone.

Nothing here comes from Tiltyard's own code, not even its topics' names: what is wrong there must not be wrong here too.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

QUESTIONS, EVIDENCE, ANSWERS = "qa.questions.v1", "qa.evidence.v1", "qa.answers.v1"
REFERENCES, VOTES, VERDICTS, RESULTS = "qa.references.v1", "qa.votes.v1", "qa.verdicts.v1", "qa.results.v1"
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Line:
    """One record: its JSON, when the broker appended it (milliseconds), and where."""

    value: dict[str, Any]
    at_ms: int
    place: str


@dataclass
class TopicContents:
    """The newest result of each question beside everything that was appended about it."""

    asked: dict[str, Line] = field(default_factory=dict)
    answers: dict[str, dict[str, Line]] = field(default_factory=lambda: defaultdict(dict))
    references: dict[str, Line] = field(default_factory=dict)
    voters: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    results: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    evidence: Counter[str] = field(default_factory=Counter)
    judges: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def faults(self, arms: tuple[str, ...], *, served: bool, judged: bool) -> list[str]:
        """Everything that a questioner would complain about, one line each.

        `served`: retriever and generators run, so that every arm answers. `judged`: so does a judge.
        """
        found = [fault for question_id in self.asked for fault in self._faults_of(question_id, arms)]
        for question_id in self.asked:
            if served and not (self.evidence[question_id] and self.answers[question_id].keys() >= set(arms)):
                found.append(f"{question_id}: evidence or answers did not come: {sorted(self.answers[question_id])}")
            if judged and not self.judges[question_id]:
                found.append(f"{question_id}: no verdict")
        return found

    def _faults_of(self, question_id: str, arms: tuple[str, ...]) -> Iterator[str]:
        told = self.results.get(question_id)
        in_time = self._in_time(question_id)
        if not told:
            stand = {arm: line.place for arm, line in in_time.items()}
            yield f"{question_id} ({self.asked[question_id].place}): no result; answers in time: {stand}"
            return
        newest = max(told, key=lambda line: line.value["result_version"]).value
        if newest["answers"].keys() != in_time.keys():
            yield f"{question_id}: the result counts {sorted(newest['answers'])}, in time were {sorted(in_time)}"
        if sorted(newest["missing"]) != sorted(set(arms) - in_time.keys()):
            yield f"{question_id}: the result misses {newest['missing']}, in time were {sorted(in_time)}"
        for arm, counted in newest["answers"].items():
            if arm in in_time and counted["answer"]["text"] != in_time[arm].value["text"]:
                yield f"{question_id}: of {arm} another answer than the first is counted"
        for version, lines in _by_version(told).items():
            if len({json.dumps(line.value, sort_keys=True) for line in lines}) > 1:
                yield f"{question_id}: version {version} was told in two ways"
        yield from self._faults_of_feedback(question_id, newest)

    def _faults_of_feedback(self, question_id: str, newest: dict[str, Any]) -> Iterator[str]:
        given = self.references.get(question_id)
        if given and newest["question"]["references"] != given.value["references"]:
            yield f"{question_id}: the references of {given.place} are not in the result"
        counted = {ballot["voter"] for pair in newest["votes"] for ballot in pair["ballots"]}
        if counted != self.voters.get(question_id, set()):
            yield f"{question_id}: {sorted(counted)} are counted, {sorted(self.voters[question_id])} voted"
        judged = {taken["verdicts"]["judge"] for taken in newest["verdicts"]}
        if judged != self.judges.get(question_id, set()):
            came = sorted(self.judges[question_id])
            yield f"{question_id}: the result holds verdicts of {sorted(judged)}, of {came} some came"

    def _in_time(self, question_id: str) -> dict[str, Line]:
        """By arm, the first answer that was appended by the question's deadline."""
        asked = self.asked[question_id]
        until = asked.at_ms + asked.value.get("deadline_s", 300.0) * 1000
        return {arm: line for arm, line in self.answers[question_id].items() if line.at_ms <= until}


def _by_version(told: list[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for line in told:
        found[line.value["result_version"]].append(line)
    return found


def read(servers: str) -> TopicContents:
    """Everything that the topics hold now. Of an arm the first answer stands, of references the newest."""
    contents = TopicContents()
    for line in lines(servers, QUESTIONS):
        contents.asked.setdefault(line.value["question_id"], line)
    for line in lines(servers, ANSWERS):
        contents.answers[line.value["question_id"]].setdefault(line.value["arm"], line)
    for line in lines(servers, REFERENCES):
        contents.references[line.value["question_id"]] = line
    for line in lines(servers, VOTES):
        contents.voters[line.value["question_id"]].add(line.value["voter"])
    for line in lines(servers, EVIDENCE):
        contents.evidence[line.value["question"]["question_id"]] += 1
    for line in lines(servers, VERDICTS):
        contents.judges[line.value["question_id"]].add(line.value["judge"])
    for line in lines(servers, RESULTS):
        contents.results[line.value["question"]["question_id"]].append(line)
    return contents


def lines(servers: str, topic: str) -> Iterator[Line]:
    """Every record of a topic with a value, partition by partition."""
    reader = Consumer({"bootstrap.servers": servers, "group.id": "oracle", "enable.auto.commit": False})
    try:
        for partition in reader.list_topics(topic, timeout=10).topics[topic].partitions:
            place = TopicPartition(topic, partition, OFFSET_BEGINNING)
            _, end = reader.get_watermark_offsets(place, timeout=10)
            reader.assign([place])
            yield from _of_partition(reader, place, end)
    finally:
        reader.close()


def _of_partition(reader: Consumer, place: TopicPartition, end: int) -> Iterator[Line]:
    while end > max(0, reader.position([place])[0].offset):
        message = reader.poll(PATIENCE_S)
        if message is None or message.error():
            raise TimeoutError(
                f"{place.topic}[{place.partition}] cannot be read up to {end}: {message and message.error()}"
            )
        if (value := message.value()) is not None:
            where = f"{place.topic}[{place.partition}]@{message.offset()}"
            yield Line(json.loads(value), message.timestamp()[1], where)
