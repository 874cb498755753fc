"""The sections about what an answer costs, in time and tokens, and about silence against error."""

from shared.lab.report.blocks import Block, Figure, Paragraph, Section, Table
from shared.lab.report.costs import Cost
from shared.lab.report.numbers import Numbers
from shared.lab.report.outcomes import OUTCOMES, Outcomes
from shared.lab.report.phrasing import milliseconds, plain, share, share_of
from shared.lab.report.plots.causes import became, waiting
from shared.lab.report.plots.causes import caution as picture_of_caution
from shared.statistics.intervals import Interval


def costs(numbers: Numbers) -> Section:
    """Latency and tokens beside accuracy."""
    title, anchor = "Latency and cost against accuracy", "costs"
    if not any(cost.latency.n for cost in numbers.costs):
        return Section(title, anchor, [Paragraph("No answer was given, so there is no latency.")])
    blocks: list[Block] = []
    if any(cost.right.n for cost in numbers.costs):
        picture = waiting(numbers.costs, numbers.arms)
        caption = "Accuracy with 95 % interval against an arm's own time for an answer. Upper left is better."
        blocks.append(Figure(picture, caption, "Accuracy of each arm against its own median time; numbers below."))
    heads = ["arm", "answers", "own time p50", "p95", "queue p50", "p95", "wait p50", "p95", "p99", "retrieval p50",
             "generation p50", "in a batch", "prompt tokens", "answer tokens", "tokens for a right one",
             "right"]  # fmt: skip
    rows = [_cost(cost) for cost in numbers.costs]
    blocks += [Table("Waits, and tokens for an answer (means)", heads, rows, numbers=range(1, len(heads))), _about()]
    return Section(title, anchor, blocks)


def _cost(cost: Cost) -> list[str]:
    waits = (cost.own.p50, cost.own.p95, cost.queue.p50, cost.queue.p95, cost.latency.p50, cost.latency.p95,
             cost.latency.p99, cost.retrieval.p50, cost.generation.p50)  # fmt: skip
    tokens = (cost.prompt_tokens, cost.completion_tokens, cost.tokens_for_a_right_one)
    return [cost.arm, str(cost.latency.n), *map(milliseconds, waits), plain(cost.together),
            *(plain(value, 0) for value in tokens), share_of(cost.right)]  # fmt: skip


def _about() -> Paragraph:
    return Paragraph(
        "Own time: search and model at work, which is what a worker needs that is idle otherwise; the model's time "
        "is that of the batch that the answer was in (in a batch: how many answers it held), and alone it takes no "
        "longer. Queue: the rest of the wait, behind other questions and on the way; it depends on how many were asked "
        "at once, and is no property of an arm. Wait: both, from the broker's append of the question to that of the "
        "answer. Abstentions are answers here, failures are not. Tokens for a right one: all tokens of the arm, over "
        "its right answers. What training cost is not in it.",
        small=True,
    )


def caution(numbers: Numbers) -> Section:
    """What became of every question, and how abstaining trades against error."""
    title, anchor = "Abstention against error", "caution"
    if not numbers.arms:
        return Section(title, anchor, [Paragraph("There are no results to count.")])
    blocks: list[Block] = [
        Figure(became(numbers.outcomes), "What became of every question.", "Counts by outcome; the table has them."),
        _outcomes(numbers),
    ]
    if any(caution.wrong.n for caution in numbers.cautions):
        blocks += [
            Figure(
                picture_of_caution(numbers.cautions, numbers.arms),
                "Wrong answers against abstentions, on questions that have an accepted answer, with 95 % intervals. "
                "Lower left is better; an arm moves right along a diagonal by keeping silent instead of erring.",
                "Share wrong against share abstained for each arm; numbers below.",
            ),
            _cautions(numbers),
        ]
    return Section(title, anchor, blocks)


def _outcomes(numbers: Numbers) -> Table:
    heads = ["arm", "questions", "n", *OUTCOMES]
    names = ("with an answer", "where abstaining is right", "without references")
    rows = [row for arm_outcomes in numbers.outcomes for row in _rows(arm_outcomes, names)]
    return Table("Answers by outcome: counts", heads, rows, numbers=range(2, len(heads)))


def _rows(arm_outcomes: Outcomes, names: tuple[str, str, str]) -> list[list[str]]:
    return [
        [arm_outcomes.arm, name, str(sum(kind.values())), *(str(kind[outcome]) for outcome in OUTCOMES)]
        for name, kind in zip(names, arm_outcomes.kinds, strict=True)
        if any(kind.values())
    ]


def _cautions(numbers: Numbers) -> Table:
    heads = ["arm", "n", "abstained", "wrong", "wrong, of given answers", "answered where abstaining is right"]
    rows = [
        [
            caution.arm,
            str(caution.wrong.n),
            share(caution.abstained),
            share(caution.wrong),
            share_of(caution.error),
            share_of(caution.bluffed),
        ]
        for caution in numbers.cautions
    ]
    return Table("Silence and error, in per cent with 95 % intervals", heads, rows, numbers=range(1, len(heads)))


def certainty(numbers: Numbers) -> Section:
    """Whether what an arm is sure of comes true."""
    title, anchor, calibrations = "How sure, and how often right", "certainty", numbers.certainty
    if not calibrations:
        return Section(title, anchor, [Paragraph("No scored answer carries a probability: the backends told none.")])
    heads = ["arm", "n", "calibration error", "chance alone, up to", "Brier score"]
    rows = [
        [arm, str(calibration.n), _lower(calibration.ece), plain(calibration.by_chance, 2), _lower(calibration.brier)]
        for arm, calibration in calibrations.items()
    ]
    bins = [
        [arm if place == 0 else "", f"{bin_.low:.1f} to {bin_.high:.1f}", str(bin_.n), plain(bin_.said, 2),
         plain(bin_.came_true, 2)]
        for arm, calibration in calibrations.items()
        for place, bin_ in enumerate(bin_ for bin_ in calibration.bins if bin_.n)
    ]  # fmt: skip
    return Section(
        title,
        anchor,
        [
            Table("Both are better when lower; 95 % intervals", heads, rows, numbers=range(1, 5)),
            Table("Answers by how sure the arm was", ["arm", "sure", "n", "mean", "share right"], bins,
                  numbers=range(1, 5)),
            Paragraph(
                "How sure: of a text the geometric mean of its tokens' probabilities, of a choice its share among all "
                "choices. It says how the model found its words, not whether it knows. A calibration error up to the "
                "one that chance alone gives says nothing against the arm. Abstentions are not in it.",
                small=True,
            ),
        ],
    )  # fmt: skip


def _lower(interval: Interval) -> str:
    return f"{plain(interval.mean, 2)} ({plain(interval.low, 2)} to {plain(interval.high, 2)})"
