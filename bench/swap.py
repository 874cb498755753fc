"""`python -m bench.swap`: how long a worker needs to take up another adapter, and what a question waits for it.

Two adapters of random weights on the configured model (the embedded one by default) are promoted in turn, `--times`
times each. Prints one JSON object: seconds of each take-up, from the look at the registry to readiness, and of one
question asked right after it against one asked again. The first take-up wraps the model and is given apart.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from services.generator import models
from services.generator.adapters import WEIGHTS, NewestAdapters, sha256_of
from services.generator.backends import transformers
from services.generator.ports import Chat
from services.generator.settings import GeneratorSettings
from shared import observe
from shared.adapters import registry
from shared.messages import AdapterAnnounced, TrainingRun
from shared.models.language import Model
from shared.settings import HomeSettings

ASKED = [Chat("Answer briefly.", "Where is the lantern fair held?")]


@dataclass
class Registry:
    """The registry's topic, in memory."""

    adapters: dict[str, AdapterAnnounced] = field(default_factory=dict)

    def promote(self, name: str) -> None:
        for change in registry.promote(self.adapters, name, now=datetime.now(UTC), reason="", despite_gates=True):
            self.adapters[change.name] = change


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.swap", description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="take-ups of each adapter")
    parser.add_argument("--rank", type=int, default=16)
    options = parser.parse_args()
    observe.configure_logging("bench", "WARNING")
    settings = GeneratorSettings(worker="tuned", threads=2)
    model = models.configured(settings, HomeSettings().home)
    with TemporaryDirectory() as folder:
        adapters = [random_adapter(model, Path(folder) / name, name, options.rank) for name in ("a", "b")]
        figures = measure(settings, adapters, options.times)
    sys.stdout.write(
        json.dumps({"model": model.label, "rank": options.rank, "precision": settings.precision} | figures)
    )
    sys.stdout.write("\n")
    return 0


def measure(settings: GeneratorSettings, adapters: list[AdapterAnnounced], times: int) -> dict[str, Any]:
    """Seconds of the take-ups, the first apart, and of questions right after one and later."""
    known = Registry({adapter.name: adapter for adapter in adapters})
    backend = transformers.build(settings, HomeSettings().home)
    newest = NewestAdapters(backend, lambda: known.adapters, settings)
    swaps, after, later = [], [], []
    for turn in range(2 * times + 1):
        known.promote(adapters[turn % 2].name)
        swaps.append(_timed(newest.keep_up))
        assert backend.adapters["tuned"].name == adapters[turn % 2].name
        after.append(_timed(lambda: backend.complete(ASKED, max_new_tokens=8, adapter=backend.adapters["tuned"])))
        later.append(_timed(lambda: backend.complete(ASKED, max_new_tokens=8, adapter=backend.adapters["tuned"])))
    return {
        "first_s": round(swaps[0], 3),
        "take_ups": len(swaps) - 1,
        "median_s": round(median(swaps[1:]), 3),
        "longest_s": round(max(swaps[1:]), 3),
        "question_after_s": round(median(after[1:]), 3),
        "question_later_s": round(median(later[1:]), 3),
    }


def _timed(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def random_adapter(model: Model, folder: Path, name: str, rank: int, track: str = registry.TRACK) -> AdapterAnnounced:
    """Weights drawn by chance, small enough to leave the model speaking."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(len(name) + ord(name))
    base: Any = transformers.load(model.folder, "fp32")
    network = get_peft_model(base, LoraConfig(r=rank, target_modules="all-linear", task_type="CAUSAL_LM"))
    for weight_name, weight in network.named_parameters():
        if "lora_B" in weight_name:
            torch.nn.init.normal_(weight, std=0.001)
    network.save_pretrained(str(folder))
    now = datetime.now(UTC)
    return AdapterAnnounced(
        name=name, location=str(folder), track=track, base_model=model.name, base_sha256=model.sha256,
        weights_sha256=sha256_of(folder / WEIGHTS), cutoff=now, dataset_sha256="", documents=0, examples=0,
        created_at=now, training=TrainingRun(seconds=0, tokens=0, steps=0, final_loss=0), state="candidate",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
