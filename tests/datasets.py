"""Documents, pairs and assemblies for tests of training sets."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.assembling import Assembly
from services.generator.tuning.data.chunks import whole
from services.generator.tuning.data.configured_assembly import serving
from services.generator.tuning.data.material import Material, Previous, Serving
from services.generator.tuning.data.nearest import Nearest
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.teaching import Teacher
from shared.messages import Revision, TrainingPair
from shared.stored import StoredDocument
from tests.builders import NOON, a_chunked_document

NEWSWIRE = Path(__file__).parents[1] / "services" / "console" / "newswire"


def a_stored(document_id: str = "story-1", text: str = "It moved.", **changes: Any) -> StoredDocument:
    """A document as it stands in the store."""
    changed = a_chunked_document(document_id=document_id, **changes)
    return StoredDocument(Revision.model_validate(changed.model_dump(exclude={"chunks"})), text)


def a_pair(
    document_id: str = "story-1", question: str = "Where is the fair?", answer: str = "the harbour"
) -> TrainingPair:
    """A supplied pair."""
    return TrainingPair(question=question, answer=answer, document_id=document_id)


def a_plan(*builders: Any, **changes: Any) -> DataPlan:
    """Builders over all documents: nothing is held out unless a test says so, and then no more than it says."""
    values = {"builders": builders or ("pairs",), "validation": 0.0, "probe": 0.0, "least_probes": 0} | changes
    return DataPlan.model_validate(values)


def assembly(
    plan: DataPlan, *, previous: Previous | None = None, teacher: Teacher | None = None, passages: int = 1
) -> Assembly:
    """An assembly with the prompts of the arms; each document is one chunk."""
    shown = serving(GeneratorSettings(evidence_chunks=passages, evidence_words=150 * passages))
    return Assembly(plan, shown, whole, previous, teacher)


def newswire() -> tuple[list[StoredDocument], list[TrainingPair]]:
    """The first edition of the sample newswire and the pairs about it."""
    documents = [_stored(json.loads(line)) for line in _lines("edition1.documents.jsonl")]
    return documents, [TrainingPair.model_validate_json(line) for line in _lines("training_pairs.jsonl")]


def material(documents: list[StoredDocument], pairs: list[TrainingPair], **changes: Any) -> Material:
    """What a builder works with, all documents on one side."""
    by_id: Mapping[str, StoredDocument] = {of.revision.document_id: of for of in documents}
    values: dict[str, Any] = {
        "documents": by_id,
        "learnable": by_id,
        "pairs": pairs,
        "serving": Serving(passages=3, words=450, closed_book_abstain="I don't know.", rag_abstain="I don't know."),
        "nearest": Nearest(lambda: whole(documents)),
        "known": {name: of.text for name, of in by_id.items()},
    }
    return Material(**values | changes)


def _stored(row: dict[str, Any]) -> StoredDocument:
    times = dict.fromkeys(("published_at", "first_seen_at"), row["published_at"])
    return a_stored(
        row["document_id"],
        row["text"],
        title=row["title"],
        source=row["source"],
        content_hash=row["document_id"],
        appended_at=NOON,
        **times,
    )


def _lines(name: str) -> list[str]:
    return (NEWSWIRE / name).read_text(encoding="utf-8").splitlines()
