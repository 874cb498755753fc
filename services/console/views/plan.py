"""A plan for people: what it takes in a sentence, every pair in a table, and what was taken to be so."""

from collections.abc import Iterator

from services.console import output
from shared.lab.planning.plan import Need, Plan
from shared.statistics.wording import NONE, percent_limits, points, whole_percent


def show(plan: Plan) -> None:
    """Print what is needed, the table of pairs, the experiments, and the assumptions."""
    for line in _needed(plan):
        output.say(line)
    options = list(plan.needs[0].documents)
    heads = ["pair", "margin" if plan.wanted.equal else "difference", *(_heading(option) for option in options)]
    output.table("Documents for each pair, as calculated", heads, [_row(need) for need in plan.needs], right=heads[1:])
    if plan.trials:
        output.table(
            f"Tried out: {' and '.join(plan.hardest or ())}, {plan.trials[0].decided.n} experiments each",
            ["documents", "questions", "trainings", "decided", "95 %"],
            [
                [str(trial.documents), str(trial.questions), str(plan.trainings), whole_percent(trial.decided.mean),
                 percent_limits(trial.decided)]
                for trial in plan.trials
            ],
            right=["questions", "trainings", "decided", "95 %"],
        )  # fmt: skip
    for line in _assumed(plan):
        output.say(line)


def _needed(plan: Plan) -> Iterator[str]:
    if plan.hardest is None:
        yield (
            "No number of questions is enough: the deviation between trainings alone is too large for what is to be "
            "decided. Ask for more trainings with --trainings, or for a larger difference."
        )
        return
    size = points(max(need.size for need in plan.needs if need.pair == plan.hardest), signed=False)
    what = f"show that equal arms are equal within {size} points" if plan.wanted.equal else f"decide {size} points"
    if plan.documents is None or plan.questions is None:
        yield f"No number tried out was enough to {what} in {whole_percent(plan.wanted.power)} of experiments."
    else:
        trainings = f" and {plan.trainings} trainings" if plan.trainings > 1 else ""
        yield (
            f"{plan.questions} answerable questions on {plan.documents} documents{trainings} {what} between "
            f"{' and '.join(plan.hardest)}, which asks for most, in {whole_percent(plan.wanted.power)} of experiments."
        )
    if plan.assumptions.trained and plan.trainings == 1:
        yield "With one training this holds for that adapter, and not for tuning as such."


def _heading(trainings: int) -> str:
    return "documents" if trainings == 1 else f"{trainings} trainings"


def _row(need: Need) -> list[str]:
    counts = [NONE if count is None else str(count) for count in need.documents.values()]
    return [" : ".join(need.pair), points(need.size, signed=False), *counts]


def _assumed(plan: Plan) -> Iterator[str]:
    taken = plan.assumptions
    rates = ", ".join(f"{arm} {whole_percent(rate)}" for arm, rate in taken.rates.items())
    alike = sorted({round(value, 2) for value in taken.alike.values()})
    agree = f"{alike[0]:.2f}" if len(alike) == 1 else f"{alike[0]:.2f} to {alike[-1]:.2f}"
    one_each = taken.per_document == 1
    each = "one question" if one_each else f"{taken.per_document:.2g} questions"
    within = "" if one_each else f", which correlate by {taken.within:.2f}"
    yield (
        f"Taken to be so: right answers {rates}; two arms correlate by {agree} on a question; "
        f"{each} a document{within}."
    )
    if plan.family > 1:
        yield f"All {plan.family} pairs of {len(taken.rates)} arms are compared in one family."
    if taken.trained:
        deviation = f"{points(taken.deviation, signed=False)} points" if taken.deviation else "unknown, taken as none"
        yield f"Trained: {', '.join(taken.trained)}; standard deviation between trainings: {deviation}."
