"""Few labels of people and many verdicts of a judge, brought together: what people would have said of all of it.

Preferences: votes on some questions, and a judge's comparisons of the same pair on all. Right or wrong: an audit's
labels on some answers, and a judge's grades on all. Beside each stands the judge alone, whose own errors it holds.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from shared.lab.audit.counting import ReadAnswer, read_answers
from shared.lab.audit.sheet import Labels
from shared.lab.judging.summary import Who, outdated, who_of
from shared.lab.judging.worth import GOOD
from shared.lab.voting import counting
from shared.messages import Result
from shared.statistics.intervals import Interval, mean_interval
from shared.statistics.prediction_powered import Labelled, powered_mean

Values = dict[str, float]  # question id -> value
VALUE: Mapping[str, float] = {"a": 1.0, "b": 0.0}  # every other outcome prefers neither
PREFERRED, RIGHT = "preferred", "right"


@dataclass(frozen=True)
class FewLabels:
    """One share by one judge: how often `first` is preferred to `second`, or, without a second, how often it is right.

    `judge_alone` is over all n of its verdicts, `labels_alone` over the labelled ones, `together` is unbiased where
    which items were labelled does not depend on the answers. `tuning`: how much the judge's verdicts count in it.
    """

    judge: str
    what: str
    first: str
    second: str
    judge_alone: Interval
    labels_alone: Interval
    together: Interval
    tuning: float


def brought_together(
    results: Sequence[Result], labels: Labels | None, clusters: Mapping[str, str], *, per_hour: int
) -> list[FewLabels]:
    """By judge, preferences before grades; only where people said something too."""
    verdicts: dict[Who, list[Result]] = defaultdict(list)
    for result in results:
        for taken in result.verdicts:
            verdicts[who_of(taken.verdicts)].append(result)
    votes = _votes(results, per_hour)
    read = read_answers(labels) if labels else []
    return [
        few
        for who in sorted(verdicts)
        for few in (*_preferences(who, verdicts[who], votes, clusters), *_grades(who, verdicts[who], read, clusters))
    ]


def _votes(results: Sequence[Result], per_hour: int) -> dict[tuple[str, str], Values]:
    """Pair -> question id -> the mean of its voters' choices, a tie being half for each."""
    given: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for vote in counting.within_limit(counting.ballots(results), per_hour)[0]:
        given[vote.pair][vote.question_id].append(VALUE.get(vote.ballot.choice, 0.5))
    return {pair: {name: fmean(values) for name, values in chosen.items()} for pair, chosen in given.items()}


def _preferences(
    who: Who, results: Sequence[Result], votes: Mapping[tuple[str, str], Values], clusters: Mapping[str, str]
) -> Iterator[FewLabels]:
    said: dict[tuple[str, str], Values] = defaultdict(dict)
    for result in results:
        for taken in result.verdicts:
            if who_of(taken.verdicts) == who:
                for comparison in taken.verdicts.comparisons:
                    value = VALUE.get(comparison.outcome, 0.5)
                    said[comparison.arms][result.question.question_id] = value
    for pair in sorted(said.keys() & votes.keys()):
        labelled = [
            Labelled(value, said[pair][name], clusters[name])
            for name, value in votes[pair].items()
            if name in said[pair]
        ]
        if labelled:
            yield _few(who.name, (PREFERRED, *pair), labelled, said[pair], clusters)


def _grades(
    who: Who, results: Sequence[Result], read: Sequence[ReadAnswer], clusters: Mapping[str, str]
) -> Iterator[FewLabels]:
    said: dict[str, Values] = defaultdict(dict)
    for result in results:
        for taken in result.verdicts:
            if who_of(taken.verdicts) == who and result.question.references and not outdated(taken.verdicts, result):
                for graded in taken.verdicts.grades:
                    if graded.grade is not None:
                        said[graded.arm][result.question.question_id] = float(graded.grade >= GOOD)
    for arm in sorted(said):
        labelled = [
            Labelled(float(answer.true), said[arm][name], clusters[name], answer.weight)
            for answer in read
            if answer.drawn.arm == arm and (name := answer.drawn.question_id) in said[arm]
        ]
        if labelled:
            yield _few(who.name, (RIGHT, arm, ""), labelled, said[arm], clusters)


def _few(
    judge: str, what: tuple[str, str, str], labelled: Sequence[Labelled], said: Values, clusters: Mapping[str, str]
) -> FewLabels:
    predictions, groups = list(said.values()), [clusters[name] for name in said]
    together = powered_mean(labelled, predictions, groups)
    return FewLabels(
        judge,
        *what,
        judge_alone=mean_interval(predictions, groups),
        labels_alone=powered_mean(labelled, predictions, groups, tuning=0.0).interval,
        together=together.interval,
        tuning=together.tuning,
    )
