"""Running the tuning job with live progress: its loss, its speed and the time left."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.console import jobs, output, progress
from services.console.progress import Advance
from shared.jobs.events import untyped

JOB = untyped("services.generator.tuning")
Event = dict[str, Any]


def tune(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Train and announce an adapter; returns the job's last words: its name, cutoff and cost."""
    events = jobs.run(JOB, arguments, environment)
    with progress.shown("fine-tuning") as advance:
        last = _trained(events, advance)
    if "gate" not in last:
        return last
    with progress.shown("trying the adapter") as advance:
        return _tried(itertools.chain([last], events), advance)


def _trained(events: Iterable[Event], advance: Advance) -> Event:
    """Hear the training, up to the first gate or to the end of a job that has none; returns the last event."""
    said: Event = {}
    for said in events:
        if "gate" in said:
            break
        if "step" in said:
            told = f"loss {said['loss']:.2f}, {said['tokens_per_s']:.0f} tokens/s, {said['seconds_left']:.0f} s left"
            advance(said["step"], said["steps"], told)
        elif words := _aside(said):
            output.err.print(f"  fine-tuning: {words}", markup=False, soft_wrap=True)
    return said


def _tried(events: Iterable[Event], advance: Advance) -> Event:
    """Hear the gates, each named before it is asked; returns the last event."""
    said: Event = {}
    for said in events:
        if "gate" in said:
            told = f"{said['speaker']} answers {said['asked']} questions of gate {said['gate']}"
            advance(said["number"] - 1, said["of"])
            output.err.print(f"  gate {said['number']} of {said['of']}: {told}", markup=False, soft_wrap=True)
    return said


def _aside(said: Mapping[str, Any]) -> str:
    """What is said once, before the first step; empty for anything else."""
    if "memory_mib" in said:
        return f"needs about {said['memory_mib']['total']} MiB of memory, {said['free_mib']} MiB are free"
    if "resumed_from_step" in said:
        return f"goes on from step {said['resumed_from_step']}, {said['seconds_before']:.0f} s were spent before"
    if "goes_on_from" in said:
        return f"goes on from adapter {said['goes_on_from']}" if said["goes_on_from"] else "the first of its line"
    return ""
