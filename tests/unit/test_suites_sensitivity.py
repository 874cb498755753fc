"""Sensitivity: what each disturbance changes, and what it leaves alone."""

from datetime import timedelta
from random import Random

import pytest

from services.console.views import sensitivity as sensitivity_view
from shared.lab.suites import disturbing, placing, sensitivity
from shared.lab.suites.disturbances import contradicting, noisy
from shared.lab.suites.disturbing import Disturbed
from shared.lab.suites.folder import Suite
from shared.lab.suites.running import Corpus, SuiteResults
from shared.lab.suites.sensitivity import UNDISTURBED, Condition
from shared.messages import Question, Result, ScoredAnswer
from shared.scope import Scope
from tests.builders import NOON, a_chunked_document, a_document, a_question, an_answer
from tests.unit.test_suites import a_card

STORIES = {
    "fair": "The lantern fair moves to the old harbour. Old Harbour shops are glad.",
    "lock": "The lock is shut for 19 days.",
    "bell": "The bell weighs 410 kilograms.",
    "goat": "A goat named Parsnip climbed the lighthouse.",
}


def a_suite() -> Suite:
    documents = [
        a_document(document_id=name, title=name, text=text, published_at=NOON + timedelta(days=day))
        for day, (name, text) in enumerate(STORIES.items())
    ]
    answers = {"fair": "old harbour", "lock": "19 days", "bell": "410 kilograms", "goat": "Parsnip"}
    questions = [
        a_question(question_id=f"q-{name}", references=(answer,), gold_document_ids=(name,))
        for name, answer in answers.items()
    ]
    unanswerable = a_question(question_id="q-none", references=())
    return Suite(a_card(), documents, [*questions, unanswerable])


def under(name: str, seed: int = 1) -> Disturbed:
    return disturbing.disturbed(name, disturbing.traceable(a_suite()), seed)


def asked(disturbed: Disturbed) -> set[str]:
    return {question.question_id for question in disturbed.questions}


@pytest.mark.parametrize("name", disturbing.names())
def test_a_disturbance_is_the_same_for_the_same_seed_and_says_what_it_does(name: str) -> None:
    assert under(name) == under(name)
    assert asked(under(name)) <= {question.question_id for question in a_suite().questions}
    assert disturbing.said(name)


def test_an_unknown_disturbance_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="contradicting, duplicated, gold_only, noisy"):
        disturbing.known("slow")
    assert disturbing.names()[0] == "unchanged"


def test_duplicates_stand_beside_every_document() -> None:
    documents = under("duplicated").documents or []

    assert len({document.document_id for document in documents}) == 3 * len(STORIES)
    assert len({document.text for document in documents}) == len(STORIES)


def test_noise_hits_one_letter_in_twenty_and_no_digit() -> None:
    text = "abcdefghij 0123456789 " * 1_000
    garbled = noisy.garbled(text, Random(7))  # noqa: S311 (a sample, not a secret)
    kept = sum(garbled.count(letter) for letter in "0123456789 ")

    assert kept == 12_000
    assert garbled.split() != text.split()
    whole = sum(word == "abcdefghij" for word in garbled.split()) / 1_000
    assert 0.55 <= whole <= 0.70, "0.95 to the tenth is 0.60; one wrong letter in 78 is the right one by chance"


def test_withheld_gold_is_gone_and_questions_without_gold_are_not_asked() -> None:
    disturbed = under("withheld")

    assert disturbed.documents == []
    assert asked(disturbed) == {f"q-{name}" for name in STORIES}


def test_a_stale_index_is_asked_about_what_came_later() -> None:
    disturbed = under("stale")

    assert disturbed.documents is None
    assert asked(disturbed) == {"q-bell", "q-goat"}
    assert {question.as_of for question in disturbed.questions} == {NOON + timedelta(days=1)}


def test_without_different_times_nothing_can_be_stale() -> None:
    suite = a_suite()
    same = [document.model_copy(update={"published_at": NOON}) for document in suite.documents]

    assert disturbing.disturbed("stale", Suite(suite.card, same, suite.questions), 1).questions == []


