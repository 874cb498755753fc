"""The sentences that the numbers support: written from the paired differences, never fixed beforehand."""

from collections.abc import Iterator, Sequence

from shared.messages import Estimate, Result
from shared.standings import paired_difference

METRIC = "correct"
PAIRS = (("tuned", "base"), ("base+rag", "base"), ("base+rag", "tuned"), ("tuned+rag", "base+rag"))


def sentences(results: Sequence[Result]) -> list[str]:
    """One sentence for each slice and pair of arms that was decided, then one that lists what was not."""
    slices = sorted({result.question.slice for result in results})
    decided: list[str] = []
    undecided: list[str] = []
    for name in slices:
        for better, worse in PAIRS:
            found = paired_difference(results, metric=METRIC, arm_a=better, arm_b=worse, slice_name=name)
            said = _sentence(name, better, worse, found)
            decided.extend([said] if said else [])
            undecided.extend([] if said or not found.n else [f"{better} against {worse} on {name}"])
    return [*decided, *_open(undecided)]


def _sentence(name: str, first: str, second: str, difference: Estimate) -> str:
    """What the interval allows to say; nothing where it includes 0."""
    low, high = difference.ci95
    if not difference.n or low <= 0 <= high:
        return ""
    above, below = (first, second) if difference.mean > 0 else (second, first)
    low, high = (low, high) if difference.mean > 0 else (-high, -low)
    return (
        f"On {name} questions {above} is right more often than {below}, by {abs(difference.mean) * 100:.0f} points "
        f"(95 % interval {low * 100:.0f} to {high * 100:.0f}, n = {difference.n})."
    )


def _open(undecided: list[str]) -> Iterator[str]:
    if undecided:
        yield f"Undecided at this number of questions: {'; '.join(undecided)}."
