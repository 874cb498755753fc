"""Where tuning fails, and what the results of a contest do not tell: a line for each."""

from collections.abc import Iterator, Mapping, Sequence

from shared.lab.deciding.basis import Basis
from shared.lab.deciding.evidence import Answered, Contestant, Evidence
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import counted, listed, said_share
from shared.scoring.catalogue import HEADLINE
from shared.standings import ALL

Row = tuple[str, str]
FEW_DOCUMENTS, FEW_QUESTIONS, FEW_TRAININGS = 30, 10, 3


def where_tuning_fails(numbers: Numbers, evidence: Evidence) -> Row:
    """Of each contestant that trains: what it learned, what came later, and the kind of question it is worst at."""
    said = [_fails(numbers, one, evidence) for one in evidence.contestants if one.updating.by_training]
    asked = "Where does tuning fail?"
    return asked, f"{'; '.join(said)}." if said else "Not measured: no arm of the contest has an adapter."


def what_is_lacking(numbers: Numbers, evidence: Evidence, basis: Basis) -> Row:
    """Nothing said of it is a measurement: it is what no number of this page speaks of."""
    lacks = [*_kinds(numbers, basis), *_amounts(evidence, basis)]
    return "What do the data lack?", f"{'; '.join(lacks)}." if lacks else "Nothing that this page looks for."


def _fails(numbers: Numbers, one: Contestant, evidence: Evidence) -> str:
    known, pending = evidence.with_answer(one.known), evidence.with_answer(one.pending)
    rest = [item for item in known if item in evidence.untaught]
    taught = [item for item in known if item not in evidence.untaught]
    learned = (
        f"{_right(one.known, taught)} about what its pairs teach, on {_right(one.known, rest)} about the rest of the "
        "same news"
        if rest
        else f"{_right(one.known, known)} about news that it learned"
    )
    later = _right(one.pending, pending)
    return f"{one.name} was right on {learned}, on {later} about later news{_worst(numbers, one.name)}"


def _right(answers: Mapping[str, Answered], items: Sequence[str]) -> str:
    outcomes = [answers[item].outcome for item in items]
    return f"{outcomes.count('right'):,} of {counted(len(outcomes), 'question')}"


def _worst(numbers: Numbers, arm: str) -> str:
    """The kind of question that it is right on least often, among those with enough questions."""
    shares = [
        (of.scores[HEADLINE], of.slice)
        for of in numbers.table
        if of.arm == arm and of.slice != ALL and HEADLINE in of.scores and of.scores[HEADLINE].n >= FEW_QUESTIONS
    ]
    if len(shares) < 2:
        return ""
    share, name = min(shares, key=lambda each: (each[0].mean or 0.0, each[1]))
    return f", and least often on {name}: {said_share(share)}"


def _kinds(numbers: Numbers, basis: Basis) -> Iterator[str]:
    """Kinds of question that nobody asked, or too few."""
    if not basis.corrected:
        yield "no correction was asked about"
    if not basis.retracted:
        yield "no retraction was asked about"
    if not basis.unanswerable:
        yield "no question without an answer was asked"
    if not basis.joined:
        yield "no question needs several documents"
    few = [f"{name} ({n})" for name, n in numbers.slices.items() if name != ALL and 0 < n < FEW_QUESTIONS]
    if few:
        yield f"few questions are of {listed(few)}"


def _amounts(evidence: Evidence, basis: Basis) -> Iterator[str]:
    if basis.documents < FEW_DOCUMENTS:
        yield f"all questions are about {counted(basis.documents, 'document')}"
    if basis.undated:
        yield f"{counted(basis.undated, 'question')} about news of an unknown time"
    if evidence.trained.any() and basis.trainings < FEW_TRAININGS:
        yield f"{counted(basis.trainings, 'training')} of the three at least that speak of more than their adapters"
    elif not evidence.trained.any():
        yield "no arm learned the news"
    if basis.without_memory:
        yield f"no arm says what the model of {listed([*basis.without_memory])} knows without reading"
