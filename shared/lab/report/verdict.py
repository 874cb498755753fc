"""The verdict in words, derived from the numbers: nothing is said that an interval and a test do not allow."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.contests.parts import search_against_memory
from shared.lab.report.advice import failing
from shared.lab.report.comparing import AFTER_CUTOFF, UP_TO_CUTOFF
from shared.lab.report.design import INTERACTION, Effect, telling
from shared.lab.report.leader import ranking
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import listed, percent, said_share
from shared.messages.contests import GOLD
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import lead, points, undecided

MOST_DECIDED = 12
"""Pairs of arms and slices that are told one by one."""


def details(numbers: Numbers) -> list[str]:
    """What was not answered, who is right how often, what retrieval and tuning give, and what the cutoff does."""
    if not numbers.scored:
        return []
    ranked = ranking(numbers)
    causes = [*_effects(numbers), *_cutoff(numbers)] if ranked and ranked[0][1].mean else []
    return [*_unanswered(numbers), *_ranking(ranked), *causes, *_repeated(numbers)]


def sentences(numbers: Numbers, arms: Collection[str] | None = None) -> list[str]:
    """One sentence for each slice and pair of these arms that was decided, then one that lists what was not.

    Of the full design's six pairs only those with one cause to tell apart, and retrieval against memory. Arms that are
    handed the right passages, or shown the form, have a section of their own. Where more than a dozen are decided,
    the pairs of the leading arm are told and those with one cause to tell apart, and how many others are decided.
    """
    slices = [name for name in numbers.slices if name != ALL]
    chosen = [comparison for comparison in numbers.comparisons if comparison.slice in slices]
    if arms is not None:
        chosen = [comparison for comparison in chosen if comparison.a in arms and comparison.b in arms]
    pairs = {tuple(sorted(pair)) for pair in telling(numbers.design.square, numbers.provenance.contest.arms)}
    arms_apart = {arm.name for arm in numbers.provenance.contest.arms if arm.context == GOLD or arm.shows_examples}
    if set(numbers.arms) - arms_apart <= {arm for pair in pairs for arm in pair}:
        chosen = [comparison for comparison in chosen if tuple(sorted((comparison.a, comparison.b))) in pairs]
    chosen.sort(key=lambda comparison: slices.index(comparison.slice))
    decided = [comparison for comparison in chosen if comparison.verdict != "undecided"]
    if len(decided) > MOST_DECIDED:
        chosen = [comparison for comparison in chosen if _matters(comparison, pairs, numbers)]
    told = [comparison for comparison in chosen if comparison.verdict != "undecided"]
    return [
        *(f"On {comparison.slice} questions {_lead(comparison)}." for comparison in told),
        *_untold(len(decided) - len(told)),
        *_open(chosen),
    ]


def _matters(comparison: Comparison, pairs: Collection[tuple[str, ...]], numbers: Numbers) -> bool:
    """Whether it has the arm that is right most often, or one cause to tell apart."""
    best = {arm for arm, _ in ranking(numbers)[:1]}
    return not best.isdisjoint((comparison.a, comparison.b)) or tuple(sorted((comparison.a, comparison.b))) in pairs


def _untold(count: int) -> Iterator[str]:
    if count:
        yield f"{count} more of such pairs are decided; the report's last table has every comparison."


def _ranking(ranked: Sequence[tuple[str, Interval]]) -> Iterator[str]:
    """Every arm's share of right answers, once."""
    if ranked:
        said = [f"{ranked[0][0]} {said_share(ranked[0][1])}"]
        said += [f"{arm} {percent(interval.mean)}" for arm, interval in ranked[1:]]
        yield f"Right answers to questions that have one: {listed(said)}."


def _lead(comparison: Comparison) -> str:
    return lead(comparison, catalogue.does(comparison.metric))


def _overall(numbers: Numbers, name: str = ALL) -> list[Comparison]:
    of_being_right = [comparison for comparison in numbers.comparisons if comparison.metric == HEADLINE]
    return [comparison for comparison in of_being_right if comparison.slice == name]


def _effects(numbers: Numbers) -> Iterator[str]:
    """Both main effects and their interaction, or the simple effects where only those could be counted.

    None that an arm takes part in which often gave no answer: the effect would be of its failures.
    """
    lost, square = failing(numbers), numbers.design.square
    effects = [e for e in numbers.design.effects if lost.keys().isdisjoint({*_arms(e.more), *_arms(e.less)})]
    crossed = [effect for effect in effects if " and " in effect.more and effect.what != INTERACTION]
    for effect in crossed or [effect for effect in effects if effect.more in (square.base_reading, square.tuned)]:
        yield f"{_effect(effect)}."
    for effect in effects:
        if effect.what == INTERACTION:
            yield f"{interaction(effect.comparison)}."


