"""One tuning run from the documents to an adapter on disk, whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.generator import models, prompting
from services.generator.adapters import WEIGHTS, sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning import card, dataset, examples
from services.generator.tuning.dataset import Dataset, Pair
from services.generator.tuning.settings import TuningSettings
from shared import plugins
from shared.messages import AdapterAnnounced, TrainingRun
from shared.models.language import Model
from shared.stored import StoredDocument

FOLDER = "services.generator.tuning.builders"
Say = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Job:
    """What a run needs: settings, where adapters live, the clock, and how progress is told."""

    settings: TuningSettings
    generator: GeneratorSettings
    home: Path
    now: Callable[[], datetime]
    say: Say

    def dataset(
        self, documents: Iterable[StoredDocument], pairs: Sequence[Pair], cutoff: datetime | None = None
    ) -> Dataset:
        """The examples, by the configured builders; raises ValueError where nothing is left to learn."""
        names = self.settings.builders or ("pairs" if pairs else "stories")
        builds = [plugins.load(FOLDER, name.strip()) for name in names.split(",")]
        made = dataset.assemble(documents, pairs, cutoff=cutoff, builds=builds)
        self.say({"documents": len(made.revisions), "examples": len(made.examples), "left_out": dict(made.left_out)})
        return made

    def train(self, made: Dataset, name: str = "") -> AdapterAnnounced:
        """Train, hash, describe, and move into place; without a name, equal weights get the same one."""
        from services.generator.tuning import trainer

        model = models.configured(self.generator, self.home)
        prompt, tokenizer = prompting.load(self.generator.closed_book_prompt), trainer.tokenizer_of(model)
        encoded = [
            examples.encode(pair, tokenizer=tokenizer, prompt=prompt, max_tokens=self.settings.max_tokens)
            for pair in made.examples
        ]
        making = self.home / "adapters" / f".making-{os.getpid()}"
        try:
            run = trainer.train(encoded, model=model, settings=self.settings, folder=making, say=self.say)
            adapter = self._describe(made, model, run, name, sha256_of(making / WEIGHTS))
            card.write(making, adapter, dataset=made, settings=self.settings, prompt=prompt.version)
            shutil.rmtree(adapter.location, ignore_errors=True)
            making.replace(adapter.location)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return adapter

    def _describe(self, made: Dataset, model: Model, run: TrainingRun, name: str, weights: str) -> AdapterAnnounced:
        name = name or f"news-{made.cutoff:%Y%m%d}-{weights[:8]}"
        return AdapterAnnounced(
            name=name,
            location=str((self.home / "adapters" / name).absolute()),
            base_model=model.name,
            base_sha256=model.sha256,
            weights_sha256=weights,
            cutoff=made.cutoff,
            dataset_sha256=made.sha256,
            documents=len(made.revisions),
            examples=len(made.examples),
            created_at=self.now(),
            training=run,
        )
