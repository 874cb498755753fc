"""Writing down what a person does by hand: before it begins and when it has ended, under one id."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Literal
from uuid import uuid4

from shared.messages import ActionKind, ActionTaken
from shared.messages.actions import Via
from shared.messages.schema import LONGEST_LABEL
from shared.records import bounded

SAID: dict[ActionKind, str] = {
    "send_again": "sent dead letters again",
    "promote_adapter": "promoted an adapter",
    "roll_back_adapter": "rolled an adapter back",
    "retire_adapter": "retired an adapter",
    "announce_contest": "announced a contest",
}
Write = Callable[[ActionTaken], None]
"""Returns once the action is kept."""


def begun(
    action: ActionKind,
    by: str,
    via: Via,
    *,
    at: datetime,
    on: Sequence[str],
    reason: str = "",
    action_id: str = "",
) -> ActionTaken:
    """An action that is about to begin. `action_id`: where what it leads to has an id of its own."""
    return ActionTaken(
        action_id=action_id or f"{at.isoformat()}/{uuid4().hex[:12]}",
        action=action,
        by=bounded(by, LONGEST_LABEL),
        via=via,
        at=at,
        on=tuple(bounded(name, LONGEST_LABEL) for name in on)[:100],
        reason=bounded(reason),
    )


@contextmanager
def written_down(action: ActionTaken, write: Write, now: Callable[[], datetime]) -> Iterator[None]:
    """Around what is done: nothing is done where it cannot be written down before, and an error ends it as `failed`.

    Raises what `write` raises, and whatever is raised inside.
    """
    write(action)
    try:
        yield
    except Exception as error:
        with suppress(ConnectionError):
            write(_ended(action, "failed", now(), str(error)))
        raise
    write(_ended(action, "done", now(), SAID[action.action]))


def _ended(action: ActionTaken, state: Literal["done", "failed"], at: datetime, outcome: str) -> ActionTaken:
    return action.model_copy(update={"state": state, "ended_at": at, "outcome": bounded(outcome)})
