"""Measures of an answer against its evidence, and what becomes of the evidence's texts."""

import json
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.generator.backends.echo import Echo
from services.generator.contexts import passages as reading
from services.generator.handler import answer
from services.generator.settings import GeneratorSettings
from services.scorer.handler import kept, score
from services.scorer.join import Arrived, Event, Join, apply
from services.scorer.settings import METRICS
from shared.contests.calendar import Calendar
from shared.memory.broker import MemoryBroker
from shared.memory.results import MemoryResults
from shared.messages import Answer, Form, References, Result
from shared.scoring import catalogue, statements
from shared.scoring.gold import document_of
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings
from shared.topology import ANSWERS, EVIDENCE, QUESTIONS, REFERENCES, RESULTS
from tests import builders
from tests.builders import NOON, a_question, an_answer
from tests.contests import only, served
from tests.scorers import a_scorer

HASHING = EncoderSettings(variant="hashing", dimensions=256)
MEASURES = catalogue.load(
    [
        "citation_precision", "citation_recall", "context_precision", "context_recall", "grounded_words",
        "grounded_similarity", "relevance",
    ],
    HASHING,
)  # fmt: skip
REAL_DATA = Path(os.environ.get("TILTYARD_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
XQUAD = REAL_DATA / "xquad.en.json"
TEXT = "The lantern fair moves to the old harbour on 12 May."


def scored(name: str, answered: Answer, **asked: Any) -> float | None:
    return MEASURES[name].score(a_question(**{"gold_document_ids": ("a", "b")} | asked), answered)


def citing(*documents: str, evidence: tuple[str, ...] = ("a", "x", "b"), **more: Any) -> Answer:
    chunks = {name: f"{name}:1:{place}" for place, name in enumerate(evidence)}
    return an_answer(
        citations=tuple(f"{name}:1:0" for name in documents), evidence=tuple(chunks.values()), retrieval_ms=3.0, **more
    )


def grounded(text: str, *passages: str, **more: Any) -> dict[str, float | None]:
    answered = an_answer(text=text, evidence_texts=passages, **more)
    return {name: scored(name, answered) for name in ("grounded_words", "grounded_similarity")}


def test_a_chunks_document_is_what_stands_before_its_revision_and_position() -> None:
    assert document_of("story-1:2:0") == "story-1"
    assert document_of("urn:news:7:2:0") == "urn:news:7"


@pytest.mark.parametrize(
    ("cited", "precision", "recall"),
    [(("a",), 1.0, 0.5), (("a", "b"), 1.0, 1.0), (("a", "x"), 0.5, 0.5), (("x",), 0.0, 0.0), ((), 0.0, 0.0)],
)
def test_citations_are_counted_by_gold_documents(cited: tuple[str, ...], precision: float, recall: float) -> None:
    assert scored("citation_precision", citing(*cited)) == precision
    assert scored("citation_recall", citing(*cited)) == recall


def test_two_chunks_of_one_gold_document_are_two_right_citations_of_one_document() -> None:
    answered = an_answer(citations=("a:1:0", "a:1:1", "x:1:0"), evidence=("a:1:0", "a:1:1", "x:1:0"))

    assert scored("citation_precision", answered) == pytest.approx(2 / 3)
    assert scored("citation_recall", answered) == 0.5


def test_who_could_not_cite_is_not_measured_by_citations() -> None:
    for name in ("citation_precision", "citation_recall"):
        assert scored(name, citing("a"), gold_document_ids=()) is None
        assert scored(name, an_answer()) is None, "no evidence"
        assert scored(name, citing(status="abstained")) is None, "nothing was claimed"
        assert scored(name, citing(status="failed")) is None
        assert scored(name, citing(), form=Form(json_schema={"type": "object"})) is None, "JSON has no place for it"


@pytest.mark.parametrize(
    ("evidence", "precision", "recall"),
    [
        (("a", "b", "x"), 1.0, 1.0),
        (("a", "x", "b"), (1 + 2 / 3) / 2, 1.0),
        (("x", "a"), 0.5, 0.5),
        (("x", "y", "b"), 1 / 3, 0.5),
        (("x", "y"), 0.0, 0.0),
        ((), 0.0, 0.0),
    ],
)
def test_context_is_weighed_by_rank_and_counted_by_gold_documents(
    evidence: tuple[str, ...], precision: float, recall: float
) -> None:
    for status in ("answered", "abstained", "failed"):
        assert scored("context_precision", citing(evidence=evidence, status=status)) == pytest.approx(precision)
        assert scored("context_recall", citing(evidence=evidence, status=status)) == recall


def test_context_is_not_measured_without_gold_or_for_an_arm_that_looks_nothing_up() -> None:
    for name in ("context_precision", "context_recall"):
        assert scored(name, citing(), gold_document_ids=()) is None
        assert scored(name, an_answer()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The fair moves to the old harbour.", 1.0),
        ("The fair moves to the old harbour. Parsnip the goat refuses apples.", 0.5),
        ("It moves on 12 May. It moves on 13 May.", 0.5),
        ("It moves on May twelve.", 1.0),
        ("Harbours of lanterns, moving.", 1.0),
        ("Nobody knows anything about boats.", 0.0),
    ],
)
def test_a_sentence_is_grounded_when_most_of_its_words_and_all_of_its_numbers_stand_in_the_evidence(
    text: str, expected: float
) -> None:
    assert grounded(text, TEXT)["grounded_words"] == expected


def test_evidence_is_taken_together_and_nothing_is_grounded_in_none() -> None:
    text = "The fair moves to the old harbour"

    assert grounded(text, "The lantern fair moves.", "There is an old harbour.")["grounded_words"] == 1.0
    assert grounded(text) == grounded(text, "  ") == {"grounded_words": None, "grounded_similarity": None}
    for status in ("abstained", "failed"):
        assert set(grounded(text, TEXT, status=status).values()) == {None}
    assert grounded("Yes.", TEXT)["grounded_words"] is None, "no content word"
    assert set(grounded("?!", TEXT).values()) == {None}


def test_by_meaning_a_sentence_is_held_against_the_nearest_of_the_evidence() -> None:
    passage = "Rain fell. The lantern fair moves to the old harbour. Goats slept."

    assert grounded("The lantern fair moves to the old harbour", passage)["grounded_similarity"] == 1.0
    assert grounded("Biscuits cost nine crowns. Goats slept.", passage)["grounded_similarity"] == 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("The U.S. won. Dr. Falk and Mr. Vole left.", ["The U.S. won.", "Dr. Falk and Mr. Vole left."]),
        ("It cost 3.7 million.\n\n- Two lines", ["It cost 3.7 million.", "- Two lines"]),
        ("東京は雨です。明日は晴れます。", ["東京は雨です。", "明日は晴れます。"]),
        ("هل انتقل؟ نعم.", ["هل انتقل؟", "نعم."]),
        ("?! ... \U0001f3aa", []),
        ("", []),
    ],
)
def test_sentences_end_where_readers_see_them_end(text: str, expected: list[str]) -> None:
    assert statements.sentences(text) == expected


