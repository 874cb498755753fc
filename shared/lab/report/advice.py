"""What to do, in at most three sentences: what to use, how sure that is, and what would change it.

For readers who know their product and no statistics. Every word follows from a comparison that the report decides. What
an arm failed at comes before anything that is said of the others.
"""

from collections.abc import Iterator, Sequence
from math import ceil

from shared.lab.report.leader import against, ranking, use
from shared.lab.report.numbers import Numbers
from shared.lab.report.outcomes import Outcomes
from shared.lab.report.phrasing import MOST_QUESTIONS, counted, forecast, listed
from shared.lab.report.reversals import Reversal
from shared.lab.report.unfinished import caution, refused
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import points

FAILING = 0.1
"""The share of failed and missing answers from which on an arm is named before all else."""
NOTHING = "There are no results to count, so there is no verdict."


def paragraph(numbers: Numbers) -> str:
    """The opening as one text."""
    return " ".join(opening(numbers))


def opening(numbers: Numbers) -> list[str]:
    """At most three sentences."""
    if not numbers.arms:
        return [NOTHING]
    if not numbers.scored:
        return [_unscored(numbers)]
    ranked, reversal = ranking(numbers), _reversal(numbers)
    first = [
        *_cautions(numbers),
        *_failing(numbers),
        *([f"It depends on the question: {_either(reversal)}."] if reversal else []),
    ]
    change = [_tips(reversal)] if reversal and len(first) == 1 else _change(numbers, ranked)
    return [*first[:1], use(numbers, ranked), *change][:3]


def _unscored(numbers: Numbers) -> str:
    asked = counted(numbers.provenance.questions, "question")
    if any(sum(outcomes.unanswerable.values()) for outcomes in numbers.outcomes):
        return (
            f"Nothing tells which arm is right more often: none of the {asked} that were asked has an accepted answer. "
            "How often each arm declined, which is right where no document has an answer, stands below."
        )
    return f"No verdict: {asked} asked, and no accepted answers are known, so no answer could be scored."


def _cautions(numbers: Numbers) -> Iterator[str]:
    """Answers of a training that a time limit ended, or of an adapter that its gates refused."""
    voices = numbers.provenance.voices
    yield from (said for said in (caution(voices), refused(voices)) if said)


def failing(numbers: Numbers) -> dict[str, tuple[int, int]]:
    """Arms that often gave no answer -> how many answers failed or are missing, and of how many."""
    lost = {outcomes.arm: _lost(outcomes) for outcomes in numbers.outcomes}
    return {arm: (gone, asked) for arm, (gone, asked) in lost.items() if asked and gone >= FAILING * asked}


def _failing(numbers: Numbers) -> Iterator[str]:
    """A sentence for all of them."""
    arms = failing(numbers)
    if not arms:
        return
    said = listed([f"{arm} on {lost} of {counted(asked, 'question')}" for arm, (lost, asked) in arms.items()])
    without = {outcomes.arm: outcomes.without_adapter for outcomes in numbers.outcomes}
    if all(without[arm] == lost for arm, (lost, _) in arms.items()):
        yield (
            f"No adapter spoke for {said}: train one with `tiltyard tune`, or see in `tiltyard adapters list` why none "
            "serves, for nothing below tells what tuning gives."
        )
    else:
        yield f"No answer came from {said}: these count as not right, and say nothing of what the arm knows."


def _lost(outcomes: Outcomes) -> tuple[int, int]:
    """How many answers failed or are missing, and of how many."""
    kinds = outcomes.kinds
    return sum(kind.get("failed", 0) + kind.get("missing", 0) for kind in kinds), sum(sum(k.values()) for k in kinds)


def _reversal(numbers: Numbers) -> Reversal | None:
    """The surest pair of which each is better on some slices."""
    return next((reversal for reversal in numbers.apart.reversals if reversal.decided), None)


def _tips(reversal: Reversal) -> str:
    share, slices = f"{100 * reversal.tips:.0f} %", listed(list(reversal.for_b))
    return f"The mix decides: where more than {share} of these questions are {slices} ones, {reversal.b} leads."


def _either(reversal: Reversal) -> str:
    return (
        f"{reversal.a} is right more often on {listed(list(reversal.for_a))} questions, "
        f"{reversal.b} on {listed(list(reversal.for_b))} ones"
    )


def _change(numbers: Numbers, ranked: Sequence[tuple[str, Interval]]) -> Iterator[str]:
    """What this does not hold for, and what would decide what is open."""
    if len(ranked) < 2 or not ranked[0][1].mean:
        return
    best = ranked[0][0]
    pairs = against(numbers, best)
    others = [arm for arm, _ in ranked[1:] if arm in pairs]
    if not others:
        return
    open_arms = [arm for arm in others if pairs[arm].verdict == "undecided"]
    if once := [arm for arm in others if pairs[arm].one_training and arm not in open_arms]:
        yield from _once(numbers, best, once)
    if open_arms:
        yield _needed(pairs[open_arms[0]])
    else:
        whose = numbers.apart.mix.read_from
        mix = f"the mix of questions of {whose}" if whose else "the mix of questions that was asked"
        yield f"It holds for {mix}, with these documents, models and prompts; others may change it."


def _once(numbers: Numbers, best: str, others: Sequence[str]) -> Iterator[str]:
    tuned = {arm.name for arm in numbers.provenance.contest.arms if arm.is_tuned}
    trained = [arm for arm in (best, *others) if arm in tuned]
    if trained:
        yield (
            f"{listed(trained)} {'was' if len(trained) == 1 else 'were'} trained once: all this speaks of this adapter "
            "alone, and another training may change it."
        )


def _needed(comparison: Comparison) -> str:
    """How many questions would decide a difference as large as the one that was seen."""
    difference, smallest = abs(comparison.difference or 0.0), comparison.detectable
    if smallest is None:
        return f"{counted(comparison.n, 'question')} cannot decide it, however large the difference: ask more."
    if not difference or comparison.n * (smallest / difference) ** 2 > MOST_QUESTIONS:
        return "More questions will hardly decide it: say by `--margin` how small a difference does not matter."
    needed = ceil(comparison.n * max(1.0, (smallest / difference) ** 2))
    return (
        f"About {forecast(needed)} questions like these would decide a difference as large as this one "
        f"({points(difference, signed=False)} points) in four of five cases; `tiltyard plan` says more."
    )
