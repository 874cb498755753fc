"""A plan: how many questions, documents and trainings decide what is wanted, calculated first and then tried out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.lab.planning.trying import Advance, Trial, Trying
from shared.statistics.planning import Assumptions, Pair, Wanted, checked, documents

TRAININGS = (3, 5, 8, 12)  # of fewer than three no deviation can be told


@dataclass(frozen=True)
class Need:
    """What a pair asks for: documents by the number of trainings; None where no number of documents is enough."""

    pair: Pair
    size: float
    documents: Mapping[int, int | None]


@dataclass(frozen=True)
class Plan:
    """`needs`: every pair's. `hardest`: the pair that asks for most, which was tried out with `trainings` in `trials`.

    `documents` and `questions`: what all trials together say is enough; None where none of them came near.
    """

    assumptions: Assumptions
    wanted: Wanted
    family: int
    needs: Sequence[Need]
    hardest: Pair | None
    trainings: int
    trials: Sequence[Trial]
    documents: int | None
    questions: int | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        alike = {f"{a} : {b}": value for (a, b), value in self.assumptions.alike.items()}
        return asdict(self) | {"assumptions": asdict(self.assumptions) | {"alike": alike}}


def make(
    assumptions: Assumptions,
    wanted: Wanted,
    *,
    trainings: int | None = None,
    experiments: int = 200,
    seed: int = 1,
    advance: Advance | None = None,
) -> Plan:
    """The plan. With `wanted.size` 0 each pair is to be decided at the difference of its own rates.

    ValueError: the assumptions contradict themselves, or there is nothing to decide.
    """
    checked(assumptions)
    options = _options(assumptions, trainings)
    needs = [_need(assumptions, pair, wanted, options) for pair in assumptions.pairs]
    needs = [need for need in needs if need.size]
    if not needs:
        raise ValueError("all rates are equal: say which difference is to be decided, or within which margin")
    hardest, chosen = _hardest(needs, options)
    family = len(assumptions.pairs)
    if hardest is None:
        return Plan(assumptions, wanted, family, needs, None, chosen, (), None, None)
    sized = Wanted(hardest.size, wanted.equal, wanted.power)
    trying = Trying(assumptions, hardest.pair, sized, chosen, experiments, seed, advance)
    trials = trying.tried(hardest.documents[chosen] or 0)
    enough = trying.enough(trials)
    questions = None if enough is None else round(enough * assumptions.per_document)
    return Plan(assumptions, wanted, family, needs, hardest.pair, chosen, trials, enough, questions)


def _options(assumptions: Assumptions, trainings: int | None) -> tuple[int, ...]:
    if trainings is not None:
        return (trainings,)
    return TRAININGS if assumptions.trained and assumptions.deviation else (1,)


def _need(assumptions: Assumptions, pair: Pair, wanted: Wanted, options: Sequence[int]) -> Need:
    size = wanted.size or abs(assumptions.rates[pair[0]] - assumptions.rates[pair[1]])
    sized = Wanted(size, wanted.equal, wanted.power)
    family = len(assumptions.pairs)
    counted = {
        option: documents(assumptions, pair, sized, trainings=option, family=family) if size else None
        for option in options
    }
    return Need(pair, size, counted)


def _hardest(needs: Sequence[Need], options: Sequence[int]) -> tuple[Need | None, int]:
    """The pair that asks for most documents, with the number of trainings that takes the fewest answers in all."""
    answers = dict[int, int]()
    for option in options:
        asked = [need.documents[option] for need in needs]
        if None not in asked:
            answers[option] = option * max(count or 0 for count in asked)
    if not answers:
        return None, options[-1]
    chosen = min(answers, key=lambda option: answers[option])
    return max(needs, key=lambda need: need.documents[chosen] or 0), chosen
