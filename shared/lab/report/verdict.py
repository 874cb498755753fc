"""The verdict in words, derived from the numbers: nothing is said that an interval and a test do not allow."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.contests.parts import search_against_memory
from shared.lab.report.design import INTERACTION, Effect, simple
from shared.lab.report.numbers import AFTER_CUTOFF, UP_TO_CUTOFF, Numbers, cell
from shared.lab.report.phrasing import listed, percent, said_share
from shared.lab.report.runs import Spread
from shared.scoring import catalogue
from shared.scoring.catalogue import CORRECT
from shared.standings import ALL
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import lead, points, undecided


def paragraph(numbers: Numbers) -> str:
    """Who is right more often, what retrieval and tuning give, what the cutoff does, and what was not answered."""
    if not numbers.arms:
        return "There are no results to count, so there is no verdict."
    if not numbers.scored:
        asked = f"{numbers.provenance.questions} questions were asked"
        return f"{asked}, but no answer has a `correct` score, so there is no verdict: no accepted answers are known."
    said = [*_ranking(numbers), *_effects(numbers), *_cutoff(numbers), *_unanswered(numbers)]
    said += _repeated(numbers)
    return " ".join(said)


def sentences(numbers: Numbers, arms: Collection[str] | None = None) -> list[str]:
    """One sentence for each slice and pair of these arms that was decided, then one that lists what was not.

    Of the full design's six pairs only those with one cause to tell apart, and retrieval against memory.
    """
    chosen = [one for one in numbers.comparisons if one.slice in numbers.slices and one.slice != ALL]
    if arms is not None:
        chosen = [one for one in chosen if one.a in arms and one.b in arms]
    pairs = {tuple(sorted(pair)) for pair in _telling(numbers)}
    if set(numbers.arms) <= {arm for pair in pairs for arm in pair}:
        chosen = [one for one in chosen if tuple(sorted((one.a, one.b))) in pairs]
    order = list(numbers.slices)
    chosen.sort(key=lambda one: order.index(one.slice))
    decided = [f"On {one.slice} questions {_lead(one)}." for one in chosen if one.verdict != "undecided"]
    return [*decided, *_open(chosen)]


def _telling(numbers: Numbers) -> list[tuple[str, str]]:
    """Of a 2 x 2 the pairs with one cause to tell apart but for retrieval on top of tuning, and retrieval on its own
    against memory."""
    square = numbers.design.square
    alone = [(more, less) for _, more, less in simple(square) if (more, less) != (square.tuned_reading, square.tuned)]
    return alone + search_against_memory(numbers.provenance.contest.arms)


def _ranking(numbers: Numbers) -> Iterator[str]:
    means = sorted(_means(numbers).items(), key=lambda item: -(item[1].mean or 0.0))
    if not means:
        return
    best, found = means[0]
    if len(means) == 1:
        yield f"{best} was right on {said_share(found)}. There is no other arm to compare it with."
        return
    others = listed([f"{arm} {percent(one.mean)} (n = {one.n})" for arm, one in means[1:]])
    tied = [arm for arm, one in means[1:] if one.mean == found.mean]
    first = f"{listed([best, *tied])} share the highest accuracy" if tied else f"{best} was right most often"
    yield f"{first}: {said_share(found)}; {others}."
    yield from _against(numbers, best)


def _lead(one: Comparison) -> str:
    return lead(one, catalogue.does(one.metric))


def _means(numbers: Numbers) -> dict[str, Interval]:
    cells = {arm: cell(numbers, arm) for arm in numbers.arms}
    return {
        arm: one.scores[CORRECT]
        for arm, one in cells.items()
        if one and CORRECT in one.scores and arm not in numbers.silent
    }


def _against(numbers: Numbers, best: str) -> Iterator[str]:
    """The best arm's lead over each other: decided or not."""
    own = [one for one in _overall(numbers) if best in (one.a, one.b)]
    beaten = [one.b if one.a == best else one.a for one in own if one.verdict != "undecided"]
    if beaten:
        yield f"Its lead over {listed(beaten)} is decided."
    for one in own:
        if one.verdict == "undecided":
            yield f"Between {one.a} and {one.b} it is undecided ({undecided(one)})."


def _overall(numbers: Numbers, name: str = ALL) -> list[Comparison]:
    return [one for one in numbers.comparisons if one.metric == CORRECT and one.slice == name]


