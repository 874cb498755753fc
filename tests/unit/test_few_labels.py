"""A judge's verdicts on everything with what people said of a part: beside the judge alone, and never taken for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.lab.audit import sheet
from shared.lab.audit.few_labels import FewLabels, brought_together
from shared.lab.audit.sheet import Labels
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.lab.report.scores import clusters_of
from shared.lab.report.sections.audit import few_labels
from shared.messages import Ballot, Choice, Comparison, Grade, Outcome, Reply, Result, VerdictsTaken
from shared.messages.feedback import counted
from tests.audits import a_sheet, fill, some_results, truth_of
from tests.builders import NOON, verdicts

PAIR = ("base", "base+rag")


def with_feedback(results: list[Result], *, voted: int) -> list[Result]:
    """People prefer the truly right answer; the judge says so too, but every third time prefers the first arm."""
    return [_judged(result, n, voted=n < voted) for n, result in enumerate(results)]


def _judged(result: Result, n: int, *, voted: bool) -> Result:
    true = [truth_of(result.answers[arm].answer.text) for arm in PAIR]
    preferred: Choice = "tie" if true[0] == true[1] else "a" if true[0] else "b"
    said: Outcome = "a" if n % 3 == 0 else preferred
    grades = tuple(
        Grade(arm=arm, grade=5 if good or n % 4 == 0 else 2, reply=Reply())
        for arm, good in zip(PAIR, true, strict=True)
    )
    comparison = Comparison(arms=PAIR, outcome=said, replies=(Reply(), Reply()))
    spoken = verdicts(
        question_id=result.question.question_id, comparisons=(comparison,), grades=grades, references_sha256=None
    )
    ballot = Ballot(voter="ann", choice=preferred, shown_first=PAIR[0], appended_at=NOON, offset=n)
    changes: dict[str, Any] = {"verdicts": (VerdictsTaken(verdicts=spoken, appended_at=NOON, offset=0),)}
    return result.model_copy(update=changes | ({"votes": (counted(PAIR, [ballot]),)} if voted else {}))


def few_of(results: list[Result], labels: Labels | None = None) -> list[FewLabels]:
    return brought_together(results, labels, clusters_of(results), per_hour=10_000)


def truly_preferred(results: list[Result]) -> Iterator[float]:
    """How often people prefer the first arm, a tie being half."""
    for result in results:
        first, second = (truth_of(result.answers[arm].answer.text) for arm in PAIR)
        yield 0.5 + (first - second) / 2


def test_a_partial_judge_is_corrected_by_votes_on_some_questions() -> None:
    results = with_feedback(some_results(300), voted=100)
    [few] = few_of(results)
    truth = sum(truly_preferred(results)) / len(results)

    assert (few.what, few.first, few.second) == ("preferred", *PAIR)
    assert (few.judge_alone.n, few.labels_alone.n) == (300, 100)
    assert few.judge_alone.excludes(truth), "the judge alone is sure of what is wrong"
    assert not few.together.excludes(truth)


def test_of_a_judge_that_is_worth_something_less_stays_open_than_of_votes_alone() -> None:
    [few] = few_of(with_feedback(some_results(300), voted=60))

    assert few.tuning > 0.3
    assert few.together.high - few.together.low < few.labels_alone.high - few.labels_alone.low


def test_grades_are_corrected_by_an_audits_labels(tmp_path: Path) -> None:
    results = with_feedback(some_results(200), voted=0)
    path = a_sheet(tmp_path, results, rights=60, wrongs=60)
    fill(path)
    rows = few_of(results, sheet.read(path))

    assert [(few.what, few.first, few.second) for few in rows] == [("right", arm, "") for arm in PAIR]
    for few in rows:
        truth = sum(truth_of(result.answers[few.first].answer.text) for result in results) / len(results)
        assert (few.judge_alone.mean or 0.0) > truth, "every fourth grade is too kind"
        assert not few.together.excludes(truth)


def test_without_votes_or_an_audit_a_judge_stays_alone_and_no_section_speaks_of_it() -> None:
    results = with_feedback(some_results(40), voted=0)

    assert few_of(results) == []
    assert few_labels(count(gather(results, read_from="a test"))) == []


def test_the_report_shows_judge_and_labels_alone_and_both_together() -> None:
    [section] = few_labels(
        count(gather(with_feedback(some_results(60), voted=30), read_from="a test"), per_hour=10_000)
    )
    [table] = [block for block in section.blocks if hasattr(block, "rows")]

    assert table.rows[0][:3] == ["main", "base preferred to base+rag", "60"]
    assert table.rows[0][4] == "30"


@pytest.mark.parametrize("voted", [1, 5])
def test_votes_on_fewer_than_six_documents_say_nothing_together(voted: int) -> None:
    [few] = few_of(with_feedback(some_results(60), voted=voted))

    assert few.together.mean is None
