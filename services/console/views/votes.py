"""How votes look to a person."""

from collections.abc import Iterator

from services.console import output
from shared.lab.voting.summary import Summary
from shared.lab.voting.voters import Voter
from shared.statistics.ratings import Rating


def show(found: Summary) -> None:
    """Print tables of pairs, ratings and voters, and what is not counted."""
    if found.pairs:
        _tables(found)
        for line in _sentences(found):
            output.say(line)
    else:
        output.say("No votes are counted yet; `tiltyard vote` casts one.")
    for line in _not_counted(found):
        output.say(line)


def _tables(found: Summary) -> None:
    columns = ["pair", "first better", "second better", "tie", "both bad", "votes"]
    rows = [
        [f"{arms[0]} : {arms[1]}", counts["a"], counts["b"], counts["tie"], counts["both_bad"], sum(counts.values())]
        for arms, counts in found.pairs.items()
    ]
    output.table("Votes", columns, rows, right=columns[1:])
    columns = ["arm", "rating", "95 %", "won", "lost", "tied"]
    output.table("Ratings (Bradley-Terry)", columns, map(_rating, found.ratings.ratings), right=columns[1:])
    columns = ["voter", "votes", "with most others", "the others do", "p", ""]
    output.table("Voters", columns, map(_voter, found.voters), right=columns[1:5])


def _rating(one: Rating) -> list[str]:
    limits = "-" if one.low is None or one.high is None else f"{one.low:+.2f} to {one.high:+.2f}"
    return [one.arm, f"{one.strength:+.2f}", limits, str(one.wins), str(one.losses), str(one.ties)]


def _voter(one: Voter) -> list[str]:
    p = "-" if one.p is None else f"{one.p:.3f}"
    own, others = f"{one.agreed} of {one.compared}", f"{one.others_agreed} of {one.others_compared}"
    return [one.name, str(one.votes), own, others, p, "OUTLIER" if one.outlier else ""]


def _sentences(found: Summary) -> Iterator[str]:
    yield (
        f"Ratings are log-odds, 0 being the average arm, from {found.ratings.preferences} votes on "
        f"{found.ratings.questions} questions; a tie is half a win for each, and so is both bad "
        f"({found.ratings.both_bad}). Intervals by bootstrap over questions; none with fewer than six."
    )
    if warning := found.ratings.warning():
        yield warning
    yield f"Two voters on the same answers: {found.agreement.sentence()}"
    side = found.first_side
    if side.mean is not None:
        off = " That is not one half: some voters choose by place." if side.excludes(0.5) else ""
        yield (
            f"The answer shown first was preferred in {side.mean:.0%} of {side.n} votes that prefer one "
            f"(95 % {side.low:.0%} to {side.high:.0%}).{off}"
        )
    for name in found.outliers:
        yield (
            f"{name} agrees with most others less often than they do with one another, and that is no accident: "
            f"look at these votes, and see `--without {name}`."
        )


def _not_counted(found: Summary) -> Iterator[str]:
    for name, times in found.beyond_limit.items():
        yield f"not counted: {times} votes of {name} beyond {found.per_hour} within an hour"
    for name, times in found.cast.repeated.items():
        yield f"{name} voted again on the same pair {times} times; the newest vote counts"
    for name, times in found.left_out.items():
        yield f"left out as asked: {times} votes of {name}"
    if found.cast.unattached:
        yield (
            f"{found.cast.unattached} votes on the topic are in no result: their question is unknown or not settled "
            f"yet, or an arm they name has no answer"
        )
