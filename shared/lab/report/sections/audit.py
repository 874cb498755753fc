"""The sections about the measure itself: how often a person says otherwise, and a judge's verdicts with few labels."""

from collections.abc import Sequence

from shared.lab.audit import wording
from shared.lab.audit.counting import ArmAudited, Audited
from shared.lab.audit.few_labels import FewLabels
from shared.lab.report.blocks import Block, Bullets, Paragraph, Section, Table
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import share
from shared.scoring.catalogue import HEADLINE
from shared.statistics.wording import NONE, p_value

HEADS = ("arm", "n", "by the measure", "errors alike in all arms", "labels", "by its own labels", "p (Holm)")
FEW_HEADS = ("judge", "what", "verdicts", "judge alone", "labels", "labels alone", "both together")


def measure(numbers: Numbers) -> Section:
    """The measure's error rates, and the arms' accuracies corrected for them."""
    title, anchor, audited = "How often the measure errs", "audit", numbers.audit
    if audited is None:
        return Section(
            title,
            anchor,
            [
                Paragraph(
                    f"Nobody has audited `{HEADLINE}` on these answers, so its own errors are not known and nothing "
                    "is corrected for them. `tiltyard audit-answers draw` makes a sheet for a person to fill."
                )
            ],
        )
    blocks: list[Block] = [Bullets(list(wording.sentences(audited)))]
    if audited.arms:
        blocks += [corrections(audited), _about()]
    return Section(title, anchor, blocks)


def corrections(audited: Audited) -> Table:
    """Every arm's accuracy as it is measured, and after the measure's errors are allowed for."""
    caption = "Right on questions that have accepted answers, in per cent with 95 % intervals"
    return Table(caption, HEADS, [row(arm) for arm in audited.arms], numbers=range(1, len(HEADS)))


def row(arm: ArmAudited) -> list[str]:
    """One arm's cells."""
    return [
        arm.arm, str(arm.measured.n), share(arm.measured), share(arm.corrected), str(arm.labels), share(arm.own),
        p_value(arm.p),
    ]  # fmt: skip


def _about() -> Paragraph:
    return Paragraph(
        "Errors alike in all arms: Rogan and Gladen's correction with the interval of Lang and Reiczigel; it holds "
        "where the measure errs as often in each arm as in all together. By its own labels: prediction-powered "
        "(PPI++) from the labels on this arm's answers alone, which needs no such assumption and is less sure; none "
        "with labels on fewer than six documents. p: how often both would lie so far apart by chance. Failed, missing "
        "and withheld answers are not right, and were not read. Intervals include what questions and labels leave "
        "open; other sections show the measure as it is.",
        small=True,
    )


def few_labels(numbers: Numbers) -> list[Section]:
    """What people would have said of everything that a judge spoke of; nothing where there are no labels for it."""
    if not numbers.few_labels:
        return []
    table = Table(
        "Shares in per cent with 95 % intervals", FEW_HEADS, [_few(few) for few in numbers.few_labels],
        numbers=range(2, len(FEW_HEADS)),
    )  # fmt: skip
    about = Paragraph(
        "Both together: prediction-powered inference (PPI++). What people and the judge differ on where both spoke "
        "corrects what the judge says of everything, by documents. It is unbiased, however bad the judge is, if which "
        "answers people spoke of does not depend on the answers. Judge alone: the same share as if the judge were "
        "right; its interval knows nothing of the judge's errors. Preferred: a tie, both bad, and a comparison that "
        "the judge did not settle are half for each. None with labels on fewer than six documents.",
        small=True,
    )
    return [Section("What people would say of all that a judge spoke of", "few-labels", [table, about])]


def _few(few: FewLabels) -> Sequence[str]:
    what = f"{few.first} {few.what} to {few.second}" if few.second else f"{few.first} {few.what}"
    together = share(few.together) if few.together.mean is not None else NONE
    return [
        few.judge, what, str(few.judge_alone.n), share(few.judge_alone), str(few.labels_alone.n),
        share(few.labels_alone), together,
    ]  # fmt: skip
