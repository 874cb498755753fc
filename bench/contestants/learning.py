"""Adapters that learn editions: anew from all that stands, or on from the adapter of the edition before.

Each edition's adapter is kept in the folder of the measurement, so that one that was killed goes on with them.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from bench.contestants.identity import RecipeUsed, digest, of_settings
from bench.contestants.ports import Cost, Edition
from services.generator import models
from services.generator.adapters import WEIGHTS
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.learned import LINEAGE
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training.record import FILE, RunRecord
from shared.jobs.events import Event
from shared.messages import AdapterAnnounced

Say = Callable[[Event], None]
UPDATE = "update.json"
"""In an adapter's folder, written last: the seconds of all that was done to have it."""


def job(settings: TuningSettings, generator: GeneratorSettings, home: Path, folder: Path, say: Say) -> Job:
    """A tuning job whose adapters lie below `folder`, of the model that `home` holds."""
    model = models.configured(generator, home)
    own = generator.model_copy(update={"model": str(model.folder)})
    return Job(settings, own, folder, lambda: datetime.now(UTC), say, TeacherSettings())


@dataclass
class Track:
    """A line of adapters, one for each edition; the one of the edition that was learned last speaks."""

    job: Job
    backend: Backend
    stream: str
    costs: dict[int, Cost] = field(default_factory=dict)
    speaks: AdapterAnnounced | None = None

    @property
    def name(self) -> str:
        return self.job.settings.track

    @cached_property
    def recipe(self) -> RecipeUsed:
        """What it learns by, the seed included."""
        return RecipeUsed.of(self.job.recipe)

    def learn(self, edition: Edition) -> Cost:
        """Train on an edition and take the adapter up; asked again, it says what that cost."""
        if edition.number not in self.costs:
            name = self._name_of(edition.number)
            adapter = self._kept(name) or self._trained(edition, name)
            started = time.perf_counter()
            self.backend.take_up(adapter)
            self.speaks = adapter
            self.costs[edition.number] = _cost(adapter, time.perf_counter() - started)
        return self.costs[edition.number]

    def speak(self) -> None:
        """Take up the adapter of the newest edition that was learned, where another one of the track speaks."""
        if self.speaks is not None and self.backend.adapters.get(self.name) != self.speaks:
            self.backend.take_up(self.speaks)

    def _trained(self, edition: Edition, name: str) -> AdapterAnnounced:
        started, before = time.perf_counter(), self._kept(self._name_of(edition.number - 1))
        made = self.job.dataset(edition.stored, edition.pairs, previous=before.name if before else None)
        sys.stderr.write(f"{name}: {len(made.examples)} examples, after {made.previous or 'none'}\n")
        adapter = self.job.train(made, name, before)
        update = {"seconds": time.perf_counter() - started}
        (Path(adapter.location) / UPDATE).write_text(json.dumps(update), encoding="utf-8")
        return adapter

    def _kept(self, name: str) -> AdapterAnnounced | None:
        """The adapter of that name, where a run before finished it and says how long that took."""
        folder = self.job.home / "adapters" / name
        if not (folder / UPDATE).is_file():
            return None
        adapter = json.loads((folder / LINEAGE).read_text(encoding="utf-8"))["adapter"]
        return AdapterAnnounced.model_validate(adapter | {"location": str(folder.absolute())})

    def _name_of(self, number: int) -> str:
        """Another one for all that would make another adapter: news, recipe, model, settings."""
        used = digest(self.recipe.digest, self.job.model.sha256, of_settings(self.job.generator))
        return f"{self.name}-{self.stream}-{used}-{number:03}"


def _cost(adapter: AdapterAnnounced, taking_up_s: float) -> Cost:
    """Of the whole update, whichever run made the adapter."""
    folder = Path(adapter.location)
    made_s = json.loads((folder / UPDATE).read_text(encoding="utf-8"))["seconds"]
    run = RunRecord.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
    predicted = run.predicted_memory_mib
    return Cost(
        made_s + taking_up_s,
        tokens=adapter.training.tokens,
        held_bytes=(folder / WEIGHTS).stat().st_size,
        peak_mib=predicted.total if predicted else None,
    )
