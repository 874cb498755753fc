"""A finished training taken in place of the same one again: equal inputs give equal weights."""

import json
import shutil
from pathlib import Path

from services.generator.adapter_files import WEIGHTS
from services.generator.hashing import sha256_of
from services.generator.tuning.data.learned import LINEAGE
from services.generator.tuning.training import record
from services.generator.tuning.training.record import RunRecord
from shared.messages import TrainingRun


def copied(finished: Path, folder: Path, key: str) -> TrainingRun | None:
    """Copy an adapter's folder that came of the run of this key; returns what that cost, None where it is not there.

    One whose weights are not those that it was described with, or that cannot be read, is not taken.
    """
    run = _described(finished)
    if run is None or run.key != key or run.unfinished:
        return None
    shutil.copytree(finished, folder, dirs_exist_ok=True)
    final_loss = run.loss[-1].loss if run.loss else 0.0
    return TrainingRun(
        seconds=run.seconds, tokens=run.tokens, steps=run.steps, planned_steps=run.planned_steps, final_loss=final_loss
    )


def _described(finished: Path) -> RunRecord | None:
    """What the run left behind; None where that, or the weights, are not whole."""
    try:
        run = record.read(finished)
        described = json.loads((finished / LINEAGE).read_bytes())["adapter"]["weights_sha256"]
        return run if sha256_of(finished / WEIGHTS) == described else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
