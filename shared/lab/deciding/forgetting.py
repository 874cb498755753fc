"""What a training made its model forget of everything else, as the gates of its adapters measured it."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from shared.lab.report.phrasing import counted, plain
from shared.messages import GateResult
from shared.messages.adapters import Against
from shared.statistics.wording import points

GENERAL, PERPLEXITY, BASE = "general", "perplexity", "base"
Gates = Sequence[GateResult]
"""Of one training."""


def told(trainings: Sequence[Gates]) -> str:
    """One line; "" where no gate measured anything against the base."""
    said = [*_general(_against(trainings, GENERAL)), *_perplexity(_against(trainings, PERPLEXITY))]
    return f"{'; '.join(said)}." if said else ""


def _against(trainings: Sequence[Gates], name: str) -> list[tuple[float, Against]]:
    """What an adapter reached in a gate, and what its base did, for each training that was tried."""
    return [
        (gate.value, of)
        for gates in trainings
        for gate in gates
        for of in gate.against
        if gate.name == name and of.speaker == BASE and gate.value is not None
    ]


def _general(measured: Sequence[tuple[float, Against]]) -> Iterator[str]:
    if not measured:
        return
    first = measured[0][1]
    low, high = first.ci95
    limits = f"{points(low)} to {points(high)}"
    changes = [points(of.change) for _, of in measured]
    each = f"{changes[0]} points ({limits})"
    if len(changes) > 1:
        each = f"{', '.join(changes)} points in {len(changes)} trainings (the first {limits})"
    adapters = plain(100 * fmean(value for value, _ in measured), 0)
    yield (
        f"on {counted(first.n, 'general question')} the base was right on {plain(100 * first.value, 0)} of 100 and "
        f"after a training on {adapters}: {each}"
    )


def _perplexity(measured: Sequence[tuple[float, Against]]) -> Iterator[str]:
    if measured:
        times = fmean(value / of.value for value, of in measured if of.value)
        yield f"the perplexity of news that was held out is {plain(times, 2)} times that of the base"
