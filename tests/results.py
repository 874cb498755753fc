"""Results for tests of reports: a whole trial over invented news, drawn with a fixed seed, and small ones by hand."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from shared.lab.report.material import DocumentTimes, Times, gather, times_of
from shared.lab.report.numbers import Numbers, count
from shared.messages import AdapterRef, Result, ScoredAnswer
from tests.builders import NOON, a_question, an_answer

ARMS = ("base", "base+rag", "tuned", "tuned+rag")
CUTOFF = NOON - timedelta(days=9)
ADAPTER = AdapterRef(name="news-20250222-1a2b3c4d", cutoff=CUTOFF, weights_sha256="1a2b3c4d" * 8)
SLICES = (("learned", 44), ("new", 44), ("corrected", 20), ("retracted", 15), ("unanswerable", 24), ("multi", 24))
RIGHT: Mapping[str, Mapping[str, float]] = {  # how often an arm is right, evidence being there
    "learned": {"base": 0.02, "base+rag": 0.55, "tuned": 0.7, "tuned+rag": 0.8},
    "new": {"base": 0.02, "base+rag": 0.6, "tuned": 0.03, "tuned+rag": 0.6},
    "corrected": {"base": 0.02, "base+rag": 0.55, "tuned": 0.05, "tuned+rag": 0.5},
    "retracted": {"base": 0.1, "base+rag": 0.35, "tuned": 0.0, "tuned+rag": 0.2},
    "unanswerable": {"base": 0.1, "base+rag": 0.4, "tuned": 0.05, "tuned+rag": 0.3},
    "multi": {"base": 0.0, "base+rag": 0.35, "tuned": 0.2, "tuned+rag": 0.45},
}


def a_scored(
    arm: str = "base", *, correct: float | None = 1.0, scores: Mapping[str, float] | None = None, **changes: Any
) -> ScoredAnswer:
    """An answer that is right, or as `correct` says; without a score where that is None."""
    given = dict(scores or {}) | ({} if correct is None else {"right": correct})
    latency_ms = changes.pop("latency_ms", 1_000.0)
    return ScoredAnswer(answer=an_answer(**{"arm": arm} | changes), latency_ms=latency_ms, scores=given)


def a_result(*answers: ScoredAnswer, missing: Sequence[str] = (), **changes: Any) -> Result:
    """A result of some answers; keywords change the question."""
    accepted = changes.get("references", ("the old harbour",))
    asked_at: datetime = changes.pop("asked_at", NOON)
    return Result(
        question=a_question(**changes),
        asked_at=asked_at,
        scored_at=asked_at + timedelta(seconds=5),
        answers={scored.answer.arm: scored for scored in answers},
        missing=tuple(missing),
        unanswered=dict.fromkeys(
            ("right", "exact_match", "f1", "contains") if accepted else ("rightly_abstained",), 0.0
        ),
        metric_versions={"right": "1:contains-1", "exact_match": "1", "f1": "1", "contains": "1", "outdated": "1"},
    )


def a_trial(seed: int = 7, arms: Sequence[str] = ARMS) -> tuple[list[Result], Times]:
    """171 questions to every arm, with what goes wrong in life, and when their documents were published."""
    draw = random.Random(seed)  # noqa: S311 (results for tests, not a secret)
    results: list[Result] = []
    documents: dict[str, DocumentTimes] = {}
    for name, questions in SLICES:
        for number in range(questions):
            gold = _gold(draw, name, number)
            documents |= {document: _published(draw, document) for document in gold if document not in documents}
            results.append(_asked(draw, arms, name, number, gold))
    return results, times_of(documents.values(), read_from="documents.jsonl")


@cache
def a_counted_trial() -> Numbers:
    """The numbers of `a_trial`, resampled once for all tests that only read them."""
    results, times = a_trial()
    return count(gather(results, read_from="results.jsonl", times=times))


def _gold(draw: random.Random, name: str, number: int) -> tuple[str, ...]:
    if name in ("retracted", "unanswerable"):
        return ()
    edition = "new" if name in ("new", "corrected") else "old"
    first = 2 * draw.randrange(20)
    return (f"old-{first}", f"old-{first + 1}") if name == "multi" else (f"{edition}-{number % 36}",)


def _published(draw: random.Random, document: str) -> DocumentTimes:
    days = draw.uniform(0.05, 8.5) if document.startswith("new") else -draw.uniform(0.0, 21.0)
    at = CUTOFF + timedelta(days=days)
    return DocumentTimes(
        document_id=document, published_at=at, findable_at=at + timedelta(milliseconds=draw.gauss(300, 60))
    )


def _asked(draw: random.Random, arms: Sequence[str], name: str, number: int, gold: tuple[str, ...]) -> Result:
    retrieved = [document for document in gold if draw.random() < 0.85]
    chunks = [f"{document}:1:0" for document in retrieved] + [f"other-{draw.randrange(9)}:1:2" for _ in range(4)]
    answers, missing = [], []
    for arm in arms:
        if draw.random() < 0.01:
            missing.append(arm)
            continue
        answers.append(_answered(draw, arm, name, chunks, there=len(retrieved) == len(gold)))
    return a_result(
        *answers,
        missing=missing,
        question_id=f"q-{name}-{number:03}",
        text=f"What did the council of town {number} decide about the harbour?",
        references=() if name in ("retracted", "unanswerable") else (f"{number} crowns", f"{number}"),
        outdated=f"{number + 1} crowns" if name in ("corrected", "retracted") else None,
        slice=name,
        gold_document_ids=gold,
        asked_at=NOON + timedelta(seconds=7 * number),
    )


def _answered(draw: random.Random, arm: str, name: str, chunks: Sequence[str], *, there: bool) -> ScoredAnswer:
    retrieving = arm.endswith("+rag")
    right = draw.random() < RIGHT[name][arm if there or not retrieving else arm.removesuffix("+rag")]
    silent_is_right = name in ("retracted", "unanswerable")
    silent = right if silent_is_right else not right and draw.random() < (0.3 if retrieving else 0.08)
    failed = draw.random() < 0.006
    correct = float(right and not failed)
    scores = {"abstained": float(silent and not failed)}
    if silent_is_right:
        scores["rightly_abstained"] = correct
    else:
        exact = correct * (draw.random() < 0.7)
        scores |= {"exact_match": exact, "f1": max(exact, correct * 0.6), "contains": correct}
    if name in ("corrected", "retracted"):
        scores["outdated"] = float(not right and not silent and draw.random() < (0.7 if "tuned" in arm else 0.2))
    return a_scored(
        arm,
        correct=None if silent_is_right else correct,
        scores=scores,
        status="failed" if failed else "abstained" if silent else "answered",
        text="" if failed or silent else "It voted to spend the money on the pier, of course.",
        failure="the server closed the connection" if failed else None,
        evidence=tuple(chunks) if retrieving else (),
        evidence_titles=tuple(f"Harbour news {place}" for place, _ in enumerate(chunks)) if retrieving else (),
        citations=tuple(chunks[:1]) if retrieving else (),
        model="smollm2-135m-instruct",
        backend="local",
        prompt_version="rag.v1" if retrieving else "closed.v1",
        adapter=ADAPTER if arm.startswith("tuned") else None,
        latency_ms=draw.lognormvariate(8.3 if retrieving else 7.2, 0.5),
        retrieval_ms=draw.gauss(22, 4) if retrieving else 0.0,
        generation_ms=draw.gauss(2_100 if retrieving else 700, 90),
        prompt_tokens=draw.randrange(380, 620) if retrieving else draw.randrange(40, 70),
        completion_tokens=draw.randrange(3, 24),
        stale=retrieving and draw.random() < 0.04,
    )
