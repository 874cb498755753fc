"""A report says which answers come from an adapter that would not have served by itself, and says it first."""

from shared.lab.report import advice
from shared.lab.report.material import gather
from shared.lab.report.numbers import Numbers, count
from shared.lab.report.sections import of
from shared.lab.report.unfinished import caution
from shared.messages import Result
from tests import adapters
from tests.results import a_result, a_scored

FINISHED = adapters.announced("whole").ref
REFUSED = adapters.announced("weak", gates=(adapters.gate("learned", "failed"),)).ref
CUT = adapters.announced("cut", training=adapters.UNFINISHED).ref


def counted(*results: Result) -> Numbers:
    return count(gather(results, read_from="a test"))


def some(ref: object, prefix: str) -> list[Result]:
    return [
        a_result(a_scored("base"), a_scored("tuned", adapter=ref), a_scored("tuned+rag", adapter=ref),
                 question_id=f"{prefix}-{number}")
        for number in range(2)
    ]  # fmt: skip


def test_answers_of_an_unfinished_training_are_counted_and_named() -> None:
    numbers = counted(*some(FINISHED, "a"), *some(CUT, "b"))

    assert caution(numbers.provenance.voices) == (
        "4 answers of tuned and tuned+rag come from an unfinished training (cut): a time limit ended it, so that these "
        "numbers say how busy the machine was and nothing about tuning."
    )
    marked = {(voice.arm, voice.adapter) for voice in numbers.provenance.voices if voice.unfinished}
    assert marked == {("tuned", "cut"), ("tuned+rag", "cut")}


def test_the_section_about_them_follows_the_verdict() -> None:
    anchors = [section.anchor for section in of(counted(*some(CUT, "a")))]

    assert anchors.index("unfinished") == anchors.index("verdict") + 1


def test_without_them_there_is_neither_sentence_nor_section() -> None:
    numbers = counted(*some(FINISHED, "a"))

    assert caution(numbers.provenance.voices) == ""
    assert "unfinished" not in {section.anchor for section in of(numbers)}


def test_an_answer_from_before_trainings_were_marked_is_not_called_unfinished() -> None:
    old = a_result(a_scored("tuned", adapter=FINISHED)).model_dump(mode="json")
    del old["answers"]["tuned"]["answer"]["adapter"]["unfinished"]

    read = Result.model_validate(old).answers["tuned"].answer.adapter

    assert read is not None
    assert not read.unfinished


def test_an_adapter_that_its_gates_refused_is_named_before_all_else() -> None:
    numbers = counted(*some(FINISHED, "a"), *some(REFUSED, "b"))

    assert advice.opening(numbers)[0] == (
        "4 answers of tuned and tuned+rag come from an adapter that the gates refused (weak; `tiltyard adapters show "
        "weak` says why): somebody let it speak all the same, and these numbers may say nothing of what tuning can "
        "give."
    )
    assert "despite-gates" in {section.anchor for section in of(numbers)}


def test_an_adapter_whose_gates_only_reported_is_not_called_refused() -> None:
    passed = adapters.announced("good", gates=(adapters.gate("general", "reported"),)).ref

    assert not passed.despite_gates
    assert "despite-gates" not in {section.anchor for section in of(counted(*some(passed, "a")))}
