"""Settings of the tuning job: the recipe, and what belongs to the machine rather than to the recipe.

Which model is tuned is the generator's own setting, so that adapters fit what serves.
"""

from typing import Annotated

from pydantic import Field

from shared.adapters import registry
from shared.messages.contests import Name
from shared.settings import EmptyIsUnset, Settings, under


class TuningSettings(Settings):
    """Everything else is in the recipe, which the adapter's lineage carries whole."""

    model_config = under("TUNING")
    recipe: str = Field(default="embedded", description="a file in services/generator/tuning/recipes, or a path.yaml")
    track: Name = Field(default=registry.TRACK, description="the line of adapters that is trained for")
    steps: Annotated[int | None, EmptyIsUnset] = Field(
        default=None, ge=1, description="most of a training; empty: the recipe's"
    )
    tokens: Annotated[int | None, EmptyIsUnset] = Field(
        default=None, ge=1, description="most that a training reads; empty: the recipe's"
    )
    max_seconds: Annotated[float | None, EmptyIsUnset] = Field(
        default=None, gt=0, description="of one start, after which a training is unfinished; empty: the recipe's"
    )
    seed: Annotated[int | None, EmptyIsUnset] = Field(default=None, description="empty: the recipe's")
    reuse: bool = Field(
        default=False,
        description="take the finished adapter of the same name, data, recipe and seed, where it lies here",
    )
    gates: bool = Field(default=True, description="false: the adapter is not tried before it serves")
    threads: int = Field(default=0, ge=0, description="0: one for each processor")
    checkpoint_s: float = Field(
        default=60.0, ge=0, description="seconds between two checkpoints of a run; 0: after each step"
    )
    mlflow_uri: str = Field(default="", description="where MLflow is told of each run; empty: nowhere")
    registry: str = Field(
        default="", description="where adapters are kept: a folder or an fsspec address; empty: in the home folder"
    )
