"""The generator: every arm answers, or says why it does not."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.generator import replies
from services.generator.adapters import NewestAdapters
from services.generator.arms import Served, settings_of
from services.generator.backends.echo import Echo
from services.generator.completing import likely
from services.generator.handler import answer
from services.generator.ports import Chat, Completion, Failed, Outcome
from services.generator.settings import GeneratorSettings
from shared.contests.calendar import Calendar
from shared.messages import AdapterAnnounced, Answer
from shared.topology import EVIDENCE, QUESTIONS
from tests import adapters, builders
from tests.builders import NOON
from tests.contests import a_contest, an_arm, served

BASE, TUNED = GeneratorSettings(worker="base"), GeneratorSettings(worker="tuned")


class Fussy(Echo):
    """An echo that cannot complete a prompt with a certain word, and counts its calls."""

    def __init__(self, dislikes: str = "never", says: str = "") -> None:
        super().__init__()
        self.calls: list[int] = []
        self._dislikes, self._says = dislikes, says

    def complete(self, chats: Sequence[Chat], **wishes: Any) -> list[Outcome]:
        done = super().complete(chats, **wishes)
        self.calls.append(sum(isinstance(outcome, Completion) for outcome in done))
        if self._says:
            done = [Completion(self._says, 1, 0, 0.0) for _ in done]
        too_long = Failed("prompt_too_long", "the prompt is too long")
        return [too_long if self._dislikes in chat.user else outcome for chat, outcome in zip(chats, done, strict=True)]


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
    made = answer(batch, served=served(settings), backend=backend, now=lambda: now, longest=24)
    return [effect.outcome for effect in made]


def an_adapter(folder: Path, name: str = "news", hours: int = 0) -> AdapterAnnounced:
    return adapters.saved(folder, name, hours=hours)


def test_questions_are_answered_from_memory_and_evidence_with_it_in_one_call() -> None:
    backend = Fussy()

    made = answers([a_question(), an_evidence()], backend)

    assert [(answered.arm, answered.status, answered.text) for answered in made] == [
        ("base", "answered", "echo"),
        ("base+rag", "answered", "The lantern fair moves to the old harbour."),
    ]
    assert backend.calls == [2]


def test_a_prompt_that_two_arms_share_is_put_to_the_model_once() -> None:
    backend = Fussy()
    arms = served(BASE, "base+rag", an_arm("base+gold", context="gold"))
    batch = [an_evidence(), an_evidence(recipe="gold")]

    made = [effect.outcome for effect in answer(batch, served=arms, backend=backend, now=lambda: NOON, longest=24)]

    assert backend.calls == [1]
    assert [answered.arm for answered in made] == ["base+rag", "base+gold"]
    assert made[0].text == made[1].text


def test_an_answer_says_where_it_comes_from() -> None:
    [made] = answers([an_evidence(stale=True)], Echo())

    assert made.citations == made.evidence == ("story-1:1:0",)
    assert made.evidence_titles == ("Lantern fair moved",)
    assert (made.backend, made.model, made.prompt_version) == ("echo", Echo.model, BASE.rag_prompt)
    assert (made.stale, made.retrieval_ms, made.asked_at) == (True, 3.0, NOON)


def test_an_answer_that_was_cut_says_so() -> None:
    question, evidence = a_question(), an_evidence()

    made = answer([question, evidence], served=served(BASE), backend=Echo(), now=lambda: NOON, longest=3)

    assert [(effect.outcome.text, effect.outcome.cut) for effect in made] == [
        ("echo", False),
        ("The lantern fair", True),
    ]


def test_the_base_arm_answers_for_the_time_the_broker_took_the_question() -> None:
    record = a_question()

    [made] = answers([record], Echo())

    assert made.asked_at == record.appended_at


def test_without_an_adapter_a_tuned_arm_never_poses_as_tuned() -> None:
    backend = Fussy()

    made = answers([a_question(), an_evidence()], backend, TUNED)

    assert [(answered.arm, answered.status, answered.failure) for answered in made] == [
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

    assert [(answered.status, answered.failure) for answered in made] == [
        ("failed", "deadline passed"),
        ("answered", None),
    ]
    assert backend.calls == [1]


def test_a_prompt_at_fault_fails_alone_and_says_why() -> None:
    batch = [a_question(question_id="bad", text="endless?"), a_question(question_id="good")]

    bad, good = answers(batch, Fussy(dislikes="endless"))

    assert (bad.status, bad.failure, bad.failure_kind) == ("failed", "the prompt is too long", "prompt_too_long")
    assert good.status == "answered"


def test_what_has_no_finite_probability_is_no_answer() -> None:
    said = Completion("red", 1, 1, 0.0, float("nan"), 1)

    assert likely(said) == Failed("garbled", "what the model said has no finite probability")


def test_a_model_that_says_nothing_failed() -> None:
    [made] = answers([a_question()], Silent())

    assert (made.status, made.failure, made.failure_kind) == ("failed", "empty output", "empty")
    assert made.generation_ms == 500


def test_an_abstention_is_no_answer_and_no_failure() -> None:
    [made] = answers([a_question()], Fussy(says="I don\u2019t know"))

    assert (made.status, made.failure) == ("abstained", None)


def test_a_worker_serves_the_arms_whose_speaker_it_holds() -> None:
    def names(speakers: str) -> list[str]:
        contest = a_contest("base", "tuned", "tuned-small+rag")
        return [arm.name for arm in Served.of(GeneratorSettings(speakers=speakers)).of_contest(contest)]

    assert names("base") == ["base"]
    assert names("base, tuned-small") == ["base", "tuned-small+rag"]
    assert names("") == ["base"], "a worker speaks as its name says"


def test_an_arm_takes_its_own_prompts_words_and_rule_from_its_paragraph() -> None:
    options = {"prompt": "rag_summary.v1", "evidence_words": 40, "decline": "never", "max_new_tokens": 7}
    own = settings_of(an_arm("base+rag", options=options), BASE)

    assert (own.rag_prompt, own.evidence_words, own.abstention, own.max_new_tokens) == (
        "rag_summary.v1",
        40,
        "never",
        7,
    )
    assert own.closed_book_prompt == BASE.closed_book_prompt


def test_an_arm_that_cannot_be_asked_here_says_why_and_its_neighbours_answer() -> None:
    broken = an_arm("odd", speaker="base", options={"prompt": "no_such_prompt"})
    contest = Calendar().announced(a_contest("base", broken), NOON - timedelta(days=1))
    made = answer([a_question()], served=Served.of(BASE, lambda: contest),
                  backend=Echo(), now=lambda: NOON, longest=9)  # fmt: skip
    by_arm = {effect.outcome.arm: effect.outcome for effect in made}

    assert by_arm["base"].status == "answered"
    assert by_arm["odd"].failure_kind == "misconfigured"
    assert "no_such_prompt" in (by_arm["odd"].failure or "")


def test_the_newest_adapter_is_taken_up_between_batches_and_a_refused_one_is_not(tmp_path: Path) -> None:
    announced: dict[str, AdapterAnnounced] = {}
    backend = Echo()
    newest = NewestAdapters(backend, lambda: announced, TUNED)
    ask = newest.before(lambda batch: iter(answer(
        batch, served=served(TUNED), backend=backend, now=lambda: NOON, longest=9
    )))  # fmt: skip
    first, second, broken = (an_adapter(tmp_path, name, hours=h) for h, name in enumerate(("a", "b", "c")))

    def speaks() -> str | None:
        [effect] = ask([a_question()])
        return effect.outcome.adapter.name if effect.outcome.adapter else None

    assert speaks() is None
    announced["a"] = first
    assert speaks() == "a"
    announced |= {"b": second, "c": broken.model_copy(update={"weights_sha256": "f" * 64})}
    assert speaks() == "b"


def test_a_base_worker_takes_up_no_adapter(tmp_path: Path) -> None:
    backend = Echo()

    NewestAdapters(backend, lambda: {"a": an_adapter(tmp_path)}, BASE).keep_up()

    assert backend.adapters == {}


def test_an_adapter_can_be_asked_for_by_name(tmp_path: Path) -> None:
    backend = Echo()
    announced = {name: an_adapter(tmp_path, name, hours=hours) for hours, name in enumerate(("old", "new"))}

    NewestAdapters(backend, lambda: announced, GeneratorSettings(worker="tuned", adapter="old")).keep_up()

    assert backend.adapters == {"tuned": announced["old"]}


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
