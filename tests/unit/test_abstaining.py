"""When an arm with passages keeps its answer to itself, and what it then says about it."""

from typing import Any

import pytest

from services.generator import abstaining
from services.generator.abstention import support
from services.generator.arms import rag
from services.generator.ports import Asked, Chat, Completion
from services.generator.replies import Reply
from services.generator.settings import GeneratorSettings
from shared.messages import Question
from tests.builders import NOON, a_question

STYLE = rag.build(GeneratorSettings())
FAIR = "The lantern fair is held at the old harbour."


def asked(passages: tuple[str, ...] = (FAIR,), **changes: Any) -> Asked:
    question: Question = a_question(text="Where is the lantern fair held?", **changes)
    return Asked(question, NOON, Chat("", ""), passages=passages)


def said(log_probability: float | None = -0.2, tokens: int = 2) -> Completion:
    return Completion("The old harbour", 10, 3, 0.1, log_probability, tokens)


def kept(about: Asked, completion: Completion, least: float = 0.35) -> abstaining.Kept:
    rule = support.build(GeneratorSettings(support_least=least))
    return abstaining.kept(about, completion, Reply("answered", text=completion.text), style=STYLE, decline=rule)


def test_support_is_the_share_of_the_question_that_is_covered_and_the_confidence_in_the_answer() -> None:
    assert support.support(asked(), said(-0.2), 0.5) == pytest.approx(1.0 - 0.5 * 0.1)
    assert support.support(asked(("The lantern shop opens.",)), said(-0.2), 0.5) == pytest.approx(1 / 3 - 0.05)
    assert support.support(asked(()), said(-4.0), 0.5) == pytest.approx(-1.0)


def test_a_supported_answer_is_passed_on_with_its_support() -> None:
    passed = kept(asked(), said())

    assert passed.reply.text == "The old harbour"
    assert passed.withheld == ""
    assert passed.verdict is not None
    assert passed.verdict.rule == "support.v1@0.35"


@pytest.mark.parametrize("about", [asked(("A ferry sails.",)), asked(())])
def test_an_unsupported_answer_becomes_an_abstention_that_says_what_was_withheld(about: Asked) -> None:
    declined = kept(about, said(-2.0))

    assert (declined.reply.status, declined.reply.text) == ("abstained", STYLE.abstain)
    assert declined.withheld == "The old harbour"
    assert declined.verdict is not None
    assert declined.verdict.support < 0.35


def test_without_a_probability_the_rule_cannot_tell_and_says_nothing() -> None:
    passed = kept(asked(("A ferry sails.",)), said(None, 0))

    assert passed.reply.status == "answered"
    assert passed.verdict is None


@pytest.mark.parametrize("changes", [{"kind": "summarisation"}, {"form": {"json_schema": {"type": "object"}}}])
def test_a_summary_and_json_are_never_declined(changes: dict[str, Any]) -> None:
    assert kept(asked(("A ferry sails.",), **changes), said(-9.0)).reply.status == "answered"


def test_the_embedded_model_declines_by_itself_and_any_other_when_told_to() -> None:
    def declines(settings: GeneratorSettings) -> bool:
        verdict = abstaining.rule(settings)(asked(("A ferry sails.",)), said(-2.0))
        return verdict is not None and verdict.declined

    assert declines(GeneratorSettings())
    assert not declines(GeneratorSettings(model="a/folder"))
    assert not declines(GeneratorSettings(backend="openai"))
    assert declines(GeneratorSettings(model="a/folder", abstention="support"))
    assert not declines(GeneratorSettings(abstention="never"))
    with pytest.raises(ValueError, match="often"):
        abstaining.rule(GeneratorSettings(abstention="often"))
