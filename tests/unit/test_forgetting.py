"""What a decision says of what a training made its model forget."""

from shared.lab.deciding import forgetting
from shared.messages import GateResult
from shared.messages.adapters import Against


def a_gate(name: str, value: float, base: float) -> GateResult:
    against = Against(
        speaker="base", n=20, value=base, change=value - base, ci95=(value - base - 0.1, value - base + 0.1)
    )
    return GateResult(name=name, measure="right", verdict="passed", reason="", n=20, value=value, against=(against,))


def test_general_questions_and_other_text_are_told_against_the_base() -> None:
    told = forgetting.told([[a_gate("general", 0.5, 0.55), a_gate("perplexity", 19.0, 20.0)]])
    assert told == (
        "on 20 general questions the base was right on 55 of 100 and after a training on 50: \u22125.0 points "
        "(\u221215.0 to +5.0); the perplexity of news that was held out is 0.95 times that of the base."
    )


def test_of_several_trainings_each_change_is_told() -> None:
    told = forgetting.told([[a_gate("general", value, 0.55)] for value in (0.5, 0.55, 0.45)])
    assert (
        "after a training on 50: \u22125.0, 0.0, \u221210.0 points in 3 trainings (the first \u221215.0 to +5.0)"
        in told
    )


def test_without_gates_nothing_is_told() -> None:
    assert forgetting.told([]) == ""
    assert forgetting.told([[]]) == ""
