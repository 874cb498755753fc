"""What judges say over many results, and beside it what that is worth: their agreement with references and votes.

A judge is one name with one model and one pair of prompts: what another model said under the same name is counted
apart. Of a question the newest result counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.lab.judging import worth
from shared.lab.judging.worth import Item, Worth
from shared.lab.voting import counting
from shared.lab.voting.counting import Counted, Pair
from shared.messages import Outcome, Result, Verdicts
from shared.messages.verdicts import HIGHEST, LOWEST, OUTCOMES, choice_of, digest
from shared.standings import newest
from shared.statistics.intervals import Interval, mean_interval


class Who(NamedTuple):
    """One judge."""

    name: str
    backend: str
    model: str
    pairwise: str
    rubric: str


@dataclass(frozen=True)
class Judge:
    """One judge's numbers, with what they are worth.

    `inconsistent`: share of the comparisons, both replies of which could be read, where the orders disagreed.
    `no_verdict`: share of all comparisons of which a reply could not be read. `first_place`: how often a reply that
    prefers one answer prefers the one shown first. `outdated`: grades by references that have changed since; they
    count nowhere. Intervals are 95 %, over questions.
    """

    who: Who
    questions: int
    pairs: dict[Pair, dict[Outcome, int]]
    inconsistent: Interval
    no_verdict: Interval
    first_place: Interval
    comparisons_worth: Worth
    grades: dict[str, Interval]
    unread: Interval
    outdated: int
    grades_worth: Worth
    warnings: dict[str, int]


def summarise(results: Iterable[Result], *, per_hour: int) -> tuple[Judge, ...]:
    """Every judge whose verdicts some result shows, by name; votes count as in `tiltyard votes`."""
    by_judge: dict[Who, list[Item]] = defaultdict(list)
    standing = list(newest(results).values())
    votes = _votes(standing, per_hour)
    for result in standing:
        for taken in result.verdicts:
            item = Item(result, taken.verdicts, votes[result.question.question_id])
            by_judge[who_of(taken.verdicts)].append(item)
    return tuple(_judge(who, by_judge[who]) for who in sorted(by_judge))


def _votes(results: Sequence[Result], per_hour: int) -> dict[str, list[Counted]]:
    votes: dict[str, list[Counted]] = defaultdict(list)
    for vote in counting.within_limit(counting.ballots(results), per_hour)[0]:
        votes[vote.question_id].append(vote)
    return votes


def who_of(verdicts: Verdicts) -> Who:
    """The judge that gave these verdicts."""
    prompts = verdicts.prompts
    return Who(verdicts.judge, verdicts.backend, verdicts.model, prompts.get("pairwise", ""), prompts.get("rubric", ""))


def _judge(who: Who, items: Sequence[Item]) -> Judge:
    fresh = [item for item in items if item.verdicts.grades and not outdated(item.verdicts, item.result)]
    return Judge(
        who=who,
        questions=len(items),
        pairs=_pairs(items),
        inconsistent=_inconsistent(items),
        no_verdict=_no_verdict(items),
        first_place=_first_place(items),
        comparisons_worth=worth.of_comparisons(items),
        grades=_grades(fresh),
        unread=_unread(fresh),
        outdated=sum(len(item.verdicts.grades) for item in items if outdated(item.verdicts, item.result)),
        grades_worth=worth.of_grades(fresh),
        warnings=dict(sorted(Counter(warning for item in items for warning in item.verdicts.warnings).items())),
    )


def outdated(verdicts: Verdicts, result: Result) -> bool:
    """Whether the grades were given by other references than those that stand."""
    graded_by = verdicts.references_sha256
    return graded_by is not None and graded_by != digest(result.question.references)


def _pairs(items: Sequence[Item]) -> dict[Pair, dict[Outcome, int]]:
    counts = Counter(
        (comparison.arms, comparison.outcome) for item in items for comparison in item.verdicts.comparisons
    )
    pairs = sorted({arms for arms, _ in counts})
    return {pair: {outcome: counts[pair, outcome] for outcome in OUTCOMES} for pair in pairs}


def _inconsistent(items: Sequence[Item]) -> Interval:
    outcomes = [(item, comparison.outcome) for item in items for comparison in item.verdicts.comparisons]
    return _mean([(outcome == "inconsistent", item) for item, outcome in outcomes if outcome != "no_verdict"])


def _no_verdict(items: Sequence[Item]) -> Interval:
    return _mean(
        [(comparison.outcome == "no_verdict", item) for item in items for comparison in item.verdicts.comparisons]
    )


def _first_place(items: Sequence[Item]) -> Interval:
    """Of replies as they were given, A being the first answer shown: far from one half it is the place that decides."""
    comparisons = [(item, comparison) for item in items for comparison in item.verdicts.comparisons]
    choices = [(choice_of(reply), item) for item, comparison in comparisons for reply in comparison.replies]
    return _mean([(choice == "a", item) for choice, item in choices if choice in ("a", "b")])


def _grades(items: Sequence[Item]) -> dict[str, Interval]:
    given: dict[str, list[tuple[float, Item]]] = defaultdict(list)
    for item in items:
        for graded in item.verdicts.grades:
            given[graded.arm] += [] if graded.grade is None else [(graded.grade, item)]
    return {arm: _mean(grades, LOWEST, HIGHEST) for arm, grades in sorted(given.items())}


def _unread(items: Sequence[Item]) -> Interval:
    return _mean([(graded.grade is None, item) for item in items for graded in item.verdicts.grades])


def _mean(values: Sequence[tuple[float, Item]], lowest: float = 0.0, highest: float = 1.0) -> Interval:
    questions = [item.question_id for _, item in values]
    return mean_interval([float(value) for value, _ in values], questions, lowest=lowest, highest=highest)
