"""What was measured of each contestant: its answers about news it has taken up and about news it has not, and costs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Literal, get_args

import numpy as np

from shared.lab.deciding.values import Values
from shared.statistics.clusters import Layout, layout
from shared.statistics.resampling import Floats, summed

Outcome = Literal["right", "wrong", "silent"]
FEWEST_WEIGHED = 2
"""Documents, or groups of them: one alone does not say how far two lie apart."""


@dataclass(frozen=True)
class Answered:
    """What came of one question: its outcome, and in seconds how long the asker waited and the machine worked."""

    outcome: Outcome
    wait_s: float
    machine_s: float

    def worth(self, values: Values) -> float:
        """To the asker, waiting and work included."""
        given = {"right": values.right, "wrong": values.wrong, "silent": values.silent}[self.outcome]
        return given + self.cost(values)

    def cost(self, values: Values) -> float:
        """What waiting and work add to its worth, whatever was answered."""
        return values.second * self.wait_s + values.machine_second * self.machine_s


@dataclass(frozen=True)
class Updating:
    """How news is taken up: one document after another, or all that is there by one training.

    `seconds`: from a document's publication, or from the start of a training, until questions are answered by it.
    `machine_s`: what the machine works for that. `document_s`: what it works for each document beside trainings.
    """

    by_training: bool
    seconds: float
    machine_s: float
    document_s: float = 0.0


@dataclass(frozen=True)
class Contestant:
    """One way of knowing the news.

    `known` is item -> its answer about news that it has taken up, `pending` about news that it has not: an item is a
    question, or a question in one training. `own` are all answers that it gave, each once, for what they cost.
    """

    name: str
    known: Mapping[str, Answered]
    pending: Mapping[str, Answered]
    updating: Updating
    own: Mapping[str, Answered]

    @property
    def wait_s(self) -> float:
        """The mean wait for its answers."""
        return fmean(answered.wait_s for answered in self.own.values())

    @property
    def machine_s(self) -> float:
        """The mean work of the machine for one of its answers."""
        return fmean(answered.machine_s for answered in self.own.values())


@dataclass(frozen=True)
class Counted:
    """Worths added up. `means`: of each contestant those of known and of pending news, in turn; `costs` is the part of
    them that waiting and work make.

    `residuals`: of each row of the layout how far its answers lie from those means, weighted so that the sum over the
    number of items is the error of the mean; and in the last column the items of the row. `most`: the largest weight
    of an answer in each column.
    """

    means: Floats
    costs: Floats
    residuals: Floats
    most: Floats


@dataclass(frozen=True)
class Evidence:
    """Contestants over the same questions. `links`: item -> its documents; `runs`: item -> the training it is of.

    `unanswerable` are items that no news answers, whatever was taken up: contestants have them among the known and the
    pending, where they weigh as much as among all that was asked. `bad`: the largest share of the items that may ask
    nothing sensible, as a review tells. `untaught` are items about known news that no training pair teaches; the other
    known ones with an answer weigh `taught_share` of both, or as many as they are where that is None. Raises ValueError
    where that makes no comparison.
    """

    contestants: Sequence[Contestant]
    links: Mapping[str, Collection[str]]
    runs: Mapping[str, str]
    unanswerable: Collection[str] = ()
    bad: float = 0.0
    untaught: Collection[str] = ()
    taught_share: float | None = None

    def __post_init__(self) -> None:
        if len(self.contestants) < 2:
            raise ValueError("a decision is between two contestants at least")
        if len({contestant.name for contestant in self.contestants}) < len(self.contestants):
            raise ValueError("two contestants have one name")
        if not 0 <= self.bad <= 1:
            raise ValueError(f"bad: {self.bad:g} is no share of the questions")
        if self.taught_share is not None and not 0 <= self.taught_share <= 1:
            raise ValueError(f"taught_share: {self.taught_share:g} is no share of the known news")
        for one in self.contestants:
            for what, answers in (("has taken up", one.known), ("has not taken up yet", one.pending)):
                if set(answers) <= set(self.unanswerable):
                    raise ValueError(f"{one.name}: no question about news that it {what} was measured; ask some")

    @cached_property
    def items(self) -> list[str]:
        """All that was asked of anyone."""
        return sorted({item for one in self.contestants for item in (*one.known, *one.pending)})

    @cached_property
    def hang(self) -> Layout:
        """Which items are not independent, by documents and by trainings."""
        return layout(self.items, self.links, {item: self.runs.get(item, "") for item in self.items})

    @property
    def trainings(self) -> int:
        return len(set(self.runs.values()))

    @property
    def trained(self) -> Floats:
        """1 for each contestant that learns by training, else 0."""
        return np.array([float(one.updating.by_training) for one in self.contestants])

    def counted(self, values: Values) -> Counted:
        """A mean is over strata, each of a share that is the same for everyone."""
        place = {item: at for at, item in enumerate(self.items)}
        sides = [answers for one in self.contestants for answers in (one.known, one.pending)]
        columns, (means, costs, most) = np.zeros((len(place), len(sides) + 1)), np.zeros((3, len(sides)))
        columns[:, -1] = 1.0
        for column, answers in enumerate(sides):
            for items, share in self._strata(answers, is_known=column % 2 == 0):
                worths = np.array([answers[item].worth(values) for item in items])
                weight = len(place) * share / len(items)
                means[column] += share * worths.mean()
                costs[column] += share * fmean(answers[item].cost(values) for item in items)
                most[column] = max(most[column], weight)
                columns[[place[item] for item in items], column] = weight * (worths - worths.mean())
        return Counted(means, costs, summed(columns, self.hang.rows), most)

    def outcomes(self, answers: Mapping[str, Answered], *, is_known: bool) -> dict[Outcome, float]:
        """Of answers to questions that news answers, the share of each outcome; strata weigh as in the worth."""
        shares = dict.fromkeys(get_args(Outcome), 0.0)
        for items, share in self._answerable(self.with_answer(answers), is_known=is_known):
            for item in items:
                shares[answers[item].outcome] += share / len(items)
        return shares

    def with_answer(self, items: Iterable[str]) -> list[str]:
        """Those of the items that news answers."""
        return [item for item in items if item not in self.unanswerable]

    @property
    def weighed(self) -> list[tuple[list[str], float]]:
        """Known items that pairs teach and the rest, each with its share; empty where they weigh by their number."""
        known = sorted({item for one in self.contestants for item in self.with_answer(one.known)})
        parts = self._answerable(known, is_known=True)
        return parts if len(parts) > 1 else []

    def _strata(self, answers: Mapping[str, Answered], *, is_known: bool) -> list[tuple[list[str], float]]:
        """Items with their share of the mean; who was asked nothing without an answer is judged on the others alone."""
        apart = [item for item in answers if item in self.unanswerable]
        share = len(self.unanswerable) / len(self.items) if apart else 0.0
        answerable = self._answerable(self.with_answer(answers), is_known=is_known)
        return [
            (items, part) for items, part in ((apart, share), *((of, (1 - share) * p) for of, p in answerable)) if items
        ]

    def _answerable(self, items: Sequence[str], *, is_known: bool) -> list[tuple[list[str], float]]:
        """Those that pairs teach and the rest, where both were asked of enough documents and the share is known."""
        parts = [[item for item in items if (item in self.untaught) == is_rest] for is_rest in (False, True)]
        documents = [len({frozenset(self.links.get(item, (item,))) for item in part}) for part in parts]
        if self.taught_share is None or not is_known or min(documents) < FEWEST_WEIGHED:
            return [([*items], 1.0)]
        return [*zip(parts, (self.taught_share, 1 - self.taught_share), strict=True)]
