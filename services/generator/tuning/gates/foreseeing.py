"""What a gate will be able to tell, before anything is trained: found by putting made-up outcomes to it."""

from collections import defaultdict
from collections.abc import Sequence

from services.generator.tuning.gates.judging import Before, Unasked, judged
from services.generator.tuning.gates.measuring import Measure
from services.generator.tuning.gates.plan import Gate
from services.generator.tuning.gates.questions import GateQuestions
from shared.jobs.tuning import GatePlanned

NOBODY, ASKED = Before(), Unasked("", blocks=False)


def foreseen(asked: Sequence[GateQuestions], before: Before) -> tuple[GatePlanned, ...]:
    """Each gate with how many questions it has, and from how many on they would show something."""
    return tuple(_planned(questions, before) for questions in asked)


def _planned(questions: GateQuestions, before: Before) -> GatePlanned:
    gate, measure = questions.gate, questions.measure
    shares = questions.count and not measure.perplexity
    loses = gate.most_loss is not None and ("base" in gate.against or bool(before.name))
    needed = _fewest_right(gate, measure) if shares and gate.gains_on_base else None
    lost = _fewest_lost(gate, measure) if shares and loses else None
    return GatePlanned(
        gate=measure.name,
        binding=gate.binding,
        asked=questions.count,
        independent=len(set(measure.clusters.values())),
        needed=needed,
        lost=lost,
        tells=_says(questions, needed, lost, loses=loses),
    )


def _says(questions: GateQuestions, needed: int | None, lost: int | None, *, loses: bool) -> str:
    """In one sentence."""
    gate, count = questions.gate, questions.count
    if not count:
        ends = "it will fail" if gate.binding and questions.unasked.blocks else "it stops nobody"
        return f"asks nothing, and {ends}: {questions.unasked.why}"
    said = [f"asks {count} {'texts' if questions.measure.perplexity else 'questions'}{questions.remark}"]
    if gate.gains_on_base and not questions.measure.perplexity:
        said.append(
            f"where the base knows none of them, {needed} must be right"
            if needed
            else "too few are independent for any outcome to pass: give more facts, or more wordings of each"
        )
    if loses and not questions.measure.perplexity:
        said.append(f"a loss shows from {lost} of them on" if lost else "no loss could be told from chance")
    if gate.most_loss is not None and not loses:
        said.append("no adapter serves that it could be worse than")
    return "; ".join(said)


def _fewest_right(gate: Gate, measure: Measure) -> int | None:
    """The fewest right answers that pass where the base has none; None where even all of them do not."""
    order = _spread(measure)
    nothing: dict[str, tuple[float, float]] = dict.fromkeys(order, (0.0, 1.0))

    def passes(right: int) -> bool:
        new = nothing | dict.fromkeys(order[:right], (1.0, 1.0))
        result = judged(gate.model_copy(update=_BINDING), measure, new, {"base": nothing}, before=NOBODY, unasked=ASKED)
        return result.verdict == "passed"

    return next((right for right in range(1, len(order) + 1) if passes(right)), None)


def _fewest_lost(gate: Gate, measure: Measure) -> int | None:
    """The fewest lost answers that fail where the other speaker has all; None where even all of them do not."""
    order = _spread(measure)
    everything: dict[str, tuple[float, float]] = dict.fromkeys(order, (1.0, 1.0))
    others = dict.fromkeys(gate.against, everything)

    def fails(lost: int) -> bool:
        new = everything | dict.fromkeys(order[:lost], (0.0, 1.0))
        only = gate.model_copy(update=_BINDING | {"least": None, "gains_on_base": False})
        return judged(only, measure, new, others, before=NOBODY, unasked=ASKED).verdict == "failed"

    return next((lost for lost in range(1, len(order) + 1) if fails(lost)), None)


_BINDING = {"binding": True}


def _spread(measure: Measure) -> list[str]:
    """The questions in an order that takes one of each group first: the outcome that shows most."""
    turns: dict[str, int] = defaultdict(int)
    places = {}
    for key, group in sorted(measure.clusters.items()):
        places[key] = turns[group]
        turns[group] += 1
    return sorted(places, key=lambda key: (places[key], key))
