"""A strength for each arm: who may have one, that no call mixes two, and that every answer says its own."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator.arms import Served
from services.generator.backends.echo import Echo
from services.generator.handler import answer
from services.generator.ports import Chat, NotOfferedError, Outcome
from services.generator.settings import GeneratorSettings
from shared.contests import checking
from shared.contests.calendar import Calendar
from shared.contests.parts import searches_against_gold
from shared.messages import AdapterAnnounced, Answer, Arm
from shared.records import Record
from shared.topology import EVIDENCE, QUESTIONS
from tests import adapters, builders
from tests.builders import NOON
from tests.cases import every_case
from tests.contests import a_contest, an_arm, served

ALL = GeneratorSettings(worker="all", speakers="base,tuned,other", abstention="never", closed_book_abstention="never")
HALF = an_arm("tuned+rag", options={"strength": 0.5})


class Called(Echo):
    """An echo that keeps each call: who spoke, how strongly, and how many prompts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, float, int]] = []

    def complete(self, chats: Sequence[Chat], **wishes: Any) -> list[Outcome]:
        adapter = wishes["adapter"]
        self.calls.append((adapter.track if adapter else "base", wishes["strength"], len(chats)))
        return super().complete(chats, **wishes)


class Rigid(Echo):
    """An echo that offers no other strength than 1, which it only says when it is asked."""

    def complete(self, chats: Sequence[Chat], **wishes: Any) -> list[Outcome]:
        if wishes["strength"] != 1:
            raise NotOfferedError("it cannot be scaled")
        return super().complete(chats, **wishes)


def taken_up(backend: Echo, folder: Path) -> AdapterAnnounced:
    """One adapter in the track `tuned`, and one in the track `other`."""
    adapter = adapters.saved(folder, "news")
    for each in (adapter, adapters.saved(folder, "small", track="other")):
        backend.take_up(each)
    return adapter


def answers(backend: Echo, *arms: Arm | str, questions: int = 1) -> dict[str, Answer]:
    """What each arm says to the last question."""
    records: list[Record[Any]] = []
    for number in range(questions):
        question = builders.a_question(question_id=f"q-{number}", text=f"Where is fair {number}?")
        records.append(builders.a_record(question, topic=QUESTIONS.name))
        records.append(builders.a_record(builders.evidence(question=question), topic=EVIDENCE.name))
    made = answer(records, served=served(ALL, *arms), backend=backend, now=lambda: NOON, longest=24)
    return {effect.outcome.arm: effect.outcome for effect in made}


def test_a_call_never_mixes_two_speakers_nor_two_strengths(tmp_path: Path) -> None:
    backend = Called()
    taken_up(backend, tmp_path)

    answers(backend, "base", "base+rag", "tuned", HALF, an_arm("other", options={"strength": 0.25}), questions=3)

    assert sorted(backend.calls) == [("base", 1.0, 6), ("other", 0.25, 3), ("tuned", 0.5, 3), ("tuned", 1.0, 3)]


def test_an_answer_says_at_which_strength_its_adapter_spoke(tmp_path: Path) -> None:
    backend = Echo()
    adapter = taken_up(backend, tmp_path)

    made = answers(backend, "base", "tuned", HALF)

    assert {name: said.strength for name, said in made.items()} == {"base": 1.0, "tuned": 1.0, "tuned+rag": 0.5}
    assert made["tuned"].adapter == made["tuned+rag"].adapter == adapter.ref


def test_an_answer_from_before_there_were_strengths_was_said_at_full_strength(tmp_path: Path) -> None:
    backend = Echo()
    taken_up(backend, tmp_path)
    half, whole = (answers(backend, arm)["tuned+rag"].model_dump(mode="json") for arm in (HALF, "tuned+rag"))

    assert half["strength"] == 0.5
    assert "strength" not in whole
    assert Answer.model_validate(whole).strength == 1.0


def test_a_strength_is_an_adapters_and_lies_above_nothing_and_not_above_all() -> None:
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "arm base: `strength` is an adapter's": ("base", {"strength": 0.5}),
        "arm base+rag: `strength` is an adapter's": ("base+rag", {"strength": 1}),
        "strength: Input should be greater than 0": ("tuned", {"strength": 0}),
        "strength: Input should be less than or equal to 1": ("tuned", {"strength": 1.5}),
        "strength: Input should be a valid number": ("tuned", {"strength": "half"}),
    }
    with every_case() as case:
        for reason, (name, options) in wrong.items():
            with case(name, options):
                [problem] = checking.problems(a_contest(an_arm(name, options=options)), ["tuned"])
                assert reason in problem
    assert checking.problems(a_contest("tuned", HALF, an_arm("tuned-1", speaker="tuned", options={"strength": 1})),
                             ["tuned"]) == []  # fmt: skip


def test_no_announced_strength_stops_anybody_and_its_arm_says_what_is_wrong(tmp_path: Path) -> None:
    backend = Echo()
    taken_up(backend, tmp_path)
    odd = [
        an_arm("half", speaker="tuned", options={"strength": "half"}),
        an_arm("strong", speaker="tuned", options={"strength": 7}),
        an_arm("plain", speaker="base", options={"strength": 0.5}),
    ]
    contest = Calendar().announced(a_contest("tuned", *odd), NOON - timedelta(days=1))
    worker = Served.of(ALL, lambda: contest)
    record = builders.a_record(builders.a_question(), topic=QUESTIONS.name)
    made = {effect.outcome.arm: effect.outcome
            for effect in answer([record], served=worker, backend=backend, now=lambda: NOON, longest=9)}  # fmt: skip

    assert made.pop("tuned").status == "answered"
    assert {name: said.failure_kind for name, said in made.items()} == dict.fromkeys(
        ("half", "strong", "plain"), "misconfigured"
    )
    assert "strength" in (made["half"].failure or "")


def test_what_a_backend_refuses_only_when_it_is_asked_fails_alone_with_its_reason(tmp_path: Path) -> None:
    backend = Rigid()
    taken_up(backend, tmp_path)

    made = answers(backend, "tuned", HALF)

    assert made["tuned"].status == "answered"
    assert (made["tuned+rag"].failure_kind, made["tuned+rag"].failure) == ("misconfigured", "it cannot be scaled")


def test_gold_passages_are_held_against_a_search_at_one_strength_alone() -> None:
    def pairs(strength: float) -> list[tuple[str, str]]:
        arms = [an_arm("tuned+gold").taken, an_arm("tuned+rag", options={"strength": strength}).taken]
        return [(step.more, step.less) for step in searches_against_gold(arms)]

    assert pairs(1.0) == [("tuned+gold", "tuned+rag")]
    assert pairs(0.5) == []


@pytest.mark.parametrize("strength", [0.0, -1.0, 1.01, float("nan")])
def test_no_backend_is_asked_for_a_strength_that_is_none(tmp_path: Path, strength: float) -> None:
    backend = Echo()
    adapter = taken_up(backend, tmp_path)

    with pytest.raises(ValueError, match="above 0 and up to 1"):
        backend.complete([Chat("", "Who?")], max_new_tokens=1, adapter=adapter, strength=strength)