def test_relevance_is_nearness_to_the_question_and_nothing_said_has_none() -> None:
    question = {"text": "Where is the lantern fair held?"}

    near = scored("relevance", an_answer(text="The lantern fair is held at the old harbour"), **question)
    far = scored("relevance", an_answer(text="Nine crowns"), **question)
    assert near is not None
    assert far is not None
    assert far < near < 1.0
    assert scored("relevance", an_answer(text="Where is the lantern fair held?")) == pytest.approx(1.0, abs=1e-5)
    for status in ("abstained", "failed"):
        assert scored("relevance", an_answer(status=status)) == 0.0
    assert scored("relevance", an_answer(text=" ")) == 0.0


@pytest.mark.skipif(not XQUAD.is_file(), reason=f"no {XQUAD}: set TILTYARD_REAL_DATA to the folder of the real data")
def test_the_threshold_of_grounded_words_tells_a_paragraph_from_its_neighbour() -> None:
    """What its docstring says: sentences put together from a question and its answer, in order of the file."""
    articles = json.loads(XQUAD.read_text(encoding="utf-8"))["data"]
    own, neighbour = [], []
    for paragraphs in (article["paragraphs"] for article in articles):
        for place, paragraph in enumerate(paragraphs):
            for qa in paragraph["qas"][:2]:
                said = f"{qa['question'].rstrip('?')} {qa['answers'][0]['text']}"
                own.append(grounded_words(said, paragraph["context"]))
                neighbour.append(grounded_words(said, paragraphs[(place + 1) % len(paragraphs)]["context"]))

    assert sum(own) / len(own) > 0.9
    assert sum(neighbour) / len(neighbour) < 0.05


def grounded_words(text: str, passage: str) -> float:
    return scored("grounded_words", an_answer(text=text, evidence_texts=(passage,))) or 0.0


