"""What several reviewers come to: what most of them say, and where two differ a third decides."""

from collections import Counter
from collections.abc import Sequence

from shared.messages.reviews import ItemKind, Said

NO_MAJORITY: dict[ItemKind, Said] = {"answer": "unsure", "question": "drop"}
"""Of an item that three reviewers or more have read: nobody knows, or it is no question to ask."""
ENOUGH = 3


def settled(said: Sequence[Said], kind: ItemKind) -> Said | None:
    """What more than half of the reviewers say; None where nobody has read it, and where two differ."""
    if not said:
        return None
    most, number = Counter(said).most_common(1)[0]
    if 2 * number > len(said):
        return most
    return NO_MAJORITY[kind] if len(said) >= ENOUGH else None


def is_disputed(said: Sequence[Said], kind: ItemKind) -> bool:
    """Whether a further verdict is needed."""
    return bool(said) and settled(said, kind) is None
