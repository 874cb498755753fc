"""`python -m services.generator.tuning.training EXAMPLES --into FOLDER`: train on examples in a file, without servers.

EXAMPLES are JSON lines as they lie beside every adapter (`examples.jsonl`); the recipe is the configured one. For
comparisons: under `method: full` the folder is a model, which `TILTYARD_GENERATOR_MODEL` can name. Nobody is told.
Standard output holds the events of `shared/jobs/training.py`, one a line.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from services.generator import answer_prompt, models
from services.generator.hashing import sha256_of
from services.generator.settings import GeneratorSettings
from services.generator.tuning import recipe
from services.generator.tuning.data.example import Example
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import running
from services.generator.tuning.training.tokens import Prompts
from shared import lines
from shared.jobs.events import write
from shared.jobs.training import TrainingEnded
from shared.masking import masked
from shared.service import EX_CONFIG, EX_OK
from shared.settings import HomeSettings


def main(arguments: Sequence[str] | None = None) -> int:
    """Train; returns 0, or 78 with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m services.generator.tuning.training")
    parser.add_argument("examples", type=Path, help="JSON lines; only those whose split is `train`, or is not stated")
    parser.add_argument("--into", type=Path, required=True, help="a folder that does not exist yet")
    options = parser.parse_args(arguments)
    try:
        train(options.examples, options.into)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{masked(str(error))}\n")
        return EX_CONFIG
    return EX_OK


def train(file: Path, folder: Path) -> None:
    """Raises ValueError for a line that is no example, FileExistsError for a folder that is there."""
    if folder.exists():
        raise FileExistsError(f"{folder} is there already")
    settings, generator, home = TuningSettings(), GeneratorSettings(), HomeSettings().home
    prompts = Prompts(answer_prompt.load(generator.closed_book_prompt), answer_prompt.load(generator.rag_prompt))
    inputs = running.encoded(
        _examples(file),
        dataset_sha256=sha256_of(file),
        model=models.configured(generator, home),
        plan=recipe.load(settings).training,
        prompts=prompts,
    )
    run = running.run(inputs, folder, home=home, settings=settings, say=write)
    running.forget(folder, home)
    write(
        TrainingEnded(
            seconds=run.seconds,
            tokens=run.tokens,
            steps=run.steps,
            planned_steps=run.planned_steps or run.steps,
            final_loss=run.final_loss,
        )
    )


def _examples(file: Path) -> list[Example]:
    rows = [row for _, row in lines.rows(file)]
    learned = [row for row in rows if row.pop("split", "train") == "train"]
    if not learned:
        raise ValueError(f"{file} holds no example to train on")
    return [Example.model_validate(row) for row in learned]


if __name__ == "__main__":
    sys.exit(main())
