"""Answer questions with every arm of one worker: from memory, and from the evidence that retrieval found.

An arm never poses as another: without an adapter a tuned arm fails and says so, and every way of not answering
is an answer with its reason, so that nobody waits for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.generator import form_wording, replies, withholding
from services.generator.arms import Arm, Served
from services.generator.completing import Ask, Choices, Completer, Now
from services.generator.fitting import fitted
from services.generator.ports import Backend, Completion, Failed, FailureKind, Outcome, PromptedQuestion, Style
from shared.messages import Answer
from shared.records import Effect, Record, effect


@dataclass(frozen=True)
class Turn:
    """One arm's turn at one question."""

    record: Record[Any]
    arm: Arm
    asked: PromptedQuestion


def answer(
    batch: Sequence[Record[Any]],
    *,
    served: Served,
    backend: Backend,
    now: Now,
    longest: int,
    choices: Choices = "text",
) -> Iterator[Effect[Answer]]:
    """One answer per record and arm that it asks; one backend call for all prompts of one speaker and strength."""
    turns = [Turn(record, arm, arm.style.ask(record)) for record, arm in served.asked_by(batch)]
    asks = [
        Ask(turn.asked, arm.speaker, backend.adapters.get(arm.speaker), arm.problem, arm.strength)
        for turn in turns
        for arm in [turn.arm]
    ]
    outcomes = Completer(backend, now, longest, choices)(asks)
    for turn, ask, outcome in zip(turns, asks, outcomes, strict=True):
        yield effect(turn.record, _answer(turn, ask, outcome, backend))


def _answer(turn: Turn, ask: Ask, outcome: Outcome, backend: Backend) -> Answer:
    """The message for one turn, whatever came of it."""
    asked, style = turn.asked, turn.arm.style
    spoken = outcome if isinstance(outcome, Completion) else None
    parsed, tuned = _reply(asked, outcome, style), turn.arm.tuned
    kept = withholding.kept(asked, outcome, parsed, abstain=style.abstain, tuned=tuned, decline=turn.arm.decline)
    reply, verdict = kept.reply, kept.verdict
    return fitted(
        question_id=asked.question.question_id,
        arm=turn.arm.name,
        status=reply.status,
        text=reply.text,
        failure=reply.failure,
        failure_kind=_failure_kind(outcome, reply),
        withheld=kept.withheld,
        abstention=verdict.rule if verdict else "",
        support=verdict.support if verdict else None,
        citations=reply.citations,
        evidence=_chunk_ids(asked),
        evidence_titles=tuple(item.title for item in asked.evidence),
        evidence_labels=tuple(item.labels for item in asked.evidence),
        evidence_texts=asked.passages,
        stale=asked.stale,
        model=backend.model,
        adapter=ask.adapter.ref if ask.adapter else None,
        strength=ask.strength,
        backend=backend.name,
        prompt_version=form_wording.version(asked.prompt_version or style.prompt_version, asked.question.form),
        asked_at=asked.asked_at,
        retrieval_ms=asked.retrieval_ms,
        generation_ms=spoken.seconds * 1000 if spoken else 0.0,
        prompt_tokens=spoken.prompt_tokens if spoken else 0,
        completion_tokens=spoken.completion_tokens if spoken else 0,
        log_probability=spoken.log_probability if spoken else None,
        answer_tokens=spoken.answer_tokens if spoken else 0,
        choice_log_probabilities=dict(spoken.choices) if spoken else {},
        cut=spoken.cut if spoken else False,
    )


def _reply(asked: PromptedQuestion, outcome: Outcome, style: Style) -> replies.Reply:
    """What was said, or why nothing was. A bracketed number in JSON or in a choice is no citation."""
    if isinstance(outcome, Failed):
        return replies.Reply("skipped" if outcome.kind == "skipped" else "failed", failure=outcome.reason)
    cites = asked.question.asked_schema is None and not outcome.choices
    abstain = asked.abstain or style.abstain
    chunk_ids = _chunk_ids(asked) if cites else ()
    return replies.parse(outcome.text, chunk_ids=chunk_ids, abstain=abstain, choices=asked.question.choices)


def _failure_kind(outcome: Outcome, reply: replies.Reply) -> FailureKind | None:
    if isinstance(outcome, Failed):
        return None if reply.status == "skipped" else outcome.kind
    return "empty" if reply.status == "failed" else None


def _chunk_ids(asked: PromptedQuestion) -> tuple[str, ...]:
    return tuple(item.chunk_id for item in asked.evidence)
