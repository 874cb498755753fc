"""What an arm's speaker and context make it in a contest: found from what it is, never from its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.messages import ArmTaken
from shared.messages.contests import BASE, GOLD, NO_CONTEXT, Competing


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


def squares(arms: Sequence[Competing]) -> list[Square]:
    """The 2 x 2 parts, one for each track and recipe of which all four arms compete; else the fullest part there is.

    Of several arms with one speaker and one context, such as two prompts, the first stands for them. What retrieval
    gives is never told of arms that were handed the right passages.
    """
    first: dict[tuple[str, str], str] = {}
    for arm in arms:
        first.setdefault((arm.speaker, arm.context), arm.name)
    tracks = list(dict.fromkeys(arm.speaker for arm in arms if arm.is_tuned)) or [""]
    contexts = list(dict.fromkeys(arm.context for arm in arms if arm.searches)) or [""]
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


def search_against_memory(arms: Sequence[Competing]) -> list[tuple[str, str]]:
    """The pairs of the question itself: the base with passages against each adapter without; each pair sorted."""
    reading = [arm.name for arm in arms if arm.searches and not arm.is_tuned]
    tuned = [arm.name for arm in arms if arm.is_tuned and not arm.reads]
    return sorted((min(a, b), max(a, b)) for a in reading for b in tuned)


@dataclass(frozen=True)
class Step:
    """Two arms that differ in one thing: what `more` has over `less` is what that thing gives `speaker`."""

    speaker: str
    more: str
    less: str


@dataclass(frozen=True)
class Tuned:
    """The pairs that tell apart what the adapter of one track gives; None where an arm of the pair does not compete.

    `reading` is held against a base that is shown the form of an answer where there is one (`form_shown`): without it,
    what an adapter gives in reading and in style is one number.
    """

    track: str
    knowledge: Step | None
    reading: Step | None
    style: Step | None
    form_shown: bool


def searches_against_gold(arms: Sequence[ArmTaken]) -> list[Step]:
    """For each speaker and recipe, asked alike: the arm that is given the right passages against the one that finds."""
    return [
        Step(given.speaker, given.name, finding.name)
        for given in arms
        for finding in arms
        if given.context == GOLD and finding.searches and _alike(given, finding)
    ]


def memory_against_gold(arms: Sequence[ArmTaken]) -> list[Step]:
    """For each speaker: the arm that is given the right passages against the one that is given none."""
    closed, given = dict[str, str](), dict[str, str]()
    for arm in arms:
        if not arm.reads:
            closed.setdefault(arm.speaker, arm.name)
        elif arm.context == GOLD:
            given.setdefault(arm.speaker, arm.name)
    return [Step(speaker, name, closed[speaker]) for speaker, name in given.items() if speaker in closed]


def of_tuning(arms: Sequence[ArmTaken]) -> list[Tuned]:
    """One for each track and recipe of which an adapter reads, or else for each track."""
    tracks = list(dict.fromkeys(arm.speaker for arm in arms if arm.is_tuned))
    recipes = list(dict.fromkeys(arm.context for arm in arms if arm.searches)) or [""]
    return [_of_track(arms, track, recipe) for track in tracks for recipe in recipes]


def _of_track(arms: Sequence[ArmTaken], track: str, recipe: str) -> Tuned:
    plain = _first(arms, BASE, recipe, examples=False)
    shown = _first(arms, BASE, recipe, examples=True)
    reading = _first(arms, track, recipe, examples=False)
    closed, learned = _first(arms, BASE, NO_CONTEXT, examples=False), _first(arms, track, NO_CONTEXT, examples=False)
    return Tuned(
        track,
        knowledge=_step(track, learned, closed),
        reading=_step(track, reading, shown or plain),
        style=_step(BASE, shown, plain),
        form_shown=shown is not None,
    )


def _first(arms: Sequence[ArmTaken], speaker: str, context: str, *, examples: bool) -> str | None:
    wanted = (speaker, context, examples)
    return next((arm.name for arm in arms if (arm.speaker, arm.context, arm.shows_examples) == wanted), None)


def _step(speaker: str, more: str | None, less: str | None) -> Step | None:
    return Step(speaker, more, less) if more is not None and less is not None else None


def _alike(given: ArmTaken, finding: ArmTaken) -> bool:
    """One speaker at one strength, and both shown examples or neither."""
    return (given.speaker, given.strength, given.shows_examples) == (
        finding.speaker,
        finding.strength,
        finding.shows_examples,
    )
