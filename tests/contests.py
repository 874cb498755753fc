"""Contests for tests: arms by the names that the shipped one gives them, and workers that serve them."""

from typing import Any

from services.generator.arms import Served
from services.generator.settings import GeneratorSettings
from shared.contests import files
from shared.contests.calendar import Calendar
from shared.messages import Arm, Contest, Recipe, Result
from shared.messages.contests import CAG, GOLD, NO_CONTEXT

ARMS = files.shipped().arm_names


def an_arm(name: str, **changes: Any) -> Arm:
    """`tuned+rag` speaks as `tuned` and reads what the recipe `rag` finds; `base` speaks from memory."""
    speaker, _, context = name.partition("+")
    return Arm(**{"name": name, "speaker": speaker, "context": context or "none"} | changes)


def a_contest(*arms: str | Arm, name: str = "of-a-test", recipes: tuple[Recipe, ...] = ()) -> Contest:
    """Of these arms, with a recipe for each context that has none."""
    made = tuple(an_arm(arm) if isinstance(arm, str) else arm for arm in arms)
    known = {recipe.name for recipe in recipes}
    needed = dict.fromkeys(arm.context for arm in made if arm.context not in (NO_CONTEXT, GOLD, CAG, *known))
    return Contest(name=name, arms=made, recipes=(*recipes, *(Recipe(name=context) for context in needed)))


def only(*arms: str | Arm) -> Calendar:
    """A calendar in which every question belongs to a contest of these arms."""
    return Calendar(before=a_contest(*arms))


def within(result: Result, *arms: str) -> Result:
    """The result of a question of a contest of these arms, unless it belongs to one already."""
    return result if result.contest else result.model_copy(update={"contest": a_contest(*arms).taken})


def served(settings: GeneratorSettings, *arms: str | Arm) -> Served:
    """A worker's arms, of the shipped contest or of one of these arms alone."""
    return Served.of(settings, lambda: only(*arms) if arms else Calendar())
