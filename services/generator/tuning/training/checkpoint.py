"""Where an unfinished run stands: one file in a folder that the run's inputs name, replaced as a whole.

The key covers everything that decides the weights, so that a run goes on only as itself.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import torch

FILE = "checkpoint.pt"
SMOOTHING = 0.9


@dataclass
class Standing:
    """How far a run is: `seconds` over all the times it was started, the loss of each step, and where it went on."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    loss: float | None = None
    losses: list[float] = field(default_factory=list)
    resumed: list[int] = field(default_factory=list)

    def count(self, loss: float, tokens: int) -> None:
        """One more step; the mean loss forgets a tenth each time."""
        self.step += 1
        self.tokens += tokens
        self.loss = loss if self.loss is None else SMOOTHING * self.loss + (1 - SMOOTHING) * loss
        self.losses.append(loss)


class _Saved(TypedDict):
    """What torch writes and, since it holds plain values and tensors alone, reads without running code."""

    weights: dict[str, torch.Tensor]
    optimiser: dict[str, Any]
    chance: torch.Tensor
    chance_on_gpus: list[torch.Tensor]
    standing: dict[str, Any]


@dataclass(frozen=True)
class Checkpoints:
    """Keeps a run's checkpoint in a folder of its own."""

    folder: Path

    def save(self, weights: Mapping[str, torch.Tensor], optimiser: torch.optim.Optimizer, standing: Standing) -> None:
        """Write aside, then replace: a process that dies here leaves the checkpoint before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{FILE}.{os.getpid()}"
        state: _Saved = {
            "weights": {name: weight.detach() for name, weight in weights.items()},
            "optimiser": optimiser.state_dict(),
            "chance": torch.get_rng_state(),
            "chance_on_gpus": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
            "standing": asdict(standing),
        }
        with aside.open("wb") as stream:
            torch.save(state, stream)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(self.folder / FILE)

    def restore(self, weights: Mapping[str, torch.Tensor], optimiser: torch.optim.Optimizer) -> Standing:
        """Put a run back where it stood; without a checkpoint nothing changes and it stands at its beginning."""
        file = self.folder / FILE
        if not file.exists():
            return Standing()
        state: _Saved = torch.load(file, map_location="cpu", weights_only=True)
        with torch.no_grad():
            for name, weight in weights.items():
                weight.copy_(state["weights"][name])
        optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["chance"])
        if torch.cuda.is_available():
            torch.cuda.set_rng_state_all(state["chance_on_gpus"])
        return Standing(**state["standing"])

    def clear(self) -> None:
        """Forget the run: it has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)


def key_of(**parts: Any) -> str:
    """A run's key: the first 16 digits of the SHA-256 over its inputs, which JSON must be able to hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
