"""How the arms of a report are compared everywhere: what hangs together, what is a sample, and what matters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.scores import intervals_of
from shared.messages import ArmTaken
from shared.statistics.clusters import links_of
from shared.statistics.comparison import Comparison, Scores, compare
from shared.statistics.intervals import Interval


@dataclass(frozen=True)
class Rule:
    """`clusters`: question id -> what it depends on. `runs`: question id -> its run; empty where there was one.

    `trained`: arms that differ between runs for having been trained anew. `margin`: what a difference must exceed to
    matter, as a share; None where nobody said.
    """

    clusters: Mapping[str, str]
    runs: Mapping[str, str]
    trained: Collection[str]
    margin: float | None = None

    def compare(
        self,
        scores: Mapping[str, Scores],
        *,
        pairs: Sequence[tuple[str, str]] | None = None,
        slices: Mapping[str, Collection[str]] | None = None,
        sliced: Collection[tuple[str, str]] | None = None,
        lower_is_better: Collection[str] = (),
        margin: bool = True,
    ) -> list[Comparison]:
        """By `shared.statistics.comparison`, one call being one family. Without the margin where `margin` is false.

        A side that stands for several arms, "tuned and tuned+rag", is trained where any of them is.
        """
        sides = {side for by_side in scores.values() for side in by_side}
        return compare(
            scores,
            slices=slices,
            pairs=pairs,
            sliced=sliced,
            links=links_of(self.clusters),
            runs=self.runs,
            trained=[side for side in sides if not set(self.trained).isdisjoint(side.split(" and "))],
            margin=self.margin if margin else None,
            lower_is_better=lower_is_better,
        )

    def intervals(self, columns: Mapping[tuple[str, str], Mapping[str, float]]) -> dict[tuple[str, str], Interval]:
        """Of columns by (metric, arm): over questions, and of a trained arm over runs as well."""
        over_runs = {key: column for key, column in columns.items() if key[1] in self.trained and self.runs}
        others = {key: column for key, column in columns.items() if key not in over_runs}
        known = intervals_of(others, self.clusters) | intervals_of(over_runs, self.clusters, self.runs)
        return {key: known[key] for key in columns}


def trained(arms: Sequence[ArmTaken]) -> frozenset[str]:
    """The arms that an adapter speaks for."""
    return frozenset(arm.name for arm in arms if arm.is_tuned)
