"""What a run leaves behind: `run.json`, with what was set, what happened and what it cost."""

import json
import os
import platform
import resource
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from services.generator.tuning.training.checkpoint import Standing
from services.generator.tuning.training.plan import TrainingPlan

FILE = "run.json"
LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")
POINTS = 200


def write(folder: Path, standing: Standing, *, plan: TrainingPlan, facts: Mapping[str, Any]) -> None:
    """Write the record into a run's folder; `facts` are what the job knows beside the plan."""
    record = {
        **facts,
        "plan": plan.model_dump(mode="json"),
        "steps": standing.step,
        "tokens": standing.tokens,
        "seconds": round(standing.seconds, 2),
        "tokens_per_s": round(standing.tokens / max(1e-9, standing.seconds), 1),
        "resumed_from_steps": standing.resumed,
        "peak_memory_mib": peak_mib(),
        "loss": thinned(standing.losses),
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "gpu": _gpu()},
        "libraries": {library: version(library) for library in LIBRARIES},
    }
    (folder / FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def thinned(losses: Sequence[float], points: int = POINTS) -> list[dict[str, float]]:
    """At most `points` of a curve: the mean loss of each stretch, at the stretch's last step."""
    stretch = -(-len(losses) // points) or 1
    return [
        {"step": min(start + stretch, len(losses)), "loss": round(_mean(losses[start : start + stretch]), 4)}
        for start in range(0, len(losses), stretch)
    ]


def peak_mib() -> int:
    """The most memory so far: what torch took of the GPU, else what the process had resident, in MiB."""
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_reserved()) // 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _gpu() -> str | None:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None
