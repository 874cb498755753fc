"""What an operator sees of a running system: every metric that is declared as it is declared, and no other."""

from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from prometheus_client import REGISTRY, Counter
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from shared import observe, probes, topology
from shared.telemetry import metrics
from shared.telemetry.kinds import OTHER, Metric
from shared.telemetry.lagging import LagWatch
from tests.builders import a_document, a_question
from tests.pipeline.conftest import Pipeline

OF_THE_LIBRARY = ("process_", "python_")
BY_NAME = {name: metric for metric in metrics.DECLARED for name in metric.exposed}
OF_TESTS = "_for_itself"
"""How the metrics end that other tests make in the same process."""


def run_through(pipeline: Pipeline) -> None:
    """A document, a repetition, a question, and a record that nobody can read."""
    pipeline.broker.publish(topology.DOCUMENTS, a_document(), a_document())
    pipeline.broker.append(topology.QUESTIONS.name, b"bad", b"{")
    pipeline.run()
    pipeline.broker.publish(topology.QUESTIONS, a_question())
    pipeline.run()
    for runner in pipeline.runners:
        LagWatch(runner.service, runner.source.lags()).once()


def samples() -> Iterator[Sample]:
    """What this process says on `/metrics`."""
    readiness = observe.Readiness("test")
    with probes.serve(0, "127.0.0.1", readiness) as server:
        try:
            with urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as page:
                text = page.read().decode()
        finally:
            server.shutdown()
    for family in text_string_to_metric_families(text):
        yield from (sample for sample in family.samples if OF_TESTS not in sample.name)


def undeclared(sample: Sample) -> str:
    """What of a sample does not stand in the declarations, or ""."""
    if sample.name.startswith(OF_THE_LIBRARY):
        return ""
    metric = BY_NAME.get(sample.name)
    if metric is None:
        return sample.name
    labels = {name: value for name, value in sample.labels.items() if name != "le"}
    listed = {label.name: label.values for label in metric.labels if label.values}
    strange = [
        f"{sample.name}: {name}={value}"
        for name, value in labels.items()
        if name in listed and value not in (*listed[name], OTHER)
    ]
    return "; ".join(strange) or ("" if set(labels) == set(metric.label_names) else f"{sample.name}: {set(labels)}")


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_running_system_shows_nothing_that_is_not_declared(pipeline: Pipeline) -> None:
    run_through(pipeline)

    assert sorted({fault for sample in samples() if (fault := undeclared(sample))}) == []


def test_what_is_made_beside_the_declarations_is_found() -> None:
    stray = Counter("tiltyard_stray", "made by hand")
    try:
        assert "tiltyard_stray_total" in {undeclared(sample) for sample in samples()}
    finally:
        REGISTRY.unregister(stray)


def test_a_running_system_shows_what_an_operator_asks_for(pipeline: Pipeline) -> None:
    run_through(pipeline)
    shown = {BY_NAME[sample.name] for sample in samples() if sample.name in BY_NAME}

    asked: set[Metric] = {  # type: ignore[type-arg]  # of any kind
        metrics.READY, metrics.RECORDS, metrics.LAG_RECORDS, metrics.LAG_SECONDS, metrics.QUEUE_SECONDS,
        metrics.BATCH_SECONDS, metrics.BURIED, metrics.DEAD_SHARE, metrics.FRESHNESS_SECONDS, metrics.VIEW_CHUNKS,
        metrics.ANSWERS, metrics.FAILURES, metrics.TOKENS, metrics.CONTEST, metrics.ENCODER, metrics.SCORER_RESULTS,
    }  # fmt: skip
    assert asked - shown == set()


@pytest.mark.parametrize(
    ("name", "labels", "grows"),
    [
        ("tiltyard_answers_total", {"arm": "base+rag", "status": "answered"}, 1),
        ("tiltyard_answers_total", {"arm": "tuned", "status": "failed"}, 1),
        ("tiltyard_failures_total", {"arm": "tuned", "kind": "no_adapter"}, 1),
        ("tiltyard_freshness_seconds_count", {"stage": "in_all"}, 1),
        ("tiltyard_queue_seconds_count", {"service": "ingest"}, 2),
        ("tiltyard_buried_total", {"service": "retriever", "topic": topology.QUESTIONS.name}, 1),
    ],
)
def test_one_document_and_one_question_count_once(
    pipeline: Pipeline, name: str, labels: dict[str, str], grows: int
) -> None:
    before = value(name, **labels)
    run_through(pipeline)

    assert value(name, **labels) - before == grows
