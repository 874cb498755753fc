"""Runs of a trial, each in a folder of its own, so that one that was interrupted goes on with those that it lacks."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared import lines
from shared.jobs.tuning import AdapterReport
from shared.lab.deciding.trial import RESULTS, SUMMARY
from shared.messages import Result

ADAPTER, ASKED = "adapter.json", "asked.json"


@dataclass(frozen=True)
class Run:
    """One adapter: what its training came to, and the results of all questions while it spoke."""

    tuning: AdapterReport
    results: Sequence[Result]


class KeptRuns:
    """Runs in folders under one folder. `asked` is all that they depend on; runs of anything else are not taken."""

    def __init__(self, folder: Path, asked: Any) -> None:
        self._folder = folder
        self._digest = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()

    def drop_others(self, *, every: bool = False) -> None:
        """Remove runs that are not whole or depended on something else, or all; with them the summary over them."""
        runs = [place for place in self._folder.glob("*/") if _is_run(place)]
        others = [place for place in runs if every or self.of(place.name) is None]
        for place in others:
            shutil.rmtree(place)
        if others:
            (self._folder / SUMMARY).unlink(missing_ok=True)

    def of(self, name: str) -> Run | None:
        """A run that is whole; None where it is not, or where it answered something else."""
        place = self._folder / name
        try:
            if json.loads((place / ASKED).read_bytes()) != {"sha256": self._digest}:
                return None
            tuning = AdapterReport.model_validate_json((place / ADAPTER).read_bytes())
            return Run(tuning, lines.read_all(place / RESULTS, Result))
        except (OSError, ValueError):
            return None

    def keep(self, name: str, run: Run) -> None:
        """Write a run down; what says that it is whole comes last. A summary of fewer runs holds no more."""
        place = self._folder / name
        place.mkdir(parents=True, exist_ok=True)
        for outdated in (place / ASKED, self._folder / SUMMARY):
            outdated.unlink(missing_ok=True)
        (place / ADAPTER).write_text(run.tuning.model_dump_json(indent=2) + "\n", encoding="utf-8")
        rows = "".join(f"{result.model_dump_json()}\n" for result in run.results)
        (place / RESULTS).write_text(rows, encoding="utf-8")
        (place / ASKED).write_text(json.dumps({"sha256": self._digest}) + "\n", encoding="utf-8")


def _is_run(place: Path) -> bool:
    return any((place / name).is_file() for name in (ASKED, ADAPTER, RESULTS))
