"""What every metric promises, whichever file it is in."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorer.settings import ScorerSettings
from shared import plugins
from shared.messages import Answer, Form, Question
from shared.scoring import catalogue
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer
from tests.cases import every_case

NAMES = plugins.names(catalogue.MEASURES)
HASHING = EncoderSettings(variant="hashing", dimensions=32)
SCHEMA = {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}
ASKED_FOR: dict[str, dict[str, Any]] = {
    "no more": {},
    "outdated and gold": {"outdated": "Tavrick Fields", "gold_document_ids": ("story-1", "story-2")},
    "choices": {"choices": ("Tavrick Fields", "the old harbour", "3.5", "zwei")},
    "three English words": {"form": Form(max_words=3, language="en")},
    "JSON and gold": {"form": Form(json_schema=SCHEMA), "gold_document_ids": ("story-1",)},
}
REFERENCES: dict[str, tuple[str, ...] | None] = {
    "no references": None,
    "an empty list": (),
    "one reference": ("the old harbour",),
    "odd references": ("?!", "", "Zoë 3.5, 12 May 2025"),
    "a long reference": ("x " * 500,),
}
QUESTIONS = {
    f"{kind} and {asked}": a_question(references=references, **more)
    for (kind, references), (asked, more) in product(REFERENCES.items(), ASKED_FOR.items())
}
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
    an_answer(text=text, status=status, **retrieved)
    for retrieved, status, text in product(EVIDENCE, ("answered", "abstained", "failed"), TEXTS)
]
OF_EVIDENCE = {name for name in NAMES if catalogue.described()[name].evidence}
MAY_NOT_TELL = {"grounded_words", "grounded_similarity", "language"}
OF_WHAT_WAS_NOT_GIVEN = {
    "abstained",
    "rightly_abstained",
    "wrongly_abstained",
    "correct",
    "context_precision",
    "context_recall",
}
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
AGAINST: dict[str, Callable[[str], str]] = {
    "itself": lambda text: text,
    "a short reference": lambda _: "The old harbour, 3 March 2025",
    "itself backwards": lambda text: text[::-1] + "z",
}
WITHIN_S = 0.1


EACH = pytest.mark.parametrize("name", NAMES)


def each_but(names: set[str]) -> pytest.MarkDecorator:
    """Every metric but those for which the promise is another one."""
    return pytest.mark.parametrize("name", [name for name in NAMES if name not in names])


@cache
def built(name: str) -> Metric:
    return catalogue.load([name], HASHING)[name]


@cache
def scores(name: str, asked: str) -> Sequence[float | None]:
    """What each of ANSWERS scores for the question, in their order."""
    return [built(name).score(QUESTIONS[asked], answer) for answer in ANSWERS]


@EACH
def test_it_has_a_version(name: str) -> None:
    assert built(name).version


@EACH
def test_it_lies_between_0_and_1_and_is_the_same_each_time(name: str) -> None:
    with every_case() as case:
        for asked, question in QUESTIONS.items():
            with case(asked):
                values = scores(name, asked)
                assert [value for value in values if value is not None and not 0 <= value <= 1] == []
                assert [built(name).score(question, answer) for answer in ANSWERS] == values


@each_but(MAY_NOT_TELL)
def test_whether_it_applies_is_up_to_the_question_and_to_the_evidence_where_that_is_measured(name: str) -> None:
    def situation(answer: Answer) -> tuple[Any, ...]:
        return (answer.evidence, answer.retrieval_ms, answer.status) if name in OF_EVIDENCE else ()

    with every_case() as case:
        for asked in QUESTIONS:
            alike = defaultdict(set)
            for answer, value in zip(ANSWERS, scores(name, asked), strict=True):
                alike[situation(answer)].add(value is None)
            for where, applies in alike.items():
                with case(asked, where):
                    assert len(applies) == 1


@each_but(OF_WHAT_WAS_NOT_GIVEN)
def test_an_answer_that_was_not_given_is_not_praised_for_its_text(name: str) -> None:
    """Except where abstaining is what is asked, and where the evidence is judged and not the answer."""
    with every_case() as case:
        for asked in QUESTIONS:
            of_texts = defaultdict(set)
            for answer, value in zip(ANSWERS, scores(name, asked), strict=True):
                of_texts[answer.status, answer.evidence, answer.retrieval_ms].add(value)
            for (status, *retrieved), values in of_texts.items():
                if status != "answered":
                    with case(asked, status, *retrieved):
                        assert values in ({0.0}, {None})


@EACH
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(), min_size=3, max_size=3), known=st.text(max_size=3))
def test_any_text_is_scored(name: str, texts: list[str], known: str) -> None:
    text, reference, evidence = (known + ending for ending in texts)
    question = a_question(
        references=(reference, known), choices=(known, reference), outdated=known, gold_document_ids=("story-1",)
    )
    answer = an_answer(text=text, evidence=("story-1:1:0",), evidence_texts=(evidence,), citations=("story-1:1:0",))
    for form in (Form(max_words=3, language="de"), Form(json_schema=SCHEMA)):
        value = built(name).score(question.model_copy(update={"form": form}), answer)
        assert value is None or 0 <= value <= 1


@EACH
def test_no_text_takes_longer_than_a_tenth_of_a_second(name: str) -> None:
    """Against itself and against what it shares nothing with, the fastest of three: the machine is shared."""
    with every_case() as case:
        for (kind, text), (other, against) in product(NASTY.items(), AGAINST.items()):
            question = a_question(
                references=(against(text)[:4_000],), choices=("a", text[:50]), outdated="x",
                gold_document_ids=("story-1",),
                form=Form(max_words=3, language="en", json_schema={"type": "array"}),
            )  # fmt: skip
            answer = an_answer(evidence=("story-1:1:0",), citations=("story-1:1:0",))
            answer = answer.model_copy(update={"text": text, "evidence_texts": (text,)})
            with case(kind, "against", other):
                assert any(_seconds(name, question, answer) < WITHIN_S for _ in range(3))


def _seconds(name: str, question: Question, answer: Answer) -> float:
    started = time.process_time()
    built(name).score(question, answer)
    return time.process_time() - started


def test_the_first_words_decide_where_a_text_is_too_long_to_be_read_whole() -> None:
    start = "The fair moved to the old harbour on 3 March 2025. " * 80
    question = a_question(references=(start[:4_000],), choices=("the old harbour", "nowhere"))
    answers = [an_answer(text=start[:4_000] + more) for more in ("", "z", " nowhere" * 9_000)]
    with every_case() as case:
        for name in NAMES:
            if "first-4000-characters" in built(name).version:
                with case(name):
                    assert len({built(name).score(question, answer) for answer in answers}) == 1


def test_every_exception_is_a_metric() -> None:
    assert set(NAMES) >= OF_EVIDENCE | MAY_NOT_TELL | OF_WHAT_WAS_NOT_GIVEN


def test_a_scorer_counts_by_default_what_the_measures_say_and_all_that_tables_show() -> None:
    chosen = set(ScorerSettings().metrics)
    assert chosen == {name for name in NAMES if catalogue.described()[name].counted}
    assert set(catalogue.shown()) - chosen == {"failed", "missing"}, "these two are no metric's"


def test_an_unknown_metric_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"bleu, .*rouge_l"):
        catalogue.load(["bertscore"], HASHING)
