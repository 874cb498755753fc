"""Spans of a running system: each document and each question is one connected trace through all services."""

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from shared import topology
from shared.messages import Message
from shared.telemetry import conventions as names
from shared.telemetry import tracing
from shared.telemetry.span_ids import HEADER
from tests.builders import a_document, a_question
from tests.pipeline.conftest import Pipeline
from tests.spans import exporting

QUESTIONS = 12
FROM_QUESTION_TO_RESULT = {
    "send qa.questions.v1", "process qa.questions.v1", "send qa.evidence.v1", "process qa.evidence.v1",
    "send qa.answers.v1", "process qa.answers.v1", "send qa.results.v1",
}  # fmt: skip
FROM_DOCUMENT_TO_INDEX = {
    "send news.documents.v1", "process news.documents.v1", "send news.chunks.v1", "process news.chunks.v1",
    "send news.indexed.v1",
}  # fmt: skip
Traces = dict[int, list[ReadableSpan]]


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    with exporting() as exporter:
        yield exporter


def publish(pipeline: Pipeline, topic: topology.AnyTopic, *messages: Message) -> None:
    """As whoever publishes with the project's own clients."""
    for message in messages:
        key = topic.key_of(message)
        headers = tracing.sent(topic.name, key, {})
        pipeline.broker.append(topic.name, key.encode(), message.model_dump_json().encode(), headers)


def traces(exporter: InMemorySpanExporter, name: str) -> Traces:
    """The spans by trace, of those traces that have a span of this name."""
    apart: Traces = {}
    for span in exporter.get_finished_spans():
        assert span.context is not None
        apart.setdefault(span.context.trace_id, []).append(span)
    return {of: spans for of, spans in apart.items() if name in {span.name for span in spans}}


def roots(spans: Sequence[ReadableSpan]) -> set[int]:
    """What the spans hang on: ids of parents that are not among them, 0 for a span without a parent."""
    ids = {span.context.span_id for span in spans if span.context}
    parents = {span.parent.span_id if span.parent else 0 for span in spans}
    return parents - ids


def whole_to_results(exported: InMemorySpanExporter) -> list[list[ReadableSpan]]:
    """The spans of each question, all of which lead to its result from one root."""
    of_questions = traces(exported, "send qa.questions.v1")
    assert len(of_questions) == QUESTIONS
    for spans in of_questions.values():
        assert {span.name for span in spans} == FROM_QUESTION_TO_RESULT
        assert roots(spans) == {0}
    return list(of_questions.values())


def test_each_question_is_one_whole_trace_to_its_result(pipeline: Pipeline, exported: InMemorySpanExporter) -> None:
    publish(pipeline, topology.DOCUMENTS, a_document())
    pipeline.run()
    publish(pipeline, topology.QUESTIONS, *(a_question(question_id=f"q-{n}") for n in range(QUESTIONS)))
    pipeline.run()

    for spans in whole_to_results(exported):
        groups = {str((span.attributes or {}).get(names.GROUP, "")) for span in spans}
        assert groups == {"", "retriever", "generator-base", "generator-tuned", "scorer"}


class KilledError(Exception):
    """The process is gone before it commits."""


