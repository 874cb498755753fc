"""Whether a gate lets an adapter pass: numbers with 95 % intervals against the recipe's thresholds, and why in words.

Shares are means over questions. Perplexity is exp of the mean negative log-likelihood per token, pooled over texts
(Jelinek et al. 1977); two of them are compared by their quotient. Intervals are those of `shared/statistics`, with
questions about one document drawn together.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from services.generator.tuning.gates.asking import Sums
from services.generator.tuning.gates.plan import Gate, Speaker
from shared.messages import Against, GateResult, GateVerdict
from shared.statistics.intervals import mean_limits
from shared.statistics.resampling import numbered, summed

LARGEST_SURPRISE = 12.0
"""Nats for a token, where a sample cannot say more: one in 160,000, about the largest vocabularies."""


@dataclass(frozen=True)
class Measure:
    """How a gate's numbers are read: `perplexity`, or a share of questions. `clusters`: question -> its group."""

    name: str
    says: str
    clusters: Mapping[str, str]
    perplexity: bool = False

    @property
    def scale(self) -> float:
        """The largest mean."""
        return LARGEST_SURPRISE if self.perplexity else 1.0


@dataclass(frozen=True)
class Mean:
    """A mean with its limits; n counts questions or texts."""

    n: int
    value: float
    low: float
    high: float


def judged(
    gate: Gate, measure: Measure, new: Sums, others: Mapping[Speaker, Sums], *, previous: str, unmeasured: str
) -> GateResult:
    """One gate's result. `others` are the speakers there are; `previous` is the name of the adapter before."""
    wanted = threshold(gate, measure)
    if not new:
        verdict: GateVerdict = "failed" if gate.binding and unmeasured == "fail" else "not_measured"
        return GateResult(name=measure.name, measure=measure.says, verdict=verdict, threshold=wanted,
                          reason="there is nothing to ask")  # fmt: skip
    own = _mean(new, measure, lowest=0.0)
    changes = {speaker: _change(new, sums, measure) for speaker, sums in others.items() if new.keys() & sums.keys()}
    faults = list(_faults(gate, measure, own, changes))
    return GateResult(
        name=measure.name,
        measure=measure.says,
        verdict=("failed" if faults else "passed") if gate.binding else "reported",
        reason="; ".join(faults) or f"{measure.says} is {_shown(own, measure)}",
        threshold=wanted,
        n=own.n,
        value=_told(own.value, measure),
        ci95=(_told(own.low, measure), _told(own.high, measure)),
        against=tuple(
            _against(speaker, others[speaker], changes[speaker], measure, previous if speaker == "previous" else None)
            for speaker in changes
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


def _faults(gate: Gate, measure: Measure, own: Mean, changes: Mapping[Speaker, Mean]) -> Iterator[str]:
    """Every threshold that is missed, with its numbers."""
    sign = 1.0 if measure.perplexity else -1.0
    value = _told(own.value, measure)
    if gate.least is not None and sign * (value - gate.least) > 0:
        yield f"{measure.says} is {_shown(own, measure)}, not {threshold(Gate(least=gate.least), measure)}"
    base = changes.get("base")
    if gate.gains_on_base and base is not None and (base.high >= 0 if measure.perplexity else base.low <= 0):
        moved = _moved(base, measure)
        yield f"{measure.says} is {_shown(own, measure)}, not beyond chance better than the base ({moved})"
    allowed = math.log1p(gate.most_loss or 0.0) if measure.perplexity else gate.most_loss or 0.0
    for speaker in gate.against if gate.most_loss is not None else ():
        change = changes.get(speaker)
        if change is None:
            continue
        losses = sorted((sign * change.low, sign * change.high))
        if losses[1] > allowed if gate.certain else sign * change.value > allowed and losses[0] > 0:
            yield f"{measure.says} is {_shown(own, measure)}, {_moved(change, measure)} against {speaker}"


def _mean(sums: Sums, measure: Measure, *, lowest: float) -> Mean:
    """Sums over counts, with limits from groups drawn whole."""
    groups = numbered([measure.clusters[key] for key in sums])
    totals = summed(np.array(list(sums.values()), dtype=np.float64), groups)
    low, high = mean_limits(totals, np.array([lowest]), np.array([measure.scale]))
    pooled = totals.sum(axis=0)
    return Mean(len(sums), float(pooled[0] / pooled[1]), float(low[0]), float(high[0]))


def _change(new: Sums, other: Sums, measure: Measure) -> Mean:
    """New minus other over the questions that both have."""
    both = {key: (new[key][0] - other[key][0], new[key][1]) for key in new if key in other}
    return _mean(both, measure, lowest=-measure.scale)


def _against(speaker: Speaker, sums: Sums, change: Mean, measure: Measure, adapter: str | None) -> Against:
    return Against(
        speaker=speaker,
        adapter=adapter,
        n=change.n,
        value=_told(_mean(sums, measure, lowest=0.0).value, measure),
        change=_told(change.value, measure),
        ci95=(_told(change.low, measure), _told(change.high, measure)),
    )


def _told(mean: float, measure: Measure) -> float:
    """What people are told: of surprise exp, so that a mean becomes a perplexity and a difference a quotient."""
    return math.exp(mean) if measure.perplexity else mean


def _shown(own: Mean, measure: Measure) -> str:
    value, low, high = (_told(figure, measure) for figure in (own.value, own.low, own.high))
    return f"{value:.3g} ({low:.3g} to {high:.3g}, n = {own.n})"


def _moved(change: Mean, measure: Measure) -> str:
    value, low, high = (_told(figure, measure) for figure in (change.value, change.low, change.high))
    if measure.perplexity:
        return f"times {value:.2f} ({low:.2f} to {high:.2f})"
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"
