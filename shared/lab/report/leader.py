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
from shared.statistics.families import LEVEL
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
    alike = [arm for arm in others if pairs[arm].verdict == "equivalent" or pairs[arm].trivial]
    if not others:
        return f"{best} was right on {said_share(highest)}; no question was answered by another arm too."
    if open_arms:
        return _use_undecided(numbers, ranked, open_arms, pairs)
    if alike:
        return _use_either(numbers, best, alike, pairs)
    second = others[0]
    size = points(abs(pairs[second].difference or 0.0), signed=False)
    return (
        f"Use {best}: it was right on {percent(highest.mean)} of {_of(numbers, highest.n)}, {size} points more than "
        f"the next best, {second} ({_limits(pairs[second], best)})."
    )


def _use_either(numbers: Numbers, best: str, alike: Sequence[str], pairs: Mapping[str, Comparison]) -> str:
    """Arms whose difference does not matter: what they cost decides."""
    pair = pairs[alike[0]]
    matters = "a point" if pair.margin is None else f"the margin of {points(pair.margin, signed=False)} points"
    start = f"Use the cheapest of {listed([best, *alike])}" if len(alike) > 1 else f"Use {best} or {alike[0]}"
    times = {cost.arm: cost.own.p50 for cost in numbers.costs if cost.arm in (best, *alike) and cost.own.p50}
    quickest = min(times, key=lambda arm: times[arm] or 0.0) if len(times) == len(alike) + 1 else None
    time = f"; {quickest} takes the least time for an answer" if quickest else ""
    return f"{start}: how often they are right differs by less than {matters} ({_limits(pair, best)}){time}."


def _use_undecided(
    numbers: Numbers,
    ranked: Sequence[tuple[str, Interval]],
    open_arms: Sequence[str],
    pairs: Mapping[str, Comparison],
) -> str:
    """The leader among those that it is not told from; of a tie all that share it."""
    best, highest = ranked[0]
    every = len(open_arms) == len(ranked) - 1
    start = "No arm is shown to be better than the others" if every else f"Use {listed_or([best, *open_arms])}"
    of = _of(numbers, highest.n)
    if tied := [arm for arm, interval in ranked[1:] if interval.mean == highest.mean]:
        return f"{start}: {listed([best, *tied])} were right equally often, {percent(highest.mean)} of {of}."
    second, pair = open_arms[0], pairs[open_arms[0]]
    why = "which decides nothing between them"
    if pair.p is not None and pair.p < LEVEL and pair.detectable is not None:
        why = "which would count alone and does not among all that was compared"
    return (
        f"{start}: {best} leads with {percent(highest.mean)} before {second} with {percent(dict(ranked)[second].mean)} "
        f"of {of}, {why} ({_limits(pair, best)})."
    )


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
