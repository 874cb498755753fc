"""The sections about preferences: what people voted, and what language models as judges said and what that is worth."""

from collections.abc import Iterator, Sequence
from functools import partial

from shared.lab.judging.summary import Judge
from shared.lab.judging.worth import Worth
from shared.lab.report.blocks import Block, Bullets, Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import percent, plain, said_share, share
from shared.lab.voting.summary import Summary
from shared.statistics.intervals import Interval
from shared.statistics.ratings import Rating
from shared.statistics.wording import NONE, p_value


def votes(numbers: Numbers) -> Section:
    """Ratings of the arms, agreement of the voters, and voters who stand out."""
    title, anchor, summary = "What people preferred", "votes", numbers.votes
    if not summary.pairs:
        return Section(title, anchor, [Paragraph("No result holds a vote. `tiltyard vote` casts one.")])
    columns = ["arm", "rating", "95 %", "Elo", "won", "lost", "tied"]
    pairs = [
        [f"{arms[0]} : {arms[1]}", *(str(counts[choice]) for choice in ("a", "b", "tie", "both_bad")),
         str(sum(counts.values()))]
        for arms, counts in summary.pairs.items()
    ]  # fmt: skip
    heads = ["pair", "first better", "second better", "tie", "both bad", "votes"]
    ratings = summary.ratings
    blocks: list[Block] = [
        *(Table(f"Ratings (Bradley-Terry with ties), {ratings.preferences} votes on {ratings.questions} questions",
                columns, [_rating(rating) for rating in group], numbers=range(1, 7)) for group in ratings.grouped()),
        Table("Votes by pair", heads, pairs, numbers=range(1, 6)),
        Bullets(list(_about_votes(summary))),
        Paragraph(
            "Rating: log-odds of being preferred, 0 being the average arm; a tie says that two are close, and so does "
            "both bad. Intervals hold for other questions and other voters; none with fewer than six questions. Voters "
            "saw the answers without names, in random order.",
            small=True,
        ),
    ]  # fmt: skip
    if len(summary.voters) > 1:
        blocks.insert(-1, _voters(summary))
    return Section(title, anchor, blocks)


def _rating(rating: Rating) -> list[str]:
    limits = rating.limits(partial(plain, digits=2)) or NONE
    record = map(str, (rating.wins, rating.losses, rating.ties))
    return [rating.arm, plain(rating.strength, 2), limits, plain(rating.elo, 0), *record]


def _about_votes(summary: Summary) -> Iterator[str]:
    if warning := summary.ratings.warning():
        yield warning
    if reach := summary.ratings.reach():
        yield reach
    yield summary.agreement.sentence()
    if summary.first_side.mean is not None:
        off = " That is not one half: some voters choose by place." if summary.first_side.excludes(0.5) else ""
        yield f"The answer shown first was preferred in {said_share(summary.first_side)} where one was.{off}"
    if summary.outliers:
        yield (
            f"Agree with most others less often than those do with one another, and by more than chance: "
            f"{', '.join(summary.outliers)}. Their votes are counted; `tiltyard votes --without NAME` leaves them out."
        )
    for group in summary.doubles:
        yield f"{', '.join(group)} vote alike in nearly all; beside the others they count as one voter."
    for camp in summary.camps:
        yield (
            f"{', '.join(camp)} agree with one another and not with most others: the voters fall into camps, and votes "
            "cannot tell which of them is right."
        )
    if summary.beyond_limit:
        beyond = sum(summary.beyond_limit.values())
        yield f"Not counted: {beyond} votes beyond {summary.per_hour} of a voter within an hour."


def _voters(summary: Summary) -> Table:
    rows = [
        [voter.name, str(voter.votes), f"{voter.agreed} of {voter.compared}",
         f"{voter.others_agreed} of {voter.others_compared}", p_value(voter.p), "stands out" if voter.outlier else ""]
        for voter in summary.voters
    ]  # fmt: skip
    heads = ["voter", "votes", "with most others", "the others do", "p (Holm)", ""]
    return Table("Voters beside one another", heads, rows, numbers=range(1, 5))


def judges(numbers: Numbers) -> Section:
    """What each judge said, with its agreement with references and people beside every number."""
    title, anchor = "What language models as judges said", "judges"
    if not numbers.judges:
        return Section(title, anchor, [Paragraph("No result holds a judge's verdict.")])
    blocks = [block for judge in numbers.judges for block in _judge(judge)]
    about = Paragraph(
        "kappa: agreement beyond chance (Cohen), with `right` and with people's votes, 95 % intervals over "
        "questions; 0 is what chance gives, 1 is always. A judge whose kappa may be 0 has said nothing about the "
        "arms. Each pair is judged in both orders; where they disagree it is inconsistent and counts for nobody.",
        small=True,
    )
    return Section(title, anchor, [*blocks, about])


def _judge(judge: Judge) -> Iterator[Block]:
    who = judge.who
    yield Paragraph(
        f"Judge {who.name}: {who.model or 'no model'} by {who.backend}, prompts {who.pairwise or NONE} and "
        f"{who.rubric or NONE}; {judge.questions} questions."
    )
    if judge.warnings:
        yield Bullets([f"{warning} ({n} of {judge.questions} questions)" for warning, n in judge.warnings.items()])
    kappas = ["kappa with `right`", "kappa with votes"]
    if judge.pairs:
        heads = ["pair", "first better", "second better", "tie", "both bad", "inconsistent", "no verdict", *kappas]
        rows: Sequence[Sequence[str]] = [
            [f"{arms[0]} : {arms[1]}", *map(str, counts.values()), *_kappas(judge.comparisons_worth)]
            for arms, counts in judge.pairs.items()
        ]
        yield Table("Comparisons", heads, rows, numbers=range(1, 9))
        yield Paragraph(
            f"Inconsistent: {_said(judge.inconsistent)}. No verdict: {_said(judge.no_verdict)}. Of replies that prefer "
            f"one answer, the one shown first: {_said(judge.first_place)}."
        )
    if judge.grades:
        rows = [
            [arm, str(mean.n), f"{plain(mean.mean, 2)} ({plain(mean.low, 2)} to {plain(mean.high, 2)})",
             *_kappas(judge.grades_worth)]
            for arm, mean in judge.grades.items()
        ]  # fmt: skip
        yield Table("Grades from 1 to 5, means", ["arm", "n", "grade (95 %)", *kappas], rows, numbers=range(1, 5))
        yield Paragraph(f"Grades that cannot be read: {_said(judge.unread)}. Outdated grades: {judge.outdated}.")


def _kappas(worth: Worth) -> tuple[str, str]:
    return worth.short(worth.references), worth.short(worth.votes)


def _said(interval: Interval) -> str:
    if interval.mean is None:
        return NONE
    return f"{percent(interval.mean)} ({share(interval).partition('(')[2]}, n = {interval.n}"
