"""What tells two measurements apart: digests of all that decides what comes out, and the recipe of a training."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.generator.answer_prompt import FOLDER
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from services.generator.tuning import recipe
from services.generator.tuning.recipe import Recipe
from services.generator.tuning.settings import TuningSettings
from shared import prompts
from shared.messages import Contest

INDIFFERENT = frozenset({
    "worker", "speakers", "model", "allow_downloads", "adapter", "adapter_addresses", "adapter_most_mib", "threads",
    "batch", "linger_ms",
})  # fmt: skip
"""Settings of the generator that change no answer here. The model is told by its name and weights instead."""


class RecipeUsed(BaseModel):
    """A recipe as a line of the file and the report name it; `digest` is of all that it says, overrides included."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    version: int
    digest: str

    @classmethod
    def of(cls, used: Recipe) -> "RecipeUsed":
        return cls(name=used.name, version=used.version, digest=digest(used.model_dump(mode="json")))

    def __str__(self) -> str:
        return f"{self.name} version {self.version} ({self.digest})"


def of_setup(backend: Backend, settings: GeneratorSettings, contest: Contest, reading: Sequence[Any]) -> str:
    """A digest of what decides all contestants' answers: the model, how it is asked, the arms, how texts are found."""
    arms = contest.model_dump(mode="json")
    return digest(backend.name, backend.model, of_settings(settings), arms, reading)


def digest(*parts: Any) -> str:
    """Twelve hex digits of SHA-256 of values that JSON can hold; the order of keys does not count."""
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def without_seed(name_or_file: str) -> RecipeUsed:
    """A recipe of which several seeds are trained. Raises ValueError that names file and field where it is wrong."""
    return RecipeUsed.of(recipe.load(TuningSettings(recipe=name_or_file, seed=None)))


def of_settings(settings: GeneratorSettings) -> dict[str, Any]:
    """The settings that decide what is answered and learned, as JSON values, with what the prompts say."""
    values = settings.model_dump(mode="json", exclude=set(INDIFFERENT))
    prompts_used = {name: prompts.read(FOLDER, value) for name, value in values.items() if name.endswith("_prompt")}
    return values | prompts_used
