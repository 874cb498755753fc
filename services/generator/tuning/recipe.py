"""A recipe: everything that decides what an adapter becomes, in one versioned YAML file."""

from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.gates.plan import GatePlan
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training.plan import TrainingPlan
from shared.records import reason_of
from shared.source_files import DataError, text_of

FOLDER = "services.generator.tuning.recipes"


class Recipe(BaseModel):
    """Data, training and gates together; a changed recipe gets a higher version."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(pattern=r"^\w[\w.-]{0,99}$")
    version: int = Field(ge=1)
    data: DataPlan = DataPlan()
    training: TrainingPlan = TrainingPlan()
    gates: GatePlan = GatePlan()

    @property
    def goes_on(self) -> bool:
        """Whether it begins with the weights of the adapter before."""
        return self.training.warm_start == "previous"

    @property
    def needs_previous(self) -> bool:
        """Whether it cannot do without the record of the adapter before, where there is one."""
        stages = (*self.data.builders, *self.data.without_pairs)
        replays = any(stage.builder == "replay" for stage in stages)
        return self.goes_on or replays or self.data.documents == "new"


def load(settings: TuningSettings) -> Recipe:
    """The configured recipe with the settings' overrides in it. Raises ValueError that names file and field."""
    own = settings.recipe.endswith((".yaml", ".yml"))
    file = Path(settings.recipe) if own else resources.files(FOLDER) / f"{settings.recipe}.yaml"
    if not file.is_file():
        raise ValueError(
            f"no recipe {settings.recipe!r}: name one of {', '.join(names())}, or a file that ends in .yaml"
        )
    try:
        recipe = Recipe.model_validate(yaml.safe_load(text_of(file.read_bytes())))
    except DataError as error:
        raise ValueError(f"recipe {settings.recipe}: {error}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"recipe {settings.recipe}: not YAML: {error}") from error
    except ValidationError as error:
        raise ValueError(f"recipe {settings.recipe}: {reason_of(error)}") from error
    return recipe.model_copy(update={"training": _overridden(recipe.training, settings)})


def names() -> list[str]:
    """The recipes that come with the project."""
    return sorted(file.name.removesuffix(".yaml") for file in resources.files(FOLDER).iterdir() if ".yaml" in file.name)


def _overridden(plan: TrainingPlan, settings: TuningSettings) -> TrainingPlan:
    wanted: dict[str, Any] = {name: getattr(settings, name) for name in ("steps", "tokens", "max_seconds", "seed")}
    if settings.tokens is not None and plan.tokens is not None:
        wanted["tokens"] = min(settings.tokens, plan.tokens)
    return plan.model_copy(update={name: value for name, value in wanted.items() if value is not None})
