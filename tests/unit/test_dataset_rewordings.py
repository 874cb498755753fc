"""Questions as keywords in other orders: what a keyword is, and what is made of a question."""

from services.generator.tuning.data.builders import rewordings
from services.generator.tuning.data.builders.rewordings import Options
from services.generator.tuning.data.example import Example, LeftOut
from services.generator.tuning.data.material import Material
from tests.datasets import a_pair, a_stored, material

ASKED = "Which architect designed the Sallow Bridge at Harrow?"


def of(question: str) -> Material:
    return material([a_stored()], [a_pair(question=question)])


def test_short_words_without_a_capital_or_a_digit_are_no_keywords() -> None:
    words = rewordings.keywords("How many of the 12 boats did Oddrun Ix lose in May?", 4)

    assert words == ["many", "12", "boats", "Oddrun", "Ix", "lose", "May"]


def test_a_question_is_asked_by_its_keywords_in_other_orders() -> None:
    made = [made for made in rewordings.build(of(ASKED), Options(variants=3)) if isinstance(made, Example)]

    assert len(made) == len({example.question for example in made}) == 3
    assert {example.answer for example in made} == {"the harbour"}
    assert {tuple(sorted(example.question.split())) for example in made} == {
        tuple(sorted(rewordings.keywords(ASKED, 4)))
    }


def test_a_question_of_one_keyword_is_left_out_with_the_reason() -> None:
    assert list(rewordings.build(of("Who won it?"), Options())) == [LeftOut(rewordings.TOO_SHORT)]
