"""A run over shares of the training set, trained for and asked live, and as a table for people."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.console import output, tuning
from services.console.demo import serving
from services.console.suites import checking, learning
from services.console.suites.learning import Workshop
from services.console.suites.live import LiveSystem
from services.console.suites.sessions import a_run, note
from shared import topology
from shared.adapters import registry
from shared.kafka.view import KafkaView
from shared.settings import KafkaSettings

TUNED = ("tuned", "tuned+rag")
HEADS = ("share", "documents", "pairs", "arm", "n", "mean (95 %)")


def run(
    folder: Path, pairs: Path, shares: Sequence[float], *, cutoff: str, seed: int, deadline_s: float
) -> dict[str, Any]:
    """Train on each share and ask; raises as `learning` does, JobError where training fails."""
    suite, name = checking.load(folder), a_run()
    files = learning.nested(pairs, shares, seed)
    with TemporaryDirectory() as place:
        written = {
            share: _written(Path(place) / f"{number}.jsonl", lines)
            for number, (share, lines) in enumerate(files.items())
        }
        system = LiveSystem(within_s=0)
        taught = list(
            learning.lessons(system, suite, written, workshop=_live(cutoff), run=name, deadline_s=deadline_s, told=note)
        )
    return learning.report_of(suite, taught, run=name, seed=seed, arms=TUNED)


def show(report: Mapping[str, Any]) -> None:
    """The table, then what more examples changed."""
    output.table("", HEADS, _rows(report), right=("share", "documents", "pairs", "n"))
    for one in report["comparisons"]:
        output.say(one["sentence"])


def _rows(report: Mapping[str, Any]) -> Iterator[list[str]]:
    for one in report["shares"]:
        for arm, found in one["arms"].items():
            mean = "-" if found["mean"] is None else f"{found['mean']:.2f} ({found['low']:.2f}-{found['high']:.2f})"
            yield [f"{one['share']:.0%}", str(one["documents"]), str(one["pairs"]), arm, str(found["n"]), mean]


def _live(cutoff: str) -> Workshop:
    kafka = KafkaSettings()

    def train(file: Path, name: str) -> None:
        tuning.tune(["--pairs", str(file), "--name", name, *(["--cutoff", cutoff] if cutoff else [])], os.environ)

    def speaker() -> str | None:
        found = registry.speaking(KafkaView(kafka, topology.ADAPTERS).refresh())
        return found.name if found else None

    return Workshop(train, lambda name: serving.serve(kafka, name), speaker)


def _written(file: Path, lines: Sequence[str]) -> Path:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
