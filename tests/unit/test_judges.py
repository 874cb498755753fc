"""`tiltyard judges`: what is counted of verdicts, and the kappas beside every number."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from services.console.app import build
from services.console.commands import judges
from services.console.views import judges as view
from services.console.views import results as results_view
from shared.lab.judging.summary import Judge, summarise
from shared.messages import Ballot, Choice, Comparison, Grade, Outcome, Reply, Result, Verdicts, VerdictsTaken
from shared.messages.feedback import counted
from shared.messages.verdicts import digest
from tests.builders import NOON, verdicts
from tests.results import a_result, a_scored

PAIR = ("base", "tuned")
REPLIES: dict[Outcome, tuple[str | None, str | None]] = {
    "a": ("a", "b"), "b": ("b", "a"), "tie": ("tie", "tie"), "both_bad": ("both_bad", "both_bad"),
    "inconsistent": ("a", "a"), "no_verdict": (None, "b"),
}  # fmt: skip


def judged(
    number: int,
    outcome: Outcome,
    *,
    correct: tuple[float, float] = (1.0, 0.0),
    grades: tuple[int | None, int | None] = (5, 1),
    votes: tuple[Choice, ...] = (),
    **said: Any,
) -> Result:
    """A question with a verdict on the pair, a grade of each arm, and what people voted."""
    result = a_result(*(a_scored(arm, correct=right) for arm, right in zip(PAIR, correct, strict=True)),
                      question_id=f"q-{number}")  # fmt: skip
    first, second = (Reply(read=read) for read in REPLIES[outcome])
    values: dict[str, Any] = {
        "question_id": f"q-{number}",
        "comparisons": (Comparison(arms=PAIR, outcome=outcome, replies=(first, second)),),
        "grades": tuple(Grade(arm=arm, grade=grade, reply=Reply()) for arm, grade in zip(PAIR, grades, strict=True)),
        "references_sha256": digest(result.question.references),
    }
    taken = VerdictsTaken(verdicts=verdicts(**values | said), appended_at=NOON, offset=0)
    ballots = [
        Ballot(voter=f"v{place}", choice=choice, shown_first="base", appended_at=NOON, offset=place)
        for place, choice in enumerate(votes)
    ]
    cast = (counted(PAIR, ballots),) if ballots else ()
    return result.model_copy(update={"verdicts": (taken,), "votes": cast})


def summary(*results: Result) -> Judge:
    [judge] = summarise(results, per_hour=60)
    return judge


def test_outcomes_are_counted_by_pair_and_rates_leave_out_what_says_nothing() -> None:
    outcomes: list[Outcome] = ["a", "b", "tie", "both_bad", "inconsistent", "inconsistent", "no_verdict", "a"]
    judge = summary(*(judged(number, outcome) for number, outcome in enumerate(outcomes)))

    assert list(judge.pairs[PAIR].values()) == [2, 1, 1, 1, 2, 1]
    assert (judge.inconsistent.n, judge.no_verdict.n) == (7, 8)
    assert judge.inconsistent.mean == pytest.approx(2 / 7)
    assert judge.no_verdict.mean == pytest.approx(1 / 8)
    assert judge.questions == 8


def test_a_judge_that_goes_by_place_shows_in_the_first_place_alone() -> None:
    judge = summary(*(judged(number, "inconsistent") for number in range(20)))

    assert judge.first_place.mean == 1.0
    assert judge.first_place.excludes(0.5)
    assert judge.comparisons_worth.references.n == 0


def test_a_judge_that_always_prefers_what_is_correct_has_a_kappa_of_one() -> None:
    sides: list[tuple[Outcome, tuple[float, float]]] = [
        ("a", (1.0, 0.0)),
        ("b", (0.0, 1.0)),
        ("tie", (1.0, 1.0)),
        ("both_bad", (0.0, 0.0)),
    ] * 5
    judge = summary(*(judged(number, outcome, correct=correct) for number, (outcome, correct) in enumerate(sides)))

    assert judge.comparisons_worth.references.kappa.mean == pytest.approx(1.0)
    assert judge.comparisons_worth.references.n == 20


def test_a_judge_that_answers_whatever_the_question_has_a_kappa_about_zero() -> None:
    pattern: list[Outcome] = ["a", "b", "a", "b"]
    judge = summary(
        *(judged(number, pattern[number % 4], correct=(1.0, 0.0) if number % 4 < 2 else (0.0, 1.0))
          for number in range(40))
    )  # fmt: skip

    kappa = judge.comparisons_worth.references.kappa
    assert kappa.mean == pytest.approx(0.0)
    assert not kappa.excludes(0.0)


def test_each_vote_on_the_pair_is_compared_with_the_verdict() -> None:
    judge = summary(
        judged(1, "a", votes=("a", "b")), judged(2, "tie", votes=("tie",)), judged(3, "inconsistent", votes=("a",))
    )

    assert judge.comparisons_worth.votes.n == 3
    assert judge.comparisons_worth.votes.raw.mean == pytest.approx(2 / 3)


def test_grades_are_averaged_and_held_against_references_and_votes() -> None:
    judge = summary(
        judged(1, "a", grades=(5, 1), correct=(1.0, 0.0), votes=("a",)),
        judged(2, "a", grades=(4, 2), correct=(0.0, 0.0), votes=("b",)),
        judged(3, "a", grades=(None, 3), correct=(1.0, 0.0), votes=("a",)),
    )

    assert (judge.grades["base"].mean, judge.grades["base"].n) == (4.5, 2)
    assert judge.grades["tuned"].mean == 2.0
    assert judge.unread.mean == pytest.approx(1 / 6)
    assert judge.grades_worth.references.n == 5
    assert judge.grades_worth.references.raw.mean == pytest.approx(0.8)
    assert (judge.grades_worth.votes.n, judge.grades_worth.votes.raw.mean) == (2, 0.5)


def test_grades_by_references_that_have_changed_since_count_nowhere() -> None:
    judge = summary(judged(1, "a", references_sha256=digest(("something else",))), judged(2, "a"))

    assert judge.outdated == 2
    assert judge.grades["base"].n == 1
    assert judge.grades_worth.references.n == 2


def test_other_models_prompts_and_names_are_other_judges() -> None:
    results = [judged(1, "a"), judged(2, "a", model="other"), judged(3, "a", judge="second"),
               judged(4, "a", prompts={"pairwise": "pairwise.v2"})]  # fmt: skip

    assert [judge.questions for judge in summarise(results, per_hour=60)] == [1, 1, 1, 1]


def test_of_a_question_the_newest_version_counts() -> None:
    older, newer = judged(1, "a"), judged(1, "b").model_copy(update={"result_version": 2})

    assert summary(newer, older).pairs[PAIR]["b"] == 1
    assert summary(newer, older).questions == 1


def test_kappas_and_warnings_stand_beside_the_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    view.show([summary(*(judged(n, "a", warnings=("it may favour its kin",)) for n in range(3)), judged(4, "b"))])
    text = " ".join(capsys.readouterr().out.split())

    assert "WARNING (3 of 4 questions): it may favour its kin" in text
    assert "kappa references" in text
    assert "unknown, n 0" in text, "nobody voted, and that is said"
    assert "inconsistent (the orders disagree): 0 % of 4" in text


def test_without_verdicts_it_says_how_to_get_some(capsys: pytest.CaptureFixture[str]) -> None:
    view.show(summarise([a_result(a_scored())], per_hour=60))

    assert "tiltyard services start judge" in capsys.readouterr().out


def test_the_command_gives_json_with_worth_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    results = {result.question.question_id: result for result in (judged(1, "a"), judged(2, "b"))}
    monkeypatch.setattr(judges, "read", lambda _: results)
    summaries = json.loads(CliRunner().invoke(build(), ["judges", "--json"]).stdout)
    none = json.loads(CliRunner().invoke(build(), ["judges", "--json", "--slice", "no-such"]).stdout)

    assert summaries[0]["who"]["name"] == "main"
    assert summaries[0]["pairs"][0]["arms"] == list(PAIR)
    assert summaries[0]["comparisons_worth"]["references"]["n"] == 2
    assert none == []


def test_a_result_shows_what_a_judge_said_and_its_warning(capsys: pytest.CaptureFixture[str]) -> None:
    results_view.show(judged(1, "b", grades=(None, 4), warnings=("same family",)))
    text = " ".join(capsys.readouterr().out.split())

    assert "judge main (judge-1): base : tuned: tuned is better" in text
    assert "grades base no verdict, tuned 4" in text
    assert "WARNING: same family" in text


def test_verdicts_on_the_wire_are_read_as_they_were_written() -> None:
    said = verdicts("inconsistent", warnings=("kin",))

    assert Verdicts.model_validate_json(said.model_dump_json()) == said
