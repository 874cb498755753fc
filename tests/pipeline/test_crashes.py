"""Ingest dies between any two of its writes and goes on: nothing is lost, and what was announced has a disposition."""

import pytest

from shared import topology
from shared.messages import DocumentChunked, DocumentPublished
from tests.builders import a_document
from tests.pipeline.knowledge import Knowledge


@pytest.mark.parametrize("after", range(8))
def test_ingest_may_die_after_each_of_its_writes(after: int) -> None:
    knowledge = Knowledge()
    knowledge.broker.publish(topology.DOCUMENTS, a_document(document_id="a"), a_document(document_id="b"))
    knowledge.run()
    changes = (
        a_document(document_id="a", text="The fair stays where it was."),
        DocumentPublished(document_id="b", op="retract"),
        a_document(document_id="c"),
    )
    knowledge.broker.publish(topology.DOCUMENTS, *changes)

    knowledge.die("ingest", after)
    assert announced(knowledge) <= decided(knowledge)
    assert announced(knowledge) & {("a", 2), ("b", 2)} <= rows(knowledge), "training would learn what was replaced"
    knowledge.run()

    newest = {"a": 2, "b": 2, "c": 1}
    assert knowledge.announced() == newest
    assert knowledge.stored() == {"a": 2, "c": 1}
    assert dict(rows(knowledge)) == newest
    assert decided(knowledge) == {("a", 1), ("b", 1), ("a", 2), ("b", 2), ("c", 1)}


def announced(knowledge: Knowledge) -> set[tuple[str, int]]:
    records = knowledge.broker.records(topology.CHUNKS.name)
    made = [DocumentChunked.model_validate_json(record.value or b"") for record in records]
    return {(chunked.document_id, chunked.revision) for chunked in made}


def rows(knowledge: Knowledge) -> set[tuple[str, int]]:
    return {(stored.revision.document_id, stored.revision.revision) for stored in knowledge.documents.documents()}


def decided(knowledge: Knowledge) -> set[tuple[str, int]]:
    """Document and revision of every record that has its disposition."""
    records = knowledge.broker.records(topology.DOCUMENTS.name)
    dispositions = knowledge.dispositions.of([record.position for record in records]).values()
    return {(made.document_id, made.revision) for made in dispositions}
