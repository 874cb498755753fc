"""The contest: which arms answer, what each of them may know, and how its passages are found."""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.messages.schema import Label, Message, Moment

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+._-]{0,39}$")]
Value = bool | int | Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=200)]
Options = Annotated[dict[str, Value], Field(max_length=40)]
Strength = Annotated[
    float, Field(gt=0, le=1, allow_inf_nan=False, exclude_if=lambda strength: strength == 1, repr=False)
]
"""How much of an adapter is added to the base. All of it is the usual, and is not written."""
BASE: Literal["base"] = "base"
NO_CONTEXT: Literal["none"] = "none"
GOLD: Literal["gold"] = "gold"
"""The context of an arm that reads the passages of the question's gold documents, without a search."""
CAG: Literal["cag"] = "cag"
"""The context of an arm that reads the newest documents, the same for every question, without a search."""
MOST_ARMS, MOST_RECIPES = 16, 8


class Recipe(BaseModel):
    """A named way of retrieving. `options`: what it sets otherwise than the retriever's own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Name
    options: Options = {}


class Competing(BaseModel):
    """Who competes: its name, who speaks, and what the speaker is given."""

    model_config = ConfigDict(frozen=True)
    name: Label
    speaker: Label = Field(default=BASE, description="`base`, or the track of the adapter that speaks")
    context: Label = Field(
        default=NO_CONTEXT,
        description="`none`, `gold` for the passages that answer, `cag` for the newest documents, or the recipe by "
        "which its passages are found",
    )

    @property
    def is_tuned(self) -> bool:
        """Whether it must not speak without an adapter."""
        return self.speaker != BASE

    @property
    def reads(self) -> bool:
        """Whether it is given news."""
        return self.context != NO_CONTEXT

    @property
    def has_passages(self) -> bool:
        """Whether what it is given is chosen for the question, as no document of the context `cag` is."""
        return self.context not in (NO_CONTEXT, CAG)

    @property
    def searches(self) -> bool:
        """Whether its passages are found by searching; those of the contexts `gold` and `cag` are not."""
        return self.context not in (NO_CONTEXT, GOLD, CAG)


class ArmTaken(Competing):
    """An arm as far as results need it."""

    prompt: Label = Field(default="", description="by which it is asked; empty: as its worker's settings say")
    strength: Strength = Field(default=1.0, description="at which its adapter speaks; absent: at 1, as it was trained")

    @property
    def shows_examples(self) -> bool:
        """Whether its prompt shows the form of an answer: a prompt that does so has "examples" in its name."""
        return "examples" in self.prompt


class Arm(Competing):
    """One contestant. `options`: what it sets otherwise than its generator's own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Name
    speaker: Name = BASE
    context: Name = NO_CONTEXT
    options: Options = {}

    @property
    def taken(self) -> ArmTaken:
        """What it sets that cannot be a strength is left out: the worker that should ask the arm says so."""
        options = {name: self.options[name] for name in ("prompt", "strength") if name in self.options}
        who = {"name": self.name, "speaker": self.speaker, "context": self.context}
        try:
            return ArmTaken.model_validate(who | options)
        except ValidationError:
            return ArmTaken.model_validate(who | {"prompt": str(options.get("prompt", ""))})


class ContestTaken(BaseModel):
    """The contest that a question belongs to, as its result names it."""

    model_config = ConfigDict(frozen=True)
    name: Label
    digest: Label = Field(description="of all that the contest says; another one is another version of it")
    arms: tuple[ArmTaken, ...] = Field(max_length=MOST_ARMS)

    @property
    def arm_names(self) -> tuple[str, ...]:
        return tuple(arm.name for arm in self.arms)

    @property
    def label(self) -> str:
        """Name and version, as people write it."""
        return f"{self.name}@{self.digest}"


class Contest(BaseModel):
    """The arms that compete and the recipes that they use; said in one file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Name
    recipes: tuple[Recipe, ...] = Field(default=(), max_length=MOST_RECIPES)
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=MOST_ARMS)

    @model_validator(mode="after")
    def _names_are_known_and_distinct(self) -> Self:
        for kind, names in (
            ("arm", [arm.name for arm in self.arms]),
            ("recipe", [recipe.name for recipe in self.recipes]),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"two {kind}s are called {', '.join(twice)}")
        if reserved := {NO_CONTEXT} & {recipe.name for recipe in self.recipes}:
            raise ValueError(f"no recipe may be called {', '.join(reserved)}")
        return self

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits of a SHA-256 over all that is said, whatever the order of its options."""
        canonical = json.dumps(self.model_dump(mode="json", exclude_defaults=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """Name and version, as people write it."""
        return f"{self.name}@{self.digest}"

    @property
    def taken(self) -> ContestTaken:
        return ContestTaken(name=self.name, digest=self.digest, arms=tuple(arm.taken for arm in self.arms))

    @property
    def arm_names(self) -> tuple[str, ...]:
        return tuple(arm.name for arm in self.arms)

    def recipes_in_use(self) -> tuple[Recipe, ...]:
        """Those by which some arm's passages are found, in their order."""
        contexts = {arm.context for arm in self.arms}
        return tuple(recipe for recipe in self.recipes if recipe.name in contexts)

    @property
    def wants_gold(self) -> bool:
        """Whether some arm is given the gold passages, and no recipe has taken their name."""
        by_recipe = {recipe.name for recipe in self.recipes}
        return GOLD not in by_recipe and any(arm.context == GOLD for arm in self.arms)


class ContestAnnounced(Message):
    """From a moment after its append time on, questions belong to this contest."""

    announcement_id: str = Field(description="of this announcement: an earlier one is never replaced")
    contest: Contest
    announced_at: Moment = Field(description="by the announcer's clock, for people; what counts is the append time")