def found(disturbed: Disturbed) -> dict[str, set[str]]:
    """Which stories each question may see, by question id."""
    suite = disturbing.traceable(a_suite())
    name = placing.corpus(suite)
    documents = placing.documents(suite, name)
    return {
        question.question_id: {
            own.document_id
            for document, own in zip(documents, suite.documents, strict=True)
            if Scope.of(put).admits(a_chunked_document(tags=document.tags, labels=document.labels))
        }
        for question, put in zip(
            disturbed.questions, placing.questions(disturbed.questions, name, "r", deadline_s=9), strict=True
        )
    }  # fmt: skip


def test_gold_only_shows_each_question_its_gold_documents() -> None:
    assert found(under("gold_only")) == {f"q-{name}": {name} for name in STORIES}


def test_random_documents_are_never_gold() -> None:
    shown = found(under("random_only"))

    assert shown["q-none"] == set(STORIES), "fewer than five others: all of them"
    assert all(shown[f"q-{name}"] == set(STORIES) - {name} for name in STORIES)


def test_a_contradiction_says_another_answer_of_the_same_kind_in_the_same_story() -> None:
    disturbed = under("contradicting")
    documents = {document.document_id: document for document in disturbed.documents or []}
    planted = {question.question_id: question.outdated or "" for question in disturbed.questions}

    assert planted["q-lock"] == "410 kilograms", "the only other answer with digits"
    assert planted["q-fair"] == "Parsnip"
    assert documents["fair~contradiction"].text == "The lantern fair moves to the Parsnip. Parsnip shops are glad."
    assert documents["fair"].text == STORIES["fair"], "the true story stands beside it"
    assert "q-none" not in planted


def test_what_later_news_made_wrong_is_the_first_choice_of_a_contradiction() -> None:
    suite = a_suite()
    corrected = suite.questions[1].model_copy(update={"outdated": "9 days"})
    draw = Random(1)  # noqa: S311 (a sample, not a secret)
    made = contradicting.disturb(Suite(suite.card, suite.documents, [corrected]), draw)

    assert [document.text for document in made.documents or []][-1] == "The lock is shut for 9 days."


def a_result(question: Question, right: float, status: str) -> Result:
    """`base` is half right whatever happens; `tuned` never answers."""
    answers = {
        arm: ScoredAnswer(answer=an_answer(arm=arm, status=status), latency_ms=1, scores={"right": value})
        for arm, value in (("base", 0.5), ("base+rag", right))
    }
    return Result(
        question=question, asked_at=NOON, scored_at=NOON, answers=answers, missing=("tuned",),
        metric_versions={"right": "1"},
    )  # fmt: skip


def a_condition(name: str, right: dict[str, float], status: str = "answered") -> Condition:
    questions = [a_question(question_id=question_id, gold_document_ids=(question_id,)) for question_id in right]
    results = {question.question_id: a_result(question, right[question.question_id], status) for question in questions}
    return Condition(name, SuiteResults(questions, results), Corpus("c", {"indexed": 1}, {}))


def test_an_arm_that_falls_is_told_from_one_that_does_not() -> None:
    names = [f"q{n:02}" for n in range(40)]
    undisturbed = a_condition(UNDISTURBED, dict.fromkeys(names, 1.0))
    half = a_condition("stale", {name: float(n % 4 == 0) for n, name in enumerate(names[:20])})
    arms = ("base", "base+rag", "tuned")

    report = sensitivity.report_of(a_suite(), [undisturbed, half], run="r", seed=1, arms=arms)
    by_arm = {comparison.arm: comparison for comparison in report.comparisons}

    assert report.silent == ["tuned"]
    assert (by_arm["base+rag"].n, by_arm["base+rag"].difference) == (20, -0.75)
    assert by_arm["base+rag"].verdict == "b"
    assert by_arm["base"].verdict == "undecided"
    cells = {row[1]: row for row in sensitivity_view.rows(report)}
    assert cells["base+rag"][3:5] == ["1.00", "0.25"]
    assert [cells[arm][-1] for arm in ("base", "base+rag")] == ["undecided", "falls"]


def test_where_every_arm_is_silent_there_is_nothing_to_compare() -> None:
    failed = a_condition(UNDISTURBED, {"q": 0.0}, status="failed")

    assert sensitivity.compared([failed, a_condition("noisy", {"q": 0.0})], ("base", "tuned")) == []
