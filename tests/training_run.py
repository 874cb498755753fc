"""A small training run over the tiny model, in this process or, to be killed, in one of its own."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import running
from services.generator.tuning.training.held_examples import NOTHING, Held
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.running import Inputs
from services.generator.tuning.training.tokens import Encoded
from shared.jobs.events import Write, write
from shared.messages import TrainingRun
from shared.models import language

PLAN: dict[str, Any] = {"epochs": 10, "batch_size": 2, "rank": 4, "alpha": 8, "dropout": 0.1}


def examples() -> list[Encoded]:
    """Eight with a common beginning, of several lengths."""
    system = tuple(range(40, 52))
    return [Encoded((*system, *range(number, 2 * number + 3)), (100 + number, 7)) for number in range(1, 9)]


def run(
    tiny: Path,
    folder: Path,
    *,
    home: Path,
    say: Write = lambda _: None,
    start: Path | None = None,
    held: Held = NOTHING,
    clock: Callable[[], float] = time.monotonic,
    **changes: Any,
) -> TrainingRun:
    """Train in `folder`, with a checkpoint after each step, and forget what is finished. `changes` are of the plan."""
    model = language.resolve(str(tiny), home)
    inputs = Inputs(examples(), model, TrainingPlan(**PLAN | changes), "data", ["prompt"], start, held=held)
    settings = TuningSettings(checkpoint_s=0, threads=1)
    ended = running.run(inputs, folder, home=home, settings=settings, say=say, clock=clock)
    running.forget(folder, home)
    return ended


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), home=Path(sys.argv[3]), say=write)
