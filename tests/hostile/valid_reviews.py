"""Valid items of sheets and what reviewers say of them, all fields filled in."""

from datetime import timedelta
from typing import Any

from shared.lab.audit.sheet import item_of
from shared.messages import Message, Reviewed, ReviewItem
from tests.builders import NOON


def item_named(name: str) -> str:
    """The id of an item about it."""
    return item_of(name, (), ("the pier",), "")


def items(name: str) -> list[Message]:
    sheet: dict[str, Any] = {"sheet_id": f"sheet-{name}", "place": 1, "number": 2, "seed": 1, "accepted": ("the pier",)}
    made = ReviewItem(
        item_id=item_of("Where?", (), ("the pier",), name), kind="question", question_id=name, question="Where?",
        shown=("d-1: It is at the pier.",), document_labels=(("desk",),), **sheet,
    )  # fmt: skip
    answer = ReviewItem(item_id=item_named(name), kind="answer", question=name, **sheet)
    return [answer, made]


def reviews(name: str) -> list[Message]:
    said: dict[str, Any] = {"item_id": item_named(name), "reviewer": "ben", "said_at": NOON}
    return [
        Reviewed(said="right", **said),
        Reviewed(said="mend", text="Where is it?", references=("the pier", "pier"), **said),
        Reviewed(said="undo", **said | {"said_at": NOON + timedelta(hours=1)}),
    ]
