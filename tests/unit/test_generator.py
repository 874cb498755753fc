"""The generator: every arm answers, or says why it does not."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.generator import replies
from services.generator.adapters import NewestAdapter
from services.generator.backends.echo import Echo
from services.generator.handler import answer, arms_of, topics_of
from services.generator.ports import Chat, Completion, Failed, Outcome
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced, Answer
from shared.topology import EVIDENCE, QUESTIONS
from tests import adapters, builders
from tests.builders import NOON

BASE, TUNED = GeneratorSettings(worker="base"), GeneratorSettings(worker="tuned")


class Fussy(Echo):
    """An echo that cannot complete a prompt with a certain word, and counts its calls."""

    def __init__(self, dislikes: str = "never", says: str = "") -> None:
        super().__init__()
        self.calls: list[int] = []
        self._dislikes, self._says = dislikes, says

    def complete(self, chats: Sequence[Chat], **wishes: Any) -> list[Outcome]:
        done = super().complete(chats, **wishes)
        self.calls.append(sum(isinstance(one, Completion) for one in done))
        if self._says:
            done = [Completion(self._says, 1, 0, 0.0) for _ in done]
        too_long = Failed("prompt_too_long", "the prompt is too long")
        return [too_long if self._dislikes in chat.user else one for chat, one in zip(chats, done, strict=True)]


class Silent(Fussy):
    """A model that says nothing."""

    def complete(self, chats: Sequence[Chat], **_: Any) -> list[Outcome]:
        return [Completion("  ", 5, 1, 0.5) for _ in chats]


def a_question(**changes: Any) -> Any:
    return builders.a_record(builders.a_question(**changes), topic=QUESTIONS.name)


def an_evidence(**changes: Any) -> Any:
    return builders.a_record(builders.evidence(**changes), topic=EVIDENCE.name)


def answers(
    batch: Sequence[Any], backend: Echo, settings: GeneratorSettings = BASE, later_s: float = 1
) -> list[Answer]:
    now = NOON + timedelta(seconds=later_s)
    made = answer(batch, arms=arms_of(settings), backend=backend, now=lambda: now, longest=24)
    return [effect.outcome for effect in made]


def an_adapter(folder: Path, name: str = "news", hours: int = 0) -> AdapterAnnounced:
    return adapters.saved(folder, name, hours=hours)


def test_questions_are_answered_from_memory_and_evidence_with_it_in_one_call() -> None:
    backend = Fussy()

    made = answers([a_question(), an_evidence()], backend)

    assert [(one.arm, one.status, one.text) for one in made] == [
        ("base", "answered", "echo"),
        ("base+rag", "answered", "The lantern fair moves to the old harbour."),
    ]
    assert backend.calls == [2]


def test_an_answer_says_where_it_comes_from() -> None:
    [made] = answers([an_evidence(stale=True)], Echo())

    assert made.citations == made.evidence == ("story-1:1:0",)
    assert made.evidence_titles == ("Lantern fair moved",)
    assert (made.backend, made.model, made.prompt_version) == ("echo", Echo.model, BASE.rag_prompt)
    assert (made.stale, made.retrieval_ms, made.asked_at) == (True, 3.0, NOON)


def test_an_answer_that_was_cut_says_so() -> None:
    question, evidence = a_question(), an_evidence()

    made = answer([question, evidence], arms=arms_of(BASE), backend=Echo(), now=lambda: NOON, longest=3)

    assert [(one.outcome.text, one.outcome.cut) for one in made] == [("echo", False), ("The lantern fair", True)]


def test_the_base_arm_answers_for_the_time_the_broker_took_the_question() -> None:
    record = a_question()

    [made] = answers([record], Echo())

    assert made.asked_at == record.appended_at


def test_without_an_adapter_a_tuned_arm_never_poses_as_tuned() -> None:
    backend = Fussy()

    made = answers([a_question(), an_evidence()], backend, TUNED)

    assert [(one.arm, one.status, one.failure) for one in made] == [
        ("tuned", "failed", "no adapter yet"),
        ("tuned+rag", "failed", "no adapter yet"),
    ]
    assert backend.calls == []


def test_a_tuned_answer_names_its_adapter(tmp_path: Path) -> None:
    backend, adapter = Echo(), an_adapter(tmp_path)
    backend.take_up(adapter)

    [made] = answers([a_question()], backend, TUNED)

    assert made.adapter == adapter.ref


def test_a_question_past_its_deadline_costs_no_model_time() -> None:
    backend = Fussy()

    made = answers([a_question(deadline_s=10), an_evidence()], backend, later_s=60)

    assert [(one.status, one.failure) for one in made] == [("failed", "deadline passed"), ("answered", None)]
    assert backend.calls == [1]


def test_a_prompt_at_fault_fails_alone_and_says_why() -> None:
    batch = [a_question(question_id="bad", text="endless?"), a_question(question_id="good")]

    bad, good = answers(batch, Fussy(dislikes="endless"))

    assert (bad.status, bad.failure, bad.failure_kind) == ("failed", "the prompt is too long", "prompt_too_long")
    assert good.status == "answered"


def test_a_model_that_says_nothing_failed() -> None:
    [made] = answers([a_question()], Silent())

    assert (made.status, made.failure, made.failure_kind) == ("failed", "empty output", "empty")
    assert made.generation_ms == 500


def test_an_abstention_is_no_answer_and_no_failure() -> None:
    [made] = answers([a_question()], Fussy(says="I don\u2019t know"))

    assert (made.status, made.failure) == ("abstained", None)


def test_a_worker_reads_only_what_its_arms_need() -> None:
    closed, both = GeneratorSettings(arms="base"), GeneratorSettings(arms="base, base+rag")

    assert topics_of(arms_of(closed)) == [QUESTIONS]
    assert topics_of(arms_of(both)) == [QUESTIONS, EVIDENCE]


def test_an_unknown_style_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="closed_book, rag"):
        arms_of(GeneratorSettings(arms="base+oracle"))


def test_a_worker_serves_one_base_and_one_adapter() -> None:
    with pytest.raises(ValidationError, match="one base and one adapter on it, not base, llama: start a worker"):
        GeneratorSettings(arms="base,llama")
    with pytest.raises(ValidationError, match="not tuned, tuned-old"):
        GeneratorSettings(arms="base,tuned,tuned-old")


def test_the_newest_adapter_is_taken_up_between_batches_and_a_refused_one_is_not(tmp_path: Path) -> None:
    announced: dict[str, AdapterAnnounced] = {}
    backend = Echo()
    newest = NewestAdapter(backend, lambda: announced, TUNED)
    ask = newest.before(lambda batch: iter(answer(
        batch, arms=arms_of(TUNED), backend=backend, now=lambda: NOON, longest=9
    )))  # fmt: skip
    first, second, broken = (an_adapter(tmp_path, name, hours=h) for h, name in enumerate(("a", "b", "c")))

    def served() -> str | None:
        [effect] = ask([a_question()])
        return effect.outcome.adapter.name if effect.outcome.adapter else None

    assert served() is None
    announced["a"] = first
    assert served() == "a"
    announced |= {"b": second, "c": broken.model_copy(update={"weights_sha256": "f" * 64})}
    assert served() == "b"


def test_a_base_worker_takes_up_no_adapter(tmp_path: Path) -> None:
    backend = Echo()

    NewestAdapter(backend, lambda: {"a": an_adapter(tmp_path)}, BASE).keep_up()

    assert backend.adapter is None


def test_an_adapter_can_be_asked_for_by_name(tmp_path: Path) -> None:
    backend = Echo()
    announced = {name: an_adapter(tmp_path, name, hours=hours) for hours, name in enumerate(("old", "new"))}

    NewestAdapter(backend, lambda: announced, GeneratorSettings(worker="tuned", adapter="old")).keep_up()

    assert backend.adapter == announced["old"]


@pytest.mark.parametrize(
    ("said", "text", "citations"),
    [
        ("The harbour [1].", "The harbour.", ("a",)),
        ("[2] The harbour [1][2]", "The harbour", ("b", "a")),
        ("The harbour [1, 2]", "The harbour", ("a", "b")),
        ("The harbour [7]", "The harbour", ()),
        ("The harbour", "The harbour", ()),
    ],
)
def test_citations_point_at_chunks_and_leave_the_text(said: str, text: str, citations: tuple[str, ...]) -> None:
    reply = replies.parse(said, chunk_ids=("a", "b"), abstain="I don't know.")

    assert (reply.status, reply.text, reply.citations) == ("answered", text, citations)


def test_without_evidence_brackets_belong_to_the_answer() -> None:
    assert replies.parse("x[1]", chunk_ids=(), abstain="no").text == "x[1]"


@pytest.mark.parametrize(
    "said", ["I don't know.", "i dont know", "I do not know!", "UNKNOWN", "The news does not say."]
)
def test_abstaining_is_recognised(said: str) -> None:
    assert replies.parse(said, chunk_ids=(), abstain="I don't know.").status == "abstained"


@pytest.mark.parametrize("said", ["I don't know, perhaps Ann.", "The unknown sculptor", "No", "Nobody knows"])
def test_a_hedged_answer_is_an_answer(said: str) -> None:
    assert replies.parse(said, chunk_ids=(), abstain="I don't know.").status == "answered"


@pytest.mark.parametrize("said", ["", "  \n", "[1]"])
def test_nothing_said_is_a_failure(said: str) -> None:
    reply = replies.parse(said, chunk_ids=("a",), abstain="I don't know.")

    assert (reply.status, reply.failure) == ("failed", "empty output")
