"""How far voters agree with one another, and who agrees with the others so little that it is no accident."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from shared.lab.voting.counting import Counted, Pair
from shared.messages import Choice
from shared.statistics.agreement import Agreement, agreement
from shared.statistics.significance import holm

Item = tuple[str, Pair]
Share = tuple[int, int]
"""How many agreed, of how many."""
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Voter:
    """One voter beside the others.

    Of `compared` votes, on which most others chose one thing, `agreed` were that thing; among the others, compared
    without this voter, `others_agreed` of `others_compared` were. `p`: the chance of agreeing so little if this voter
    were as the others are (Fisher's exact test, one-sided, Holm's correction over voters); None where nothing can be
    compared.
    """

    name: str
    votes: int
    agreed: int
    compared: int
    others_agreed: int
    others_compared: int
    p: float | None

    @property
    def outlier(self) -> bool:
        return self.p is not None and self.p < SIGNIFICANT


def between(votes: Sequence[Counted]) -> Agreement:
    """Agreement of every two voters on the same pair of answers, all pooled; intervals over questions.

    In each two the voter whose name comes first stands on the left.
    """
    left, right, clusters = list[Choice](), list[Choice](), list[str]()
    for (question_id, _), choices in sorted(_by_item(votes).items()):
        for first, second in combinations(sorted(choices), 2):
            left.append(choices[first])
            right.append(choices[second])
            clusters.append(question_id)
    return agreement(left, right, clusters)


def compared(votes: Sequence[Counted]) -> list[Voter]:
    """Every voter by name. Votes on several pairs of one question are taken as independent."""
    given = Counter(vote.ballot.voter for vote in votes)
    own, others = _agreements(list(_by_item(votes).values()))
    names = sorted(given)
    tested = [name for name in names if own[name][1] and others[name][1]]
    ps = dict(zip(tested, holm([_p(own[name], others[name]) for name in tested]) if tested else [], strict=True))
    return [Voter(name, given[name], *own[name], *others[name], ps.get(name)) for name in names]


def _by_item(votes: Sequence[Counted]) -> dict[Item, dict[str, Choice]]:
    items: dict[Item, dict[str, Choice]] = defaultdict(dict)
    for vote in votes:
        items[vote.item][vote.ballot.voter] = vote.ballot.choice
    return items


def _agreements(items: Sequence[Mapping[str, Choice]]) -> tuple[dict[str, Share], dict[str, Share]]:
    """For each voter: how often it chose what most others did; and the same of all others, had it never voted.

    An outlier must not pull down the yardstick by which it is found. Costs the square of each item's voters.
    """
    own: dict[str, Share] = defaultdict(lambda: (0, 0))
    of_all: Share = (0, 0)
    difference: dict[str, Share] = defaultdict(lambda: (0, 0))
    for choices in items:
        everyone = _shares(choices)
        whole = _sum(everyone.values())
        of_all = _sum([of_all, whole])
        for name in choices:
            own[name] = _sum([own[name], everyone[name]])
            without = _sum(_shares({voter: choice for voter, choice in choices.items() if voter != name}).values())
            difference[name] = _sum([difference[name], (without[0] - whole[0], without[1] - whole[1])])
    return own, {name: _sum([of_all, difference[name]]) for name in own}


def _shares(choices: Mapping[str, Choice]) -> dict[str, Share]:
    """For each voter of one item whether it agrees with most others, (1, 1) or (0, 1); (0, 0) where they are split."""
    counts = Counter(choices.values())
    shares: dict[str, Share] = {}
    for name, choice in choices.items():
        favourite = _most(counts - Counter([choice]))
        shares[name] = (0, 0) if favourite is None else (int(choice == favourite), 1)
    return shares


def _sum(shares: Iterable[Share]) -> Share:
    listed = list(shares)
    return sum(agreed for agreed, _ in listed), sum(asked for _, asked in listed)


def _most(counts: Counter[Choice]) -> Choice | None:
    """What was chosen most often; None where nothing was, or several things equally often."""
    ranked = counts.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _p(own: Share, others: Share) -> float:
    from scipy.stats import fisher_exact

    table = [[own[0], own[1] - own[0]], [others[0], others[1] - others[0]]]
    return float(fisher_exact(table, alternative="less").pvalue)
