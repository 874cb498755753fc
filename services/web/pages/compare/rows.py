"""Questions that are kept with their results, as far as somebody may see them, and what became of each at each arm."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.web.live.questions import Asked
from services.web.pages.compare.view import View, moment
from services.web.signing.people import Person
from shared.contests.files import of_result
from shared.lab.report import mistakes
from shared.lab.report.examples import CLOSED_BOOK, OUTDATED, failures
from shared.messages import ContestTaken, Result
from shared.scoring.catalogue import HEADLINE, is_right
from shared.standings import marks_of

MOST_CHOICES = 200
"""Of one field; whoever asks names slices."""
FAILURES = {
    "not-found": mistakes.NOT_FOUND, "not-found-declined": mistakes.SILENT_NOT_FOUND, "misread": mistakes.MISREAD,
    "found-declined": mistakes.SILENT, "no-such-fact": mistakes.NO_SUCH_FACT, "untold": mistakes.UNTOLD,
    "memory": CLOSED_BOOK, "outdated": OUTDATED, "missing": mistakes.MISSING, "failed": mistakes.FAILED,
}  # fmt: skip
"""What addresses call the kinds of failure that a report tells apart."""


@dataclass(frozen=True)
class Row:
    """A question with a result, as far as somebody may see it. `values`: arm -> the headline, where it applies.

    `kinds`: arm -> the kinds of failure that its answer is of, as addresses call them. `states`: arm -> its state.
    """

    asked: Asked
    result: Result
    values: Mapping[str, float]
    states: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]

    def is_right(self, arm: str) -> bool | None:
        """None where the headline does not apply, as to a question without an accepted answer."""
        value = self.values.get(arm)
        return None if value is None else is_right(value)

    @property
    def question_id(self) -> str:
        return self.result.question.question_id


@dataclass(frozen=True)
class Kept:
    """All questions of one contest. `contests`: all that any belong to, newest first.

    `newer`: so many were asked after the view's `until` and are left out.
    """

    contest: ContestTaken | None
    contests: tuple[str, ...]
    rows: tuple[Row, ...]
    newer: int

    @property
    def arms(self) -> tuple[str, ...]:
        return self.contest.arm_names if self.contest else ()

    @property
    def slices(self) -> list[str]:
        counts = Counter(row.result.question.slice for row in self.rows)
        return sorted(name for name, _ in counts.most_common(MOST_CHOICES))

    @property
    def failures(self) -> list[str]:
        """Those that occur, in the order of reports, then kinds of failed answers by name."""
        seen = {kind for row in self.rows for kinds in row.kinds.values() for kind in kinds}
        return [*(kind for kind in FAILURES if kind in seen), *sorted(seen.difference(FAILURES))[:MOST_CHOICES]]


def kept(scored: Sequence[Asked], view: View, person: Person) -> Kept:
    """Of the contest that the view names, else of its question's, else of the newest one, in the order given."""
    results = [asked.result for asked in scored if asked.result is not None]
    contests = {of_result(result).label: of_result(result) for result in results}
    label = view.contest if view.contest in contests else _contest_of(view.id, results)
    of_contest = [asked for asked in scored if asked.result and of_result(asked.result).label == label]
    until = moment(view.until) if view.until else None
    chosen = [asked for asked in of_contest if until is None or asked.asked_at <= until]
    contest = contests.get(label)
    retrieving = _retrieving([asked.result for asked in chosen if asked.result], contest)
    rows = tuple(_row(asked, asked.result, person, retrieving) for asked in chosen if asked.result)
    return Kept(contest, tuple(contests), rows, newer=len(of_contest) - len(chosen))


def _contest_of(question_id: str, results: Sequence[Result]) -> str:
    """Of this question, or else of the newest one."""
    own = [result for result in results if result.question.question_id == question_id]
    return next((of_result(result).label for result in [*own, *results]), "")


def _retrieving(results: Sequence[Result], contest: ContestTaken | None) -> list[str]:
    return mistakes.retrieval_arms(results, contest.arm_names, contest) if contest else []


def _row(asked: Asked, result: Result, person: Person, retrieving: Sequence[str]) -> Row:
    """Of answers that are not for this person nothing is told."""
    shown = [arm for arm, scored in result.answers.items() if person.may_see_answer(scored.answer)]
    seen = [*shown, *result.missing]
    values = {
        arm: marks[HEADLINE] for arm, marks in marks_of(result).values.items() if arm in seen and HEADLINE in marks
    }
    states = {arm: result.answers[arm].answer.status for arm in shown} | dict.fromkeys(result.missing, mistakes.MISSING)
    kinds = {arm: tuple(_kinds(result, arm, retrieving=arm in retrieving)) for arm in seen}
    return Row(asked, result, values, states, kinds)


def _kinds(result: Result, arm: str, *, retrieving: bool) -> Iterator[str]:
    said = failures(result, arm, retrieving=retrieving)
    yield from (name for name, kind in FAILURES.items() if kind in said)
    kind = result.answers[arm].answer.failure_kind if arm in result.answers else None
    if kind:
        yield f"failed-{kind}"
