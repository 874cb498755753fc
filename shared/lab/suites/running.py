"""Running a suite on a system: publish its documents, wait until they can be found, ask, take everything back."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from shared.contests.files import before_contests, of_result
from shared.lab.suites import placing
from shared.lab.suites.folder import Suite
from shared.messages import ContestTaken, DocumentPublished, Question, Result

UNCHANGED = "unchanged"  # what ingest says of a document that stands already as it was published


class Settled(Protocol):
    """What became of one published document: `indexed`, `dropped` or `dead`, and why."""

    @property
    def document_id(self) -> str: ...

    @property
    def fate(self) -> str: ...

    @property
    def reason(self) -> str: ...


class System(Protocol):
    """What a suite needs of the running system."""

    def publish(self, documents: Sequence[DocumentPublished]) -> Sequence[Settled]:
        """Publish and wait until each can be found, was dropped or is dead; TimeoutError where that takes too long."""

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Result]:
        """The results that came in time, by question id."""

    def retract(self, documents: Sequence[DocumentPublished]) -> None:
        """Take documents back so that they may be published again, without waiting until that is done."""


@dataclass(frozen=True)
class Corpus:
    """Documents in the system: under which name, what became of them, and which cannot be found and why."""

    name: str
    fates: Mapping[str, int]
    lost: Mapping[str, str]


@dataclass(frozen=True)
class SuiteResults:
    """Questions that were put, and the results that came; `results` goes by the suite's own question ids."""

    questions: Sequence[Question]
    results: Mapping[str, Result]

    @property
    def missing(self) -> list[str]:
        """Own ids of the questions that no result came for."""
        return [question.question_id for question in self.questions if question.question_id not in self.results]

    @property
    def contest(self) -> ContestTaken:
        """The one that the question asked last belongs to; with no result at all, that of before contests."""
        newest = max(self.results.values(), key=lambda result: result.asked_at, default=None)
        return before_contests() if newest is None else of_result(newest)


@contextmanager
def published(system: System, suite: Suite, *, variation: str = "", keep: bool = False) -> Iterator[Corpus]:
    """The documents of a suite in the system while the block lasts, and after it with `keep`."""
    name = placing.corpus(suite, variation)
    documents = placing.documents(suite, name)
    try:
        yield _settled(name, documents, system.publish(documents))
    finally:
        if not keep:
            system.retract(documents)


def ask(system: System, questions: Sequence[Question], put: Sequence[Question]) -> SuiteResults:
    """Ask `questions` in the form `put`, which has one for each in the same order; results get their own slice back."""
    own = {put_question.question_id: question for put_question, question in zip(put, questions, strict=True)}
    results = {own[name].question_id: _sliced(result, own[name].slice) for name, result in system.ask(put).items()}
    return SuiteResults(questions, results)


def _sliced(result: Result, name: str) -> Result:
    return result.model_copy(update={"question": result.question.model_copy(update={"slice": name})})


def _settled(name: str, documents: Sequence[DocumentPublished], settled: Sequence[Settled]) -> Corpus:
    upserted = {document.document_id for document in documents if document.op == "upsert"}
    lost = {
        document.document_id.removeprefix(f"{name}:"): f"{document.fate}: {document.reason}"
        for document in settled
        if document.document_id in upserted and document.fate != "indexed" and document.reason != UNCHANGED
    }
    fates = Counter(document.fate if document.reason != UNCHANGED else UNCHANGED for document in settled)
    return Corpus(name, dict(fates), lost)
