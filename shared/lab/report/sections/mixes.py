"""The section about the mix of questions: whose it is, what another one gives, and where slices disagree."""

from collections.abc import Iterator, Mapping

from shared.lab.report.blocks import Block, Bullets, Paragraph, Section, Table
from shared.lab.report.mix import Mix
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import listed, percent, points_between, share
from shared.lab.report.reversals import Reversal
from shared.lab.report.sections.apart import differences
from shared.statistics.wording import NONE, equals_p, p_value, points


def mixes(numbers: Numbers) -> Section:
    """The headline over a reader's mix; without one, that the mix is that of the questions asked."""
    mix = numbers.apart.mix
    blocks: list[Block] = [Paragraph(whose(mix))]
    if mix.arms:
        blocks += _weighed(mix)
    return Section("The mix of questions", "mix", [*blocks, *_reversed(numbers)])


def whose(mix: Mix) -> str:
    """In a sentence or two, whose mix of questions the numbers are over."""
    if not mix.asked:
        return "No question has a score, so there is no mix of questions."
    if not mix.read_from:
        parts = ", ".join(f"{name} {percent(part)}" for name, part in mix.asked.items())
        return (
            f"Accuracies and effects are over the questions as they were asked ({parts}), which is the mix of whoever "
            "wrote them. Another mix gives other numbers: name yours with --weights, or a log of questions with "
            "--traffic."
        )
    source = f"{mix.read_from}, counted from {mix.counted} questions" if mix.counted else mix.read_from
    return f"The mix is that of {source}. Elsewhere in this report questions count as they were asked."


def _weighed(mix: Mix) -> Iterator[Block]:
    slices = dict.fromkeys([*mix.wanted, *mix.uncovered, *mix.asked])
    rows = [
        [name, percent(mix.asked.get(name)), percent(mix.wanted.get(name)),
         f"{percent(mix.uncovered[name])} of the mix, not covered" if name in mix.uncovered
         else "not in the mix" if name in mix.unweighed else ""]
        for name in slices
    ]  # fmt: skip
    yield Table("Shares of the answerable questions", ["slice", "asked", "counts with", ""], rows, numbers=(1, 2))
    if mix.uncovered:
        names = listed(list(mix.uncovered))
        yield Paragraph(
            f"{percent(sum(mix.uncovered.values()))} of the mix ({names}) have fewer than two scored questions here: "
            "what follows is about the rest."
        )
    arms = [[arm, str(interval.n), share(interval)] for arm, interval in mix.arms.items()]
    yield Table("Right in this mix: per cent with 95 % intervals", ["arm", "n", "right"], arms, numbers=(1, 2))
    yield from differences("Differences in this mix", mix.comparisons)
    if mix.effects:
        effects = [
            [effect.what, str(effect.comparison.n), points_between(effect.comparison),
             p_value(effect.comparison.p_holm)]
            for effect in mix.effects
        ]  # fmt: skip
        heads = ["effect of", "n", "points (95 %)", "p (Holm)"]
        yield Table("Effects in this mix", heads, effects, numbers=(1, 2, 3))
    yield Paragraph(
        "Each slice counts with its share of the mix, however many of its questions were asked (post-stratification); "
        "intervals hold the error within slices, and of a mix counted from a log also that of the count. Pairs are one "
        "family for Holm's adjustment, effects another.",
        small=True,
    )


def _reversed(numbers: Numbers) -> Iterator[Block]:
    decided = [reversal for reversal in numbers.apart.reversals if reversal.decided]
    if decided:
        yield Paragraph("On these pairs slices point in opposite directions, so that the mix decides who leads:")
        yield Bullets([reversal_in_words(reversal) for reversal in decided])
    elif numbers.apart.reversals:
        yield Paragraph("No pair was shown to point in opposite directions on different slices.", small=True)


def reversal_in_words(reversal: Reversal) -> str:
    """Where each arm leads, and from which share on the other one does."""
    sides = [
        f"{arm} is right more often on {_slices(side)}"
        for arm, side in ((reversal.a, reversal.for_a), (reversal.b, reversal.for_b))
    ]
    others = listed(list(reversal.for_b))
    return (
        f"{'; '.join(sides)} (that all point one way: by Holm {equals_p(reversal.p_holm)}). Over all of these slices "
        f"{reversal.b} leads where {others} are more than {percent(reversal.tips)} of the questions."
    )


def _slices(side: Mapping[str, float]) -> str:
    return listed([f"{name} ({points(abs(by), signed=False)} points)" for name, by in side.items()]) or NONE
