"""The 2 x 2 design: closed-book and open-book by base and tuned, and what each factor gives on its own.

Two arms alone would mix up two causes. With four, the effect of retrieval, of tuning, and whether they help or hinder
each other (their interaction) can be told apart, question by question: the contrasts of a 2 x 2 within-subject design
(Fisher 1935), each a paired comparison.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.contests.parts import Square, search_against_memory
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores, within
from shared.messages import ArmTaken
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.judging import Verdict
from shared.statistics.margins import Side

INTERACTION = "interaction"
SWAPPED: Mapping[Verdict, Verdict] = {"a": "b", "b": "a"}

_SIDES: Mapping[Side, Side] = {"a": "b", "b": "a"}


@dataclass(frozen=True)
class Effect:
    """`what` gives `comparison.difference`: mean of `more` minus mean of `less`, question by question."""

    what: str
    more: str
    less: str
    comparison: Comparison


@dataclass(frozen=True)
class Design:
    """`n` questions that all arms of `arms` have a score for; only these count in the cells and in crossed effects.

    `cells`: metric -> arm -> mean with interval. `effects`: of `right`; those whose arms were asked. A simple effect
    is the pair's comparison; both main effects and the interaction are a family of their own for Holm's adjustment.
    """

    square: Square
    n: int
    arms: tuple[str, ...]
    cells: Mapping[str, Mapping[str, Interval]]
    effects: tuple[Effect, ...]


def design(square: Square, scores: Mapping[str, Scores], rule: Rule, overall: Sequence[Comparison]) -> Design:
    """The cells that there are and the effects that they allow to tell; `overall`: the pairs' comparisons."""
    is_right = scores.get(HEADLINE, {})
    arms = tuple(arm for arm in square.arms if is_right.get(arm))
    common = set.intersection(*(set(is_right[arm]) for arm in arms)) if arms else set()
    columns = {
        (metric, arm): within(scores[metric][arm], common)
        for metric in rows()
        for arm in arms
        if within(scores.get(metric, {}).get(arm, {}), common)
    }
    intervals = rule.intervals(columns)
    cells = {
        metric: {arm: interval for (other, arm), interval in intervals.items() if other == metric}
        for metric in dict.fromkeys(metric for metric, _ in intervals)
    }
    mine = {arm: within(is_right[arm], common) for arm in arms}
    averaged = _crossed(square, mine, rule) if common and len(arms) == len(square.corners) else []
    return Design(square, len(common), arms, cells, (*_simple(square, overall), *averaged))


def rows() -> tuple[str, ...]:
    """The measures of the table, the one that effects are told of last."""
    chosen = [name for name, column in catalogue.shown().items() if column.design]
    return (*(name for name in chosen if name != HEADLINE), HEADLINE)


def simple(square: Square) -> list[tuple[str, str, str]]:
    """What the effect is of, the arm that has it, and the arm that has not; those whose arms compete."""
    base, base_reading, tuned, tuned_reading = square.corners
    effects = (
        ("retrieval, for the base model", base_reading, base),
        ("retrieval, for the tuned model", tuned_reading, tuned),
        ("tuning, without retrieval", tuned, base),
        ("tuning, with retrieval", tuned_reading, base_reading),
    )
    return [(what, more, less) for what, more, less in effects if more is not None and less is not None]


def telling(square: Square, arms: Sequence[ArmTaken]) -> list[tuple[str, str]]:
    """Of a 2 x 2 the pairs with one cause to tell apart but for retrieval on top of tuning, and retrieval on its own
    against memory."""
    alone = [(more, less) for _, more, less in simple(square) if (more, less) != (square.tuned_reading, square.tuned)]
    return alone + search_against_memory(arms)


def crossed(square: Square) -> list[tuple[str, tuple[str, str], tuple[str, str]]]:
    """The same of both main effects and the interaction, each between two pairs of arms; none without all four."""
    if not square.whole:
        return []
    base, base_reading, tuned, tuned_reading = square.arms
    return [
        ("retrieval, on average over both models", (base_reading, tuned_reading), (base, tuned)),
        ("tuning, on average with and without retrieval", (tuned, tuned_reading), (base, base_reading)),
        (INTERACTION, (tuned_reading, base), (base_reading, tuned)),
    ]


def _simple(square: Square, overall: Sequence[Comparison]) -> Iterator[Effect]:
    for what, more, less in simple(square):
        for comparison in overall:
            if comparison.metric == HEADLINE and {comparison.a, comparison.b} == {more, less} and comparison.n:
                yield Effect(what, more, less, comparison if comparison.a == more else flipped(comparison))


def _crossed(square: Square, is_right: Scores, rule: Rule) -> list[Effect]:
    """Both main effects and the interaction; a margin is for arms, and not for these."""
    sides: dict[str, dict[str, float]] = {}
    wanted = [(what, " and ".join(more), " and ".join(less)) for what, more, less in crossed(square)]
    for _, more, less in crossed(square):
        sides |= {" and ".join(pair): _mean(is_right, *pair) for pair in (more, less)}
    pairs = [(more, less) for _, more, less in wanted]
    comparisons = rule.compare({HEADLINE: sides}, pairs=pairs, margin=False)
    return [
        Effect(what, more, less, _doubled(comparison) if what == INTERACTION else comparison)
        for (what, more, less), comparison in zip(wanted, comparisons, strict=True)
    ]


def flipped(comparison: Comparison) -> Comparison:
    """The same comparison, seen from the other arm."""
    low, high = (None if end is None else -end for end in (comparison.high, comparison.low))
    return replace(
        comparison,
        a=comparison.b,
        b=comparison.a,
        mean_a=comparison.mean_b,
        mean_b=comparison.mean_a,
        difference=None if comparison.difference is None else -comparison.difference,
        low=low,
        high=high,
        verdict=SWAPPED.get(comparison.verdict, comparison.verdict),
        no_worse=_SIDES.get(comparison.no_worse, comparison.no_worse) if comparison.no_worse else None,
    )


def _mean(is_right: Scores, first: str, second: str) -> dict[str, float]:
    """The mean of two arms, question by question."""
    return {name: (value + is_right[second][name]) / 2 for name, value in is_right[first].items()}


def _doubled(comparison: Comparison) -> Comparison:
    """The interaction is (tuned+rag - tuned) - (base+rag - base): twice the difference of the two diagonals' means."""
    difference, low, high, smallest = (
        None if value is None else 2 * value
        for value in (comparison.difference, comparison.low, comparison.high, comparison.detectable)
    )
    within = smallest if smallest is not None and smallest <= 1 else None
    return replace(comparison, difference=difference, low=low, high=high, detectable=within)
