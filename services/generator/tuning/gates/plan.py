"""The gate part of a recipe: what a new adapter must show before anyone is served by it."""

from pydantic import BaseModel, ConfigDict


class GatePlan(BaseModel):
    """Thresholds of the gates."""

    model_config = ConfigDict(frozen=True, extra="forbid")
