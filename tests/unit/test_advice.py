"""What a report says first, as whole paragraphs: every situation that a hostile referee would try."""

from collections.abc import Callable, Mapping, Sequence

from shared.lab.report import advice, verdict
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, count
from shared.messages import ArmTaken, ContestTaken, Result, ScoredAnswer
from tests.results import ARMS, a_result, a_scored


def tens(**right: int) -> Callable[[str, int], float]:
    """Each arm is right on so many of every ten questions, the first ones; `rag` stands for `+rag`."""
    named = {name.replace("_", "+"): value for name, value in right.items()}
    return lambda arm, number: float(number % 10 < named.get(arm, 0))


def asked(
    n: int,
    score: Callable[[str, int], float],
    *,
    slice_name: str = "new",
    became: Mapping[str, str] | None = None,
    references: tuple[str, ...] = ("the old harbour",),
) -> list[Result]:
    """`became`: arms that abstained or failed at every question but the first of every twenty."""

    def answer(arm: str, number: int) -> ScoredAnswer:
        status = (became or {}).get(arm, "answered") if number % 20 else "answered"
        value = score(arm, number) if status == "answered" else 0.0
        measured = {"right": value} if references else {"rightly_abstained": float(status == "abstained")}
        text = "" if status != "answered" else "It voted."
        failure = "the server closed the connection" if status == "failed" else None
        return a_scored(arm, correct=None, scores=measured, status=status, text=text, failure=failure)

    return [
        a_result(
            *(answer(arm, number) for arm in ARMS),
            question_id=f"{slice_name}-{number}",
            slice=slice_name,
            references=references,
            gold_document_ids=(f"{slice_name}-{number}",),
        )
        for number in range(n)
    ]


def counted(results: Sequence[Result], margin: float | None = None) -> Numbers:
    return count(gather(results, read_from="a test"), margin=margin)


def test_a_decided_lead_says_what_to_use_how_sure_and_what_would_change_it() -> None:
    assert advice.paragraph(counted(asked(100, tens(base_rag=5, tuned=1, tuned_rag=8)))) == (
        "Use tuned+rag: it was right on 80.0 % of 100 questions that have an answer, 30.0 points more than the next "
        "best, base+rag (95 % interval +20.0 to +38.8, n = 100). tuned+rag and tuned were trained once: all this "
        "speaks of this adapter alone, and another training may change it. It holds for the mix of questions that was "
        "asked, with these documents, models and prompts; others may change it."
    )


def test_a_tie_of_all_is_said_once() -> None:
    assert advice.paragraph(counted(asked(40, tens(base=5, base_rag=5, tuned=5, tuned_rag=5)))) == (
        "No arm is shown to be better than the others: base, base+rag, tuned and tuned+rag were right equally often, "
        "50.0 % of 40 questions that have an answer. More questions will hardly decide it: say by `--margin` how small "
        "a difference does not matter."
    )


def test_where_every_answer_is_wrong_no_arm_can_be_used_and_no_effect_is_told() -> None:
    numbers = counted(asked(40, tens()))

    assert advice.paragraph(numbers) == (
        "No arm can be used: none was right on any of 40 questions that have an answer."
    )
    assert "makes answers right" not in " ".join(verdict.details(numbers))


def test_where_every_arm_declined_nothing_is_recommended() -> None:
    everything = asked(40, tens(), became=dict.fromkeys(ARMS, "abstained"))

    assert advice.paragraph(counted(everything)) == (
        "No arm can be used: none was right on any of 40 questions that have an answer."
    )


def test_a_failing_arm_is_named_with_its_number_before_all_else_and_in_no_effect() -> None:
    numbers = counted(asked(100, tens(base_rag=5, tuned=9, tuned_rag=8), became={"tuned": "failed"}))
    [first, use, _] = advice.opening(numbers)

    assert first == (
        "No answer came from tuned on 95 of 100 questions: these count as not right, and say nothing of what the arm "
        "knows."
    )
    assert use.startswith("Use tuned+rag: it was right on 80.0 %")
    assert "adapter" not in " ".join(verdict.details(numbers))


def test_one_question_is_said_to_decide_nothing() -> None:
    assert advice.paragraph(counted(asked(1, tens(tuned=1)))) == (
        "No arm is shown to be better than the others: tuned leads with 100.0 % before base with 0.0 % of 1 question "
        "that has an answer, which decides nothing between them (95 % interval \u2212100.0 to +100.0, n = 1). 1 "
        "question cannot decide it, however large the difference: ask more."
    )


def test_slices_that_point_in_opposite_directions_come_first() -> None:
    old = asked(40, tens(tuned=9, base_rag=2), slice_name="old")
    numbers = counted([*old, *asked(40, tens(base_rag=9, tuned=1), slice_name="new")])
    [depends, _, tips] = advice.opening(numbers)

    assert depends == ("It depends on the question: base+rag is right more often on new questions, tuned on old ones.")
    assert tips == "The mix decides: where more than 53 % of these questions are old ones, tuned leads."


def test_a_difference_that_is_decided_and_too_small_to_matter_recommends_neither() -> None:
    def nearly_alike(arm: str, number: int) -> float:
        return float(arm.endswith("+rag") and (number % 2 or (arm == "tuned+rag" and number % 500 == 0)))

    assert advice.opening(counted(asked(6_000, nearly_alike)))[0] == (
        "Use tuned+rag or base+rag: how often they are right differs by less than a point (95 % interval +0.1 to "
        "+0.3, n = 6000)."
    )


def test_arms_within_the_margin_are_left_to_their_price() -> None:
    numbers = counted(asked(400, tens(base_rag=5, tuned=5, tuned_rag=5)), margin=0.05)

    assert advice.opening(numbers)[0] == (
        "Use the cheapest of base+rag, tuned and tuned+rag: how often they are right differs by less than the margin "
        "of 5.0 points (95 % interval \u22120.7 to +0.7, n = 400)."
    )


def test_without_a_question_that_has_an_answer_nothing_is_said_of_being_right() -> None:
    silent = asked(40, tens(), references=(), became={"base+rag": "abstained"})

    assert advice.paragraph(counted(silent)) == (
        "Nothing tells which arm is right more often: none of the 40 questions that were asked has an accepted "
        "answer. How often each arm declined, which is right where no document has an answer, stands below."
    )


def test_an_arm_that_is_handed_the_right_passages_is_never_recommended() -> None:
    arms = [ArmTaken(name=name, context=context) for name, context in (("base", "none"), ("base+gold", "gold"))]
    contest = ContestTaken(name="two", digest="1", arms=tuple(arms))
    results = [
        a_result(
            *(a_scored(arm.name, correct=None, scores={"right": float(arm.context == "gold")}) for arm in arms),
            question_id=str(number),
        ).model_copy(update={"contest": contest})
        for number in range(40)
    ]

    assert advice.paragraph(counted(results)) == (
        "No arm can be used: none was right on any of 40 questions that have an answer."
    )
