"""How sure an arm was: the rule that declines by it without passages, and what it would have said at any threshold."""

from typing import Any

import pytest

from bench.unsure import Said, apart, auroc, thresholds
from services.generator import withholding
from services.generator.abstention import certainty
from services.generator.backends.echo import Echo
from services.generator.handler import answer
from services.generator.ports import Chat, Completion, Outcome, PromptedQuestion
from services.generator.settings import GeneratorSettings
from shared.certainty import as_said, probability
from shared.messages import Answer, TrainingPair
from shared.topology import QUESTIONS
from tests.builders import NOON, a_question, a_record, an_answer
from tests.contests import an_arm, served

ASKED = PromptedQuestion(a_question(), NOON, Chat("", ""))


def said(log_probability: float | None, tokens: int = 2) -> Completion:
    return Completion("The old harbour", 10, 3, 0.1, log_probability, tokens)


class Sure(Echo):
    """A model that says one thing and how likely it found it."""

    def complete(self, chats: Any, **_: Any) -> list[Outcome]:
        return [said(-2.0) for _ in chats]


def answered(**options: Any) -> Answer:
    arms = served(GeneratorSettings(), an_arm("base", options=options))
    question = a_record(a_question(), topic=QUESTIONS.name)
    [made] = answer([question], served=arms, backend=Sure(), now=lambda: NOON, longest=24)
    return made.outcome


def test_an_answer_less_sure_than_the_threshold_is_declined_and_each_speaker_has_its_own() -> None:
    rule = certainty.build(GeneratorSettings(certainty_least=0.3, certainty_least_tuned=0.9))
    base, tuned = (rule(ASKED, said(-2.0), tuned=of) for of in (False, True))

    assert base is not None
    assert tuned is not None
    assert base.support == tuned.support == pytest.approx(0.368, abs=0.001), "exp(-2 / 2), the mean probability"
    assert (base.declined, tuned.declined) == (False, True)
    assert (base.rule, tuned.rule) == ("certainty.v1@0.3", "certainty.v1@0.9")


def test_a_backend_that_tells_no_probability_gets_no_verdict() -> None:
    assert certainty.build(GeneratorSettings())(ASKED, said(None, 0), tuned=False) is None


def test_an_arm_without_passages_keeps_an_unsure_answer_to_itself_and_the_result_has_what_it_would_have_said() -> None:
    made = answered(decline="certainty", certainty_least=0.5)

    assert (made.status, made.text, made.withheld) == ("abstained", "I don't know.", "The old harbour")
    assert made.abstention == "certainty.v1@0.5"
    assert made.support == pytest.approx(0.368, abs=0.001)
    would = as_said(made)
    assert (would.status, would.text) == ("answered", "The old harbour")
    assert probability(would) == pytest.approx(0.368, abs=0.001)
    assert probability(made) is None, "nothing was answered"


def test_an_arm_without_passages_that_is_sure_enough_answers() -> None:
    made = answered(decline="certainty", certainty_least=0.2)

    assert (made.status, made.text) == ("answered", "The old harbour")
    assert as_said(made) is made


@pytest.mark.parametrize("changes", [{"status": "failed"}, {"status": "abstained", "text": "I don't know."}])
def test_an_arm_that_failed_or_declined_in_its_own_words_tells_no_probability(changes: dict[str, Any]) -> None:
    assert probability(as_said(an_answer(log_probability=-1.0, answer_tokens=2, **changes))) is None


def test_the_rule_of_an_arm_without_passages_is_a_setting_of_its_own() -> None:
    def declines(settings: GeneratorSettings) -> bool:
        verdict = withholding.rule(settings, reads=False)(ASKED, said(-20.0), tuned=False)
        return verdict is not None and verdict.declined

    assert declines(GeneratorSettings())
    assert declines(GeneratorSettings(abstention="never"))
    assert not declines(GeneratorSettings(closed_book_abstention="never"))
    assert not declines(GeneratorSettings(backend="openai"))
    with pytest.raises(ValueError, match="weighs passages"):
        withholding.rule(GeneratorSettings(closed_book_abstention="support"), reads=False)


def test_one_wording_of_each_fact_that_has_enough_is_held_out() -> None:
    pairs = [
        TrainingPair(question=f"Q{n}?", answer=said, document_id="d")
        for n, said in enumerate(["x", "x", "x", "y", "y"])
    ]
    taught, held_out = apart(pairs)

    assert [pair.question for pair in held_out] == ["Q2?"]
    assert len(taught) == 4


def test_a_threshold_loses_its_price_in_right_answers_and_declines_what_lies_below() -> None:
    right = [Said(answered=True, right=True, certainty=place / 10) for place in range(11)]
    made_up = [Said(answered=True, right=False, certainty=0.05)] * 4
    chosen = thresholds({"learned": right, "unlearned": made_up}, "learned")["prices"]["0.1"]

    assert chosen["certainty_least"] == pytest.approx(0.1)
    assert chosen["declined"] == {"learned": pytest.approx(1 / 11, abs=0.001), "unlearned": 1.0}


def test_auroc_is_the_share_of_pairs_in_which_the_right_answer_is_surer_and_half_of_ties() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)
    assert auroc([], [0.5]) is None
