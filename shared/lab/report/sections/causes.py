"""The section about what better search, better reading and tuning give: arms that differ in one thing."""

from collections.abc import Iterator, Sequence

from shared.lab.report.blocks import Block, Paragraph, Section, Table
from shared.lab.report.gains import EXACT, Gain
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import points_between, share
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.statistics.wording import NONE, p_value

MISSING_GOLD = 'No arm reads the right passages (`context = "gold"`), so that search and reading cannot be told apart.'
MISSING_FORM = (
    "No base is shown the form of an answer (a prompt with examples), so that what tuning gives in reading and what it "
    "gives in style are one number here."
)


def causes(numbers: Numbers) -> Section:
    """Search against reading, and knowledge against reading against style."""
    told = numbers.apart.gains
    blocks: list[Block] = [*_ceilings(numbers), *_gains("What the passages give", told.passages)]
    if not told.ceilings:
        blocks.append(Paragraph(MISSING_GOLD))
    blocks += _gains("What tuning gives, and what the form alone gives", told.tuning)
    if told.tuning and not told.form_shown:
        blocks.append(Paragraph(MISSING_FORM))
    blocks.append(_about())
    return Section("Search, reading, knowledge, style", "causes", blocks)


def _ceilings(numbers: Numbers) -> Iterator[Block]:
    if ceilings := numbers.apart.gains.ceilings:
        heads = ["searches", "given the passages", "n", "right, searching", "right, given them", "not right even then"]
        rows = [
            [ceiling.searching, ceiling.given_arm, str(ceiling.given.n),
             share(ceiling.found), share(ceiling.given), share(ceiling.unread)]
            for ceiling in ceilings
        ]  # fmt: skip
        caption = "Gold against found: per cent with 95 % intervals, over questions that name their gold documents"
        yield Table(caption, heads, rows, numbers=range(2, 6))


def _gains(caption: str, gains: Sequence[Gain]) -> Iterator[Block]:
    if not gains:
        return
    heads = ["", "arm", "against", "n", catalogue.heading(HEADLINE), "p (Holm)", catalogue.heading(EXACT), "p (Holm)"]
    rows = [[gain.what, gain.more, gain.less, *_numbers(gain)] for gain in gains]
    yield Table(f"{caption}: points with 95 % intervals", heads, rows, numbers=range(3, 8))


def _numbers(gain: Gain) -> list[str]:
    """One n, since both are of answerable questions; a dash where a measure was not counted."""
    texts = [str(max(comparison.n for comparison in gain.comparisons.values()))]
    for measure in (HEADLINE, EXACT):
        comparison = gain.comparisons.get(measure)
        texts += [NONE, NONE] if comparison is None else [points_between(comparison), p_value(comparison.p_holm)]
    return texts


def _about() -> Paragraph:
    return Paragraph(
        "Better search: what the arm would gain if it always found the right passages; what is not right even then is "
        "reading, which no search mends. Knowledge: tuned against base, both without passages. Reading: both with "
        "passages, the base being shown the form of an answer, so that form is no advantage. Style: the base with the "
        "form shown against the base without. On questions that have an accepted answer; each table is a family of its "
        "own for Holm's adjustment.",
        small=True,
    )
