"""Whether questions that rules make decide as written ones do, and as the truth of many trainings is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import hypot

from bench.decisions import weighing
from bench.decisions.both import is_made
from shared.jobs.asking import UNTAUGHT
from shared.lab.deciding import of_results, placing
from shared.lab.deciding.of_results import UpdateCosts
from shared.lab.deciding.rule import Decision, decide
from shared.lab.deciding.trial import DOCUMENT_S
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.material import Material, Times, combined, gather
from shared.lab.report.phrasing import counted
from shared.lab.report.scores import clusters_of
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE, RIGHTLY
from shared.statistics.clusters import links_of
from shared.statistics.comparison import Comparison, compare

APART = 0.1
LEARNED, RIGHT = "learned", "right"
SLICES = (LEARNED, "new", "corrected", "retracted", "unanswerable")
"""Of questions that both kinds have: what a decision weighs is how arms do on each, not in which shares they come."""
Runs = Mapping[str, Sequence[Result]]


@dataclass(frozen=True)
class SideBySide:
    """One difference of two arms in right answers, by written and by made questions."""

    written: Comparison
    made: Comparison

    @property
    def gap(self) -> float:
        return (self.made.difference or 0.0) - (self.written.difference or 0.0)

    @property
    def limits(self) -> tuple[float, float]:
        """95 % limits of the gap, as if the two kinds had no document in common: too wide rather than too narrow."""
        reach = hypot(_half(self.written), _half(self.made))
        return self.gap - reach, self.gap + reach

    @property
    def contradicts(self) -> bool:
        """Whether both are decided, and for another arm."""
        return {"a", "b"} <= {self.written.verdict, self.made.verdict}

    @property
    def has_other_sign(self) -> bool:
        """Whether what is decided by either kind has another sign by the other."""
        decided = {self.written.verdict, self.made.verdict} & {"a", "b"}
        return bool(decided) and (self.written.difference or 0.0) * (self.made.difference or 0.0) < 0


@dataclass(frozen=True)
class Held:
    """A decision held against the truth. `lost`: how much less the recommended arm is truly worth than the best."""

    decision: Decision
    truth: Decision

    @property
    def lost(self) -> float:
        return max(worth.mean for worth in self.truth.worths.values()) - self.truth.worths[self.decision.best].mean

    @property
    def is_wrong(self) -> bool:
        """Whether it is decided, and costs more than the margin."""
        return self.decision.decided and self.lost > self.truth.margin


def material(runs: Runs, times: Times, *, made: bool) -> Material:
    """The results of one kind of question."""
    of_kind = {
        name: [result for result in results if is_made(result.question.question_id) is made]
        for name, results in runs.items()
    }
    gathered = {name: gather(results, read_from=name, times=times) for name, results in of_kind.items()}
    return combined(gathered, read_from="results")


def decision(of: Material, rates: Rates, training_s: float, taught: float | None = None) -> Decision:
    """As `tiltyard decide` makes it with the usual worths. Raises ValueError as it does."""
    evidence = of_results.evidence(placing.placed(of), UpdateCosts(DOCUMENT_S, training_s), taught_share=taught)
    [made] = decide(evidence, Values(), [rates])
    if made is None:
        raise ValueError(f"no arm keeps up with {rates.updates_per_day:g} updates a day")
    return made


def side_by_side(written: Material, made: Material, taught: float | None = None) -> Iterator[SideBySide]:
    """All differences in right answers on each of the kinds; `taught`: of learned news what the pairs teach."""
    by_written, by_made = (
        {(of.slice, of.a, of.b): of for of in _differences(each, share)}
        for each, share in ((written, None), (made, taught))
    )
    for names, of_written in by_written.items():
        if (of_made := by_made.get(names)) is not None:
            yield SideBySide(of_written, of_made)


def parted(runs: Runs, most: int) -> tuple[Runs, Runs]:
    """The first so many trainings, and the others."""
    ordered = [*runs.items()]
    return dict(ordered[:most]), dict(ordered[most:])


def said(
    runs: Runs, times: Times, rates: Rates, training_s: float, by: int, taught: float | None = None
) -> Iterator[str]:
    """Differences over all trainings; decisions of the first `by`, held against the truth, which is of the others."""
    written, made = (material(runs, times, made=kind) for kind in (False, True))
    both = list(side_by_side(written, made, taught))
    for pair in both:
        yield (
            f"  {pair.written.slice}, {pair.written.a} - {pair.written.b}: written {_said(pair.written)}; "
            f"made {_said(pair.made)}; "
            f"apart {100 * pair.gap:+.1f} ({100 * pair.limits[0]:+.1f} to {100 * pair.limits[1]:+.1f})"
        )
    yield f"  decided for different arms: {_share(both, lambda pair: pair.contradicts)}"
    yield f"  decided by one kind, of another sign by the other: {_share(both, lambda pair: pair.has_other_sign)}"
    yield f"  more than {100 * APART:.0f} points apart: {_share(both, lambda pair: abs(pair.gap) > APART)}"
    few, others = parted(runs, by)
    if not others:
        yield f"  no truth: all {len(runs)} trainings are those that decide; measure more, or say less with --by"
        return
    truth = decision(material(others, times, made=False), rates, training_s)
    yield f"  truth, written questions and {counted(len(others), 'other training')}: {_worths(truth)}"
    for kind, name in ((True, "made"), (False, "written")):
        held = Held(decision(material(few, times, made=kind), rates, training_s, taught if kind else None), truth)
        yield (
            f"  {name} questions, {counted(len(few), 'training')}: {held.decision.best}, worth {held.lost:.3f} less "
            f"than the truly best (margin {truth.margin:g}): {_verdict(held)}"
        )


def _verdict(held: Held) -> str:
    if not held.decision.decided:
        return f"undecided against {', '.join(held.decision.rivals)}"
    return "decided, WRONG" if held.is_wrong else "decided, right"


def _differences(of: Material, taught: float | None) -> list[Comparison]:
    """Of every pair of arms on each of the slices, trainings and documents as samples.

    Learned news is what the pairs teach and the rest, which weigh as `taught` says, or by their number.
    """
    learned = [result for result in of.results if result.question.slice in (LEARNED, UNTAUGHT)]
    of_slice = {name: [result for result in of.results if result.question.slice == name] for name in SLICES}
    found = []
    for name, on in (of_slice | {LEARNED: learned}).items():
        links = links_of(clusters_of(on, of.asked))
        columns = {
            (a, b): weighing.sides(_scores(on, a), _scores(on, b), on, links, taught if name == LEARNED else None)
            for a, b in combinations(of.contest.arm_names, 2)
        }
        scores = {f"{a} {b}": {a: first, b: second} for (a, b), (first, second) in columns.items()}
        trained = [arm.name for arm in of.contest.arms if arm.is_tuned]
        pairs = compare(scores, links=links, runs=of.runs, trained=trained)
        found += [replace(each, slice=name, metric=RIGHT) for each in pairs if each.difference is not None]
    return found


def _scores(results: Sequence[Result], arm: str) -> dict[str, float]:
    return {result.question.question_id: _right(result, arm) for result in results}


def _right(result: Result, arm: str) -> float:
    """1 where it is right, or rightly declined where nothing is; an arm that said nothing is not."""
    scored, measure = result.answers.get(arm), RIGHTLY if result.question.references == () else HEADLINE
    return scored.scores.get(measure, 0.0) if scored else 0.0


def _worths(decision: Decision) -> str:
    ordered = sorted(decision.worths.items(), key=lambda item: -item[1].mean)
    return ", ".join(f"{name} {worth.mean:+.3f} ({worth.low:+.3f} to {worth.high:+.3f})" for name, worth in ordered)


def _share(pairs: Sequence[SideBySide], holds: Callable[[SideBySide], bool]) -> str:
    return f"{sum(map(holds, pairs))} of {len(pairs)}"


def _half(of: Comparison) -> float:
    return ((of.high or 0.0) - (of.low or 0.0)) / 2


def _said(of: Comparison) -> str:
    low, high = of.low or 0.0, of.high or 0.0
    return f"{100 * (of.difference or 0.0):+.1f} ({100 * low:+.1f} to {100 * high:+.1f}), n = {of.n}, {of.verdict}"
