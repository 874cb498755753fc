"""`python -m bench.judging`: a judge over the sample newswire's questions, without a server; prints one JSON object.

The judge's own model answers each question twice, from memory and with the gold document's passage before it; both
answers are scored by `right`, judged in both orders and graded, and the judge is measured against `right`.
Settings: `TILTYARD_JUDGE_*`. The embedded model takes about two minutes on two cores.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from services.judge.announced import Announced
from services.judge.case import setup_of
from services.judge.handler import judge
from services.judge.ports import Backend, Sheet
from services.judge.settings import JudgeSettings
from shared import plugins
from shared.lab.judging import report
from shared.lab.judging.summary import summarise
from shared.messages import Answer, Question, Result, ScoredAnswer, VerdictsTaken
from shared.records import Position, RawRecord, Record
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings, HomeSettings

ARMS = ("base", "base+rag")
WIRE = "services.console.newswire"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = 150  # of the passage, as the generator's settings have it


def main() -> None:
    """Answer, score, judge, summarise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=40)
    questions = list(_questions())
    step = max(1, len(questions) // (wanted := parser.parse_args().questions))
    asked = questions[::step][:wanted]
    settings = JudgeSettings(pairs=(ARMS,), graded=ARMS, batch_size=8)
    results = _results(asked, _backend(settings.model_copy(update={"labels_only": False, "max_new_tokens": 24})))
    results = list(_judged(results, settings, _backend(settings)))
    [judge_summary] = summarise(results, per_hour=60)
    examples = [taken.verdicts.model_dump() for result in results[:3] for taken in result.verdicts]
    written = report.of(judge_summary).model_dump(mode="json")
    summary = {"questions": len(asked), "summary": written, "examples": examples}
    print(json.dumps(summary, indent=2, default=str))  # noqa: T201 (this is its output)


def _backend(settings: JudgeSettings) -> Backend:
    built: Backend = plugins.load("services.judge.backends", settings.backend)(settings, HomeSettings().home)
    return built


def _questions() -> Iterator[Question]:
    """Those that have an answer in one document."""
    for line in _lines("questions.jsonl"):
        question = Question.model_validate(line)
        if question.references and len(question.gold_document_ids) == 1:
            yield question


def _results(questions: Sequence[Question], backend: Backend) -> list[Result]:
    texts = {document["document_id"]: document["text"] for name in ("edition1", "edition2")
             for document in _lines(f"{name}.documents.jsonl") if document.get("text")}  # fmt: skip
    plain = [question.text for question in questions]
    looked_up = [
        f"{' '.join(texts[question.gold_document_ids[0]].split()[:WORDS])}\n\n{question.text}" for question in questions
    ]
    sheets = [
        Sheet("Answer briefly.", user, question, (), {})
        for users in (plain, looked_up)
        for user, question in zip(users, questions, strict=True)
    ]
    replies = [reply.text.strip() for reply in backend.judge(sheets)]
    both = zip(questions, replies[: len(questions)], replies[len(questions) :], strict=True)
    measure = catalogue.load([HEADLINE], EncoderSettings(variant="hashing"))[HEADLINE]
    return [_result(question, (first, second), backend.model, measure) for question, first, second in both]


def _result(question: Question, texts: tuple[str, str], model: str, measure: Metric) -> Result:
    answers = {arm: _scored(question, arm, text, model, measure) for arm, text in zip(ARMS, texts, strict=True)}
    versions = {HEADLINE: measure.version}
    return Result(question=question, asked_at=NOW, scored_at=NOW, answers=answers, metric_versions=versions)


def _scored(question: Question, arm: str, text: str, model: str, measure: Metric) -> ScoredAnswer:
    answer = Answer(
        question_id=question.question_id, arm=arm, status="answered", text=text, model=model, backend="bench",
        prompt_version="bench", asked_at=NOW,
    )  # fmt: skip
    return ScoredAnswer(answer=answer, latency_ms=0.0, scores={HEADLINE: measure.score(question, answer) or 0.0})


def _judged(results: Sequence[Result], settings: JudgeSettings, backend: Backend) -> Iterator[Result]:
    records = [Record(result, RawRecord(Position("bench", 0, n), None, None, NOW)) for n, result in enumerate(results)]
    for done in judge(records, setup=setup_of(settings, backend), announced=Announced()):
        taken = VerdictsTaken(verdicts=done.outcome, appended_at=NOW, offset=done.cause.position.offset)
        yield results[done.cause.position.offset].model_copy(update={"verdicts": (taken,)})


def _lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (resources.files(WIRE) / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


if __name__ == "__main__":
    main()
