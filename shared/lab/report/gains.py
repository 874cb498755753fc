"""What better search, better reading, and tuning could give or gave: differences of arms that differ in one thing.

An arm whose context is `gold` reads the passages of the question's gold documents. Held against the arm of the same
speaker that searches, question by question, it says what perfect search would change, which counting the found
questions apart (`mistakes`) cannot: those may be the easier ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.contests.parts import Step, Tuned, memory_against_gold, of_tuning, searches_against_gold
from shared.lab.report.paired import answerable, paired
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores, within
from shared.messages import ContestTaken, Result
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval

EXACT = "exact_match"
MEASURES = (HEADLINE, EXACT)
"""What an arm knows, and whether it says it in the form of the accepted answers."""


@dataclass(frozen=True)
class Gain:
    """`more` minus `less`, question by question, by each of `MEASURES` that both have; `what` differs between them."""

    what: str
    more: str
    less: str
    comparisons: Mapping[str, Comparison]


@dataclass(frozen=True)
class Ceiling:
    """Of one arm that reads what the question needs, `n` questions that name their gold documents.

    `found`: how often the arm `less` that searches is right there. `given`: how often it is with the right passages.
    `unread`: the rest, which no better search can give: the passages were there, and were not read rightly.
    """

    speaker: str
    searching: str
    given_arm: str
    found: Interval
    given: Interval
    unread: Interval


@dataclass(frozen=True)
class Gains:
    """`passages`: for each speaker the right ones against those that it finds, and against none.

    `tuning`: knowledge, reading and style of each track, `form_shown` whether reading is apart from style in it.
    """

    ceilings: tuple[Ceiling, ...]
    passages: tuple[Gain, ...]
    tuning: tuple[Gain, ...]
    form_shown: bool


def gains(results: Sequence[Result], contest: ContestTaken, scores: Mapping[str, Scores], rule: Rule) -> Gains:
    """All that the arms of the contest allow to tell, on questions that have an accepted answer."""
    arms = contest.arms
    known = answerable(results)
    named = {r.question.question_id for r in results if r.question.gold_document_ids and r.question.references}
    everything, gold = _narrowed(scores, known), _narrowed(scores, named)
    search, tuned = searches_against_gold(arms), of_tuning(arms)
    steps = [(f"better search, for {step.less}", step) for step in search]
    steps += [(f"the right passages, for {step.less}", step) for step in memory_against_gold(arms)]
    return Gains(
        ceilings=tuple(ceiling for step in search if (ceiling := _ceiling(step, gold.get(HEADLINE, {}), rule))),
        passages=_gains(steps, gold, rule),
        tuning=_gains([gain for track in tuned for gain in _of_track(track)], everything, rule),
        form_shown=any(track.form_shown for track in tuned),
    )


def _of_track(track: Tuned) -> Iterator[tuple[str, Step]]:
    """Knowledge and reading are the adapter's; style is what showing the form gives without any training."""
    for what, step in (
        ("knowledge", track.knowledge),
        ("reading" if track.form_shown else "reading and style together", track.reading),
        ("style", track.style),
    ):
        if step:
            yield what, step


def _narrowed(scores: Mapping[str, Scores], questions: set[str]) -> dict[str, Scores]:
    return {
        measure: {arm: within(column, questions) for arm, column in scores[measure].items()}
        for measure in MEASURES
        if measure in scores
    }


def _gains(labelled: Sequence[tuple[str, Step]], scores: Mapping[str, Scores], rule: Rule) -> tuple[Gain, ...]:
    """All of them one family for Holm's adjustment."""
    different = list(dict.fromkeys(labelled))
    pairs = [(step.more, step.less) for _, step in different]
    comparisons = paired(scores, pairs, rule, lower=catalogue.where("lower"))
    told = [
        Gain(what, step.more, step.less, {c.metric: c for c in comparisons if (c.a, c.b) == (step.more, step.less)})
        for what, step in different
    ]
    return tuple(gain for gain in told if gain.comparisons)


def _ceiling(step: Step, right: Scores, rule: Rule) -> Ceiling | None:
    """None where the two arms have no question in common."""
    common = right.get(step.more, {}).keys() & right.get(step.less, {}).keys()
    if not common:
        return None
    given, found = within(right[step.more], common), within(right[step.less], common)
    told = rule.intervals(
        {
            ("found", step.less): found,
            ("given", step.more): given,
            ("unread", step.more): {question: 1.0 - value for question, value in given.items()},
        }
    )
    return Ceiling(
        speaker=step.speaker,
        searching=step.less,
        given_arm=step.more,
        found=told["found", step.less],
        given=told["given", step.more],
        unread=told["unread", step.more],
    )
