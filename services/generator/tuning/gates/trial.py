"""The gates of a tuning run: the serving model is loaded, asked, and what came of it is left beside the weights."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.generator import answer_prompt
from services.generator.adapters import verify
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.gates import foreseeing, probes, questions
from services.generator.tuning.gates.judging import Before
from services.generator.tuning.gates.probes import Probe
from services.generator.tuning.gates.questions import GateQuestions
from services.generator.tuning.gates.running import GateRunner
from services.generator.tuning.recipe import Recipe
from shared import plugins
from shared.adapters import registry
from shared.jobs.events import Write
from shared.jobs.tuning import GatesPlanned, PreviousLeftOut
from shared.messages import AdapterAnnounced, GateResult

FILE, CARD = "gates.json", "README.md"
HEADS = "\n## Gates\n\n| gate | verdict | value (95 %) | n | asked for |\n|---|---|---|---|---|\n"


class Untried:
    """In place of a trial, where none is wanted."""

    def run(self, dataset: Dataset, adapter: AdapterAnnounced, previous: AdapterAnnounced | None) -> list[GateResult]:  # noqa: ARG002
        return []

    def foresee(self, dataset: Dataset, previous: AdapterAnnounced | None, base_sha256: str) -> None:
        """Nothing will be asked."""


@dataclass(frozen=True)
class Trial:
    """What a trial needs: the recipe, the serving settings, where models live, and how progress is told."""

    recipe: Recipe
    generator: GeneratorSettings
    home: Path
    say: Write
    threads: int = 0
    track: str = registry.TRACK

    def run(self, dataset: Dataset, adapter: AdapterAnnounced, previous: AdapterAnnounced | None) -> list[GateResult]:
        """Try an adapter whose folder is on this machine. Where the one before cannot be had, it is tried without."""
        folder = Path(adapter.location)
        before, older = self._earlier(previous, adapter.base_sha256)
        if before.lost:
            self.say(PreviousLeftOut(previous=before.name, left_out=before.lost))
        runner = GateRunner(
            self._backend(), answer_prompt.load(self.generator.closed_book_prompt), self._longest, self.say
        )
        asked = self._asked(dataset, older, before)
        demanded = before if self.recipe.gates.unmeasured == "fail" else Before(before.name)
        results = list(runner.run(adapter, None if before.lost else previous, asked, demanded))
        probes.write(folder, questions.kept(dataset, older))
        write_results(folder, results)
        return results

    def foresee(self, dataset: Dataset, previous: AdapterAnnounced | None, base_sha256: str) -> None:
        """Say before a training what its gates will ask, and what they can tell by it."""
        before, older = self._earlier(previous, base_sha256)
        self.say(GatesPlanned(gates=foreseeing.foreseen(self._asked(dataset, older, before), before)))

    @property
    def _longest(self) -> int:
        return self.generator.max_new_tokens

    def _asked(self, dataset: Dataset, older: Sequence[Probe], before: Before) -> list[GateQuestions]:
        return questions.asked_of(self.recipe.gates, dataset, older, before)

    def _earlier(self, previous: AdapterAnnounced | None, base_sha256: str) -> tuple[Before, list[Probe]]:
        """The adapter before, and what it was tried with; where it cannot be had, why."""
        if previous is None:
            return Before(), []
        try:
            folder = verify(previous, base_sha256, self.home, self.generator.admission)
        except (OSError, ValueError) as error:
            return Before(previous.name, str(error)), []
        return Before(previous.name), probes.of_earlier(folder)

    def _backend(self) -> Backend:
        """The transformers backend, in which base and adapter speak from one memory."""
        threads = self.threads or os.cpu_count() or 1
        wanted = {"backend": "transformers", "speakers": f"base,{self.track}", "worker": "gates", "threads": threads}
        built: Backend = plugins.load("services.generator.backends", "transformers")(
            self.generator.model_copy(update=wanted), self.home
        )
        return built


def write_results(folder: Path, results: Sequence[GateResult]) -> None:
    """Write `gates.json`, and add a table to the card where there is one."""
    rows = [result.model_dump(mode="json", exclude={"version"}) for result in results]
    (folder / FILE).write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    card = folder / CARD
    if card.is_file():
        before = card.read_text(encoding="utf-8").partition(HEADS)[0]
        card.write_text(before + HEADS + "".join(map(_row, results)), encoding="utf-8")


def _row(gate: GateResult) -> str:
    value = "-"
    if gate.value is not None and gate.ci95 is not None:
        value = f"{gate.value:.3g} ({gate.ci95[0]:.3g} to {gate.ci95[1]:.3g})"
    return f"| {gate.name} | {gate.verdict} | {value} | {gate.n} | {gate.threshold} |\n"
