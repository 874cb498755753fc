"""Every acknowledged question has one final result, made of what stood when it was asked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.cluster.verifying.world import DOCUMENTS, EVIDENCE, QUESTIONS, RESULTS, Finding, Line, World

WITHOUT_ADAPTER = "no_adapter"


def findings(world: World) -> Iterator[Finding]:
    """What is wrong with questions and results."""
    asked = {line.key: line for line in world.lines(QUESTIONS) if line.json}
    results = grouped(world.lines(RESULTS))
    evidence = grouped(world.lines(EVIDENCE))
    stored = {row["question_id"]: row for row in world.rows("results")}
    about = {said["key"]: said["about"] for said in world.acknowledged if said["what"] == "question"}
    published = _published(world)
    for name, question in asked.items():
        yield from _final(name, results.get(name, []), stored.get(name))
        yield from _answered(name, results.get(name, []))
        yield from _read(world, name, question, evidence.get(name, []))
        yield from _said(world, name, question, results.get(name, []))
        if name in about and name in evidence:
            yield from _missed(world, question, about[name], evidence[name], published.get(about[name], []))
    for name in (results.keys() | stored.keys()) - asked.keys():
        yield Finding("twice", f"a result of {name}, which nobody asked")


def grouped(lines: Sequence[Line]) -> Mapping[str, list[Line]]:
    """Records by their key."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.key, []).append(line)
    return groups


def newest(results: Sequence[Line]) -> Any:
    """The result that stands."""
    return max((line.json for line in results), key=lambda said: said["result_version"])


def _final(name: str, results: Sequence[Line], row: Mapping[str, Any] | None) -> Iterator[Finding]:
    """One result, told in one way, and stored as it was told."""
    if not results:
        yield Finding("unanswered", f"{name} has no result")
        return
    told = {json.dumps(line.json, sort_keys=True) for line in results}
    if len(told) > 1:
        yield Finding("twice", f"{name} has {len(told)} different results, and nothing came after it")
    if row is None:
        yield Finding("lost", f"{name}: its result is not in the store")
    elif json.dumps(json.loads(row["body"]), sort_keys=True) not in told:
        yield Finding("twice", f"{name}: the store has another result than the topic")


def _answered(name: str, results: Sequence[Line]) -> Iterator[Finding]:
    """Every arm that has a speaker answered in time."""
    if not results:
        return
    result = newest(results)
    if result["missing"]:
        yield Finding("unanswered", f"{name}: {result['missing']} did not answer in time")
    for arm, scored in result["answers"].items():
        answer = scored["answer"]
        if answer["status"] == "failed" and answer["failure_kind"] != WITHOUT_ADAPTER:
            yield Finding("failed", f"{name}: {arm} failed: {answer['failure']}")


def _read(world: World, name: str, question: Line, evidence: Sequence[Line]) -> Iterator[Finding]:
    """No passage is of a revision that was replaced when the question was asked, and none is of two."""
    for line in evidence:
        read: dict[str, set[int]] = {}
        for item in line.json["items"]:
            read.setdefault(item["document_id"], set()).add(item["revision"])
            for fate in world.marks_in(f"{item['title']} {item['text']}"):
                if (fate.document_id, fate.revision) != (item["document_id"], item["revision"]):
                    yield Finding("mixed", f"{name}: {item['chunk_id']} says {fate.mark} of revision {fate.revision}")
        for document, revisions in read.items():
            if len(revisions) > 1:
                yield Finding("mixed", f"{name} read revisions {sorted(revisions)} of {document}")
            if old := [revision for revision in revisions if revision < _standing(world, document, question.at_ms)]:
                yield Finding("retracted", f"{name} read revision {old[0]} of {document}, replaced before it was asked")


def _said(world: World, name: str, question: Line, results: Sequence[Line]) -> Iterator[Finding]:
    """No word of a result is of what was replaced or retracted when the question was asked."""
    for text in {line.value or b"" for line in results}:
        for fate in world.marks_in(text.decode()):
            if fate.revision < _standing(world, fate.document_id, question.at_ms):
                was = f"revision {fate.revision} of {fate.document_id}, replaced before it was asked"
                yield Finding("retracted", f"{name}: its result says {fate.mark} of {was}")


def _missed(
    world: World, question: Line, document: str, evidence: Sequence[Line], published: Sequence[int]
) -> Iterator[Finding]:
    """What was announced before a question was found for it, unless the document moved meanwhile."""
    told = [moment for moment in world.announced.get(document, ()) if moment[0] < question.at_ms]
    _, revision, retracted = max(told, key=lambda moment: moment[1], default=(0, 0, True))
    until = max(line.at_ms for line in evidence)
    if retracted or any(at_ms <= until for at_ms in published[revision:]):
        return
    for line in evidence:
        if document not in {item["document_id"] for item in line.json["items"]}:
            kind = "stale" if line.json["stale"] else "missed"
            yield Finding(kind, f"{question.key}: {document} was announced and is not among its evidence")


def _standing(world: World, document: str, at_ms: int) -> int:
    """The newest revision that was announced before a moment."""
    return max((revision for told, revision, _ in world.announced.get(document, ()) if told < at_ms), default=0)


def _published(world: World) -> Mapping[str, list[int]]:
    """Of each document when its revisions were taken by the broker, in their order."""
    times = {line.place: line.at_ms for line in world.lines(DOCUMENTS)}
    published: dict[str, list[int]] = {}
    for place, fate in sorted(world.fates.items()):
        if fate.outcome == "revision":
            published.setdefault(fate.document_id, []).append(times[place])
    return published
