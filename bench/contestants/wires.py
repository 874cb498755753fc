"""The wires part: what recipes teach on invented wires, over several trainings, with every answer kept."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import contenders, identity, library, records
from bench.contestants.asking import Remembering
from bench.contestants.learning import Say
from bench.contestants.wire_bench import TEXTS, WORDS, Unit, WireBench
from services.generator.settings import GeneratorSettings
from shared.lab.wires import named
from shared.lab.wires.knobs import VERSION
from shared.settings import EncoderSettings


@dataclass(frozen=True)
class Plan:
    """What is measured: units of wires and seeds by each recipe, `most` questions of each kind of a wire.

    Adapters are made in `folder` and not kept; those of the home folder are neither read nor replaced.
    """

    wires: Sequence[str]
    seeds: Sequence[int]
    recipes: Sequence[str]
    most: int
    folder: Path

    def run(self, backend: Remembering, settings: GeneratorSettings, home: Path, out: Path, say: Say) -> None:
        """Measure each unit that is not in the file yet, the base of a wire first.

        Raises ValueError where a recipe is not there or is wrong, before anything is measured.
        """
        done = {unit.key for unit in records.read(out)}
        reading = library.settings_of(EncoderSettings())
        shared = identity.of_setup(backend, settings, contenders.contest(), reading)
        setup = identity.digest(shared, self.most, TEXTS, WORDS)
        units = list(self._units(setup))
        for name in self.wires:
            left = [unit for unit in units if unit.wire == name and unit.key not in done]
            if left:
                bench = WireBench(name, self.most, backend, settings, home, self.folder, say)
                for unit in left:
                    measured = bench.measured(unit)
                    records.append(out, measured)
                    sys.stderr.write(
                        f"{name}, {unit.recipe or 'base'}, seed {unit.seed}: {len(measured.asked)} answers, "
                        f"{measured.seconds:.0f} s trained\n"
                    )

    def _units(self, setup: str) -> Iterator[Unit]:
        """Recipes that say the same are one, whatever their names."""
        used = {identity.without_seed(name): name for name in reversed(self.recipes)}
        for wire in self.wires:
            digest = identity.digest(VERSION, named.of_name(wire).model_dump(mode="json"))
            yield Unit(wire, digest, setup)
            for recipe, name in reversed(used.items()):
                for seed in self.seeds:
                    yield Unit(wire, digest, setup, recipe, name, seed)
