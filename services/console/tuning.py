"""Running the tuning job with live progress: its loss, its speed and the time left."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.console import jobs, output, progress
from services.console.progress import Advance, Parts
from services.console.views import pairs
from shared.jobs.training import BaseAnswered, MemoryForeseen, RunPlanned, StepTaken, TrainingResumed, TrainingReused
from shared.jobs.tuning import (
    JOB,
    AdapterReleased,
    AdapterReport,
    DatasetMade,
    GateAsked,
    GatesPlanned,
    TuningEvent,
    WarmStart,
)

TRAINING = "fine-tuning"


def tune(arguments: Sequence[str], environment: Mapping[str, str]) -> AdapterReport:
    """Train and announce an adapter; returns what the job says of it. Raises JobError where it says nothing."""
    events = jobs.run(JOB, arguments, environment)
    with progress.parts() as part:
        last = _trained(events, part)
    if isinstance(last, GateAsked):
        with progress.shown("trying the adapter") as advance:
            last = _tried(itertools.chain([last], events), advance)
    if not isinstance(last, AdapterReleased):
        raise jobs.JobError(f"{JOB.module} ended without an adapter")
    return last.report


def finished(adapter: AdapterReport) -> AdapterReport:
    """The same adapter. Raises JobError for one whose time was up before its training ended: nothing is measured by it.

    What goes on by itself calls this; a person may still promote such an adapter.
    """
    if adapter.unfinished:
        raise jobs.JobError(
            f"{adapter.name} is unfinished: {adapter.steps} of {adapter.planned_steps} steps when its time was up. "
            "Allow more with TILTYARD_TUNING_MAX_SECONDS, or leave that empty"
        )
    return adapter


def _trained(events: Iterable[TuningEvent], part: Parts) -> TuningEvent | None:
    """Hear the training, up to the first gate or to the end of a job that has none; returns the last event."""
    part(TRAINING)
    event = None
    for event in events:
        if isinstance(event, GateAsked):
            break
        if isinstance(event, StepTaken):
            figures = f"loss {event.loss:.2f}, {event.tokens_per_s:.0f} tokens/s, {event.seconds_left:.0f} s left"
            part(TRAINING, event.steps)(event.step, event.steps, figures)
        if isinstance(event, BaseAnswered):
            part("general questions, answered by the base", event.of)(event.answered)
        for words in _asides(event):
            output.err.print(f"  fine-tuning: {words}", markup=False, soft_wrap=True)
    return event


def _tried(events: Iterable[TuningEvent], advance: Advance) -> TuningEvent | None:
    """Hear the gates, each named before it is asked; returns the last event."""
    event = None
    for event in events:
        if isinstance(event, GateAsked):
            step = f"{event.speaker} answers {event.asked} questions of gate {event.gate}"
            advance(event.number - 1, event.of)
            output.err.print(f"  gate {event.number} of {event.of}: {step}", markup=False, soft_wrap=True)
    return event


def _asides(event: TuningEvent) -> Iterator[str]:
    """What is said once, before the first step; nothing for anything else."""
    if isinstance(event, DatasetMade):
        yield f"{event.examples} examples from {event.documents} documents"
        if event.left_out:
            yield f"left out: {', '.join(f'{count} x {why}' for why, count in event.left_out.items())}"
        yield from pairs.said(event.pairs) if event.pairs else ()
    if isinstance(event, GatesPlanned):
        yield from (f"gate {gate.gate} {gate.tells}" for gate in event.gates if gate.binding)
    if isinstance(event, MemoryForeseen):
        yield f"needs about {event.memory_mib.total} MiB of memory, {event.free_mib} MiB are free"
    if isinstance(event, RunPlanned):
        rest = ", so that not every example is learned" if event.epochs < 1 else ""
        yield f"{event.steps} steps, {event.tokens} tokens, in epochs {event.epochs:.3g}{rest}"
    if isinstance(event, TrainingReused):
        yield f"the same training is finished already: the weights of {event.adapter} are taken"
    if isinstance(event, TrainingResumed):
        yield f"goes on from step {event.resumed_from_step}, {event.seconds_before:.0f} s were spent before"
    if isinstance(event, WarmStart):
        yield f"goes on from adapter {event.goes_on_from}" if event.goes_on_from else "the first of its line"
