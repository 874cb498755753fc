"""How far voters agree with one another, and who agrees with the others so little that it is no accident."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.lab.voting.counting import Counted, Pair
from shared.lab.voting.likeness import Likeness, companions, doubles
from shared.statistics.reliability import Reliability, reliability
from shared.statistics.significance import holm

Item = tuple[str, Pair]
Share = tuple[int, int]
"""How many agreed, of how many."""
SIGNIFICANT = 0.05
FEWEST = 20  # compared votes; with fewer, three who collude pass for a majority too easily
_COIN = 0.5


@dataclass(frozen=True)
class Voter:
    """One voter beside the others, by the votes that prefer a side; a tie contradicts nobody.

    Of `compared` votes, on which most others preferred one side, `agreed` did; among the others, compared without this
    voter, `others_agreed` of `others_compared` did. `p`: the chance of agreeing so little if this voter were as the
    others are (Fisher's exact test, one-sided, Holm's correction over voters); None where nothing can be compared.
    `doubles` vote as this voter does in nearly all: together they count as one voter here. `companions` agree with
    this voter more often than either agrees with the rest.
    """

    name: str
    votes: int
    agreed: int
    compared: int
    others_agreed: int
    others_compared: int
    p: float | None
    doubles: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()

    @property
    def apart(self) -> bool:
        """Agrees less than the others by more than chance, and is nearer to tossing a coin than to them."""
        if self.p is None or self.p >= SIGNIFICANT or self.compared < FEWEST:
            return False
        return self.agreed / self.compared < (_COIN + self.others_agreed / self.others_compared) / 2

    @property
    def outlier(self) -> bool:
        """Apart and alone. Two camps are no outliers: votes cannot tell which of them is right."""
        return self.apart and not self.companions


def between(votes: Sequence[Counted]) -> Reliability:
    """Agreement of all voters on the same pairs of answers, by all four choices; intervals over questions."""
    items = sorted({vote.item for vote in votes})
    numbers = {item: at for at, item in enumerate(items)}
    return reliability(
        [vote.ballot.choice for vote in votes],
        [numbers[vote.item] for vote in votes],
        [vote.question_id for vote in votes],
    )


def compared(votes: Sequence[Counted]) -> list[Voter]:
    """Every voter by name. Votes on several pairs of one question are taken as independent."""
    given = Counter(vote.ballot.voter for vote in votes)
    sides = _sides(votes)
    groups = doubles(sides)
    items = [_as_one(by_voter, groups) for by_voter in sides]
    own, others = _agreements(items)
    leaders = sorted(own)
    tested = [name for name in leaders if own[name][1] and others[name][1]]
    ps = dict(zip(tested, holm([_p(own[name], others[name]) for name in tested]) if tested else [], strict=True))
    likeness, nothing, everyone = Likeness.of(items), (0, 0), _sum(own.values())
    by_name = dict[str, Voter]()
    for group in [*groups, *((name,) for name in given)]:
        leader = group[0]
        near = companions(likeness, leader, leaders)
        for name in group:
            beside = tuple(other for other in group if other != name)
            figures = (*own.get(leader, nothing), *others.get(leader, everyone), ps.get(leader))
            by_name.setdefault(name, Voter(name, given[name], *figures, beside, near))
    return [by_name[name] for name in sorted(by_name)]


def camps(voters: Iterable[Voter]) -> list[tuple[str, ...]]:
    """Voters who are apart from most others, and not alone in it, each with its company."""
    apart = [{voter.name, *voter.doubles, *voter.companions} for voter in voters if voter.apart and voter.companions]
    return sorted({tuple(sorted(camp)) for camp in apart})


def _sides(votes: Sequence[Counted]) -> list[dict[str, str]]:
    """For each item that was voted on, the side that each voter prefers."""
    items: dict[Item, dict[str, str]] = defaultdict(dict)
    for vote in votes:
        if vote.ballot.choice in ("a", "b"):
            items[vote.item][vote.ballot.voter] = vote.ballot.choice
    return list(items.values())


def _as_one(by_voter: Mapping[str, str], groups: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """The sides with each group under its first name; what a group is split on it does not say."""
    said = {group[0]: _most(Counter(by_voter[name] for name in group if name in by_voter)) for group in groups}
    return {name: side for name, side in said.items() if side is not None}


def _agreements(items: Sequence[Mapping[str, str]]) -> tuple[dict[str, Share], dict[str, Share]]:
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


def _shares(choices: Mapping[str, str]) -> dict[str, Share]:
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


def _most(counts: Counter[str]) -> str | None:
    """What was chosen most often; None where nothing was, or several things equally often."""
    ranked = counts.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    return ranked[0][0]


def _p(own: Share, others: Share) -> float:
    from scipy.stats import fisher_exact

    table = [[own[0], own[1] - own[0]], [others[0], others[1] - others[0]]]
    return float(fisher_exact(table, alternative="less").pvalue)
