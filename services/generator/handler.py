"""Answer questions with every arm of one worker: from memory, and from the evidence that retrieval found.

An arm never poses as another: without an adapter a tuned arm fails and says so, and every way of not answering
is an answer with its reason, so that nobody waits for it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.generator import forming, replies
from services.generator.ports import Asked, Backend, Chat, Completion, PromptError, Style
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.messages import Answer
from shared.records import Effect, Record, effect
from shared.topology import AnyTopic

NO_ADAPTER, TOO_LATE = "no adapter yet", "deadline passed"
Now = Callable[[], datetime]
Outcome = Completion | str


@dataclass(frozen=True)
class Arm:
    """One contestant: its name, its way of asking, and whether it must have an adapter."""

    name: str
    style: Style
    tuned: bool


@dataclass(frozen=True)
class Turn:
    """One arm's turn at one question."""

    record: Record[Any]
    arm: Arm
    asked: Asked


def arms_of(settings: GeneratorSettings) -> list[Arm]:
    """The worker's arms; `name+style` loads `arms/style.py`, a bare name answers from memory.

    Raises ValueError where there is no such style.
    """
    styles = [name.partition("+")[2] or "closed_book" for name in settings.arm_names]
    built = [plugins.load("services.generator.arms", style)(settings) for style in styles]
    return [Arm(name, style, settings.tuned) for name, style in zip(settings.arm_names, built, strict=True)]


def topics_of(arms: Sequence[Arm]) -> list[AnyTopic]:
    """What must be read for these arms."""
    return list(dict.fromkeys(arm.style.topic for arm in arms))


def answer(
    batch: Sequence[Record[Any]], *, arms: Sequence[Arm], backend: Backend, now: Now, longest: int
) -> Iterator[Effect[Answer]]:
    """One answer per record and arm that answers its topic; one backend call for the whole batch."""
    turns = [
        Turn(record, arm, arm.style.ask(record))
        for record in batch
        for arm in arms
        if record.position.topic == arm.style.topic.name
    ]
    moment = now()
    refusals = [_refusal(turn, backend, moment) for turn in turns]
    chats = [turn.asked.chat for turn, refusal in zip(turns, refusals, strict=True) if refusal is None]
    completed = iter(_complete(chats, partial(backend.complete, max_new_tokens=longest)))
    for turn, refusal in zip(turns, refusals, strict=True):
        yield effect(turn.record, _answer(turn, refusal or next(completed), backend))


def _refusal(turn: Turn, backend: Backend, now: datetime) -> str | None:
    if turn.arm.tuned and backend.adapter is None:
        return NO_ADAPTER
    deadline = turn.asked.asked_at + timedelta(seconds=turn.asked.question.deadline_s)
    return TOO_LATE if deadline < now else None


def _complete(chats: Sequence[Chat], complete: Callable[[Sequence[Chat]], list[Completion]]) -> list[Outcome]:
    """Complete all chats together; where a prompt is at fault, each alone, so that its neighbours are answered."""
    if not chats:
        return []
    try:
        return [*complete(chats)]
    except PromptError as error:
        if len(chats) == 1:
            return [str(error)]
        return [outcome for chat in chats for outcome in _complete([chat], complete)]


def _answer(turn: Turn, outcome: Outcome, backend: Backend) -> Answer:
    """The message for one turn, whatever came of it."""
    asked, style = turn.asked, turn.arm.style
    spoken = outcome if isinstance(outcome, Completion) else None
    reply = _reply(asked, outcome, style)
    adapter = backend.adapter if turn.arm.tuned else None
    return Answer(
        question_id=asked.question.question_id,
        arm=turn.arm.name,
        status=reply.status,
        text=reply.text,
        failure=reply.failure,
        citations=reply.citations,
        evidence=_chunk_ids(asked),
        evidence_titles=tuple(item.title for item in asked.evidence),
        evidence_texts=asked.passages,
        stale=asked.stale,
        model=backend.model,
        adapter=adapter.ref if adapter else None,
        backend=backend.name,
        prompt_version=forming.version(style.prompt_version, asked.question.form),
        asked_at=asked.asked_at,
        retrieval_ms=asked.retrieval_ms,
        generation_ms=spoken.seconds * 1000 if spoken else 0.0,
        prompt_tokens=spoken.prompt_tokens if spoken else 0,
        completion_tokens=spoken.completion_tokens if spoken else 0,
    )


def _reply(asked: Asked, outcome: Outcome, style: Style) -> replies.Reply:
    """What was said, or why nothing was. In JSON a bracketed number is a list, and nothing is cited."""
    if isinstance(outcome, str):
        return replies.Reply("failed", failure=outcome)
    json_asked = asked.question.asked_schema is not None
    return replies.parse(outcome.text, chunk_ids=() if json_asked else _chunk_ids(asked), abstain=style.abstain)


def _chunk_ids(asked: Asked) -> tuple[str, ...]:
    return tuple(item.chunk_id for item in asked.evidence)
