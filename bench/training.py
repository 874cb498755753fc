"""`python -m bench.training`: speed and memory of training by method, beside a bare PEFT loop on the same batches.

Each method runs in a process of its own, so that its peak of memory is its own. With `--shape` the weights are random:
time and memory do not depend on their values, and nothing is downloaded. Prints one JSON object.

    python -m bench.training --methods qlora qlora-cached lora full
    python -m bench.training --shape llama-2-7b --methods qlora lora --batch 4 --tokens 512 --reply 128 --checkpointing
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, cast

from bench.shapes import SHAPES
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import Encoded

METHODS: dict[str, dict[str, Any]] = {
    "qlora": {"method": "qlora"},
    "qlora-cached": {"method": "qlora", "cache_dequantised": True},
    "qlora-bf16": {"method": "qlora", "cache_dequantised": True, "cpu_compute": "bf16"},
    "lora": {"method": "lora"},
    "full": {"method": "full", "learning_rate": 1e-5},
}
SYSTEM = 11  # tokens that every prompt begins with, as those of closed_book.v1 do
Step = Callable[[Sequence[Encoded]], float]


def main() -> None:
    """Measure every method that was asked for."""
    options = _parser().parse_args()
    if options.one:
        _say(_measure(options))
        return
    with TemporaryDirectory(prefix="tiltyard-bench-") as scratch:
        folder = options.model or _random_model(options.shape, Path(scratch))
        _say({"device": _device(), "model": options.shape if not options.model else folder.name} | {
            name: _apart(name, folder) for name in options.methods
        })  # fmt: skip


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    """Ours first, for its memory; then in turn with the bare loop, so that both have the same weather."""
    import torch

    from bench import bare_training
    from services.generator.tuning.training import network, record, step

    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    plan = TrainingPlan(**METHODS[options.one], batch_size=options.batch, checkpointing=options.checkpointing)
    batches = list(_batches(options))
    begun = time.perf_counter()
    ours = network.build(options.model, plan)
    loaded_s = time.perf_counter() - begun
    weights = list(network.learned(ours).values())
    optimiser = network.optimiser(ours, plan)

    def our_step(batch: Sequence[Encoded]) -> float:
        loss = step.accumulate(ours, batch, plan.batch_size)
        torch.nn.utils.clip_grad_norm_(weights, plan.clip)
        optimiser.step()
        optimiser.zero_grad()
        return loss

    alone = [_timed(our_step, batch) for batch in batches]
    figures = {"loaded_s": round(loaded_s, 1), "weights_learned": sum(weight.numel() for weight in weights)}
    figures |= _speed(alone, batches) | {"peak_mib": record.peak_mib(), "predicted_mib": _predicted(options, plan)}
    if options.no_bare:
        return figures
    bare = bare_training.build(options.model, plan)
    theirs = network.optimiser(bare, plan)
    both = [
        (_timed(our_step, batch), _timed(lambda it: bare_training.step(bare, theirs, it), batch)) for batch in batches
    ]
    ratio = median(mine[0] / other[0] for mine, other in both[1:])
    return figures | {"bare": _speed([other for _, other in both], batches), "time_of_bare": round(ratio, 3)}


def _predicted(options: argparse.Namespace, plan: TrainingPlan) -> int:
    from services.generator.tuning.training import memory, room, shape

    load = memory.Load(options.batch, options.tokens, options.reply)
    return memory.predict(shape.of(options.model), plan, load, room.device()).in_mib.total


def _timed(step: Step, batch: Sequence[Encoded]) -> tuple[float, float]:
    """Seconds and loss; reading the loss waits for the device."""
    begun = time.perf_counter()
    loss = step(batch)
    return time.perf_counter() - begun, loss


def _speed(steps: Sequence[tuple[float, float]], batches: Sequence[Sequence[Encoded]]) -> dict[str, Any]:
    """Of every step but the first, which warms up."""
    seconds = [took for took, _ in steps[1:]]
    rates = [sum(map(len, batch)) / took for took, batch in zip(seconds, batches[1:], strict=True)]
    return {
        "seconds_a_step": round(median(seconds), 4),
        "tokens_per_s": round(median(rates), 1),
        "first_loss": round(steps[0][1], 4),
        "last_loss": round(steps[-1][1], 4),
    }


def _batches(options: argparse.Namespace) -> Iterator[list[Encoded]]:
    """Random tokens, a common beginning, lengths within a tenth of `--tokens`."""
    draw = random.Random(1)  # noqa: S311  (data, not a secret)

    def some(count: int) -> tuple[int, ...]:
        return tuple(draw.randrange(100, 30_000) for _ in range(count))

    system = some(SYSTEM)
    for _ in range(options.steps + 1):
        lengths = [options.tokens - draw.randrange(1 + options.tokens // 10) for _ in range(options.batch)]
        yield [Encoded(system + some(length - SYSTEM - options.reply), some(options.reply)) for length in lengths]


def _random_model(shape: str, folder: Path) -> Path:
    """A model of this shape with random weights in bf16, on disk, so that it is loaded like any other."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    config, auto = LlamaConfig(**SHAPES[shape]), cast(Any, AutoModelForCausalLM)
    torch.manual_seed(0)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        model = auto.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    del model
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return folder


def _apart(name: str, folder: Path) -> dict[str, Any]:
    """One method in a process of its own; what went wrong is told in its place."""
    argv = [sys.executable, "-m", "bench.training", *sys.argv[1:], "--one", name, "--model", str(folder)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1:]}
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _device() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {os.cpu_count()} processors"


def _say(figures: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.training", description="Measure training.")
    parser.add_argument("--model", type=Path, help="a folder with a model; without it random weights of --shape")
    parser.add_argument("--shape", choices=SHAPES, default="smollm2-135m")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=[*METHODS])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=36, help="of the longest example")
    parser.add_argument("--reply", type=int, default=5, help="tokens of each reply")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--checkpointing", action="store_true")
    parser.add_argument("--no-bare", action="store_true", help="ours alone")
    parser.add_argument("--one", choices=METHODS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
