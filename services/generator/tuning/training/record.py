"""What a run leaves behind: `run.json`, with what was set, what happened and what it cost."""

import json
import os
import platform
import resource
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.generator.tuning.training import compute, room
from services.generator.tuning.training.checkpoint import Standing
from services.generator.tuning.training.compute import Precision
from services.generator.tuning.training.plan import TrainingPlan
from shared.jobs.training import MemoryMib
from shared.messages import TrainingRun

FILE = "run.json"
LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")
POINTS = 200


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RunFacts(_Kept):
    """What names a run beside its plan: the data, the base, the prompts, and the adapter that it went on from."""

    dataset_sha256: str
    base_model: str
    base_sha256: str
    prompts: tuple[str, ...]
    started_from_sha256: str


class LossPoint(_Kept):
    """The mean loss of a stretch of steps, at its last one."""

    step: int
    loss: float


class Machine(_Kept):
    """Where the run took place."""

    processors: int | None
    python: str
    gpu: str | None
    compute: Precision | None = None
    """The precision of the arithmetic; None: from before it was said."""


class RunRecord(_Kept):
    """What `run.json` holds."""

    key: str
    dataset_sha256: str
    base_model: str
    base_sha256: str
    prompts: tuple[str, ...]
    started_from_sha256: str
    predicted_memory_mib: MemoryMib | None
    plan: TrainingPlan
    steps: int
    planned_steps: int
    unfinished: bool
    tokens: int
    seconds: float
    tokens_per_s: float
    resumed_from_steps: tuple[int, ...]
    peak_memory_mib: int
    loss: tuple[LossPoint, ...]
    machine: Machine
    libraries: Mapping[str, str]


def of(
    standing: Standing,
    ended: TrainingRun,
    *,
    key: str,
    facts: RunFacts,
    plan: TrainingPlan,
    predicted: MemoryMib | None,
) -> RunRecord:
    """The record of a run that has ended, finished or not, on this machine."""
    return RunRecord(
        key=key,
        **facts.model_dump(),
        predicted_memory_mib=predicted,
        plan=plan,
        steps=ended.steps,
        planned_steps=ended.planned_steps or ended.steps,
        unfinished=ended.unfinished,
        tokens=standing.tokens,
        seconds=round(standing.seconds, 2),
        tokens_per_s=round(standing.tokens / max(1e-9, standing.seconds), 1),
        resumed_from_steps=tuple(standing.resumed),
        peak_memory_mib=peak_mib(),
        loss=thinned(standing.losses),
        machine=Machine(
            processors=os.cpu_count(),
            python=platform.python_version(),
            gpu=_gpu(),
            compute=compute.of(plan, room.device()),
        ),
        libraries={library: version(library) for library in LIBRARIES},
    )


def write(folder: Path, record: RunRecord) -> None:
    """Write the record into a run's folder."""
    (folder / FILE).write_text(json.dumps(record.model_dump(mode="json"), indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> RunRecord:
    """Raises FileNotFoundError where a folder holds none, ValueError for one that cannot be read."""
    return RunRecord.model_validate_json((folder / FILE).read_bytes())


def thinned(losses: Sequence[float], points: int = POINTS) -> tuple[LossPoint, ...]:
    """At most `points` of a curve: the mean loss of each stretch, at the stretch's last step."""
    stretch = -(-len(losses) // points) or 1
    return tuple(
        LossPoint(
            step=min(start + stretch, len(losses)),
            loss=round(_mean(losses[start : start + stretch]), 4),
        )
        for start in range(0, len(losses), stretch)
    )


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
