"""The sample newswire's first edition in quarters, one of which is not learned, and an adapter of the others."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.console.demo import newswire
from services.generator.ports import Backend
from services.generator.replies import Reply
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from shared import lines
from shared.jobs.events import Event
from shared.jobs.training import StepTaken
from shared.messages import AdapterAnnounced, DocumentPublished, Revision, TrainingPair
from shared.scoring.reading import asserts
from shared.settings import HomeSettings
from shared.stored import StoredDocument

NOW = datetime(2025, 3, 24, tzinfo=UTC)
PARTS = 4


@dataclass(frozen=True)
class Quarters:
    """Stored documents, those of one quarter apart, and the training pairs about all of them."""

    learned: Sequence[StoredDocument]
    unlearned: Sequence[StoredDocument]
    pairs: Sequence[TrainingPair]


def options(command: str, description: str | None) -> argparse.Namespace:
    """`part`: the quarter that is not learned; `base`: whether the base is asked alone."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{command}", description=description)
    parser.add_argument("--part", type=int, choices=range(PARTS), default=0, help="the quarter that is not learned")
    parser.add_argument("--base", action="store_true", help="ask the base alone")
    return parser.parse_args()


def split(part: int) -> Quarters:
    """Every fourth document by id is not learned, beginning with that of number `part`."""
    wire = newswire.load(newswire.SAMPLE)
    stored = [*map(stored_document, sorted(wire.edition1, key=lambda document: document.document_id))]
    unlearned = stored[part::PARTS]
    learned = [document for document in stored if document not in unlearned]
    return Quarters(learned, unlearned, lines.read_all(wire.pairs_file, TrainingPair))


def taken_up(
    backend: Backend, settings: GeneratorSettings, documents: Sequence[StoredDocument], pairs: Sequence[TrainingPair]
) -> tuple[AdapterAnnounced, dict[str, Any]]:
    """An adapter of these by the configured recipe, which the backend speaks with now, and how it was trained."""
    job = Job(TuningSettings(), settings, HomeSettings().home, lambda: datetime.now(UTC), say, TeacherSettings())
    adapter = job.train(job.dataset(documents, pairs), "bench-quarters")
    try:
        backend.take_up(adapter)
    finally:
        shutil.rmtree(adapter.location)
    recipe = f"{job.recipe.name} {job.recipe.version}, seed {job.recipe.training.seed}"
    return adapter, {"recipe": recipe, "training_tokens": adapter.training.tokens}


def is_right(reply: Reply, accepted: Sequence[str], question: str) -> bool:
    """Whether it answers, and asserts an accepted answer as the measure `right` reads it."""
    return reply.status == "answered" and asserts(reply.text, accepted, question).value == 1.0


def about(documents: Sequence[StoredDocument], pairs: Sequence[TrainingPair]) -> list[TrainingPair]:
    """The pairs about these documents."""
    names = {document.revision.document_id for document in documents}
    return [pair for pair in pairs if pair.document_id in names]


def say(event: Event) -> None:
    """Every twentieth step of a training, on standard error."""
    if not isinstance(event, StepTaken) or event.step % 20 == 0:
        sys.stderr.write(event.model_dump_json() + "\n")


def stored_document(document: DocumentPublished) -> StoredDocument:
    """A document as the store would give it."""
    seen = document.published_at or NOW
    revision = Revision(
        document_id=document.document_id, revision=1, title=document.title or "", source=document.source or "",
        published_at=seen, first_seen_at=seen, content_hash="", appended_at=seen, ingested_at=seen,
    )  # fmt: skip
    return StoredDocument(revision, document.text or "")
