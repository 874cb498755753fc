"""What became of each question at each arm: right, wrong, abstained, failed and missing are five different things."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.lab.report.scores import interval_of
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY, is_right
from shared.statistics.intervals import Interval

Outcome = Literal["right", "rightly abstained", "wrong", "abstained", "failed", "missing", "not scored"]
OUTCOMES: tuple[Outcome, ...] = ("right", "rightly abstained", "wrong", "abstained", "failed", "missing", "not scored")


@dataclass(frozen=True)
class Outcomes:
    """Of one arm. `answerable`: questions with an accepted answer; `unanswerable`: where abstaining is right.

    `unknown`: questions without references, which nobody can score. Each maps every outcome to its count.
    `without_adapter`: of the failed ones those that failed since the arm had no adapter.
    """

    arm: str
    answerable: Mapping[str, int]
    unanswerable: Mapping[str, int]
    unknown: Mapping[str, int]
    without_adapter: int = 0

    @property
    def silent(self) -> bool:
        """Whether it failed or was missing at every question."""
        return all(not count or name in ("failed", "missing") for kind in self.kinds for name, count in kind.items())

    @property
    def kinds(self) -> tuple[Mapping[str, int], ...]:
        return self.answerable, self.unanswerable, self.unknown


@dataclass(frozen=True)
class Caution:
    """How an arm trades silence for error, on answerable questions.

    `abstained`: share of all that it left unanswered on purpose. `wrong`: share of all that it answered wrongly.
    `error`: share of its given answers that were wrong. `bluffed`: share of unanswerable questions that it answered.
    """

    arm: str
    abstained: Interval
    wrong: Interval
    error: Interval
    bluffed: Interval


def outcome(result: Result, arm: str) -> Outcome | None:
    """What became of a question at an arm; None where the arm was not asked.

    Whether an arm abstained is what the measures of abstaining
    say, and its answer's status where they were not counted.
    """
    if arm in result.missing:
        return "missing"
    if arm not in result.answers:
        return None
    scored = result.answers[arm]
    if scored.answer.status == "skipped":
        return None
    if scored.answer.status == "failed":
        return "failed"
    silent = float(scored.answer.status == "abstained")
    if result.question.references == ():
        return "rightly abstained" if scored.scores.get(RIGHTLY, silent) >= 0.5 else "wrong"
    if HEADLINE not in scored.scores:
        return "not scored"
    if scored.scores.get(WRONGLY, silent) >= 0.5:
        return "abstained"
    return "right" if is_right(scored.scores[HEADLINE]) else "wrong"


def counts(results: Sequence[Result], arms: Iterable[str]) -> list[Outcomes]:
    """Every arm's outcomes, kinds of question apart."""
    return [_of_arm(results, arm) for arm in arms]


def cautions(results: Sequence[Result], arms: Iterable[str], clusters: Mapping[str, str]) -> list[Caution]:
    """How each arm trades silence for error, with 95 % intervals."""
    return [_caution(results, arm, clusters) for arm in arms]


def _of_arm(results: Sequence[Result], arm: str) -> Outcomes:
    apart: dict[str, Counter[str]] = {"answerable": Counter(), "unanswerable": Counter(), "unknown": Counter()}
    for result in results:
        if became := outcome(result, arm):
            apart[_kind(result)][became] += 1
    counted: dict[str, dict[str, int]] = {
        kind: {str(name): counter[name] for name in OUTCOMES} for kind, counter in apart.items()
    }
    return Outcomes(arm, **counted, without_adapter=sum(_lacked_adapter(result, arm) for result in results))


def _lacked_adapter(result: Result, arm: str) -> bool:
    return arm in result.answers and result.answers[arm].answer.failure_kind == "no_adapter"


def _kind(result: Result) -> str:
    if result.question.references is None:
        return "unknown"
    return "answerable" if result.question.references else "unanswerable"


def _caution(results: Sequence[Result], arm: str, clusters: Mapping[str, str]) -> Caution:
    by_kind: dict[str, dict[str, str]] = {"answerable": {}, "unanswerable": {}, "unknown": {}}
    for result in results:
        if (became := outcome(result, arm)) and became != "not scored":
            by_kind[_kind(result)][result.question.question_id] = became
    answerable, unanswerable = by_kind["answerable"], by_kind["unanswerable"]
    given = {name: became for name, became in answerable.items() if became in ("right", "wrong")}
    return Caution(
        arm,
        abstained=_share(answerable, "abstained", clusters),
        wrong=_share(answerable, "wrong", clusters),
        error=_share(given, "wrong", clusters),
        bluffed=_share(unanswerable, "wrong", clusters),
    )


def _share(became: Mapping[str, str], wanted: str, clusters: Mapping[str, str]) -> Interval:
    return interval_of({name: float(actual == wanted) for name, actual in became.items()}, clusters)
