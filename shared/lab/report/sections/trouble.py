"""The sections about what went wrong: where retrieval arms lost the answer, and examples of each kind of failure."""

from shared.lab.report import mistakes
from shared.lab.report.blocks import Block, Card, Figure, Paragraph, Section, Table
from shared.lab.report.examples import Example
from shared.lab.report.numbers import Numbers
from shared.lab.report.phrasing import share_of
from shared.lab.report.plots.causes import went_wrong


def retrieval(numbers: Numbers) -> Section:
    """Counted by whether the gold document was in the evidence."""
    title, anchor, all_mistakes = "Where it went wrong: retrieval", "retrieval", numbers.mistakes
    if not all_mistakes:
        return Section(title, anchor, [Paragraph("No arm was given evidence.")])
    blocks: list[Block] = []
    if any(arm_mistakes.counts[kind] for arm_mistakes in all_mistakes for kind in mistakes.FAILURES):
        caption = "Questions that an arm did not get right, by where it went wrong."
        blocks.append(Figure(went_wrong(all_mistakes), caption, "Counts by kind of failure; the table below has them."))
    rows = [[kind, *(str(arm_mistakes.counts[kind]) for arm_mistakes in all_mistakes)] for kind in mistakes.KINDS]
    rows.append(["not scored", *(str(arm_mistakes.not_scored) for arm_mistakes in all_mistakes)])
    heads = ["what became of the question", *(arm_mistakes.arm for arm_mistakes in all_mistakes)]
    blocks += [
        Table("Questions by what became of them", heads, rows, numbers=range(1, len(heads))),
        _found(numbers),
        _about(numbers),
    ]
    return Section(title, anchor, blocks)


def _found(numbers: Numbers) -> Table:
    heads = ["arm", "gold documents in the evidence", "right if they were", "right if they were not"]
    rows = [
        [arm_mistakes.arm, *map(share_of, (arm_mistakes.found, arm_mistakes.right_if_found, arm_mistakes.right_if_not))]
        for arm_mistakes in numbers.mistakes
    ]
    caption = "Answers to questions that name a gold document, in per cent with 95 % intervals"
    return Table(caption, heads, rows, numbers=range(1, len(heads)))


def _about(numbers: Numbers) -> Paragraph:
    partly = "; ".join(f"{arm_mistakes.arm}: {arm_mistakes.partly}" for arm_mistakes in numbers.mistakes)
    return Paragraph(
        "A gold document is in the evidence where any passage of it was in the prompt, which need not be the passage "
        "with the answer: `misread` may hold answers whose passage was not there. A question with several gold "
        f"documents needs all; some but not all were there for so many of the not found: {partly}. That found "
        "questions are answered rightly more often does not say what finding the others would have changed.",
        small=True,
    )


def examples_(numbers: Numbers) -> Section:
    """Up to two of each kind, drawn by lot."""
    title, anchor = "Examples of each kind of failure", "examples"
    if not numbers.examples:
        return Section(title, anchor, [Paragraph("Nothing that could be scored went wrong.")])
    about = "Up to two of each kind, drawn by a hash of their ids. They illustrate a kind and say nothing of how often."
    return Section(title, anchor, [Paragraph(about, small=True), *map(_card, numbers.examples)])


def _card(example: Example) -> Card:
    fields = [
        ("arm", f"{example.arm} (question {example.question_id}, slice {example.slice})"),
        ("question", example.question),
        ("accepted", " | ".join(example.accepted) or "abstaining"),
        ("said", example.said),
    ]
    if example.gold:
        fields.append(("gold", ", ".join(example.gold)))
    for place, source in enumerate(example.evidence, start=1):
        marks = [name for name, given in (("gold", source.gold), ("cited", source.cited)) if given]
        marked = f" ({', '.join(marks)})" if marks else ""
        fields.append((f"evidence {place}", f"{source.title} [{source.chunk_id}]{marked}"))
    of = f"{example.of} such answer{'s' if example.of != 1 else ''}"
    return Card(f"{example.kind} ({of})", fields)
