"""When an arm with passages keeps its answer to itself, and what it then says about it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from services.generator import withholding
from services.generator.abstention import support
from services.generator.contexts import passages as reading
from services.generator.ports import Chat, Completion, PromptedQuestion
from services.generator.replies import Reply
from services.generator.settings import GeneratorSettings
from shared.encoders.hashing import HashingEncoder
from shared.messages import Question
from tests.builders import NOON, a_question

STYLE = reading.build(GeneratorSettings())
FAIR = "The lantern fair is held at the old harbour."
ENCODE = HashingEncoder(4096).encode  # a word is near to itself and to no other


def asked(passages: tuple[str, ...] = (FAIR,), **changes: Any) -> PromptedQuestion:
    question: Question = a_question(text="Where is the lantern fair held?", **changes)
    return PromptedQuestion(question, NOON, Chat("", ""), passages=passages)


def said(log_probability: float | None = -0.2, tokens: int = 2) -> Completion:
    return Completion("The old harbour", 10, 3, 0.1, log_probability, tokens)


def kept(
    about: PromptedQuestion,
    completion: Completion,
    least: float = 0.35,
    *,
    tuned: bool = False,
    least_tuned: float = 1.0,
) -> withholding.Kept:
    rule = support.rule(GeneratorSettings(support_least=least, support_least_tuned=least_tuned), ENCODE)
    reply = Reply("answered", text=completion.text)
    return withholding.kept(about, completion, reply, abstain=STYLE.abstain, tuned=tuned, decline=rule)


def test_support_is_how_well_the_question_is_covered_and_the_confidence_in_the_answer() -> None:
    words = support.Words(ENCODE)

    assert support.support(asked(), said(-0.2), 0.5, words) == pytest.approx(1.0 - 0.5 * 0.1, abs=0.01)
    assert support.support(asked(("The lantern shop opens.",)), said(-0.2), 0.5, words) == pytest.approx(
        1 / 3 - 0.05, abs=0.01
    )
    assert support.support(asked(()), said(-4.0), 0.5, words) == pytest.approx(-1.0)


def test_a_word_is_covered_as_well_as_the_nearest_word_of_the_passages() -> None:
    near = {"fair": [1.0, 0.0], "market": [0.8, 0.6], "ferry": [0.0, 1.0]}
    encoded: list[str] = []

    def encode(texts: Sequence[str]) -> Any:
        encoded.extend(texts)
        return np.array([near[text] for text in texts], dtype=np.float32)

    words = support.Words(encode)

    assert words.covered(["fair"], ["ferry", "market"]) == pytest.approx(0.8)
    assert words.covered(["fair", "ferry"], ["market"]) == pytest.approx(0.7)
    assert words.covered([], ["market"]) == 1.0
    assert words.covered(["fair"], []) == 0.0
    assert sorted(encoded) == ["fair", "ferry", "market"], "no word is encoded twice"


def test_a_supported_answer_is_passed_on_with_its_support() -> None:
    passed = kept(asked(), said())

    assert passed.reply.text == "The old harbour"
    assert passed.withheld == ""
    assert passed.verdict is not None
    assert passed.verdict.rule == "support.v2@0.35"


@pytest.mark.parametrize("about", [asked(("A ferry sails.",)), asked(())])
def test_an_unsupported_answer_becomes_an_abstention_that_says_what_was_withheld(about: PromptedQuestion) -> None:
    declined = kept(about, said(-2.0))

    assert (declined.reply.status, declined.reply.text) == ("abstained", STYLE.abstain)
    assert declined.withheld == "The old harbour"
    assert declined.verdict is not None
    assert declined.verdict.support < 0.35


def test_a_tuned_model_is_held_to_its_own_threshold() -> None:
    base, tuned = (kept(asked(), said(), tuned=of) for of in (False, True))

    assert base.verdict is not None
    assert tuned.verdict is not None
    assert (base.verdict.declined, tuned.verdict.declined) == (False, True)
    assert tuned.verdict.rule == "support.v2@1"


def test_without_a_probability_the_rule_cannot_tell_and_says_nothing() -> None:
    passed = kept(asked(("A ferry sails.",)), said(None, 0))

    assert passed.reply.status == "answered"
    assert passed.verdict is None


@pytest.mark.parametrize("changes", [{"kind": "summarisation"}, {"form": {"json_schema": {"type": "object"}}}])
def test_a_summary_and_json_are_never_declined(changes: dict[str, Any]) -> None:
    assert kept(asked(("A ferry sails.",), **changes), said(-9.0)).reply.status == "answered"


def test_the_embedded_model_declines_by_itself_and_any_other_when_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILTYARD_ENCODER_VARIANT", "hashing")

    def declines(settings: GeneratorSettings) -> bool:
        verdict = withholding.rule(settings)(asked(("A ferry sails.",)), said(-2.0), tuned=False)
        return verdict is not None and verdict.declined

    assert declines(GeneratorSettings())
    assert not declines(GeneratorSettings(model="a/folder"))
    assert not declines(GeneratorSettings(backend="openai"))
    assert declines(GeneratorSettings(model="a/folder", abstention="support"))
    assert not declines(GeneratorSettings(abstention="never"))
    with pytest.raises(ValueError, match="often"):
        withholding.rule(GeneratorSettings(abstention="often"))
