"""The decisions of a report as rows: each pair that a sentence is said of, what was seen, and what follows from it."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.contests.parts import search_against_memory
from shared.lab.report.comparing import AFTER_CUTOFF, UP_TO_CUTOFF
from shared.lab.report.design import flipped, telling
from shared.lab.report.leader import against, ranking
from shared.lab.report.numbers import Numbers
from shared.lab.report.paired import Pair
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.comparison import Comparison
from shared.statistics.wording import points


@dataclass(frozen=True)
class Decision:
    """`comparison` is seen from its arm a, which was right more often; `on`: the questions that it is over."""

    on: str
    comparison: Comparison

    @property
    def outcome(self) -> str:
        """Better, equivalent or undecided, and what else a margin allows to say."""
        comparison = self.comparison
        a, b = comparison.a, comparison.b
        said = {"a": f"{a} is better", "b": f"{b} is better", "undecided": "undecided"}.get(comparison.verdict)
        if said is None:
            said = f"equivalent within {points(comparison.margin, signed=False)} points"
        elif comparison.verdict == "undecided" and comparison.no_worse is not None:
            sure = {"a": a, "b": b, "both": "neither"}[comparison.no_worse]
            said += f"; {sure} is no worse by {points(comparison.margin, signed=False)} points"
        marks = [
            mark
            for mark, holds in (("too small to matter", comparison.trivial), ("one training", comparison.one_training))
            if holds
        ]
        return f"{said} ({', '.join(marks)})" if marks else said


def decisions(numbers: Numbers) -> list[Decision]:
    """The leader against every other arm, pairs with one cause to tell apart, then both sides of the cutoff."""
    chosen = list(dict.fromkeys(frozenset(pair) for pair in _pairs(numbers)))
    rows = [_decision(numbers, pair, ALL) for pair in chosen]
    memory = [frozenset(pair) for pair in search_against_memory(numbers.provenance.contest.arms)]
    rows += [_decision(numbers, pair, side) for side in (UP_TO_CUTOFF, AFTER_CUTOFF) for pair in memory]
    return [row for row in rows if row]


def _pairs(numbers: Numbers) -> Iterator[Pair]:
    ranked = ranking(numbers)
    for arm in ranked[:1]:
        yield from ((arm[0], other) for other in against(numbers, arm[0]))
    yield from telling(numbers.design.square, numbers.provenance.contest.arms)


def _decision(numbers: Numbers, pair: frozenset[str], name: str) -> Decision | None:
    for comparison in numbers.comparisons:
        if comparison.metric == HEADLINE and comparison.slice == name and {comparison.a, comparison.b} == pair:
            turned = flipped(comparison) if (comparison.difference or 0.0) < 0 else comparison
            return Decision("all questions" if name == ALL else name, turned)
    return None
