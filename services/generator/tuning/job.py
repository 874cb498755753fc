"""One tuning run from the documents to an adapter on disk, whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from services.generator import adapter_config, adapters, answer_prompt, models
from services.generator.adapter_config import CONFIG
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning import card, recipe
from services.generator.tuning.data import unlearning
from services.generator.tuning.data.configured_assembly import configured_assembly
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import running
from services.generator.tuning.training.running import Inputs
from services.generator.tuning.training.tokens import Prompts
from shared.adapters import registry
from shared.jobs.events import Write
from shared.jobs.tuning import DatasetMade, WarmStart
from shared.messages import AdapterAnnounced, TrainingPair, TrainingRun
from shared.models.language import Model
from shared.stored import StoredDocument

NEWEST = ""
"""As the adapter before: the one of the track that was made last."""
WHOLE = "`python -m services.generator.tuning.training` writes a model folder"


@dataclass(frozen=True)
class Job:
    """What a run needs: settings, where adapters live, the clock, how progress is told, and who may be its teacher."""

    settings: TuningSettings
    generator: GeneratorSettings
    home: Path
    now: Callable[[], datetime]
    say: Write
    teacher: TeacherSettings

    @cached_property
    def recipe(self) -> recipe.Recipe:
        """The configured recipe."""
        return recipe.load(self.settings)

    @cached_property
    def model(self) -> Model:
        """The base, as a folder; nothing of it is loaded."""
        return models.configured(self.generator, self.home)

    def dataset(
        self,
        documents: Iterable[StoredDocument],
        pairs: Sequence[TrainingPair],
        cutoff: datetime | None = None,
        previous: str | None = NEWEST,
    ) -> Dataset:
        """The dataset of values at hand, each document one chunk; raises ValueError where nothing is left to learn.

        `previous` names the adapter before in the home folder; `NEWEST` is the newest of the track there, None is none:
        the first of its line, whatever else lies there.
        """
        before = None if previous is None else unlearning.previous(self.home, previous, self.settings.track)
        assembly = configured_assembly(
            self.recipe.data, self.generator, self.home, teacher=self.teacher, previous=before
        )
        return self.told(assembly.dataset(documents, pairs, cutoff))

    def told(self, dataset: Dataset) -> Dataset:
        """Say what is in a dataset, and give it back."""
        self.say(
            DatasetMade(
                documents=len(dataset.revisions),
                examples=len(dataset.examples),
                left_out=dataset.left_out,
                pairs=dataset.pairs,
            )
        )
        return dataset

    def train(self, dataset: Dataset, name: str = "", previous: AdapterAnnounced | None = None) -> AdapterAnnounced:
        """Train, hash, describe, and move into place; without a name, equal weights get the same one.

        `previous` is who serves now, for recipes that go on from it. Raises ValueError where it does not fit, the
        dataset was made after another one, or the recipe makes no adapter.
        """
        if self.recipe.training.method == "full":
            raise ValueError(f"recipe {self.recipe.name} trains all weights, which makes no adapter: {WHOLE}")
        model, prompts = self.model, self._prompts()
        fresh = running.encoded(
            dataset.examples,
            dataset_sha256=dataset.sha256,
            model=model,
            plan=self.recipe.training,
            prompts=prompts,
            texts=dataset.texts,
        )
        inputs = self._warm(fresh, previous, dataset.previous)
        making = self.home / "adapters" / f".making-{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        try:
            run = running.run(
                inputs, making, home=self.home, settings=self.settings, say=self.say, finished=self._finished(name)
            )
            adapter = self._describe(dataset, model, run, name, making)
            card.write(making, adapter, dataset=dataset, recipe=self.recipe, prompts=prompts)
            _put(making, Path(adapter.location))
            running.forget(Path(adapter.location), self.home)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return adapter

    def _warm(self, inputs: Inputs, previous: AdapterAnnounced | None, after: str) -> Inputs:
        """Where the recipe goes on from the adapter before, with its folder; the first of its line begins afresh."""
        if inputs.plan.warm_start == "none":
            return inputs
        serves = previous.name if previous else ""
        if after not in ("", serves):
            raise ValueError(
                f"the dataset was made after adapter {after}, and {serves or 'none'} serves now: start again, so that "
                "what is new is counted from the weights that are gone on from"
            )
        self.say(WarmStart(goes_on_from=serves or None))
        if previous is None:
            return inputs
        folder = adapters.verify(previous, inputs.model.sha256, self.home, self.generator.admission)
        return replace(inputs, start=folder, start_sha256=previous.weights_sha256)

    def _finished(self, name: str) -> Path | None:
        """The folder of that name, where its training may be taken instead of a new one."""
        return self.home / "adapters" / name if self.settings.reuse and name else None

    def _prompts(self) -> Prompts:
        return Prompts(
            answer_prompt.load(self.generator.closed_book_prompt), answer_prompt.load(self.generator.rag_prompt)
        )

    def _describe(self, dataset: Dataset, model: Model, run: TrainingRun, name: str, made: Path) -> AdapterAnnounced:
        adapter_config.put_in_order(made)
        weights = sha256_of(made / WEIGHTS)
        line = "news" if self.settings.track == registry.TRACK else self.settings.track
        name = name or f"{line}-{dataset.cutoff:%Y%m%d}-{weights[:8]}"
        return AdapterAnnounced(
            name=name,
            track=self.settings.track,
            location=str((self.home / "adapters" / name).absolute()),
            base_model=model.name,
            base_sha256=model.sha256,
            weights_sha256=weights,
            config_sha256=sha256_of(made / CONFIG),
            kind=adapter_config.kind(made),
            weights_bytes=(made / WEIGHTS).stat().st_size,
            cutoff=dataset.cutoff,
            dataset_sha256=dataset.sha256,
            documents=len(dataset.revisions),
            examples=len(dataset.examples),
            created_at=self.now(),
            training=run,
        )


def _put(made: Path, location: Path) -> None:
    """Into its place; what lies there is moved aside first, so that one of the two is there at any time."""
    aside = location.with_name(f".{location.name}.before")
    shutil.rmtree(aside, ignore_errors=True)
    if location.exists():
        location.replace(aside)
    made.replace(location)
    shutil.rmtree(aside, ignore_errors=True)
