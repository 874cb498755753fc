"""Choices by likelihood, and one worker that speaks for the base and for its adapter."""

import math
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator.backends.echo import Echo
from services.generator.completing import picked
from services.generator.handler import answer
from services.generator.ports import Chat, Completion, Failed, Outcome, Scored
from services.generator.settings import GeneratorSettings
from shared.messages import Answer, Form
from shared.topology import EVIDENCE, QUESTIONS
from tests import adapters, builders
from tests.builders import NOON
from tests.contests import served

ALL = GeneratorSettings(worker="all", speakers="base,tuned")
CHOICES = ("town hall", "old harbour", "market")


class Watched(Echo):
    """An echo that keeps who spoke and how long each answer might be."""

    def __init__(self) -> None:
        super().__init__()
        self.speakers: list[str | None] = []
        self.longest: list[int] = []

    def complete(self, chats: Sequence[Chat], **wishes: Any) -> list[Outcome]:
        self.speakers.append(wishes["adapter"].name if wishes["adapter"] else None)
        self.longest.append(wishes["max_new_tokens"])
        return super().complete(chats, **wishes)


def records(**changes: Any) -> list[Any]:
    question = builders.a_question(**changes)
    return [
        builders.a_record(question, topic=QUESTIONS.name),
        builders.a_record(builders.evidence(question=question), topic=EVIDENCE.name),
    ]


def answers(
    batch: list[Any], backend: Echo, settings: GeneratorSettings, later_s: float = 0, **wishes: Any
) -> dict[str, Answer]:
    now = NOON + timedelta(seconds=later_s)
    made = answer(batch, served=served(settings), backend=backend, now=lambda: now, longest=9, **wishes)
    return {effect.outcome.arm: effect.outcome for effect in made}


def test_one_worker_speaks_for_the_base_and_for_its_adapter_and_every_answer_says_who(tmp_path: Path) -> None:
    backend, adapter = Watched(), adapters.saved(tmp_path)
    backend.take_up(adapter)

    made = answers(records(), backend, ALL)

    assert {arm: answered.adapter for arm, answered in made.items()} == {
        "base": None, "base+rag": None, "tuned": adapter.ref, "tuned+rag": adapter.ref,
    }  # fmt: skip
    assert backend.speakers == [None, adapter.name]


def test_without_an_adapter_the_base_speaks_and_the_tuned_arms_say_why_they_do_not() -> None:
    backend = Watched()

    made = answers(records(), backend, ALL)

    assert {arm: answered.failure_kind for arm, answered in made.items()} == {
        "base": None, "base+rag": None, "tuned": "no_adapter", "tuned+rag": "no_adapter",
    }  # fmt: skip
    assert backend.speakers == [None]


def test_a_summary_may_be_longer_than_the_answers_beside_it() -> None:
    backend = Watched()
    batch = [*records(), *records(question_id="s", kind="summarisation")]

    answers(batch, backend, GeneratorSettings(worker="base"))

    assert backend.longest == [9, GeneratorSettings().summary_new_tokens]


def test_the_likeliest_choice_is_the_answer_and_every_choice_says_how_likely() -> None:
    made = answers(records(choices=CHOICES), Echo(), GeneratorSettings(worker="base"), choices="likelihood")["base+rag"]

    assert (made.status, made.text) == ("answered", "old harbour")
    assert list(made.choice_log_probabilities) == list(CHOICES)
    assert made.log_probability == pytest.approx(made.choice_log_probabilities["old harbour"] * 2)
    assert (made.answer_tokens, made.completion_tokens) == (2, 0)
    assert made.citations == ()


def test_choices_are_written_out_where_that_is_the_setting_or_json_is_asked_for() -> None:
    base, form = GeneratorSettings(worker="base"), Form(json_schema={"type": "object"})

    written = answers(records(choices=CHOICES), Echo(), base)["base"]
    json = answers(records(choices=CHOICES, form=form), Echo(), base, choices="likelihood")["base"]
    free = answers(records(), Echo(), base, choices="likelihood")["base"]

    assert [answered.text for answered in (written, json, free)] == ["echo"] * 3
    assert all(
        not answered.choice_log_probabilities and answered.log_probability is None for answered in (written, json, free)
    )


def test_a_choice_that_says_it_does_not_know_is_an_abstention() -> None:
    batch = records(choices=("Rome", "I don't know"), text="I don't know, do you know?")

    made = answers(batch, Echo(), GeneratorSettings(worker="base"), choices="likelihood")["base"]

    assert (made.status, made.text) == ("abstained", "I don't know")


def test_a_question_past_its_deadline_is_not_weighed() -> None:
    batch = records(choices=CHOICES, deadline_s=10)

    made = answers(batch, Echo(), GeneratorSettings(worker="base"), choices="likelihood", later_s=60)

    assert {answered.failure_kind for answered in made.values()} == {"deadline"}


def test_the_likeliest_per_token_is_picked_not_the_shortest() -> None:
    outcome = picked(["short", "a long one"], [Scored(-2.0, 1), Scored(-4.0, 4)])

    assert isinstance(outcome, Completion)
    assert (outcome.text, outcome.log_probability, outcome.answer_tokens) == ("a long one", -4.0, 4)
    assert outcome.choices == {"short": -2.0, "a long one": -1.0}


def test_of_equally_likely_choices_the_first_is_picked() -> None:
    outcome = picked(["b", "a"], [Scored(-1.0, 1), Scored(-1.0, 1)])

    assert isinstance(outcome, Completion)
    assert outcome.text == "b"


@pytest.mark.parametrize(
    ("scored", "kind"),
    [
        ([Scored(-1.0, 1), Failed("prompt_too_long", "too long")], "prompt_too_long"),
        ([Scored(-1.0, 1), Scored(0.0, 0)], "garbled"),
        ([Scored(-1.0, 1), Scored(math.nan, 1)], "garbled"),
    ],
)
def test_where_one_choice_cannot_be_weighed_none_is_picked(scored: list[Scored | Failed], kind: str) -> None:
    outcome = picked(["a", "b"], scored)

    assert isinstance(outcome, Failed)
    assert outcome.kind == kind
