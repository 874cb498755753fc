"""How much of the known news training pairs teach, and what it would change if they taught more of it.

Made questions about what pairs teach flatter a trained arm, since people ask after the rest of the news too. So some
are asked about the rest, and both weigh as much as pairs teach of the names, numbers and dates of the news.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.lab.deciding.basis import Basis
from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.rule import decide
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.phrasing import counted, percent

STEP = 0.05


@dataclass(frozen=True)
class Taught:
    """`share`: of known news what pairs teach, None where that is not known. `asked`: questions about the rest.

    `turn`: from which share on another contestant is worth most, and which; None where none is up to all of it.
    """

    share: float | None
    asked: int
    turn: tuple[float, str] | None


def taught(evidence: Evidence, values: Values, rates: Rates) -> Taught | None:
    """None where nobody learns by training."""
    if not evidence.trained.any():
        return None
    asked = len(evidence.untaught)
    return Taught(evidence.taught, asked, _turn(evidence, values, rates) if asked else None)


def sentences(told: Taught | None, basis: Basis, best: str) -> list[str]:
    """None of questions that somebody wrote, who knows what people ask."""
    if told is None or not basis.made:
        return []
    return [*_said(told, best)]


def _said(told: Taught, best: str) -> Iterator[str]:
    if not told.asked:
        yield (
            "Made questions about learned news all ask what training pairs teach, and so flatter trained arms: people "
            "ask after the rest too."
        )
    elif told.share is None:
        yield (
            f"How much of the news training pairs teach is not known, and {counted(told.asked, 'answer')} about the "
            "rest weigh by their number: say it with --taught."
        )
    else:
        yield (
            f"Training pairs teach {percent(told.share)} of the names, numbers and dates in the news that was learned: "
            "of known news, questions about what they teach weigh that much here, and questions about the rest the "
            "remainder."
        )
        if told.turn is None:
            yield f"If they taught more, up to all of it, {best} would stay worth most."
        else:
            yield f"If they taught about {percent(told.turn[0])} or more, {told.turn[1]} would be worth most."


def _turn(evidence: Evidence, values: Values, rates: Rates) -> tuple[float, str] | None:
    """Up from the share that is, in steps; where it is not known, up from none."""
    [now] = decide(evidence, values, [rates])
    share = evidence.taught or 0.0
    steps = [step * STEP for step in range(1, round(1 / STEP) + 1) if step * STEP > share]
    for step in steps:
        [then] = decide(replace(evidence, taught=min(step, 1.0)), values, [rates])
        if now and then and then.best != now.best:
            return min(step, 1.0), then.best
    return None