def _effects(numbers: Numbers) -> Iterator[str]:
    """Both main effects and their interaction, or the simple effects where only those could be counted."""
    effects, square = numbers.design.effects, numbers.design.square
    crossed = [one for one in effects if " and " in one.more and one.what != INTERACTION]
    for one in crossed or [one for one in effects if one.more in (square.base_reading, square.tuned)]:
        yield f"{_effect(one)}."
    for one in effects:
        if one.what == INTERACTION:
            yield f"{interaction(one.comparison)}."


def _effect(one: Effect) -> str:
    found = one.comparison
    what = one.what[0].upper() + one.what[1:]
    if found.verdict == "undecided":
        return f"{what}: the effect on accuracy is undecided ({undecided(found)})"
    changed = "raised" if (found.difference or 0) > 0 else "lowered"
    limits = f"95 % interval {points(found.low)} to {points(found.high)}, n = {found.n}"
    return f"{what}, {changed} accuracy by {points(abs(found.difference or 0), signed=False)} points ({limits})"


def interaction(found: Comparison) -> str:
    """Whether retrieval gives the tuned model more or less than it gives the base model."""
    if found.verdict == "undecided":
        return f"Whether retrieval and tuning help or hinder each other is undecided ({undecided(found)})"
    more = "more" if (found.difference or 0) > 0 else "less"
    limits = f"95 % interval {points(found.low)} to {points(found.high)}, n = {found.n}"
    size = points(abs(found.difference or 0), signed=False)
    return f"Retrieval gives the tuned model {size} points {more} than it gives the base model ({limits})"


def _cutoff(numbers: Numbers) -> Iterator[str]:
    """Retrieval against memory on either side of the adapter's cutoff."""
    for name in (UP_TO_CUTOFF, AFTER_CUTOFF):
        for one in _overall(numbers, name):
            if (min(one.a, one.b), max(one.a, one.b)) in search_against_memory(numbers.provenance.contest.arms):
                decided = one.verdict != "undecided"
                said = _lead(one) if decided else f"{one.a} against {one.b} is undecided ({undecided(one)})"
                yield f"On {name}, {said}."


def _unanswered(numbers: Numbers) -> Iterator[str]:
    """Failed and missing answers, which the accuracies count as not right; of those without an adapter the reason."""
    totals = {
        state: sum(kind.get(state, 0) for one in numbers.outcomes for kind in one.kinds)
        for state in ("failed", "missing")
    }
    if numbers.silent:
        arms = listed(list(numbers.silent))
        yield f"{arms} gave no answer to any question (see the table of outcomes), and the verdict leaves that out."
    if without := {one.arm: one.without_adapter for one in numbers.outcomes if one.without_adapter}:
        arms, put = listed(list(without)), sum(without.values())
        yield (
            f"No adapter yet: {put} questions were put to an arm without one ({arms}), "
            "and count as not right; `tiltyard tune` makes an adapter."
        )
    failed, missing, other = totals["failed"] - sum(without.values()), totals["missing"], " other" if without else ""
    if failed or missing:
        yield f"{failed}{other} answers failed and {missing} were missing; they count as not right."


def _repeated(numbers: Numbers) -> Iterator[str]:
    """Of several runs: what n counts, and effects that are decided over questions but not over runs."""
    found = numbers.runs
    if not found.names:
        return
    asked = numbers.provenance.questions
    yield f"n counts answers to {asked} questions in {len(found.names)} runs, clustered by question."
    decided = {one.what for one in numbers.design.effects if one.comparison.verdict != "undecided"}
    unsure = [one.what for one in found.effects if one.what in decided and _holds_zero(one)]
    if unsure:
        yield f"Over runs, these effects are not decided: {'; '.join(unsure)} (see the runs side by side)."


def _holds_zero(one: Spread) -> bool:
    return one.low is None or one.high is None or one.low <= 0 <= one.high


def _open(chosen: Sequence[Comparison]) -> Iterator[str]:
    """Pairs with the slices on which they may differ, or not: so few questions do not tell."""
    open_on: Mapping[str, list[str]] = defaultdict(list)
    for one in chosen:
        if one.metric == CORRECT and one.verdict == "undecided":
            open_on[f"{one.a} against {one.b}"].append(one.slice)
    if open_on:
        said = "; ".join(f"{pair} on {', '.join(slices)}" for pair, slices in open_on.items())
        yield f"Who is right more often is undecided at this number of questions: {said}."
