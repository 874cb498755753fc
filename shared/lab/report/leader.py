"""Which arm leads, over whom that is decided, and the sentence that says what to use.

An arm is recommended alone only where its lead over every other arm that can be used is decided; otherwise it is named
with those that it is not told from.
"""

from collections.abc import Mapping, Sequence

from shared.lab.report.numbers import Numbers, cell
from shared.lab.report.phrasing import counted, listed, percent, said_share
from shared.messages.contests import GOLD
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import points


def ranking(numbers: Numbers) -> list[tuple[str, Interval]]:
    """The arms that can be used, the one that was right most often first, with how often each was right.

    Left out are those without an answer, and those that are handed the right passages, which nobody has in earnest.
    """
    handed = {arm.name for arm in numbers.provenance.contest.arms if arm.context == GOLD}
    scored = {
        arm: row.scores[HEADLINE]
        for arm in numbers.arms
        if arm not in numbers.silent and arm not in handed and (row := cell(numbers, arm)) and HEADLINE in row.scores
    }
    return sorted(scored.items(), key=lambda item: -(item[1].mean or 0.0))


def against(numbers: Numbers, arm: str, name: str = ALL) -> dict[str, Comparison]:
    """The other arm -> its comparison with this one by the headline, in whichever direction it was counted."""
    chosen = [c for c in numbers.comparisons if c.metric == HEADLINE and c.slice == name and arm in (c.a, c.b)]
    return {c.b if c.a == arm else c.a: c for c in chosen}


def use(numbers: Numbers, ranked: Sequence[tuple[str, Interval]]) -> str:
    """What to use, and how sure that is."""
    if not ranked:
        return "No arm can be recommended: none that can be used in earnest has a scored answer."
    best, highest = ranked[0]
    if not highest.mean:
        return f"No arm can be used: none was right on any of {_of(numbers, highest.n)}."
    if len(ranked) == 1:
        return f"{best} was right on {said_share(highest)}, and there is no other arm to compare it with."
    pairs = against(numbers, best)
    others = [arm for arm, _ in ranked[1:] if arm in pairs]
    open_arms = [arm for arm in others if pairs[arm].verdict == "undecided"]
    alike = [arm for arm in others if pairs[arm].verdict == "equivalent"]
    if not others:
        return f"{best} was right on {said_share(highest)}; no question was answered by another arm too."
    if alike and not open_arms:
        return _use_either(best, alike, pairs)
    if open_arms:
        return _use_undecided(numbers, ranked, open_arms, pairs)
    return (
        f"Use {best}: it was right on {percent(highest.mean)} of {_of(numbers, highest.n)}, "
        f"{_lead(pairs[others[0]], best, others[0])}"
    )


def _use_either(best: str, alike: Sequence[str], pairs: Mapping[str, Comparison]) -> str:
    margin = points(pairs[alike[0]].margin, signed=False)
    return (
        f"Use the cheapest of {listed([best, *alike])}: how often they are right differs by less than the margin of "
        f"{margin} points ({_limits(pairs[alike[0]], best)})."
    )


def _use_undecided(
    numbers: Numbers,
    ranked: Sequence[tuple[str, Interval]],
    open_arms: Sequence[str],
    pairs: Mapping[str, Comparison],
) -> str:
    best, highest = ranked[0]
    second = open_arms[0]
    means = dict(ranked)
    every = len(open_arms) == len(ranked) - 1
    start = "No arm is shown to be better than the others" if every else f"Use {listed_or([best, *open_arms])}"
    tied = means[second].mean == highest.mean
    lead = (
        f"{best} and {second} were right equally often, {percent(highest.mean)} of {_of(numbers, highest.n)}"
        if tied
        else f"{best} leads with {percent(highest.mean)} before {second} with {percent(means[second].mean)}"
    )
    return f"{start}: {lead}, which decides nothing between them ({_limits(pairs[second], best)})."


def _lead(comparison: Comparison, best: str, second: str) -> str:
    """The lead over the next best, and whether it matters."""
    size = points(abs(comparison.difference or 0.0), signed=False)
    trivial = ", a lead too small to matter," if comparison.trivial else ""
    return f"{size} points more{trivial} than the next best, {second} ({_limits(comparison, best)})."


def _limits(comparison: Comparison, best: str) -> str:
    """The interval from the best arm's side."""
    sign = 1 if comparison.a == best else -1
    ends = sorted(sign * end for end in (comparison.low, comparison.high) if end is not None)
    if len(ends) < 2:
        return f"n = {comparison.n}"
    return f"95 % interval {points(ends[0])} to {points(ends[1])}, n = {comparison.n}"


def _of(numbers: Numbers, n: int) -> str:
    """What n counts, in a sentence."""
    if numbers.runs.names:
        return f"{n:,} answers to questions that have one"
    return f"{counted(n, 'question')} that {'has' if n == 1 else 'have'} an answer"


def listed_or(names: Sequence[str]) -> str:
    """a, b or c."""
    return listed(list(names)).replace(" and ", " or ")
