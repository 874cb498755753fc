"""What a judge says, as programs read it: the outcomes by pair as a list, and who it is by name."""

from collections.abc import Mapping, Sequence

from shared.jobs.events import JobModel
from shared.lab.judging.summary import Judge
from shared.lab.judging.worth import Worth
from shared.statistics.intervals import Interval


class JudgeNamed(JobModel):
    """One name with one model and one pair of prompts."""

    name: str
    backend: str
    model: str
    pairwise: str
    rubric: str


class PairJudged(JobModel):
    """How often each outcome came of comparing a pair of arms."""

    arms: tuple[str, str]
    a: int
    b: int
    tie: int
    both_bad: int
    inconsistent: int
    no_verdict: int


class JudgeReport(JobModel):
    """One judge's numbers, with what they are worth; `shared.lab.judging.summary.Judge` says what each is."""

    who: JudgeNamed
    questions: int
    pairs: Sequence[PairJudged]
    inconsistent: Interval
    no_verdict: Interval
    first_place: Interval
    comparisons_worth: Worth
    grades: Mapping[str, Interval]
    unread: Interval
    outdated: int
    grades_worth: Worth
    warnings: Mapping[str, int]


def of(judge: Judge) -> JudgeReport:
    """The report of a judge."""
    return JudgeReport(
        who=JudgeNamed(**judge.who._asdict()),
        questions=judge.questions,
        pairs=[PairJudged(arms=arms, **counts) for arms, counts in judge.pairs.items()],
        inconsistent=judge.inconsistent,
        no_verdict=judge.no_verdict,
        first_place=judge.first_place,
        comparisons_worth=judge.comparisons_worth,
        grades=judge.grades,
        unread=judge.unread,
        outdated=judge.outdated,
        grades_worth=judge.grades_worth,
        warnings=judge.warnings,
    )
