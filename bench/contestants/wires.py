"""The wires part: what a recipe teaches on invented wires, over several trainings, with every answer kept."""

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench import quarters
from bench.contestants import contenders, records
from bench.contestants.asking import Asker, Remembering
from bench.contestants.learning import Say, job
from bench.contestants.library import Library
from bench.contestants.ports import Edition
from bench.contestants.records import Asked, WireUnit
from services.console.demo import newswire
from services.console.demo.newswire import Newswire
from services.generator import answer_prompt
from services.generator.settings import GeneratorSettings
from services.generator.tuning.gates import asking, probes
from services.generator.tuning.gates.asking import Text
from services.generator.tuning.settings import TuningSettings
from shared import lines
from shared.lab.wires import named, wire
from shared.messages import AdapterAnnounced, DocumentPublished, Question, TrainingPair
from shared.settings import EncoderSettings
from shared.stored import StoredDocument

GENERAL = "general"
TEXTS, WORDS = 12, 80
"""New stories of which the perplexity is measured, and words of each."""


@dataclass(frozen=True)
class Plan:
    """What is measured: units of wires and seeds by one recipe, `most` questions of each kind of a wire."""

    wires: Sequence[str]
    seeds: Sequence[int]
    recipe: str
    most: int

    def run(self, backend: Remembering, settings: GeneratorSettings, home: Path, out: Path, say: Say) -> None:
        """Measure each unit that is not in the file yet, the base of a wire first."""
        done = {unit.key for unit in records.read(out)}
        for name in self.wires:
            left = [seed for seed in (None, *self.seeds) if self._key(name, seed) not in done]
            if left:
                bench = _Bench(name, self, backend, settings, home, say)
                for seed in left:
                    unit = bench.unit(seed)
                    records.append(out, unit)
                    sys.stderr.write(f"{name}, seed {seed}: {len(unit.asked)} answers, {unit.seconds:.0f} s trained\n")

    def _key(self, name: str, seed: int | None) -> tuple[str, ...]:
        return "wire", name, self.recipe if seed is not None else "", str(seed)


class _Bench:
    """One wire, its store and its questions."""

    def __init__(
        self, name: str, plan: Plan, backend: Remembering, settings: GeneratorSettings, home: Path, say: Say
    ) -> None:
        self._knobs, self._name, self._plan = named.of_name(name), name, plan
        self._backend, self._settings, self._home, self._say = backend, settings, home, say
        with tempfile.TemporaryDirectory() as folder:
            wire.write(Path(folder), wire.make(self._knobs))
            self._told = newswire.load(Path(folder))
            self._pairs = lines.read_all(self._told.pairs_file, TrainingPair)
        library = Library(contenders.contest(), EncoderSettings(), _first(self._told))
        for number, documents in enumerate((self._told.edition1, self._told.edition2), start=1):
            library.take(_edition(number, documents))
        self._asker = Asker(backend, settings, library)

    def unit(self, seed: int | None) -> WireUnit:
        """The base, or a training of this seed, asked everything."""
        if seed is None:
            return self._unit(None, None, "base", {})
        tuning = TuningSettings(recipe=self._plan.recipe, seed=seed, threads=self._settings.threads)
        made, started = job(tuning, self._settings, self._home, self._home, self._say), time.monotonic()
        stored = [*map(_stored, self._told.edition1)]
        adapter = made.train(made.dataset(stored, self._pairs), f"bench-contestants-{self._name}-{seed}")
        seconds = time.monotonic() - started
        try:
            self._backend.take_up(adapter)
        finally:
            shutil.rmtree(adapter.location)
        run = adapter.training
        trained = {"training_tokens": run.tokens, "steps": run.steps, "loss": run.final_loss, "seconds": seconds}
        return self._unit(seed, adapter, "tuned", trained)

    def _unit(self, seed: int | None, adapter: AdapterAnnounced | None, who: str, trained: dict[str, Any]) -> WireUnit:
        asked = [*self._asked(who), *self._asked(f"{who}+rag"), *self._gold(who), *self._general(who)]
        nats, tokens = self._surprise(adapter)
        return WireUnit(
            wire=self._name, wordings=self._knobs.wordings, recipe=self._plan.recipe, seed=seed, asked=asked,
            nats=nats, nats_tokens=tokens, **trained,
        )  # fmt: skip

    def _asked(self, arm: str, kinds: Sequence[str] = wire.SLICES) -> list[Asked]:
        questions = [question for kind in kinds for question in self._of_kind(kind)]
        chosen = next(one for one in self._asker.library.contest.arms if one.name == arm)
        return [
            Asked(kind=question.slice, fact=_document(question), question=question, answer=records.short(answer))
            for question, answer in zip(questions, self._asker.ask(chosen, questions), strict=True)
        ]

    def _gold(self, who: str) -> list[Asked]:
        """Reading the text that answers."""
        return self._asked(f"{who}+gold", ("learned", "new"))

    def _general(self, who: str) -> list[Asked]:
        chosen = next(one for one in self._asker.library.contest.arms if one.name == who)
        questions = [
            Question(question_id=probe.key, text=probe.question, references=probe.accepted, slice=GENERAL)
            for probe in probes.packaged("general")
        ]
        return [
            Asked(kind=GENERAL, question=question, answer=records.short(answer))
            for question, answer in zip(questions, self._asker.ask(chosen, questions), strict=True)
        ]

    def _of_kind(self, kind: str) -> list[Question]:
        of_kind = [question for question in self._told.questions if question.slice == kind]
        return sorted(of_kind, key=lambda question: question.question_id)[: self._plan.most]

    def _surprise(self, adapter: AdapterAnnounced | None) -> tuple[float, float]:
        """Nats and tokens of the second edition's new stories."""
        known = {document.document_id for document in self._told.edition1}
        new = [document for document in self._told.edition2 if document.text and document.document_id not in known]
        texts = [Text(one.document_id, one.title, " ".join(one.text.split()[:WORDS])) for one in new[:TEXTS]]
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


def _stored(document: DocumentPublished) -> StoredDocument:
    made = quarters.stored_document(document)
    digest = sha256(f"{document.title}\n{document.text}".encode()).hexdigest()
    return StoredDocument(made.revision.model_copy(update={"content_hash": digest}), made.text)


def _document(question: Question) -> str:
    """What the question depends on: the document that answers it, or where none does its own id."""
    return question.gold_document_ids[0] if question.gold_document_ids else question.question_id
