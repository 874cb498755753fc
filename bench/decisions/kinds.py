"""Which newswires decisions are measured on, and at which rates."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.console.demo.newswire import SAMPLE
from shared.lab.deciding.values import Rates
from shared.lab.wires import wire
from shared.lab.wires.knobs import Knobs

OF_THE_SAMPLE = "sample"


class Kind(BaseModel):
    """A newswire that is made by its knobs, or without them the sample; `rates` of who would ask it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    rates: Rates
    knobs: Knobs | None = None

    def write(self, folder: Path) -> Path:
        """The folder of its files: this one where they are made, else where they are."""
        if self.knobs is None:
            return SAMPLE
        wire.write(folder, wire.make(self.knobs))
        return folder


@cache
def kinds() -> Mapping[str, Kind]:
    """All of them by name."""
    made = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    sample = Kind(rates=Rates(questions_per_day=1_000, updates_per_day=50))
    return {OF_THE_SAMPLE: sample} | {name: Kind.model_validate(said) for name, said in made.items()}
