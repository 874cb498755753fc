"""One invented wire, on which the base and adapters are asked everything."""

import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.contestants import contenders, general, identity, records
from bench.contestants.asking import Asker, Remembering
from bench.contestants.general import GENERAL
from bench.contestants.identity import RecipeUsed
from bench.contestants.learning import Say, job
from bench.contestants.library import Library
from bench.contestants.ports import Edition
from bench.contestants.records import Asked, WireUnit
from bench.contestants.stored import stored
from services.console.demo import newswire
from services.console.demo.newswire import Newswire
from services.generator import answer_prompt
from services.generator.settings import GeneratorSettings
from services.generator.tuning.gates import asking
from services.generator.tuning.gates.asking import Text
from services.generator.tuning.settings import TuningSettings
from shared import lines
from shared.lab.wires import named, wire
from shared.messages import AdapterAnnounced, DocumentPublished, Question, TrainingPair
from shared.settings import EncoderSettings

TEXTS, WORDS = 12, 80
"""New stories of which the perplexity is measured, and words of each."""


@dataclass(frozen=True)
class Unit:
    """What one line of the file will hold: a training by a recipe, which is found under a name, or the base."""

    wire: str
    wire_digest: str
    setup: str
    recipe: RecipeUsed | None = None
    recipe_name: str = ""
    seed: int | None = None

    @property
    def key(self) -> tuple[str, ...]:
        return records.wire_key(f"{self.wire}@{self.wire_digest}", self.setup, self.recipe, self.seed)


class WireBench:
    """One wire, its store and its questions, `most` of each kind."""

    def __init__(
        self, name: str, most: int, backend: Remembering, settings: GeneratorSettings, home: Path, folder: Path,
        say: Say,
    ) -> None:  # fmt: skip
        self._knobs, self._name, self._most = named.of_name(name), name, most
        self._backend, self._settings, self._home, self._folder, self._say = backend, settings, home, folder, say
        with tempfile.TemporaryDirectory() as written:
            wire.write(Path(written), wire.make(self._knobs))
            self._told = newswire.load(Path(written))
            self._pairs = lines.read_all(self._told.pairs_file, TrainingPair)
        library = Library(contenders.contest(), EncoderSettings(), _first(self._told))
        for number, documents in enumerate((self._told.edition1, self._told.edition2), start=1):
            library.take(_edition(number, documents))
        self._asker = Asker(backend, settings, library)

    def measured(self, unit: Unit) -> WireUnit:
        """The base, or a training, asked everything. Raises ValueError where its recipe is no more what it was."""
        if unit.recipe is None:
            return self._all(unit, None, "base", {})
        if identity.without_seed(unit.recipe_name) != unit.recipe:
            raise ValueError(f"recipe {unit.recipe_name} was changed since the start: start again, which measures it")
        tuning = TuningSettings(recipe=unit.recipe_name, seed=unit.seed, threads=self._settings.threads)
        made, started = job(tuning, self._settings, self._home, self._folder, self._say), time.monotonic()
        dataset = made.dataset([*map(stored, self._told.edition1)], self._pairs, previous=None)
        adapter = made.train(dataset, f"{self._name}-{unit.recipe.digest}-{unit.seed}")
        seconds = time.monotonic() - started
        try:
            self._backend.take_up(adapter)
        finally:
            shutil.rmtree(adapter.location)
        run = adapter.training
        trained = {"training_tokens": run.tokens, "steps": run.steps, "loss": run.final_loss, "seconds": seconds}
        return self._all(unit, adapter, "tuned", trained)

    def _all(self, unit: Unit, adapter: AdapterAnnounced | None, who: str, trained: dict[str, Any]) -> WireUnit:
        asked = [*self._asked(who), *self._asked(f"{who}+rag"), *self._gold(who), *self._general(who)]
        nats, tokens = self._surprise(adapter)
        return WireUnit(
            wire=unit.wire, wire_digest=unit.wire_digest, wordings=self._knobs.wordings, setup=unit.setup,
            recipe=unit.recipe, seed=unit.seed, asked=asked, nats=nats, nats_tokens=tokens, **trained,
        )  # fmt: skip

    def _asked(self, arm_name: str, kinds: Sequence[str] = wire.SLICES) -> list[Asked]:
        return self._put(arm_name, [question for kind in kinds for question in self._of_kind(kind)])

    def _gold(self, who: str) -> list[Asked]:
        """Reading the text that answers."""
        return self._asked(f"{who}+gold", ("learned", "new"))

    def _general(self, who: str) -> list[Asked]:
        return self._put(who, general.questions())

    def _put(self, arm_name: str, questions: Sequence[Question]) -> list[Asked]:
        arm = next(arm for arm in self._asker.library.contest.arms if arm.name == arm_name)
        return [
            Asked(kind=question.slice, fact=_depends_on(question), question=question, answer=records.short(answer))
            for question, answer in zip(questions, self._asker.ask(arm, questions), strict=True)
        ]

    def _of_kind(self, kind: str) -> list[Question]:
        of_kind = [question for question in self._told.questions if question.slice == kind]
        return sorted(of_kind, key=lambda question: question.question_id)[: self._most]

    def _surprise(self, adapter: AdapterAnnounced | None) -> tuple[float, float]:
        """Nats and tokens of the second edition's new stories."""
        known = {document.document_id for document in self._told.edition1}
        new = [document for document in self._told.edition2 if document.text and document.document_id not in known]
        texts = [Text(story.document_id, story.title, " ".join(story.text.split()[:WORDS])) for story in new[:TEXTS]]
        prompt = answer_prompt.load(self._settings.closed_book_prompt)
        speaker = asking.Speaker(self._backend, adapter, prompt, self._settings.max_new_tokens)
        sums = [*speaker.surprise(texts).values()]
        return sum(nats for nats, _ in sums), sum(tokens for _, tokens in sums)


def _first(told: Newswire) -> Any:
    moments = [document.published_at for document in told.edition1 if document.published_at]
    return min(moments) - timedelta(hours=1)


def _edition(number: int, documents: Sequence[DocumentPublished]) -> Edition:
    until = max(document.published_at for document in documents if document.published_at)
    return Edition(number, documents, [], [], until + timedelta(hours=1))


def _depends_on(question: Question) -> str:
    """The document that answers it; where none does its own id, and nothing of general ones."""
    if question.slice == GENERAL:
        return ""
    return question.gold_document_ids[0] if question.gold_document_ids else question.question_id
