"""Running the tuning job with live progress: its loss, its speed and the time left."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console import jobs, output, progress

MODULE = "services.generator.tuning"


def tune(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Train and announce an adapter; returns the job's last words: its name, cutoff and cost."""
    done: dict[str, Any] = {}
    steps = 0
    with progress.shown("fine-tuning") as advance:
        for said in jobs.run(MODULE, arguments, environment):
            if "step" in said:
                told = (
                    f"loss {said['loss']:.2f}, {said['tokens_per_s']:.0f} tokens/s, {said['seconds_left']:.0f} s left"
                )
                steps = said["step"]
                advance(steps, said["steps"], told)
            elif words := _aside(said):
                output.err.print(f"  fine-tuning: {words}", markup=False, soft_wrap=True)
            elif "gate" in said:
                advance(steps, None, f"gates: {said['speaker']} is asked about {said['gate']}")
            done = said
    return done


def _aside(said: Mapping[str, Any]) -> str:
    """What is said once, before the first step; empty for anything else."""
    if "memory_mib" in said:
        return f"needs about {said['memory_mib']['total']} MiB of memory, {said['free_mib']} MiB are free"
    if "resumed_from_step" in said:
        return f"goes on from step {said['resumed_from_step']}, {said['seconds_before']:.0f} s were spent before"
    if "goes_on_from" in said:
        return f"goes on from adapter {said['goes_on_from']}" if said["goes_on_from"] else "the first of its line"
    return ""
