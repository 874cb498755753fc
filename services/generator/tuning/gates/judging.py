"""Whether a gate lets an adapter pass: its numbers against the recipe's thresholds, and why in words.

What a gate asks decides who must show what. One that asks for a gain passes on what is shown, so that nothing measured
is nothing passed. One that forbids a loss fails on what is shown, so that it passes where there was nothing to lose.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.generator.tuning.gates.asking import Sums
from services.generator.tuning.gates.measuring import FEWEST, Mean, Measure, change, mean, moved, shown, told
from services.generator.tuning.gates.plan import Gate, Speaker
from shared.messages import Against, GateResult, GateVerdict

DESPITE = "`tiltyard adapters promote NAME --despite-gates` lets it serve all the same"


@dataclass(frozen=True)
class Before:
    """The adapter that speaks now, if there is one: its name, and why it could not be asked, where it could not."""

    name: str = ""
    lost: str = ""


@dataclass(frozen=True)
class Unasked:
    """Why a gate asks nothing, and whether that keeps an adapter from serving."""

    why: str
    blocks: bool


def judged(
    gate: Gate, measure: Measure, new: Sums, others: Mapping[Speaker, Sums], *, before: Before, unasked: Unasked
) -> GateResult:
    """One gate's result. `others` are the speakers that were asked; `unasked` holds where `new` is empty."""
    wanted = threshold(gate, measure)
    if not new:
        failed = gate.binding and unasked.blocks
        verdict: GateVerdict = "failed" if failed else "not_measured"
        reason = f"{unasked.why}; {DESPITE}" if failed else unasked.why
        return GateResult(name=measure.name, measure=measure.says, verdict=verdict, threshold=wanted, reason=reason)
    own = mean(new, measure)
    changes = {speaker: change(new, sums, measure) for speaker, sums in others.items() if new.keys() & sums.keys()}
    faults = list(_faults(gate, measure, own, changes, before))
    return GateResult(
        name=measure.name,
        measure=measure.says,
        verdict=("failed" if faults else "passed") if gate.binding else "reported",
        reason="; ".join(faults) or f"{measure.says} is {shown(own, measure)}{_alone(gate, changes)}",
        threshold=wanted,
        n=own.n,
        value=told(own.value, measure),
        ci95=(told(own.low, measure), told(own.high, measure)),
        against=tuple(
            _against(speaker, others[speaker], by, measure, before.name if speaker == "previous" else None)
            for speaker, by in changes.items()
        ),
    )


def threshold(gate: Gate, measure: Measure) -> str:
    """What a gate asks for, in words."""
    parts = []
    if gate.least is not None:
        parts.append(f"{'at most' if measure.perplexity else 'at least'} {gate.least:g}")
    if gate.gains_on_base:
        parts.append("better than the base beyond chance")
    if gate.most_loss is not None:
        unit = f"{gate.most_loss:.0%}" if measure.perplexity else f"{gate.most_loss:g}"
        sure = "surely " if gate.certain else ""
        parts.append(f"{sure}no more than {unit} worse than {' and '.join(gate.against)}")
    return ("" if gate.binding else "reported only: ") + (", ".join(parts) or "nothing")


def _faults(gate: Gate, measure: Measure, own: Mean, changes: Mapping[Speaker, Mean], before: Before) -> Iterator[str]:
    """Every threshold that is missed, with its numbers."""
    is_now = f"{measure.says} is {shown(own, measure)}"
    if gate.least is not None and measure.sign * (told(own.value, measure) - gate.least) > 0:
        yield f"{is_now}, not {threshold(Gate(least=gate.least), measure)}"
    base = changes.get("base")
    if gate.gains_on_base and base is not None and not (base.is_shown and measure.sign * base.value < 0):
        yield f"{is_now}, not beyond chance better than the base ({moved(base, measure)}{_too_few(base)})"
    for speaker in gate.against if gate.most_loss is not None else ():
        by = changes.get(speaker)
        if by is not None and _loses(gate, measure, by):
            yield f"{is_now}, {moved(by, measure)} against {speaker}"
        elif by is None and speaker == "previous" and before.lost:
            yield f"{measure.says} was not compared with {before.name}, which serves: {before.lost}; {DESPITE}"


def _loses(gate: Gate, measure: Measure, by: Mean) -> bool:
    """Whether a change is a larger loss than is allowed, and not chance."""
    most = gate.most_loss or 0.0
    allowed = math.log1p(most) if measure.perplexity else most
    low, high = sorted((measure.sign * by.low, measure.sign * by.high))
    return high > allowed if gate.certain else measure.sign * by.value > allowed and low > 0


def _too_few(by: Mean) -> str:
    if by.groups >= FEWEST:
        return ""
    return f"; {FEWEST} independent questions must differ before that can be shown, and {by.groups} were asked"


def _alone(gate: Gate, changes: Mapping[Speaker, Mean]) -> str:
    compared = gate.most_loss is None or not changes.keys().isdisjoint(gate.against)
    return "" if compared else "; no adapter serves that it could be worse than"


def _against(speaker: Speaker, sums: Sums, by: Mean, measure: Measure, adapter: str | None) -> Against:
    return Against(
        speaker=speaker,
        adapter=adapter,
        n=by.n,
        value=told(mean(sums, measure).value, measure),
        change=told(by.value, measure),
        ci95=(told(by.low, measure), told(by.high, measure)),
    )
