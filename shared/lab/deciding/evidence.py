"""What was measured of each contestant: its answers about news it has taken up and about news it has not, and costs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from shared.lab.deciding.values import Values
from shared.statistics.clusters import Layout, layout
from shared.statistics.resampling import Floats, summed

Outcome = Literal["right", "wrong", "silent"]


@dataclass(frozen=True)
class Answered:
    """What came of one question: its outcome, and in seconds how long the asker waited and the machine worked."""

    outcome: Outcome
    wait_s: float
    machine_s: float

    def worth(self, values: Values) -> float:
        """To the asker, waiting and work included."""
        given = {"right": values.right, "wrong": values.wrong, "silent": values.silent}[self.outcome]
        return given + values.second * self.wait_s + values.machine_second * self.machine_s


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
    question, or a question in one training. Raises ValueError where nothing is known of either.
    """

    name: str
    known: Mapping[str, Answered]
    pending: Mapping[str, Answered]
    updating: Updating

    def __post_init__(self) -> None:
        if not self.known or not self.pending:
            missing = "has taken up" if not self.known else "has not taken up yet"
            raise ValueError(f"{self.name}: no question about news that it {missing} was measured; ask some")


@dataclass(frozen=True)
class Evidence:
    """Contestants over the same questions. `links`: item -> its documents; `runs`: item -> the training it is of.

    `unanswerable` are items that no news answers, whatever was taken up: each contestant has them among the known and
    the pending, where they weigh as much as among all that was asked.
    """

    contestants: Sequence[Contestant]
    links: Mapping[str, Collection[str]]
    runs: Mapping[str, str]
    unanswerable: Collection[str] = ()

    def __post_init__(self) -> None:
        if len(self.contestants) < 2:
            raise ValueError("a decision is between two contestants at least")
        if len({contestant.name for contestant in self.contestants}) < len(self.contestants):
            raise ValueError("two contestants have one name")

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

    def totals(self, values: Values) -> Floats:
        """Of each row of the layout the sums of each contestant's worth of known and of pending news, and the items.

        Shape (rows, 2 x contestants + 1), scaled so that a column's total by the number of items is its mean.
        """
        place = {item: at for at, item in enumerate(self.items)}
        share = len(self.unanswerable) / len(place)
        columns = np.zeros((len(place), 2 * len(self.contestants) + 1))
        columns[:, -1] = 1.0
        for at, one in enumerate(self.contestants):
            for column, answers in ((2 * at, one.known), (2 * at + 1, one.pending)):
                apart = sum(item in self.unanswerable for item in answers)
                weights = {True: share / max(1, apart), False: (1 - share) / max(1, len(answers) - apart)}
                for item, answered in answers.items():
                    weight = len(place) * weights[item in self.unanswerable]
                    columns[place[item], column] = weight * answered.worth(values)
        return summed(columns, self.hang.rows)
