"""What an arm's speaker and context make it in a contest: found from what it is, never from its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.messages import ArmTaken
from shared.messages.contests import BASE, NO_CONTEXT


@dataclass(frozen=True)
class Square:
    """A 2 x 2 part: two speakers, each with and without the same passages. A corner is None where no arm stands."""

    base: str | None
    base_reading: str | None
    tuned: str | None
    tuned_reading: str | None

    @property
    def corners(self) -> tuple[str | None, ...]:
        return self.base, self.base_reading, self.tuned, self.tuned_reading

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that there are, in the order of the corners."""
        return tuple(arm for arm in self.corners if arm is not None)

    @property
    def whole(self) -> bool:
        return len(self.arms) == 4


def squares(arms: Sequence[ArmTaken]) -> list[Square]:
    """The 2 x 2 parts, one for each track and recipe of which all four arms compete; else the fullest part there is.

    Of several arms with one speaker and one context, such as two prompts, the first stands for them.
    """
    first: dict[tuple[str, str], str] = {}
    for arm in arms:
        first.setdefault((arm.speaker, arm.context), arm.name)
    tracks = list(dict.fromkeys(arm.speaker for arm in arms if arm.is_tuned)) or [""]
    contexts = list(dict.fromkeys(arm.context for arm in arms if arm.reads)) or [""]
    possible = [
        Square(
            *(
                first.get(corner)
                for corner in ((BASE, NO_CONTEXT), (BASE, context), (track, NO_CONTEXT), (track, context))
            )
        )
        for track in tracks
        for context in contexts
    ]
    return [square for square in possible if square.whole] or [max(possible, key=lambda square: len(square.arms))]


def search_against_memory(arms: Sequence[ArmTaken]) -> list[tuple[str, str]]:
    """The pairs of the question itself: the base with passages against each adapter without; each pair sorted."""
    reading = [arm.name for arm in arms if arm.reads and not arm.is_tuned]
    tuned = [arm.name for arm in arms if arm.is_tuned and not arm.reads]
    return sorted((min(a, b), max(a, b)) for a in reading for b in tuned)
