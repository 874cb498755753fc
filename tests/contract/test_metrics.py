"""What every metric promises, whichever file it is in."""

import time
from itertools import groupby, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.scorer.settings import ScorerSettings
from shared import plugins
from shared.messages import Answer, Form, Question
from shared.scoring import catalogue
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer

NAMES = plugins.names(catalogue.MEASURES)
HASHING = EncoderSettings(variant="hashing", dimensions=32)
SCHEMA = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
ASKED_FOR: list[dict[str, Any]] = [
    {},
    {"outdated": "Tavrick Fields", "gold_document_ids": ("story-1", "story-2")},
    {"choices": ("Tavrick Fields", "the old harbour", "3.5", "zwei")},
    {"form": Form(max_words=3, language="en")},
    {"form": Form(json_schema=SCHEMA), "gold_document_ids": ("story-1",)},
]
REFERENCES = (None, (), ("the old harbour",), ("?!", "", "Zoë 3.5, 12 May 2025"), ("x " * 500,))
QUESTIONS = [a_question(references=references, **more) for references, more in product(REFERENCES, ASKED_FOR)]
TEXTS = (
    "", "   ", "?!", "The old harbour", "zoë said 3.5 on May 12th, 2025", "x " * 2_000, "<|im_start|> 東京 \x00 🎪",
    '{"place": "the old harbour"}', "الميناء القديم في ٣ مارس ٢٠٢٥", "B) the old harbour. It moved in March. 🎪🎪",
)  # fmt: skip
EVIDENCE: list[dict[str, Any]] = [
    {},
    {"retrieval_ms": 3.0},
    {
        "retrieval_ms": 3.0,
        "evidence": ("story-3:1:0", "story-1:2:4"),
        "evidence_texts": ("?!", "The fair moved to the old harbour in March."),
        "citations": ("story-1:2:4",),
    },
]
ANSWERS = [
    an_answer(text=text, status=status, **found)
    for found, status, text in product(EVIDENCE, ("answered", "abstained", "failed"), TEXTS)
]
OF_EVIDENCE = {name for name in NAMES if catalogue.described()[name].evidence}
MAY_NOT_TELL = {"grounded_words", "grounded_similarity", "language"}
BIG = 100_000
NASTY = {
    "one letter words": "x " * (BIG // 2),
    "one word": "x" * BIG,
    "different words": " ".join(f"word{number}" for number in range(BIG // 8)),
    "sentences": "The fair moved to the old harbour. " * (BIG // 35),
    "punctuation": "?!-." * (BIG // 4),
    "numbers": "1 " * (BIG // 2),
    "number words": "two hundred and " * (BIG // 16),
    "dates": "3 March 2025, " * (BIG // 14),
    "emoji": "🎪" * BIG,
    "right to left": "الميناء القديم " * (BIG // 15),
    "ligature that unfolds": "ﷺ" * BIG,
    "no spaces": "東京は雨です。" * (BIG // 7),
    "brackets": "[" * BIG,
    "dots": "a." * (BIG // 2),
    "marks": "e" + "\u0301" * BIG,
    "line breaks": "\n" * BIG,
    "spaces": " " * BIG,
}
WITHIN_S = 0.1


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def built(name: str) -> Metric:
    return catalogue.load([name], HASHING)[name]


def test_it_has_a_version(built: Metric) -> None:
    assert built.version


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_lies_between_0_and_1_and_is_the_same_each_time(built: Metric, question: Question) -> None:
    values = [built.score(question, answer) for answer in ANSWERS]

    assert all(value is None or 0 <= value <= 1 for value in values)
    assert [built.score(question, answer) for answer in ANSWERS] == values


@pytest.mark.parametrize("question", QUESTIONS)
def test_whether_it_applies_is_up_to_the_question_and_to_the_evidence_where_that_is_measured(
    built: Metric, name: str, question: Question
) -> None:
    def situation(answer: Answer) -> tuple[Any, ...]:
        return (answer.evidence, answer.retrieval_ms, answer.status) if name in OF_EVIDENCE else ()

    if name in MAY_NOT_TELL:
        return
    for _, alike in groupby(sorted(ANSWERS, key=situation), key=situation):
        assert len({built.score(question, answer) is None for answer in alike}) == 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_that_was_not_given_is_not_praised_for_its_text(built: Metric, name: str, question: Question) -> None:
    """Except where abstaining is what is asked, and where the evidence is judged and not the answer."""
    if name in {"abstained", "correct", "context_precision", "context_recall"}:
        return
    for status, found in product(("abstained", "failed"), EVIDENCE):
        scores = {built.score(question, an_answer(text=text, status=status, **found)) for text in TEXTS}
        assert scores in ({0.0}, {None})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(), min_size=3, max_size=3), known=st.text(max_size=3))
def test_any_text_is_scored(built: Metric, texts: list[str], known: str) -> None:
    text, reference, evidence = (known + one for one in texts)
    question = a_question(
        references=(reference, known), choices=(known, reference), outdated=known, gold_document_ids=("story-1",)
    )
    answer = an_answer(text=text, evidence=("story-1:1:0",), evidence_texts=(evidence,), citations=("story-1:1:0",))
    for form in (Form(max_words=3, language="de"), Form(json_schema=SCHEMA)):
        value = built.score(question.model_copy(update={"form": form}), answer)
        assert value is None or 0 <= value <= 1


@pytest.mark.parametrize("kind", NASTY)
def test_no_text_takes_longer_than_a_tenth_of_a_second(built: Metric, kind: str) -> None:
    """Against itself and against what it shares nothing with, the fastest of three: the machine is shared."""
    text = NASTY[kind]
    for reference in (text, "The old harbour, 3 March 2025", text[::-1] + "z"):
        question = a_question(
            references=(reference,), choices=("a", text[:50]), outdated="x", gold_document_ids=("story-1",),
            form=Form(max_words=3, language="en", json_schema={"type": "array"}),
        )  # fmt: skip
        answer = an_answer(text=text, evidence=("story-1:1:0",), evidence_texts=(text,), citations=("story-1:1:0",))
        assert min(_seconds(built, question, answer) for _ in range(3)) < WITHIN_S


def _seconds(built: Metric, question: Question, answer: Answer) -> float:
    started = time.process_time()
    built.score(question, answer)
    return time.process_time() - started


def test_the_first_words_decide_where_a_text_is_too_long_to_be_read_whole(built: Metric, name: str) -> None:
    if "first-4000-characters" not in built.version:
        return
    start = "The fair moved to the old harbour on 3 March 2025. " * 80
    question = a_question(references=(start[:4_000],), choices=("the old harbour", "nowhere"))
    values = {built.score(question, an_answer(text=start[:4_000] + more)) for more in ("", "z", " nowhere" * 9_000)}

    assert len(values) == 1, name


def test_a_scorer_counts_by_default_what_the_measures_say_and_all_that_tables_show() -> None:
    chosen = set(ScorerSettings().metrics)
    assert chosen == {name for name in NAMES if catalogue.described()[name].counted}
    assert set(catalogue.shown()) - chosen == {"failed", "missing"}, "these two are no metric's"


def test_an_unknown_metric_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"bleu, .*rouge_l"):
        catalogue.load(["bertscore"], HASHING)
