"""The sentences that the numbers support: written from the paired differences, never fixed beforehand."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from services.console.demo.summary import ARMS
from shared.messages import Estimate, Result
from shared.standings import paired_difference

PAIRS = (("tuned", "base"), ("base+rag", "base"), ("base+rag", "tuned"), ("tuned+rag", "base+rag"))
SAID = {"correct": "is right", "outdated": "says what later news had made wrong"}


def sentences(results: Sequence[Result], arms: Sequence[str] = ARMS) -> list[str]:
    """One sentence for each slice and pair of these arms that was decided, then one that lists what was not."""
    slices = sorted({result.question.slice for result in results})
    decided: list[str] = []
    undecided: dict[str, list[str]] = defaultdict(list)
    for name in slices:
        for first, second in (pair for pair in PAIRS if set(pair) <= set(arms)):
            said = {metric: _sentence(results, metric, name, first, second) for metric in SAID}
            decided += filter(None, said.values())
            if not said["correct"]:
                undecided[f"{first} against {second}"].append(name)
    return [*decided, *_open(undecided)]


def _sentence(results: Sequence[Result], metric: str, name: str, first: str, second: str) -> str:
    """What the interval allows to say; nothing where it includes 0, or where the metric does not apply."""
    found = paired_difference(results, metric=metric, arm_a=first, arm_b=second, slice_name=name)
    low, high = found.ci95
    if not found.n or low <= 0 <= high:
        return ""
    more, less = (first, second) if found.mean > 0 else (second, first)
    return f"On {name} questions {more} {SAID[metric]} more often than {less}, by {_points(found)}."


def _points(found: Estimate) -> str:
    low, high = sorted(abs(bound) * 100 for bound in found.ci95)
    return f"{abs(found.mean) * 100:.0f} points (95 % interval {low:.0f} to {high:.0f}, n = {found.n})"


def _open(undecided: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Pairs with the slices on which they may differ, or not: so few questions do not tell."""
    if undecided:
        listed = "; ".join(f"{pair} on {', '.join(slices)}" for pair, slices in undecided.items())
        yield f"Who is right more often is undecided at this number of questions: {listed}."
