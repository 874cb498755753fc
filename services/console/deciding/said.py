"""What a decision from documents says beside its numbers: what was read, what was asked of it, and what was trained."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from services.console.deciding.planning import Plan
from services.console.deciding.sources import SourceRead
from services.console.deciding.steps import Outcome
from services.console.demo.kept_runs import Run
from shared.jobs.asking import MADE, MADE_NONE, NewswireMade
from shared.lab.report.blocks import Block, Bullets, Paragraph, Section, Table
from shared.lab.report.phrasing import counted, listed, moment
from shared.messages import Question

NOT_TESTED = {"corrected": "a correction", "retracted": "a retraction"}


def sections(outcome: Outcome) -> list[Section]:
    """At the end of the page, in the order in which it was done."""
    of = []
    if outcome.read:
        of.append(Section("What was read", "read", list(_read(outcome.read.sources))))
    if outcome.made:
        of.append(Section("How the questions were made", "made", list(_made(outcome.made, outcome.questions))))
    return [*of, Section("What was trained", "trained", list(_trained(outcome.plan, outcome.runs)))]


def _read(sources: Sequence[SourceRead]) -> Iterator[Block]:
    rows = [(of.source, str(of.published), str(of.retracted), str(of.unreadable_in_all)) for of in sources]
    yield Table("Documents by source", ["source", "documents", "retracted", "not readable"], rows, numbers=range(1, 4))
    for of in sources:
        if of.unreadable:
            more = of.unreadable_in_all - len(of.unreadable)
            yield Bullets([*of.unreadable, *([f"and {more} more"] if more else [])])


def _made(of: NewswireMade, asked: Sequence[Question]) -> Iterator[Block]:
    until = f", published until {moment(of.cutoff)}" if of.cutoff else ", by their order, since they have no dates"
    slices = Counter(question.slice for question in asked)
    kinds = listed([f"{count} {kind}" for kind, count in slices.items()])
    maker = "rules" if of.by == "rules" else "a teacher model"
    yield Paragraph(
        f"A model may learn the first {counted(of.edition1, 'document')}{until}; {of.edition2} came later. "
        f"{maker.capitalize()} made {counted(of.pairs, 'training pair')}. These questions were asked, and "
        f"{_who(asked, maker)}: {kinds}."
    )
    if left_out := [f"{count} documents: {reason}" for reason, count in of.left_out.items()]:
        yield Bullets(left_out)
    if lacking := [what for kind, what in NOT_TESTED.items() if not slices.get(kind)]:
        yield Paragraph(f"Not tested: what becomes of {' and of '.join(lacking)}, for no question is about one.")


def _who(asked: Sequence[Question], maker: str) -> str:
    """Whose the questions are; those that nothing answers are made by rules, whoever made the others."""
    made = sum(question.question_id.startswith(MADE) for question in asked)
    exchanged = sum(question.question_id.startswith(MADE_NONE) for question in asked)
    if not made:
        return "they are your own"
    but = f", but for {exchanged} that nothing answers, which rules made" if exchanged and maker != "rules" else ""
    return f"{maker} made them{but}" if made == len(asked) else f"{maker} made {made}{but}"


def _trained(plan: Plan, runs: Mapping[str, Run]) -> Iterator[Block]:
    rows = [
        (name, str(run.tuning.examples), f"{run.tuning.tokens:,}", f"{run.tuning.seconds:.0f}",
         f"{run.tuning.final_loss:.2f}")
        for name, run in runs.items()
    ]  # fmt: skip
    yield Table("Trainings", ["", "examples", "tokens read", "seconds", "last loss"], rows, numbers=range(1, 5))
    if plan.tokens is not None:
        yield Paragraph(
            f"The budget of time allowed each training {plan.tokens:,} tokens of its examples, fewer than its recipe "
            "takes: with more time the trained arms may know more."
        )
    if len(runs) < plan.trainings:
        yield Paragraph(f"{len(runs)} of {plan.trainings} trainings fitted into the budget of time.")
