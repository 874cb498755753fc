"""How judges look to a person: no number without what it is worth."""

from collections.abc import Iterator, Sequence

from services.console import output
from shared.lab.judging.summary import Judge
from shared.lab.judging.worth import Worth
from shared.statistics.intervals import Interval
from shared.statistics.wording import percent_limits, whole_percent


def show(judges: Sequence[Judge]) -> None:
    """Print each judge's tables and sentences."""
    if not judges:
        output.say("No result has a verdict; `tiltyard services start judge` starts a judge.")
    for judge in judges:
        _show(judge)


def _show(judge: Judge) -> None:
    who = judge.who
    model = who.model or "no model"
    output.say(f"Judge {who.name}: {model} by {who.backend}, prompts {who.pairwise} and {who.rubric}")
    for warning, questions in judge.warnings.items():
        output.say(f"WARNING ({questions} of {judge.questions} questions): {warning}")
    if judge.pairs:
        columns = ["pair", "first better", "second better", "tie", "both bad", "inconsistent", "no verdict"]
        columns += ["kappa references", "kappa votes"]
        output.table("Comparisons", columns, _pairs(judge), right=columns[1:7])
    if judge.grades:
        columns = ["arm", "grade 1-5", "95 %", "n", "kappa references", "kappa votes"]
        output.table("Grades", columns, _grades(judge), right=columns[1:4])
    for line in _sentences(judge):
        output.say(line)


def _pairs(judge: Judge) -> Iterator[list[object]]:
    for arms, counts in judge.pairs.items():
        yield [f"{arms[0]} : {arms[1]}", *counts.values(), *_kappas(judge.comparisons_worth)]


def _grades(judge: Judge) -> Iterator[list[object]]:
    for arm, mean in judge.grades.items():
        value = "-" if mean.mean is None else f"{mean.mean:.2f}"
        yield [arm, value, f"{mean.low:.2f} to {mean.high:.2f}", mean.n, *_kappas(judge.grades_worth)]


def _kappas(worth: Worth) -> tuple[str, str]:
    return worth.short(worth.references), worth.short(worth.votes)


def _sentences(judge: Judge) -> Iterator[str]:
    if judge.pairs:
        yield f"inconsistent (the orders disagree): {_share(judge.inconsistent)}"
        yield f"no verdict (a reply cannot be read): {_share(judge.no_verdict)}"
        off = ". That is not one half: place decides" if judge.first_place.excludes(0.5) else ""
        yield f"the answer shown first is preferred where one is: {_share(judge.first_place)}{off}"
        yield f"comparisons and references: {judge.comparisons_worth.references.sentence()}"
        yield f"comparisons and votes: {judge.comparisons_worth.votes.sentence()}"
    if judge.grades:
        yield f"grades that cannot be read: {_share(judge.unread)}"
        yield f"grades (4 and 5 being right) and references: {judge.grades_worth.references.sentence()}"
        yield f"grades (the higher being better) and votes: {judge.grades_worth.votes.sentence()}"
    if judge.outdated:
        yield f"not counted: {judge.outdated} grades by references that have changed since"


def _share(interval: Interval) -> str:
    if interval.mean is None:
        return "unknown (none)"
    return f"{whole_percent(interval.mean)} of {interval.n} (95 % {percent_limits(interval)})"
