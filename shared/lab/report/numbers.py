"""Every number of a report, counted once: what `report.json` holds, and what pages, tables and plots show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.contests.parts import squares
from shared.lab.audit import counting as auditing
from shared.lab.audit.counting import Audited
from shared.lab.audit.few_labels import FewLabels, brought_together
from shared.lab.judging import report as judge_report
from shared.lab.judging import summary as judges
from shared.lab.report.attributes import Group, groups
from shared.lab.report.certainty import calibrated
from shared.lab.report.comparing import by_cutoff, compared
from shared.lab.report.costs import Cost, costs
from shared.lab.report.curves import Curve, age_curve, freshness_curve
from shared.lab.report.design import Design, design
from shared.lab.report.examples import Example, examples
from shared.lab.report.material import Material
from shared.lab.report.mistakes import Mistakes, mistakes, retrieval_arms
from shared.lab.report.outcomes import Caution, Outcomes, cautions, counts
from shared.lab.report.provenance import Provenance, provenance
from shared.lab.report.rule import Rule, trained
from shared.lab.report.runs import Runs, spread_over
from shared.lab.report.scores import Scores, arms_of, clusters_of, interval_of, scores_of, slices_of
from shared.lab.report.table import Cell, cells
from shared.lab.report.told_apart import ToldApart, told_apart
from shared.lab.voting import report as votes_report
from shared.lab.voting import summary as votes
from shared.lab.voting.settings import PER_VOTER_PER_HOUR
from shared.messages import ContestTaken, Result
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL
from shared.statistics.calibration import Calibration
from shared.statistics.clusters import layout
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import in_words

VERSION = "2"


@dataclass(frozen=True)
class Staleness:
    """A retrieval arm with evidence that was up to date, and with `stale` evidence (see promise of freshness)."""

    arm: str
    fresh: Interval
    stale: Interval


@dataclass(frozen=True)
class Numbers:
    """A report in numbers. Means are shares of 1 and come with n and 95 % limits; see each part for its meaning.

    `silent` arms failed at every question or were always late, such as a tuned arm without an adapter: their zeros are
    shown, and compared with nothing. `margin`: a smaller difference of shares does not matter; None where none was set.
    """

    version: str
    arms: tuple[str, ...]
    silent: tuple[str, ...]
    margin: float | None
    slices: Mapping[str, int]
    clusters: int
    scored: int
    table: Sequence[Cell]
    outcomes: Sequence[Outcomes]
    design: Design
    further_designs: Sequence[Design]
    comparisons: Sequence[Comparison]
    age: Curve
    freshness: Curve
    staleness: Sequence[Staleness]
    costs: Sequence[Cost]
    cautions: Sequence[Caution]
    certainty: Mapping[str, Calibration]
    mistakes: Sequence[Mistakes]
    examples: Sequence[Example]
    groups: Sequence[Group]
    runs: Runs
    apart: ToldApart
    votes: votes.Summary
    judges: Sequence[judges.Judge]
    audit: Audited | None
    few_labels: Sequence[FewLabels]
    provenance: Provenance

    def as_dict(self) -> dict[str, Any]:
        """For JSON; every comparison with its sentence."""
        comparisons = [asdict(comparison) | {"sentence": in_words(comparison)} for comparison in self.comparisons]
        people = votes_report.of(self.votes).model_dump(mode="json")
        models = [judge_report.of(judge).model_dump(mode="json") for judge in self.judges]
        return asdict(self) | {"comparisons": comparisons, "votes": people, "judges": models}


def count(material: Material, *, per_hour: int = PER_VOTER_PER_HOUR, margin: float | None = None) -> Numbers:
    """Count all, `per_hour` of a voter's votes. Seeded: equal results, equal numbers. Of hundreds it takes seconds."""
    results, contest = material.results, material.contest
    arms, scores = arms_of(results, contest), scores_of(results)
    clusters, slices = clusters_of(results, material.asked), slices_of(results)
    correct, retrieving = scores.get(HEADLINE, {}), retrieval_arms(results, arms, contest)
    outcomes, rule = counts(results, arms), Rule(clusters, material.runs, trained(contest.arms), margin)
    spoken = _without(scores, silent := [of_arm.arm for of_arm in outcomes if of_arm.silent])
    comparisons = compared(spoken, slices | by_cutoff(material), rule, contest)
    first, *further = _designs(contest, spoken, rule, comparisons)
    return Numbers(
        version=VERSION,
        arms=tuple(arms),
        silent=tuple(silent),
        margin=margin,
        slices={name: len(members) for name, members in slices.items()},
        clusters=layout(list(clusters), clusters.links).clusters if clusters else 0,
        scored=len(set().union(*correct.values())),
        table=cells(scores, arms=arms, slices=slices, rule=rule),
        outcomes=outcomes,
        design=first,
        further_designs=further,
        comparisons=comparisons,
        age=age_curve(material, correct, clusters),
        freshness=freshness_curve(material, correct, clusters),
        staleness=[_staleness(results, arm, correct, clusters) for arm in retrieving],
        costs=costs(results, correct, clusters, arms),
        cautions=cautions(results, arms, clusters),
        certainty={arm: calibration for arm in arms if (calibration := calibrated(results, arm, clusters)).n},
        mistakes=mistakes(results, retrieving, clusters),
        examples=examples(results, arms, retrieving),
        groups=groups(material, correct, clusters),
        runs=spread_over(material.runs, spoken.get(HEADLINE, {}), arms, first.square),
        apart=told_apart(material, spoken, rule, comparisons, square=first.square, slices=slices),
        votes=votes.summarise(results, (), per_hour=per_hour),
        judges=judges.summarise(results, per_hour=per_hour),
        audit=auditing.count(material.audit, results, arms, clusters) if material.audit else None,
        few_labels=brought_together(results, material.audit, clusters, per_hour=per_hour),
        provenance=provenance(material),
    )


def _without(scores: Mapping[str, Scores], silent: Sequence[str]) -> dict[str, Scores]:
    return {
        metric: {arm: column for arm, column in by_arm.items() if arm not in silent}
        for metric, by_arm in scores.items()
    }


def _designs(
    contest: ContestTaken,
    spoken: Mapping[str, Scores],
    rule: Rule,
    comparisons: Sequence[Comparison],
) -> list[Design]:
    """One for each 2 x 2 part of the contest."""
    overall = [comparison for comparison in comparisons if comparison.slice == ALL]
    return [design(square, spoken, rule, overall) for square in squares(contest.arms)]


def _staleness(results: Sequence[Result], arm: str, correct: Scores, clusters: Mapping[str, str]) -> Staleness:
    apart: dict[bool, dict[str, float]] = {False: {}, True: {}}
    for result in results:
        name = result.question.question_id
        if arm in result.answers and name in correct.get(arm, {}):
            apart[result.answers[arm].answer.stale][name] = correct[arm][name]
    return Staleness(arm, interval_of(apart[False], clusters), interval_of(apart[True], clusters))


def cell(numbers: Numbers, arm: str, slice_name: str = ALL) -> Cell | None:
    """One cell of the table of arms."""
    return next((cell for cell in numbers.table if (cell.arm, cell.slice) == (arm, slice_name)), None)
