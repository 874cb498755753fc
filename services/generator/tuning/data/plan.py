"""The data part of a recipe: which examples are made, and from which documents."""

from pydantic import BaseModel, ConfigDict, Field


class DataPlan(BaseModel):
    """Which builders make the examples."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    builders: tuple[str, ...] = Field(
        default=(), description="files in data/builders, in order; empty: pairs if given, else stories"
    )