def _arms(side: str) -> list[str]:
    return side.split(" and ")


def _effect(effect: Effect) -> str:
    """What the effect is of is its first word: tuning, which one training says nothing of but this adapter."""
    comparison = effect.comparison
    cause, _, where = effect.what.partition(", ")
    if comparison.one_training and cause == "tuning":
        cause = "this adapter"
    if comparison.verdict == "undecided":
        return f"Whether {cause}, {where}, makes answers right more often is undecided ({undecided(comparison)})"
    if comparison.verdict == "equivalent":
        within = points(comparison.margin, signed=False)
        return f"{_capital(cause)}, {where}, makes a difference of less than {within} points ({_limits(comparison)})"
    more = "more" if (comparison.difference or 0) > 0 else "less"
    size = points(abs(comparison.difference or 0), signed=False)
    return f"{_capital(cause)}, {where}, makes answers right {size} points {more} often ({_limits(comparison)})"


def interaction(comparison: Comparison) -> str:
    """Whether retrieval gives the tuned model more or less than it gives the base model."""
    if comparison.verdict == "undecided":
        return f"Whether retrieval and tuning help or hinder each other is undecided ({undecided(comparison)})"
    more = "more" if (comparison.difference or 0) > 0 else "less"
    size = points(abs(comparison.difference or 0), signed=False)
    return f"Retrieval gives the tuned model {size} points {more} than it gives the base model ({_limits(comparison)})"


def _limits(comparison: Comparison) -> str:
    return f"95 % interval {points(comparison.low)} to {points(comparison.high)}, n = {comparison.n}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _cutoff(numbers: Numbers) -> Iterator[str]:
    """Retrieval against memory on either side of the adapter's cutoff."""
    pairs = search_against_memory(numbers.provenance.contest.arms)
    for name in (UP_TO_CUTOFF, AFTER_CUTOFF):
        for comparison in _overall(numbers, name):
            first, second = comparison.a, comparison.b
            if (min(first, second), max(first, second)) not in pairs:
                continue
            if comparison.verdict == "undecided":
                yield f"On {name}, {first} against {second} is undecided ({undecided(comparison)})."
            else:
                yield f"On {name}, {_lead(comparison)}."


def _unanswered(numbers: Numbers) -> Iterator[str]:
    """Failed and missing answers, which the accuracies count as not right; of those without an adapter the reason."""
    totals = {
        state: sum(kind.get(state, 0) for arm_outcomes in numbers.outcomes for kind in arm_outcomes.kinds)
        for state in ("failed", "missing")
    }
    if numbers.silent:
        arms = listed(list(numbers.silent))
        yield f"{arms} gave no answer to any question (see the table of outcomes), and the verdict leaves that out."
    if without := {
        arm_outcomes.arm: arm_outcomes.without_adapter
        for arm_outcomes in numbers.outcomes
        if arm_outcomes.without_adapter
    }:
        arms, put = listed(list(without)), sum(without.values())
        yield (
            f"No adapter yet: {put} questions were put to an arm without one ({arms}), "
            "and count as not right; `tiltyard tune` makes an adapter."
        )
    failed, missing, other = totals["failed"] - sum(without.values()), totals["missing"], " other" if without else ""
    if failed or missing:
        yield f"{failed}{other} answers failed and {missing} were missing; they count as not right."


def _repeated(numbers: Numbers) -> Iterator[str]:
    """Of several runs: what n counts."""
    if numbers.runs.names:
        yield (
            f"n counts answers to {numbers.provenance.questions} questions in {len(numbers.runs.names)} runs. What was "
            "said to one question in all runs counts together, and so does what one training answered."
        )


def _open(chosen: Sequence[Comparison]) -> Iterator[str]:
    """Pairs with the slices on which they may differ, or not: so few questions do not tell."""
    open_on: Mapping[str, list[str]] = defaultdict(list)
    for comparison in chosen:
        if comparison.metric == HEADLINE and comparison.verdict == "undecided":
            open_on[f"{comparison.a} against {comparison.b}"].append(comparison.slice)
    if open_on:
        pairs = "; ".join(f"{pair} on {', '.join(slices)}" for pair, slices in open_on.items())
        yield f"Who is right more often is undecided at this number of questions: {pairs}."
