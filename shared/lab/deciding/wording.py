"""A decision in at most three sentences: what to use, how sure that is, and what would change it."""

from collections.abc import Iterator, Sequence

from shared.lab.deciding.basis import Basis
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.turning import Rate, Turn
from shared.lab.report.phrasing import counted, listed, plain

MOST_TIMES = 1_000
"""More documents than so many times what there is are not worth naming."""
EVENT: dict[Rate, str] = {"questions_per_day": "questions", "updates_per_day": "updates"}


def sentences(decision: Decision, basis: Basis, turns: Sequence[Turn]) -> list[str]:
    """What stands first, on the page and on the terminal."""
    return [_what(decision), _how_sure(decision, basis), _what_changes(decision, turns)]


def number(value: float) -> str:
    """A rate as people say it: 0.25, 40, 12,000."""
    return f"{value:,.2g}" if value < 10 else f"{float(f'{value:.2g}'):,.0f}"


def worth(value: float) -> str:
    """In the unit of the values, with a real minus sign and no fewer digits than a small one needs."""
    return plain(value, 2 if abs(value) >= 0.01 or not value else 4)


def _what(decision: Decision) -> str:
    rates = decision.rates
    where = (
        f"at {number(rates.questions_per_day)} questions and {number(rates.updates_per_day)} updates a day "
        f"an answer of {decision.best} is worth {worth(decision.worths[decision.best].mean)} on average"
    )
    if not decision.is_worth_asking:
        return (
            f"Use none: to decline every question is worth {worth(decision.silent)}, and {where}, the most of all arms."
        )
    if not decision.leads:
        return f"Use {decision.best}: nobody else keeps up, and {where}."
    second = min(decision.leads, key=lambda name: decision.leads[name].difference)
    lead = f"{worth(decision.leads[second].difference)} more than one of {second}"
    if decision.decided:
        return f"Use {decision.best}: {where}, {lead}."
    return f"{_either(decision)}: {where}, {lead}."


def _either(decision: Decision) -> str:
    """Names of all that it may be."""
    return f"Undecided between {listed([decision.best, *decision.rivals])}"


def _how_sure(decision: Decision, basis: Basis) -> str:
    over = f"{counted(basis.questions, 'question')} about {counted(basis.documents, 'document')}"
    over += f" and {counted(basis.trainings, 'training')}" if basis.trainings else ""
    alone = "; with one training it speaks of that adapter alone" if decision.one_training else ""
    margin = worth(decision.margin)
    if decision.decided:
        return f"With 95 % confidence no other is better by more than {margin}, over {over}{alone}."
    rivals = listed([*decision.rivals])
    return f"{rivals} may be better by more than {margin}, over {over}; {_more(decision)}{alone}."


def _more(decision: Decision) -> str:
    """What would decide it."""
    times = decision.times_as_many
    if times is None:
        return "more trainings would have to decide it"
    if times > MOST_TIMES:
        return "no realistic number of documents would decide it"
    return (
        "a few more documents would decide it"
        if times < 1.15
        else (f"about {number(times)} times as many documents would decide it, if the difference is what it seems")
    )


def _what_changes(decision: Decision, turns: Sequence[Turn]) -> str:
    said = list(_turned(turns))
    missing = (
        f" {listed([*decision.cannot_keep_up])} cannot keep up with so many updates." if decision.cannot_keep_up else ""
    )
    if not said:
        return f"Neither rate alone, up to 10,000 times more or less, changes what is worth most.{missing}"
    return f"What is worth most changes, the other rate as it is: {listed(said)}.{missing}"


def _turned(turns: Sequence[Turn]) -> Iterator[str]:
    for turn in turns:
        side = "from" if turn.rises else "below"
        if not turn.best:
            yield f"{side} {number(turn.value)} {EVENT[turn.rate]} a day it is undecided"
            continue
        yield f"{side} {number(turn.value)} {EVENT[turn.rate]} a day {turn.best}"
