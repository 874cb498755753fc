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
class TaughtShare:
    """`share`: of known news what pairs teach, None where that is not known. `answers`: those about the rest.

    `weighed`: whether both kinds weigh by the share. `turn`: from which share on another contestant is worth most, and
    which; None where none is up to all of it.
    """

    share: float | None
    answers: int
    weighed: bool
    turn: tuple[float, str] | None


def told(evidence: Evidence, values: Values, rates: Rates) -> TaughtShare | None:
    """None where nobody learns by training."""
    if not evidence.trained.any():
        return None
    weighed = bool(evidence.weighed)
    turn = (
        _turn(evidence, evidence.taught_share, values, rates) if weighed and evidence.taught_share is not None else None
    )
    return TaughtShare(evidence.taught_share, len(evidence.untaught), weighed, turn)


def sentences(taught: TaughtShare | None, basis: Basis, best: str) -> list[str]:
    """None of questions that somebody wrote, who knows what people ask."""
    if taught is None or not basis.made:
        return []
    return [*_said(taught, best)]


def _said(taught: TaughtShare, best: str) -> Iterator[str]:
    if not taught.answers:
        yield (
            "Made questions about learned news all ask what training pairs teach, and so flatter trained arms: people "
            "ask after the rest too."
        )
    elif taught.share is None:
        yield (
            f"How much of the news training pairs teach is not known, and {counted(taught.answers, 'answer')} about "
            "the rest weigh by their number: say it with --taught."
        )
    elif not taught.weighed:
        yield (
            f"Training pairs teach {percent(taught.share)} of the names, numbers and dates in the news that was "
            "learned, but too few questions ask either what they teach or the rest to weigh both by that: they weigh "
            "by their number, which flatters trained arms."
        )
    else:
        yield (
            f"Training pairs teach {percent(taught.share)} of the names, numbers and dates in the news that was "
            "learned: of known news, questions about what they teach weigh that much here, and questions about the "
            "rest the remainder."
        )
        if taught.turn is None:
            yield f"If they taught more, up to all of it, {best} would stay worth most."
        else:
            yield f"If they taught about {percent(taught.turn[0])} or more, {taught.turn[1]} would be worth most."


def _turn(evidence: Evidence, share: float, values: Values, rates: Rates) -> tuple[float, str] | None:
    """Up from the share that is, in steps."""
    [now] = decide(evidence, values, [rates])
    for step in (step * STEP for step in range(1, round(1 / STEP) + 1)):
        higher = min(step, 1.0)
        [then] = decide(replace(evidence, taught_share=higher), values, [rates]) if higher > share else [None]
        if now and then and then.best != now.best:
            return higher, then.best
    return None
