"""Metrics as they are declared: their names and labels say what they are, and no stranger adds a label's value."""

from typing import get_args

import pytest
from prometheus_client import REGISTRY

from services.generator.ports import FailureKind
from services.scorer.join import Reception
from shared.lab.freshness import STAGES
from shared.messages import AnswerStatus
from shared.telemetry import metrics
from shared.telemetry.kinds import OTHER, Counter, Info, Label


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Of a metric that no other test has; the library's registry knows all that a process ever made."""
    return f"{request.node.name}_for_itself"


def values_of(metric: Counter, label: str) -> set[str]:
    of = [series for series in REGISTRY.collect() if series.name == metric.name]
    return {sample.labels[label] for series in of for sample in series.samples if sample.name.endswith("_total")}


def test_a_label_has_at_most_as_many_values_as_are_declared(name: str) -> None:
    counter = Counter(name, "of a test", (Label("who", most=3),))
    for number in range(50):
        counter.of(f"stranger {number}").inc()

    assert values_of(counter, "who") == {"stranger 0", "stranger 1", "stranger 2", OTHER}


def test_a_value_that_is_not_listed_counts_as_other(name: str) -> None:
    counter = Counter(name, "of a test", (Label("kind", ("known",)),))
    counter.of("known").inc()
    counter.of("made up").inc(2)

    assert values_of(counter, "kind") == {"known", OTHER}


def test_a_long_value_is_cut(name: str) -> None:
    counter = Counter(name, "of a test", (Label("who", most=3),))
    counter.of("x" * 5_000).inc()

    assert max(map(len, values_of(counter, "who"))) == 100


def test_what_is_in_force_takes_the_place_of_what_was(name: str) -> None:
    info = Info(name, "of a test", (Label("track", most=2), Label("adapter", most=1)))
    for adapter in ("first", "second"):
        info.now("news", adapter)
    info.now("sport", "third")
    info.now("sport", "")

    [family] = [family for family in REGISTRY.collect() if family.name == name]
    assert [sample.labels for sample in family.samples] == [{"track": "news", "adapter": "second"}]


def test_nothing_is_shown_that_was_not_used(name: str) -> None:
    Counter(name, "of a test")

    assert name not in {family.name for family in REGISTRY.collect()}


def test_every_label_is_bounded() -> None:
    unbounded = [
        f"{metric.name}: {label.name}"
        for metric in metrics.DECLARED
        for label in metric.labels
        if not (label.values or label.most)
    ]
    assert unbounded == []


def test_a_name_is_declared_once_and_ends_with_its_unit() -> None:
    names = [metric.name for metric in metrics.DECLARED]
    with_unit = [metric for metric in metrics.DECLARED if metric.unit in ("seconds", "bytes", "per_hour")]

    assert len(names) == len(set(names))
    assert [metric.name for metric in with_unit if not metric.name.endswith(metric.unit)] == []


def test_labels_that_are_listed_have_the_values_that_the_code_gives_them() -> None:
    assert set(metrics.FAILURE.values) == set(get_args(FailureKind))
    assert set(metrics.STATUS.values) == set(get_args(AnswerStatus))
    assert set(metrics.RECEIVED) == set(get_args(Reception))
    assert metrics.STAGE.values == tuple(stage.replace(" ", "_") for stage in STAGES)
