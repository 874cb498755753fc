"""A run over shares of the training set, trained for and asked live."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from services.console import tuning
from services.console.demo import serving
from services.console.suites.sessions import a_run, note
from shared import topology
from shared.adapters import registry
from shared.kafka.view import KafkaView
from shared.lab.suites import checking, learning
from shared.lab.suites.learning import TrainingPorts, TrainingReport
from shared.lab.suites.running import System
from shared.settings import KafkaSettings


def run(
    folder: Path,
    pairs: Path,
    shares: Sequence[float],
    *,
    connect: Callable[[], System],
    training: TrainingPorts,
    seed: int,
    deadline_s: float,
) -> TrainingReport:
    """Train on each share and ask; raises as `learning` does, JobError where training fails.

    `connect` makes the system, once the suite and the pairs have been found to be right.
    """
    suite, name = checking.load(folder), a_run()
    learning.require_untold(pairs, suite.questions)
    files = learning.nested(pairs, shares, seed)
    with TemporaryDirectory() as place:
        written = {
            share: _written(Path(place) / f"{number}.jsonl", lines)
            for number, (share, lines) in enumerate(files.items())
        }
        taught = list(
            learning.lessons(connect(), suite, written, training=training, run=name, deadline_s=deadline_s, told=note)
        )
    tuned = [arm.name for arm in taught[-1].suite_results.contest.arms if arm.is_tuned]
    return learning.report_of(suite, taught, run=name, seed=seed, arms=tuned)


def live(kafka: KafkaSettings, cutoff: str) -> TrainingPorts:
    """Trains by the tuning job, learning nothing after `cutoff` (ISO 8601; "": everything), and serves what it made.

    An unfinished training raises JobError: it would say how busy the machine was.
    """

    def train(file: Path, name: str) -> None:
        arguments = ["--pairs", str(file), "--name", name, *(["--cutoff", cutoff] if cutoff else [])]
        tuning.finished(tuning.tune(arguments, os.environ))

    def speaker() -> str | None:
        adapter = registry.speaking(KafkaView(kafka, topology.ADAPTERS).refresh())
        return adapter.name if adapter else None

    return TrainingPorts(train, lambda name: serving.serve(kafka, name), speaker)


def _written(file: Path, lines: Sequence[str]) -> Path:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
