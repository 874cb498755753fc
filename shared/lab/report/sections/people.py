"""The sections about preferences: what people voted, and what language models as judges said and what that is worth."""

from collections.abc import Iterator, Sequence

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
    title, anchor, found = "What people preferred", "votes", numbers.votes
    if not found.pairs:
        return Section(title, anchor, [Paragraph("No result holds a vote. `tiltyard vote` casts one.")])
    columns = ["arm", "rating", "95 %", "Elo", "won", "lost", "tied"]
    pairs = [
        [f"{arms[0]} : {arms[1]}", *(str(counts[choice]) for choice in ("a", "b", "tie", "both_bad")),
         str(sum(counts.values()))]
        for arms, counts in found.pairs.items()
    ]  # fmt: skip
    heads = ["pair", "first better", "second better", "tie", "both bad", "votes"]
    blocks: list[Block] = [
        Table(f"Ratings (Bradley-Terry), n = {found.ratings.preferences} votes on {found.ratings.questions} questions",
              columns, [_rating(one) for one in found.ratings.ratings], numbers=range(1, 7)),
        Table("Votes by pair", heads, pairs, numbers=range(1, 6)),
        Bullets(list(_about_votes(found))),
        Paragraph(
            "Rating: log-odds of being preferred, 0 being the average arm; a tie is half a win for each, and so is "
            "both bad. Intervals are bootstrapped over questions; none with fewer than six. Voters saw the answers "
            "without names, in random order.",
            small=True,
        ),
    ]  # fmt: skip
    if len(found.voters) > 1:
        blocks.insert(3, _voters(found))
    return Section(title, anchor, blocks)


def _rating(one: Rating) -> list[str]:
    limits = NONE if one.low is None or one.high is None else f"{plain(one.low, 2)} to {plain(one.high, 2)}"
    return [one.arm, plain(one.strength, 2), limits, plain(one.elo, 0), str(one.wins), str(one.losses), str(one.ties)]


def _about_votes(found: Summary) -> Iterator[str]:
    if warning := found.ratings.warning():
        yield warning
    yield f"Two voters on the same answers: {found.agreement.sentence()}"
    if found.first_side.mean is not None:
        off = " That is not one half: some voters choose by place." if found.first_side.excludes(0.5) else ""
        yield f"The answer shown first was preferred in {said_share(found.first_side)} where one was.{off}"
    if found.outliers:
        yield (
            f"Agree with most others less often than those do with one another, and by more than chance: "
            f"{', '.join(found.outliers)}. Their votes are counted; `tiltyard votes --without NAME` leaves them out."
        )
    if found.beyond_limit:
        beyond = sum(found.beyond_limit.values())
        yield f"Not counted: {beyond} votes beyond {found.per_hour} of a voter within an hour."


def _voters(found: Summary) -> Table:
    rows = [
        [one.name, str(one.votes), f"{one.agreed} of {one.compared}", f"{one.others_agreed} of {one.others_compared}",
         p_value(one.p), "stands out" if one.outlier else ""]
        for one in found.voters
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
        "kappa: agreement beyond chance (Cohen), with `correct` and with people's votes, 95 % intervals over "
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
        yield Bullets([f"{said} ({n} of {judge.questions} questions)" for said, n in judge.warnings.items()])
    kappas = ["kappa with `correct`", "kappa with votes"]
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


def _said(found: Interval) -> str:
    return NONE if found.mean is None else f"{percent(found.mean)} ({share(found).partition('(')[2]}, n = {found.n}"
