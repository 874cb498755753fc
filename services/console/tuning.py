"""Running the tuning job with a live bar, its loss and the time left."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from services.console import jobs, output

MODULE = "services.generator.tuning"


def tune(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Train and announce an adapter; returns the job's last words: its name, cutoff and cost."""
    done: dict[str, Any] = {}
    with Progress(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        console=output.out,
    ) as bars:
        bar = bars.add_task("fine-tuning", total=None, told="loading")
        for said in jobs.run(MODULE, arguments, environment):
            if "step" in said:
                told = (
                    f"loss {said['loss']:.2f}  {said['tokens_per_s']:.0f} tokens/s  {said['seconds_left']:.0f} s left"
                )
                bars.update(bar, total=said["steps"], completed=said["step"], told=told)
            done = said
    return done
