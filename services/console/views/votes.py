"""How votes look to a person."""

from collections.abc import Iterator

from services.console import output
from shared.lab.voting.summary import Summary
from shared.lab.voting.voters import Voter
from shared.lab.voting.wording import meaning
from shared.statistics.ratings import Rating
from shared.statistics.wording import percent_limits, whole_percent


def show(summary: Summary) -> None:
    """Print tables of pairs, ratings and voters, and what is not counted."""
    if summary.pairs:
        _tables(summary)
        for line in _sentences(summary):
            output.say(line)
    else:
        output.say("No votes are counted yet; `tiltyard vote` casts one.")
    for line in _not_counted(summary):
        output.say(line)


def _tables(summary: Summary) -> None:
    columns = ["pair", "first better", "second better", "tie", "both bad", "votes"]
    rows = [
        [f"{arms[0]} : {arms[1]}", counts["a"], counts["b"], counts["tie"], counts["both_bad"], sum(counts.values())]
        for arms, counts in summary.pairs.items()
    ]
    output.table("Votes", columns, rows, right=columns[1:])
    columns = ["arm", "rating", "95 %", "won", "lost", "tied"]
    for group in summary.ratings.grouped():
        output.table("Ratings (Bradley-Terry with ties)", columns, map(_rating, group), right=columns[1:])
    columns = ["voter", "votes", "with most others", "the others do", "p", ""]
    output.table("Voters", columns, map(_voter, summary.voters), right=columns[1:5])


def _rating(rating: Rating) -> list[str]:
    limits = rating.limits("{:+.2f}".format) or "-"
    return [rating.arm, f"{rating.strength:+.2f}", limits, str(rating.wins), str(rating.losses), str(rating.ties)]


def _voter(voter: Voter) -> list[str]:
    p = "-" if voter.p is None else f"{voter.p:.3f}"
    own, others = f"{voter.agreed} of {voter.compared}", f"{voter.others_agreed} of {voter.others_compared}"
    return [voter.name, str(voter.votes), own, others, p, "OUTLIER" if voter.outlier else ""]


def _sentences(summary: Summary) -> Iterator[str]:
    yield meaning(summary.ratings)
    if warning := summary.ratings.warning():
        yield warning
    if reach := summary.ratings.reach():
        yield reach
    yield summary.agreement.sentence()
    side = summary.first_side
    if side.mean is not None:
        off = " That is not one half: some voters choose by place." if side.excludes(0.5) else ""
        yield (
            f"The answer shown first was preferred in {whole_percent(side.mean)} of {side.n} votes that prefer one "
            f"(95 % {percent_limits(side)}).{off}"
        )
    for name in summary.outliers:
        yield (
            f"{name} agrees with most others less often than they do with one another, and that is no accident: "
            f"look at these votes, and see `--without {name}`."
        )
    for group in summary.doubles:
        yield f"{', '.join(group)} vote alike in nearly all; beside the others they count as one voter."
    for camp in summary.camps:
        yield (
            f"{', '.join(camp)} agree with one another and not with most others: the voters fall into camps, and votes "
            f"cannot tell which of them is right."
        )


def _not_counted(summary: Summary) -> Iterator[str]:
    for name, times in summary.beyond_limit.items():
        yield f"not counted: {times} votes of {name} beyond {summary.per_hour} within an hour"
    for name, times in summary.cast.repeated.items():
        yield f"{name} voted again on the same pair {times} times; the newest vote counts"
    for name, times in summary.left_out.items():
        yield f"left out as asked: {times} votes of {name}"
    if summary.cast.unattached:
        yield (
            f"{summary.cast.unattached} votes on the topic are in no result: their question is unknown or not settled "
            f"yet, or an arm they name has no answer"
        )
