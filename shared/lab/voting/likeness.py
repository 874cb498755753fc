"""Which voters vote alike: who votes as another's double, and who keeps company with whom.

Compared are votes that prefer a side. A tie contradicts nobody: whoever sees no difference where others see a small
one is careful, not odd.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Sides = Sequence[Mapping[str, str]]
"""For each item the side that each voter prefers."""
ALIKE = 0.95
_RARE = 0.01


@dataclass(frozen=True)
class Likeness:
    """How many items every two voters share, and on how many of these they prefer one side."""

    shared: Counter[tuple[str, str]]
    same: Counter[tuple[str, str]]

    @staticmethod
    def of(sides: Sides) -> "Likeness":
        shared, same = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for by_voter in sides:
            for pair in combinations(sorted(by_voter), 2):
                for two in (pair, pair[::-1]):
                    shared[two] += 1
                    same[two] += by_voter[two[0]] == by_voter[two[1]]
        return Likeness(shared, same)

    def share(self, voter: str, others: Sequence[str]) -> float | None:
        """How often a voter agrees with these others; None where they share nothing."""
        shared = sum(self.shared[voter, other] for other in others)
        return sum(self.same[voter, other] for other in others) / shared if shared else None

    def alike(self, first: str, second: str) -> bool:
        share = self.share(first, [second])
        return share is not None and share >= ALIKE


def doubles(sides: Sides) -> list[tuple[str, ...]]:
    """All voters, in groups that vote as one: alike in 19 of 20, where they agree with the others far less often.

    That is told by a binomial test, at one in a hundred for all pairs together. Most groups are a single voter.
    """
    likeness, names = Likeness.of(sides), sorted({name for by_voter in sides for name in by_voter})
    pairs = list(combinations(names, 2))
    leader = {name: name for name in names}
    for first, second in pairs:
        if likeness.alike(first, second) and _chance(likeness, first, second, names) < _RARE / len(pairs):
            kept, given_up = sorted((leader[first], leader[second]))
            leader = {name: kept if led == given_up else led for name, led in leader.items()}
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[leader[name]].append(name)
    return [tuple(group) for group in groups.values()]


def companions(likeness: Likeness, voter: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those who agree with this voter more often than either of the two agrees with the rest."""
    near = list[str]()
    for other in names:
        rest = [name for name in names if name not in (voter, other)]
        mutual, own, theirs = likeness.share(voter, [other]), likeness.share(voter, rest), likeness.share(other, rest)
        if other != voter and mutual is not None and mutual > max(own or 0.0, theirs or 0.0):
            near.append(other)
    return tuple(near)


def _chance(likeness: Likeness, first: str, second: str, names: Sequence[str]) -> float:
    """The chance that two agree so often if they agreed as they do with those who are not like them; 1 without any.

    Nobody is taken to agree with others less often than two coins do.
    """
    from scipy import stats

    shared = same = 0
    for voter in (first, second):
        for other in names:
            if other not in (first, second) and not likeness.alike(voter, other):
                shared += likeness.shared[voter, other]
                same += likeness.same[voter, other]
    if not shared:
        return 1.0
    share = max(same / shared, 0.5)
    return float(stats.binom.sf(likeness.same[first, second] - 1, likeness.shared[first, second], share))