def test_an_answer_carries_the_passages_that_stood_in_its_prompt() -> None:
    settings = GeneratorSettings(worker="base", evidence_chunks=2, evidence_words=20)
    items = tuple(
        builders.an_evidence_item(chunk_id=f"c{rank}", rank=rank, text=f"Title {rank}\n" + "word " * 60 + f"[{rank}].")
        for rank in (1, 2)
    )
    record = builders.a_record(builders.evidence(items=items), topic=EVIDENCE.name)

    [made] = [
        effect.outcome
        for effect in answer([record], served=served(settings), backend=Echo(), now=lambda: NOON, longest=9)
    ]

    prompt = reading.build(settings).ask(record).chat.user
    assert len(made.evidence_texts) == len(made.evidence) >= 1
    assert all(text in prompt for text in made.evidence_texts)


def test_an_answer_from_memory_carries_none() -> None:
    record = builders.a_record(a_question(), topic=QUESTIONS.name)
    base = served(GeneratorSettings(worker="base"))

    [effect] = answer([record], served=base, backend=Echo(), now=lambda: NOON, longest=9)

    assert effect.outcome.evidence_texts == ()


def joined(*answers: Answer, **asked: Any) -> Join:
    join = apply(None, Event(a_question(gold_document_ids=("story-1",), **asked), NOON, 0))
    for answered in answers:
        join = apply(join, Event(answered, NOON + timedelta(seconds=1), 0))
    return join


def test_a_result_is_scored_with_the_evidences_texts_and_published_without_them() -> None:
    """Documents may be for some eyes only; results are for all."""
    answered = an_answer(text=TEXT, evidence=("story-1:1:0",), evidence_texts=(TEXT + " Nobody may know.",))

    result = score(joined(answered), NOON, only("base+rag"), metrics=MEASURES)

    assert result.answers["base+rag"].scores["grounded_words"] == 1.0
    assert result.answers["base+rag"].answer == answered.model_copy(update={"evidence_texts": ()})
    assert "Nobody may know" not in result.model_dump_json()


def test_no_text_of_the_evidence_is_stored_or_announced_and_its_score_outlives_later_references() -> None:
    broker, shelf = MemoryBroker(now=lambda: NOON), MemoryResults()
    metrics = catalogue.load(METRICS, HASHING)
    scorer = a_scorer(broker, partial(score, metrics=metrics), shelf, contests=lambda: only("base+rag"))
    answered = an_answer(text="Old harbour", evidence=("story-1:1:0",), evidence_texts=(TEXT + " Nobody may know.",))
    broker.publish(QUESTIONS, a_question(gold_document_ids=("story-1",), references=None))
    broker.publish(ANSWERS, answered)
    scorer.run_once(NOON)
    broker.publish(REFERENCES, References(question_id="q-1", references=("Oxterby",), given_by="a test"))
    scorer.run_once(NOON)

    first, second = (result for result in broker.messages(RESULTS) if isinstance(result, Result))
    assert "Nobody" not in first.model_dump_json() + second.model_dump_json() + str(shelf.get("q-1"))
    assert "contains" not in first.answers["base+rag"].scores
    assert second.answers["base+rag"].scores["contains"] == 0.0
    assert [result.answers["base+rag"].scores["grounded_words"] for result in (first, second)] == [1.0, 1.0]
    assert "context_recall" not in second.answers["base+rag"].scores, "the references name no gold document"


def test_a_stored_score_is_kept_only_where_its_measure_is_the_same() -> None:
    answered = an_answer(text=TEXT, evidence=("story-1:1:0",), evidence_texts=(TEXT,))
    stored = score(joined(answered), NOON, Calendar(), metrics=MEASURES)
    bare = joined(answered.model_copy(update={"evidence_texts": ()}))
    newer = MEASURES | {"grounded_words": Metric("99", MEASURES["grounded_words"].score)}

    same = kept(stored, score(bare, NOON, Calendar(), metrics=MEASURES))
    changed = kept(stored, score(bare, NOON, Calendar(), metrics=newer))
    gone = kept(stored, score(bare, NOON, Calendar(), metrics={}))

    assert same.answers == stored.answers
    assert "grounded_words" not in changed.answers["base+rag"].scores
    assert gone.answers["base+rag"].scores == {}


def test_an_answer_of_an_older_writer_has_no_texts_and_its_groundedness_is_unknown() -> None:
    old = json.loads(an_answer().model_dump_json())
    del old["evidence_texts"]

    arrived = Arrived(answer=Answer.model_validate(old), at=NOON)

    assert arrived.answer.evidence_texts == ()
    assert scored("grounded_words", arrived.answer) is None


def test_a_word_that_a_line_of_the_evidence_broke_supports_an_answer() -> None:
    assert grounded("Capabilities.", "Its capabili-\nties grow.")["grounded_words"] == 1.0
