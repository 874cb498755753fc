"""The verifier of faults on several nodes finds each kind of fault where one is planted in made-up records."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bench.cluster.verifying.verdict import broken, verify
from bench.cluster.verifying.world import (
    CHUNKS,
    DOCUMENTS,
    EVIDENCE,
    INDEXED,
    QUESTIONS,
    RESULTS,
    STANDINGS,
    Line,
    Place,
    World,
)

FIRST, SECOND, GONE = "babababababa", "dadadadadada", "gagagagagaga"
CONTEST = {"name": "two-by-two", "digest": "0123"}


def line(offset: int, key: str, value: Any, at_ms: int = 0, headers: Mapping[str, str] | None = None) -> Line:
    text = value if isinstance(value, str) else json.dumps(value)
    return Line(Place(0, offset), at_ms or 1_000 * offset, key, text.encode(), headers or {})


def document(offset: int, name: str, mark: str) -> Line:
    """A publication; without a mark, a retraction."""
    said = {"title": f"News ({mark})", "text": f"It says {mark}."} if mark else {"op": "retract"}
    return line(offset, name, {"document_id": name, **said})


def chunked(offset: int, name: str, revision: int, mark: str) -> Line:
    chunks = [{"position": place, "text": f"It says {mark}."} for place in range(2 if mark else 0)]
    return line(offset, name, {"document_id": name, "revision": revision, "chunks": chunks})


def announced(offset: int, name: str, revision: int, *, retracted: bool = False) -> Line:
    said = {"document_id": name, "revision": revision, "retracted": retracted}
    return line(offset, name, said, at_ms=1_000 * offset + 500)


def answered(question: str, text: str, status: str = "answered") -> dict[str, Any]:
    answer = {"status": status, "text": text, "failure": None, "failure_kind": None}
    return {
        "question": {"question_id": question}, "contest": CONTEST, "result_version": 1, "missing": [],
        "answers": {"base+rag": {"answer": answer}},
    }  # fmt: skip


def evidence(offset: int, question: str, *items: tuple[str, int, str], stale: bool = False) -> Line:
    read = [
        {"document_id": name, "revision": revision, "title": "", "text": f"It says {mark}.", "chunk_id": f"{name}:0"}
        for name, revision, mark in items
    ]
    return line(offset, question, {"items": read, "stale": stale}, at_ms=20_000)


def standing(n: int) -> Line:
    states = {state: {"n": n, "mean": 0.0} for state in ("failed", "missing", "abstained")}
    return line(0, "two-by-two@0123/all", {"slice": "all", "arms": {"base+rag": states}})


def acknowledged(topic: str, offset: int, key: str, what: str, **more: str) -> dict[str, Any]:
    return {"what": what, "topic": topic, "partition": 0, "offset": offset, "key": key, **more}


def row_of_chunk(name: str, revision: int, place: int, mark: str) -> dict[str, Any]:
    body = f"It says {mark}."
    return {"document_id": name, "revision": revision, "position": place, "title": "", "body": body}


def disposition(offset: int, name: str, outcome: str, revision: int) -> dict[str, Any]:
    place = {"topic": DOCUMENTS, "kafka_partition": 0, "kafka_offset": offset}
    return {**place, "document_id": name, "outcome": outcome, "revision": revision, "reason": ""}


def kept(name: str, revision: int) -> dict[str, Any]:
    return {"document_id": name, "revision": revision}


def sound() -> World:
    """`a` was published and revised, and published unchanged; `b` was retracted; a poison; a question about each."""
    first, second = answered("q1", SECOND), answered("q2", "")
    topics = {
        DOCUMENTS: [
            document(0, "a", FIRST), document(1, "a", SECOND), document(2, "b", GONE), document(3, "b", ""),
            document(4, "a", SECOND), line(5, "p", "{no message"),
        ],
        f"{DOCUMENTS}.dead": [
            line(0, "p", "{", headers={"dead-topic": DOCUMENTS, "dead-partition": "0", "dead-offset": "5"})
        ],
        CHUNKS: [
            chunked(0, "a", 1, FIRST), chunked(1, "a", 2, SECOND), chunked(2, "b", 1, GONE), chunked(3, "b", 2, "")
        ],
        INDEXED: [
            announced(0, "a", 1), announced(1, "a", 2), announced(2, "b", 1), announced(3, "b", 2, retracted=True)
        ],
        QUESTIONS: [
            line(0, "q1", {"question_id": "q1"}, at_ms=10_000), line(1, "q2", {"question_id": "q2"}, at_ms=11_000)
        ],
        EVIDENCE: [evidence(0, "q1", ("a", 2, SECOND)), evidence(1, "q2")],
        RESULTS: [line(0, "q1", first), line(1, "q2", second)],
        STANDINGS: [standing(2)],
    }  # fmt: skip
    record = [acknowledged(DOCUMENTS, place.place.offset, place.key, "document") for place in topics[DOCUMENTS][:5]]
    record += [acknowledged(DOCUMENTS, 5, "p", "poison")]
    record += [acknowledged(QUESTIONS, 0, "q1", "question", about="a")]
    record += [acknowledged(QUESTIONS, 1, "q2", "question", about="b")]
    tables = {
        "documents": [
            {"document_id": "a", "revision": 2, "retracted": False, "description": "", "body": f"It says {SECOND}."},
            {"document_id": "b", "revision": 2, "retracted": True, "description": "", "body": ""},
        ],
        "document_revisions": [kept("a", 1), kept("a", 2), kept("b", 1), kept("b", 2)],
        "dispositions": [
            disposition(0, "a", "revision", 1), disposition(1, "a", "revision", 2), disposition(2, "b", "revision", 1),
            disposition(3, "b", "revision", 2), disposition(4, "a", "dropped", 2),
        ],
        "chunks_x": [row_of_chunk("a", 2, 0, SECOND), row_of_chunk("a", 2, 1, SECOND)],
        "signatures": [{"document_id": "a"}],
        "results": [
            {"question_id": "q1", "result_version": 1, "body": json.dumps(first)},
            {"question_id": "q2", "result_version": 1, "body": json.dumps(second)},
        ],
    }  # fmt: skip
    audit = {
        "unaccounted": [], "documents_in": 6, "revisions_indexed": 4, "documents_dropped": 1, "documents_dead": 1,
        "questions_in": 2, "questions_dead": 0, "results_out": 2,
    }  # fmt: skip
    return World(record, topics, tables, audit)


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert verify(sound()) == []


Plant = Callable[[Any], object]
"""What is done to a sound world."""
PLANTED: dict[str, tuple[str, Plant]] = {
    "an acknowledged record is gone": ("lost", lambda w: w.topics[DOCUMENTS].pop(0)),
    "a record has no disposition": ("lost", lambda w: w.tables["dispositions"].pop(1)),
    "a revision was dropped": ("lost", lambda w: w.tables["dispositions"][1].update(outcome="dropped", revision=1)),
    "a repetition became a revision": ("twice", lambda w: w.tables["dispositions"][4].update(revision=3)),
    "poison became a revision": (
        "twice", lambda w: w.tables["dispositions"].append(disposition(5, "p", "revision", 1))
    ),
    "an older revision stands": ("lost", lambda w: w.tables["documents"][0].update(revision=1)),
    "a document has no row": ("lost", lambda w: w.tables["documents"].pop(0)),
    "a revision is not on record": ("lost", lambda w: w.tables["document_revisions"].pop(0)),
    "a row has another revision's text": ("mixed", lambda w: w.tables["documents"][0].update(body="It says nothing.")),
    "a revision was never cut": ("lost", lambda w: w.topics[CHUNKS].pop(1)),
    "a revision was cut in two ways": ("mixed", lambda w: w.topics[CHUNKS].append(chunked(4, "a", 2, FIRST))),
    "a revision was never announced": ("lost", lambda w: w.topics[INDEXED].pop(1)),
    "chunks of two revisions stand": ("mixed", lambda w: w.tables["chunks_x"][1].update(revision=1)),
    "a chunk is missing": ("mixed", lambda w: w.tables["chunks_x"].pop()),
    "chunks of an older revision stand": ("lost", lambda w: [row.update(revision=1) for row in w.tables["chunks_x"]]),
    "no chunk stands": ("lost", lambda w: w.tables["chunks_x"].clear()),
    "chunks of a retracted document stand": (
        "retracted", lambda w: w.tables["chunks_x"].append(row_of_chunk("b", 1, 0, GONE))
    ),
    "a chunk has a replaced word": ("retracted", lambda w: w.tables["chunks_x"][0].update(body=f"It says {FIRST}.")),
    "a row has a retracted word": ("retracted", lambda w: w.tables["documents"][1].update(body=f"It says {GONE}.")),
    "the signature of a retracted document stands": (
        "retracted", lambda w: w.tables["signatures"].append({"document_id": "b"})
    ),
    "a question has no result": ("unanswered", lambda w: w.topics[RESULTS].pop(0)),
    "an arm is missing": ("unanswered", lambda w: replaced(w, missing=["base"])),
    "an arm failed": ("failed", lambda w: replaced(w, answers=failed())),
    "a question has two results": ("twice", lambda w: w.topics[RESULTS].append(line(2, "q1", answered("q1", "else")))),
    "the store has another result": ("twice", lambda w: w.tables["results"][0].update(body=json.dumps({"n": 1}))),
    "a result is not in the store": ("lost", lambda w: w.tables["results"].pop(0)),
    "a result of no question": ("twice", lambda w: w.topics[RESULTS].append(line(2, "q3", answered("q3", "")))),
    "a replaced revision was read": ("retracted", lambda w: read(w, ("a", 1, FIRST))),
    "two revisions were read": ("mixed", lambda w: read(w, ("a", 2, SECOND), ("a", 1, FIRST))),
    "a passage says what another revision says": ("mixed", lambda w: read(w, ("a", 2, FIRST))),
    "a retracted word was said": ("retracted", lambda w: said(w, GONE)),
    "a question counts twice": ("twice", lambda w: w.topics[STANDINGS].append(standing(3))),
    "a question is not counted": ("lost", lambda w: w.topics[STANDINGS].append(standing(1))),
    "a good record was buried": ("letters", lambda w: bury(w, 1)),
    "poison was not buried": ("letters", lambda w: w.topics[f"{DOCUMENTS}.dead"].clear()),
    "the audit misses something": ("audit", lambda w: w.audit["unaccounted"].append("question q9")),
    "the audit counts otherwise": ("audit", lambda w: w.audit.update(results_out=1)),
}  # fmt: skip


def replaced(world: Any, **fields: Any) -> None:
    """Another result of the first question, in the topic and in the store."""
    result = answered("q1", SECOND) | fields
    world.topics[RESULTS][0] = line(0, "q1", result)
    world.tables["results"][0]["body"] = json.dumps(result)


def failed() -> dict[str, Any]:
    answer = {"status": "failed", "text": "", "failure": "the server was away", "failure_kind": "timeout"}
    return {"base+rag": {"answer": answer}}


def said(world: Any, text: str) -> None:
    replaced(world, answers=answered("q1", text)["answers"])


def read(world: Any, *items: tuple[str, int, str]) -> None:
    world.topics[EVIDENCE][0] = evidence(0, "q1", *items)


def bury(world: Any, offset: int) -> None:
    headers = {"dead-topic": DOCUMENTS, "dead-partition": "0", "dead-offset": str(offset)}
    world.topics[f"{DOCUMENTS}.dead"].append(line(1, "a", "{", headers=headers))


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found(planted: str) -> None:
    kind, plant = PLANTED[planted]
    world = sound()
    plant(world)

    assert kind in {finding.kind for finding in broken(verify(world))}


def test_a_document_that_was_announced_and_not_found_is_told_and_no_bar() -> None:
    world = sound()
    read(world)

    assert [finding.kind for finding in verify(world)] == ["missed"]
    assert broken(verify(world)) == []


def test_an_announcement_that_came_after_the_question_is_not_missed() -> None:
    world = sound()
    read(world)
    world.topics[INDEXED][1] = line(1, "a", world.topics[INDEXED][1].json, at_ms=10_500)  # type: ignore[index]
    world.topics[INDEXED][0] = line(0, "a", world.topics[INDEXED][0].json, at_ms=10_400)  # type: ignore[index]

    assert verify(world) == []


def test_a_revision_delivered_again_is_no_fault() -> None:
    world = sound()
    world.topics[CHUNKS].append(chunked(4, "a", 2, SECOND))  # type: ignore[attr-defined]
    world.topics[INDEXED].append(announced(4, "a", 2))  # type: ignore[attr-defined]
    world.topics[RESULTS].append(line(2, "q1", answered("q1", SECOND)))  # type: ignore[attr-defined]

    assert verify(world) == []
