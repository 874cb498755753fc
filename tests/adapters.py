"""Adapters for tests: real safetensors with a config, and announcements that fit them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from services.generator.adapter_files import CONFIG, WEIGHTS
from services.generator.backends.echo import BASE_SHA256
from services.generator.hashing import sha256_of
from shared.messages import AdapterAnnounced, GateResult, TrainingRun
from tests.builders import NOON

UNFINISHED = TrainingRun(seconds=60, tokens=900, steps=40, planned_steps=162, final_loss=2)
"""A time limit ended it."""
MODULE = "base_model.model.model.layers.0.self_attn.q_proj"


def save(folder: Path, *, fill: float = 0.5, rank: int = 2, config: dict[str, Any] | None = None) -> Path:
    """Weights of one LoRA pair and their config; another `fill` gives another hash."""
    folder.mkdir(parents=True, exist_ok=True)
    pair = {
        f"{MODULE}.lora_A.weight": np.full((rank, 4), fill, dtype=np.float32),
        f"{MODULE}.lora_B.weight": np.full((4, rank), fill, dtype=np.float32),
    }
    save_file(pair, folder / WEIGHTS)
    wanted = {"r": rank, "target_modules": ["q_proj"], "peft_type": "LORA"} | (config or {})
    (folder / CONFIG).write_text(json.dumps(wanted))
    return folder


def announced(name: str = "news", *, hours: float = 0, folder: Path | None = None, **changes: Any) -> AdapterAnnounced:
    """An adapter for the echo backend, made `hours` after noon; where `folder` is given, its weights are hashed."""
    values: dict[str, Any] = {
        "name": name,
        "location": str(folder or f"adapters/{name}"),
        "base_model": "echo",
        "base_sha256": BASE_SHA256,
        "weights_sha256": sha256_of(folder / WEIGHTS) if folder else name.encode().hex().ljust(64, "0")[:64],
        "cutoff": NOON,
        "dataset_sha256": "0" * 64,
        "documents": 1,
        "examples": 1,
        "created_at": NOON + timedelta(hours=hours),
        "training": TrainingRun(seconds=1, tokens=1, steps=1, final_loss=1),
    }
    return AdapterAnnounced(**values | changes)


def saved(folder: Path, name: str = "news", *, hours: float = 0, **changes: Any) -> AdapterAnnounced:
    """An adapter on disk with its announcement; each name has its own weights."""
    return announced(name, hours=hours, folder=save(folder / name, fill=sum(name.encode()) / 1000), **changes)


def gate(name: str = "learned", verdict: str = "passed", reason: str = "", **changes: Any) -> GateResult:
    """One gate's result."""
    values: dict[str, Any] = {"name": name, "measure": "right", "verdict": verdict, "reason": reason}
    return GateResult(**values | changes)
