"""Kinds of question, and the turns that went before a question of a conversation."""

from collections.abc import Sequence
from typing import Literal, get_args

from pydantic import Field

from shared.messages.schema import PublicMessage

QuestionKind = Literal["question_answering", "summarisation", "conversation"]
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
MOST_TURNS = 20
LONGEST_HISTORY = 16_000


class Turn(PublicMessage):
    """One thing said before the question was asked."""

    role: Literal["asker", "assistant"]
    text: str = Field(min_length=1, max_length=4_000)


def contradiction(kind: QuestionKind, history: Sequence[Turn], choices: Sequence[str]) -> str | None:
    """What is wrong with a question's kind beside its history and its choices, or None."""
    if history and kind != "conversation":
        return f"history: a question of kind {kind} has none; ask with kind 'conversation', or leave the turns out"
    if choices and kind == "summarisation":
        return "choices: a summary chooses between nothing; leave them out, or ask with kind 'question_answering'"
    if any(not turn.text.strip() for turn in history):
        return "history: a turn needs words"
    if (length := sum(len(turn.text) for turn in history)) > LONGEST_HISTORY:
        return f"history: {length:,} characters, at most {LONGEST_HISTORY:,} together; leave the oldest turns out"
    return None
