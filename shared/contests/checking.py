"""Whether a contest can be held here: every name in it is known, and every option can be what it says."""

from collections.abc import Collection, Iterator

from pydantic import BaseModel, ValidationError

from shared import plugins, prompts
from shared.contests.options import (
    PROMPTS,
    STRENGTH,
    WEIGHS_PASSAGES,
    ArmOptions,
    RetrievalOptions,
    asking,
    names_of,
    rule_of,
)
from shared.messages import Arm, Contest, Recipe
from shared.messages.contests import BASE, CAG, NO_CONTEXT, Options
from shared.records import reason_of

CONTEXTS, PROMPT_FILES = "services.generator.contexts", "services.generator.prompts"
RECIPE_CONTEXT = "passages"
"""The file in `contexts` that gives an arm what a recipe finds."""
OF_AN_ADAPTER = "`strength` is an adapter's, and the base speaks without one: name the track that speaks as `speaker`"


def problems(contest: Contest, tracks: Collection[str]) -> list[str]:
    """What must be mended before it can be announced, each with what is known. `tracks`: of adapters."""
    return [*_of_recipes(contest), *(problem for arm in contest.arms for problem in _of_arm(arm, contest, tracks))]


def contexts() -> list[str]:
    """Ways of giving context beside recipes: the files in `contexts`."""
    return [NO_CONTEXT if name == "closed_book" else name for name in plugins.names(CONTEXTS) if name != RECIPE_CONTEXT]


def _of_recipes(contest: Contest) -> Iterator[str]:
    for recipe in contest.recipes:
        yield from _of_options(f"recipe {recipe.name}", recipe.options, RetrievalOptions)
        if clash := set(contexts()) & {recipe.name}:
            yield f"recipe {clash.pop()}: a way of giving context has that name already"
        yield from _of_variants(recipe)


def _of_variants(recipe: Recipe) -> Iterator[str]:
    options = recipe.options
    named = [("searches", str(options["search"]))] if "search" in options else []
    named += [("queries", str(options["queries"]))] if "queries" in options else []
    named += [("rankers", name) for name in names_of(str(options.get("rankers", "")))]
    for folder, name in named:
        known = plugins.names(f"services.retriever.{folder}")
        if name not in known:
            yield f"recipe {recipe.name}: no {name!r} among {folder}: choose one of {', '.join(known)}"


def _of_arm(arm: Arm, contest: Contest, tracks: Collection[str]) -> Iterator[str]:
    recipes = [recipe.name for recipe in contest.recipes]
    if arm.speaker != BASE and arm.speaker not in tracks:
        yield f"arm {arm.name}: no track {arm.speaker!r}: choose one of {', '.join(sorted({BASE, *tracks}))}"
    if arm.context not in (*recipes, *contexts()):
        yield f"arm {arm.name}: no recipe {arm.context!r}: choose one of {', '.join([*contexts(), *recipes])}"
    options = asking(arm.options, has_passages=arm.has_passages)
    yield from _of_options(f"arm {arm.name}", options, ArmOptions)
    if STRENGTH in options and arm.speaker == BASE:
        yield f"arm {arm.name}: {OF_AN_ADAPTER}"
    yield from _of_rule(arm, str(options.get(rule_of(has_passages=arm.has_passages), "auto")))
    for option in PROMPTS:
        if option in arm.options and arm.context == CAG and option != "prompt":
            yield f"arm {arm.name}: {option}: an arm with context {CAG} is asked questions alone: leave it out"
        elif option in arm.options:
            yield from _of_prompt(arm, str(arm.options[option]))


def _of_rule(arm: Arm, rule: str) -> Iterator[str]:
    known = ["auto", *plugins.names("services.generator.abstention")]
    if rule not in known:
        yield f"arm {arm.name}: no rule {rule!r} to decline by: choose one of {', '.join(known)}"
    elif rule in WEIGHS_PASSAGES and not arm.has_passages:
        yield f"arm {arm.name}: the rule {rule!r} weighs passages, and this arm has none"


def _of_prompt(arm: Arm, name: str) -> Iterator[str]:
    try:
        known_prompt(name)
    except ValueError as error:
        yield f"arm {arm.name}: {error}"


def known_prompt(name: str) -> str:
    """The name of a prompt that a contest may name; raises ValueError, with the known ones, for any other.

    A path is none: a prompt of one's own is set on the worker that asks with it, and no message names what it opens.
    """
    known = prompts.names(PROMPT_FILES)
    if name not in known:
        raise ValueError(f"no prompt {name!r}: choose one of {', '.join(known)}")
    return name


def _of_options(whose: str, options: Options, model: type[BaseModel]) -> Iterator[str]:
    unknown = sorted(set(options) - set(model.model_fields))
    if unknown:
        yield f"{whose}: no option {', '.join(unknown)}: there are {', '.join(sorted(model.model_fields))}"
    try:
        model.model_validate({key: value for key, value in options.items() if key not in unknown})
    except ValidationError as error:
        yield f"{whose}: {reason_of(error)}"
