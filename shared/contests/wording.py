"""A contest in plain words: who speaks in each arm, what it is given, how it is asked and when it declines."""

from collections.abc import Mapping

from shared.contests.options import PROMPTS, STRENGTH, rule_of
from shared.messages import Arm, Contest
from shared.messages.contests import BASE, CAG, GOLD, NO_CONTEXT, Value

AS_SET, NOTHING_SET = "as the settings say", "what the settings say"


def options_in_words(options: Mapping[str, Value]) -> str:
    """Each with its value."""
    return ", ".join(f"{name} = {value}" for name, value in options.items()) or NOTHING_SET


def speaker(arm: Arm) -> str:
    """Who speaks, and at which strength."""
    if arm.speaker == BASE:
        return "the base model, without an adapter"
    strength = arm.options.get(STRENGTH)
    return f"the adapter of track {arm.speaker}" + ("" if strength is None else f", at strength {strength}")


def context(arm: Arm) -> str:
    """What it is given."""
    known = {
        NO_CONTEXT: "nothing: it answers from memory",
        GOLD: "the passages that answer, without a search",
        CAG: "the newest documents, the same for every question",
    }
    return known.get(arm.context, f"passages that recipe {arm.context} finds")


def prompt(arm: Arm) -> str:
    """By which prompts it is asked."""
    named = [str(arm.options[name]) for name in PROMPTS if name in arm.options]
    return ", ".join(named) or AS_SET


def rule(arm: Arm) -> str:
    """When it declines."""
    named = arm.options.get("decline", arm.options.get(rule_of(has_passages=arm.has_passages)))
    return AS_SET if named is None else str(named)


def others(arm: Arm) -> str:
    """What else it sets; "" for nothing."""
    said = {*PROMPTS, STRENGTH, "decline", rule_of(has_passages=arm.has_passages)}
    left = {name: value for name, value in arm.options.items() if name not in said}
    return options_in_words(left) if left else ""


def recipe(contest: Contest, arm: Arm) -> str:
    """What the recipe sets by which its passages are found; "" for an arm without one."""
    chosen = next((recipe for recipe in contest.recipes if recipe.name == arm.context), None)
    return "" if chosen is None else options_in_words(chosen.options)
