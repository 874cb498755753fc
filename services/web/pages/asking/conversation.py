"""Asking on from an answer: what was said before goes along with the question, since nothing else is remembered."""

from collections.abc import Sequence
from typing import Any

from services.web.pages.asking.cards import WAITING, Card
from services.web.pages.faults import FieldError
from shared.messages import Question, Turn
from shared.messages.conversation import LONGEST_HISTORY, MOST_TURNS

LONGEST_TURN = 4_000
ANSWERED = "answered"


def followable(cards: Sequence[Card]) -> list[str]:
    """The arms whose answers may be asked on from, now or when they have come."""
    return [card.arm for card in cards if card.state in (ANSWERED, WAITING)]


def after(question: Question, cards: Sequence[Card], arm: str) -> dict[str, Any]:
    """What a follow-up to this arm's answer has of the question before: turns, filters and the time it is about.

    Raises FieldError for an arm that has not answered, or whose answer is not shown.
    """
    said = next((card.text for card in cards if card.arm == arm and card.state == ANSWERED and card.text.strip()), None)
    if said is None:
        raise FieldError("arm", f"{arm or 'No arm'} has no answer here to ask on from: choose another, or wait for it.")
    return {
        "kind": "conversation",
        "history": _turns(question, said),
        "filters": question.filters,
        "as_of": question.as_of,
    }


def _turns(question: Question, said: str) -> list[Turn]:
    """The oldest are left out where they are more than a question may have; a long answer is its beginning."""
    answer = Turn(role="assistant", text=said[:LONGEST_TURN])
    turns = [*question.history, Turn(role="asker", text=question.text), answer]
    while len(turns) > MOST_TURNS or sum(len(turn.text) for turn in turns) > LONGEST_HISTORY:
        del turns[0]
    return turns
