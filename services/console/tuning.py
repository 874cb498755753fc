"""Running the tuning job with live progress: its loss, its speed and the time left."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.console import jobs, progress

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
            elif "gate" in said:
                advance(steps, None, f"gates: {said['speaker']} is asked about {said['gate']}")
            done = said
    return done