def kill(pipeline: Pipeline, service: str, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a service handle its batch and send what comes of it, and lose it with its spans before it commits."""
    [runner] = [runner for runner in pipeline.runners if runner.service == service]
    while sum(other.run_once() for other in pipeline.runners if other is not runner):
        pass
    kept = exporter.get_finished_spans()

    def commit(*_: object) -> None:
        raise KilledError

    monkeypatch.setattr(runner.source, "commit", commit)
    with pytest.raises(KilledError):
        runner.run_once()
    exporter.clear()
    exporter.export(kept)
    pipeline.restart()


@pytest.mark.parametrize("service", ["retriever", "generator-base", "generator-tuned"])
def test_a_trace_is_whole_where_a_service_was_killed_with_what_it_had_sent(
    service: str, pipeline: Pipeline, exported: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(pipeline, topology.DOCUMENTS, a_document())
    pipeline.run()
    publish(pipeline, topology.QUESTIONS, *(a_question(question_id=f"q-{n}") for n in range(QUESTIONS)))
    kill(pipeline, service, exported, monkeypatch)
    pipeline.run()

    whole_to_results(exported)


def test_each_document_is_one_whole_trace_to_its_announcement(
    pipeline: Pipeline, exported: InMemorySpanExporter
) -> None:
    publish(pipeline, topology.DOCUMENTS, *(a_document(document_id=f"d-{n}", text=f"Story {n}.") for n in range(5)))
    pipeline.run()

    of_documents = traces(exported, "send news.documents.v1")
    assert len(of_documents) == 5
    for spans in of_documents.values():
        assert {span.name for span in spans} == FROM_DOCUMENT_TO_INDEX
        assert roots(spans) == {0}


def test_a_question_that_came_without_a_trace_is_one_trace_all_the_same(
    pipeline: Pipeline, exported: InMemorySpanExporter
) -> None:
    pipeline.broker.publish(topology.QUESTIONS, a_question())
    pipeline.run()

    [spans] = traces(exported, "process qa.questions.v1").values()
    assert {span.name for span in spans} == FROM_QUESTION_TO_RESULT - {"send qa.questions.v1"}
    assert len(roots(spans)) == 1, "they hang on one place, which nobody has sent"


def test_a_batch_is_a_span_with_links_to_what_it_follows_from(
    pipeline: Pipeline, exported: InMemorySpanExporter
) -> None:
    publish(pipeline, topology.QUESTIONS, *(a_question(question_id=f"q-{n}") for n in range(3)))
    pipeline.run()

    asked = set(traces(exported, "send qa.questions.v1"))
    [batch] = [span for span in exported.get_finished_spans() if span.name == "process retriever"]
    assert (batch.attributes or {})[names.MESSAGES] == 3
    assert {link.context.trace_id for link in batch.links} == asked
    to_batch = [
        span for span in exported.get_finished_spans()
        if batch.context and [link.context.span_id for link in span.links] == [batch.context.span_id]
    ]  # fmt: skip
    assert len(to_batch) == 3


def test_a_call_to_a_model_is_a_span_of_the_batch_with_its_tokens(
    pipeline: Pipeline, exported: InMemorySpanExporter
) -> None:
    publish(pipeline, topology.QUESTIONS, a_question())
    pipeline.run()

    spans = exported.get_finished_spans()
    calls = [span for span in spans if names.AI_OPERATION in (span.attributes or {})]
    batches = {span.context.span_id for span in spans if span.context and span.name == "process generator-base"}
    assert calls
    assert {call.parent.span_id for call in calls if call.parent} <= batches
    assert sum(int(str((call.attributes or {})[names.TOKENS_IN])) for call in calls) > 0


def test_what_is_buried_is_an_error_in_its_trace(pipeline: Pipeline, exported: InMemorySpanExporter) -> None:
    pipeline.broker.append(topology.DOCUMENTS.name, b"x", b"{", tracing.sent(topology.DOCUMENTS.name, "x", {}))
    pipeline.run()

    [spans] = traces(exported, "process news.documents.v1").values()
    assert [span.status.status_code for span in spans if span.name.startswith("process")] == [StatusCode.ERROR]


def test_no_span_has_a_text_of_anyone(pipeline: Pipeline, exported: InMemorySpanExporter) -> None:
    publish(pipeline, topology.DOCUMENTS, a_document(text="The lantern fair moves to the old harbour."))
    pipeline.run()
    publish(pipeline, topology.QUESTIONS, a_question(text="Where is the lantern fair?"))
    pipeline.run()

    said = "".join(span.to_json() for span in exported.get_finished_spans())
    assert "story-1" in said
    assert "lantern" not in said


def test_where_nothing_is_exported_nothing_is_made(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.QUESTIONS, a_question())
    pipeline.run()

    assert {record.headers.get(HEADER) for record in pipeline.broker.records(topology.RESULTS.name)} == {None}
