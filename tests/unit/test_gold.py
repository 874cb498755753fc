"""The context `gold`: the passages of the documents that a question names, or no answer at all that would count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from services.generator.backends.echo import Echo
from services.generator.contexts import gold as asking
from services.generator.contexts import passages
from services.generator.handler import answer
from services.generator.settings import GeneratorSettings
from services.retriever import gold
from services.retriever.condensers import last_turns
from services.retriever.handler import Retrieve
from services.retriever.settings import RetrieverSettings
from services.scorer.handler import score
from services.scorer.join import Arrived, Join
from shared.contests.calendar import Calendar
from shared.lab.report.outcomes import outcome
from shared.messages import Answer, EvidenceFound, EvidenceItem, Result
from shared.retention import Retention
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from shared.standings import marks_of
from shared.stored import Passage
from shared.topology import EVIDENCE
from tests.builders import NOON, a_question, a_record, an_answer, an_evidence_item
from tests.contests import an_arm, only, served

METRICS = catalogue.load(["contains"], EncoderSettings(variant="hashing"))
GOLD_ARM = an_arm("base+gold", context="gold")


def a_passage(document: str, position: int, text: str, labels: tuple[str, ...] = ()) -> Passage:
    return Passage(document, position, 1, "title", "wire", (), "en", labels, 1.0, NOON, NOON, text)


@dataclass
class Store:
    """The chunks of documents, as they stand."""

    passages: list[Passage] = field(default_factory=list)

    def of_documents(self, names: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        return {name: [passage for passage in self.passages if passage.document_id == name] for name in names}


def given(*there: Passage, **changes: Any) -> EvidenceFound:
    """The gold evidence of a question over a store; nothing else of the retriever is asked."""
    unasked: Any = None
    retrieve = Retrieve(
        RetrieverSettings(top_k=3), unasked, "", unasked, unasked, unasked, Store([*there]),  # type: ignore[arg-type]
        unasked, lambda: 0.0, Retention(now=lambda: NOON), last_turns.build(RetrieverSettings()),
    )  # fmt: skip
    return gold.evidence(a_record(a_question(**changes)), retrieve, contest="seven@1")


def test_the_passage_that_says_the_answer_comes_first_of_its_document() -> None:
    found = given(
        a_passage("d", 0, "The lantern fair is held every year and the lantern fair is old."),
        a_passage("d", 1, "It is at the old harbour."),
        gold_document_ids=("d",),
    )

    assert [item.chunk_id for item in found.items] == ["d:1:1", "d:1:0"]
    assert (found.recipe, found.search, found.contest, found.note) == ("gold", "gold", "seven@1", "")


def test_every_gold_document_is_there_before_a_second_passage_of_any() -> None:
    found = given(
        *(a_passage("a", place, f"The old harbour {place}") for place in range(4)),
        a_passage("b", 0, "Boats."),
        gold_document_ids=("b", "a"),
    )

    assert [item.document_id for item in found.items] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "the question names no gold document"),
        ({"gold_document_ids": ("d", "gone")}, "gold documents not there, or not to be shown: 1 of 2"),
        ({"gold_document_ids": ("secret",)}, "gold documents not there, or not to be shown: 1 of 1"),
        (
            {"gold_document_ids": ("d",), "as_of": NOON - timedelta(days=1)},
            "gold documents not there, or not to be shown: 1 of 1",
        ),
    ],
)
def test_where_a_gold_document_cannot_be_given_there_is_nothing_and_a_reason(changes: dict[str, Any], why: str) -> None:
    found = given(a_passage("d", 0, "Boats."), a_passage("secret", 0, "Boats.", labels=("desk",)), **changes)

    assert (found.items, found.note) == ((), why)


def test_a_document_for_some_readers_is_given_to_them() -> None:
    found = given(a_passage("d", 0, "Boats.", labels=("desk",)), gold_document_ids=("d",), labels=("desk",))

    assert [item.labels for item in found.items] == [("desk",)]


def evidence(*items: EvidenceItem, note: str = "", recipe: str = "gold") -> Any:
    message = EvidenceFound(
        question=a_question(gold_document_ids=("a", "b")), asked_at=NOON, items=items, recipe=recipe, search="gold",
        encoder="", note=note, retrieval_ms=1.0,
    )  # fmt: skip
    return a_record(message, topic=EVIDENCE.name)


def an_item(document: str, rank: int, words: int = 4) -> EvidenceItem:
    text = f"Title of {document}.\nThe old harbour {'word ' * words}"
    return an_evidence_item(document_id=document, chunk_id=f"{document}:1:0", rank=rank, text=text)


def test_with_more_gold_documents_than_passages_in_a_prompt_each_is_shown_with_its_share_of_words() -> None:
    style = asking.build(GeneratorSettings(evidence_chunks=1, evidence_words=20))

    asked = style.ask(evidence(an_item("a", 1, words=60), an_item("b", 2)))

    assert [item.document_id for item in asked.evidence] == ["a", "b"]
    assert all(len(passage.split()) <= 20 for passage in asked.passages)
    assert asked.passages[1].startswith("Title of b.")


def test_a_gold_passage_is_shown_as_the_same_passage_is_when_it_was_found() -> None:
    settings = GeneratorSettings()
    [shown, read] = [context.build(settings).ask(evidence(an_item("a", 1))) for context in (asking, passages)]

    assert (shown.chat, shown.passages) == (read.chat, read.passages)


def answered(*records: Any) -> list[Answer]:
    arms = served(GeneratorSettings(), "base+rag", GOLD_ARM)
    return [effect.outcome for effect in answer(records, served=arms, backend=Echo(), now=lambda: NOON, longest=24)]


def test_a_question_without_gold_passages_is_skipped_and_not_asked_of_any_other_context() -> None:
    [skipped] = answered(evidence(note="the question names no gold document"))

    assert (skipped.arm, skipped.status, skipped.text) == ("base+gold", "skipped", "")
    assert (skipped.failure, skipped.failure_kind) == ("the question names no gold document", None)
    assert skipped.completion_tokens == 0


def test_gold_passages_are_read_by_the_arm_of_gold_alone() -> None:
    assert [made.arm for made in answered(evidence(an_item("a", 1)))] == ["base+gold"]
    assert [made.arm for made in answered(evidence(an_item("a", 1), recipe="rag"))] == ["base+rag"]


def a_result(status: str) -> Result:
    said = an_answer(arm="base+gold", status=status, text="")
    join = Join(
        partition=0, first_at=NOON, question=a_question(), asked_at=NOON,
        answers={"base+gold": Arrived(answer=said, at=NOON)},
    )  # fmt: skip
    calendar: Calendar = only(GOLD_ARM)
    return score(join, NOON, calendar, metrics=METRICS)


def test_a_skipped_question_counts_nowhere_for_the_arm() -> None:
    skipped, failed = a_result("skipped"), a_result("failed")

    assert (skipped.answers["base+gold"].scores, skipped.missing) == ({}, ())
    assert marks_of(skipped).values == {}
    assert outcome(skipped, "base+gold") is None
    assert failed.answers["base+gold"].scores == {"contains": 0.0}
