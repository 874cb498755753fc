"""Topics that delete what a service has not read: it is told and counted, and the rest goes on."""

from datetime import datetime, timedelta

from shared import topology
from shared.lab import accounting
from shared.topology import AnyTopic
from tests.builders import a_document, a_question
from tests.pipeline.conftest import Pipeline
from tests.pipeline.test_pipeline import MemoryAuditSource


def delete_all(pipeline: Pipeline, topic: AnyTopic) -> None:
    """As retention does with a topic that nobody has read for long."""
    for partition in range(pipeline.broker.partitions):
        pipeline.broker.delete_before(topic.name, partition, pipeline.broker.end(topic.name, partition))


def test_documents_that_were_deleted_before_ingest_read_them_are_told_by_the_audit(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, *(a_document(document_id=str(number)) for number in range(5)))
    delete_all(pipeline, topology.DOCUMENTS)
    pipeline.run()

    audited = accounting.audit(MemoryAuditSource(pipeline))

    assert not audited.balanced
    assert audited.lost_unread == 5
    assert {(loss.service, loss.topic) for loss in audited.lost} == {("ingest", topology.DOCUMENTS.name)}


def test_what_comes_after_a_loss_is_answered_as_ever(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document(document_id="lost"))
    delete_all(pipeline, topology.DOCUMENTS)
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    pipeline.run()
    pipeline.broker.publish(topology.QUESTIONS, a_question(references=("old harbour",)))
    pipeline.run()

    assert pipeline.published()["q-1"].answers["base+rag"].answer.evidence == ("story-1:1:0",)


def test_questions_that_were_deleted_unread_are_lost_to_each_service_that_reads_them(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.QUESTIONS, a_question())
    delete_all(pipeline, topology.QUESTIONS)
    pipeline.run()

    lost = accounting.audit(MemoryAuditSource(pipeline)).lost

    assert {loss.service for loss in lost if loss.topic == topology.QUESTIONS.name} == {
        "retriever", "generator-base", "generator-tuned", "scorer",
    }  # fmt: skip


def test_chunks_that_the_embedder_lost_leave_their_document_unaccounted(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    pipeline.runners[0].run_once()
    delete_all(pipeline, topology.CHUNKS)
    pipeline.run()

    audited = accounting.audit(MemoryAuditSource(pipeline))

    assert [loss.service for loss in audited.lost] == ["embedder"]
    assert len(audited.unaccounted) == 1


def test_a_loss_that_is_told_again_after_a_restart_counts_once(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    delete_all(pipeline, topology.DOCUMENTS)
    pipeline.run()
    pipeline.restart()
    pipeline.run()

    assert accounting.audit(MemoryAuditSource(pipeline)).lost_unread == 1


def test_a_loss_that_was_noticed_before_what_the_audit_counts_does_not_unbalance_it(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    delete_all(pipeline, topology.DOCUMENTS)
    pipeline.run()
    source = MemoryAuditSource(pipeline)
    (loss,) = accounting.audit(source).lost
    source.since = datetime.fromisoformat(loss.found_at) + timedelta(seconds=1)

    assert accounting.audit(source).balanced
