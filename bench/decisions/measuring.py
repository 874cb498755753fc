"""All arms of the contest `deciding` asked on one newswire, those with an adapter once for each training."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from bench.contestants import identity
from bench.contestants.asking import Asker
from bench.contestants.learning import Say, job
from bench.contestants.library import AT_ONCE, Library
from bench.contestants.ports import Edition
from bench.contestants.stored import stored
from services.console.deciding import depending
from services.console.demo import asked_once
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from services.console.demo.telling import name_of
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from services.generator.tuning.settings import TuningSettings
from services.scorer import handler
from services.scorer.join import Arrived, Join
from shared import lines
from shared.contests.calendar import Calendar
from shared.jobs.tuning import AdapterReport
from shared.messages import AdapterAnnounced, Answer, Arm, Contest, DocumentPublished, Question, Result, TrainingPair
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE, RIGHTLY
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings

Ask = Callable[[Arm, Sequence[Question]], Sequence[Answer]]
Train = Callable[[int], AdapterAnnounced]


@dataclass(frozen=True)
class Measured:
    """One newswire with its contest. `train` makes an adapter of a seed that speaks from then on."""

    wire: Newswire
    contest: Contest
    ask: Ask
    train: Train
    folder: Path

    @property
    def kept(self) -> KeptRuns:
        """Runs that are whole."""
        return kept(self.wire, self.contest, self.folder)

    def run(self, seeds: Sequence[int]) -> None:
        """Each training that is not there yet, and before the first one what needs no training."""
        missing = [seed for seed in seeds if self.kept.of(name_of(seed)) is None]
        if not missing:
            return
        untuned = self._untuned()
        for seed in missing:
            adapter = self.train(seed)
            results = asked_once.whole(self._results(tuned=True), untuned)
            self.kept.keep(name_of(seed), Run(AdapterReport.of(adapter), results))

    def _untuned(self) -> list[Result]:
        """What arms without an adapter say, kept in a file of what that depends on."""
        file = self.folder / f"untuned-{identity.digest(depends(self.wire, self.contest))}.jsonl"
        if not file.is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".part")
            rows = "".join(f"{result.model_dump_json()}\n" for result in self._results(tuned=False))
            unfinished.write_text(rows, encoding="utf-8")
            unfinished.rename(file)
        return lines.read_all(file, Result)

    def _results(self, *, tuned: bool) -> list[Result]:
        arms = [arm for arm in self.contest.arms if arm.is_tuned == tuned]
        said = {arm.name: self.ask(arm, self.wire.questions) for arm in arms}
        return [
            scored(question, [said[arm.name][at] for arm in arms], self.contest)
            for at, question in enumerate(self.wire.questions)
        ]


def kept(wire: Newswire, contest: Contest, folder: Path) -> KeptRuns:
    """Runs of this newswire and contest under the settings of now."""
    return KeptRuns(folder, depends(wire, contest))


def depends(wire: Newswire, contest: Contest) -> dict[str, object]:
    """On what answers depend."""
    return depending.digest(wire, wire.questions, contest, None)


def scored(question: Question, answers: Sequence[Answer], contest: Contest) -> Result:
    """The result as the scorer would publish it; an answer came when its search and its model were done."""
    asked_at = answers[0].asked_at
    arrived = {
        answer.arm: Arrived(
            answer=answer, at=asked_at + timedelta(milliseconds=answer.retrieval_ms + answer.generation_ms)
        )
        for answer in answers
    }
    join = Join(partition=0, first_at=asked_at, question=question, asked_at=asked_at, answers=arrived)
    return handler.score(join, asked_at, Calendar(before=contest), metrics=_metrics())


@cache
def _metrics() -> Mapping[str, Metric]:
    return catalogue.load([HEADLINE, RIGHTLY], EncoderSettings())


def measured(
    wire: Newswire, contest: Contest, backend: Backend, settings: GeneratorSettings, home: Path, folder: Path, say: Say
) -> Measured:
    """With the services' own retrieval, prompts and training in this process; `home` has the model."""
    library = Library(contest, EncoderSettings(), _moments(wire.edition1)[0] - timedelta(hours=1))
    for number, documents in enumerate((wire.edition1, wire.edition2), start=1):
        library.take(Edition(number, documents, [], [], _moments(documents)[-1] + timedelta(hours=1)))
    asker = Asker(backend, settings, library)

    def ask(arm: Arm, questions: Sequence[Question]) -> list[Answer]:
        return [answer for part in _parts(questions) for answer in asker.ask(arm, part)]

    def train(seed: int) -> AdapterAnnounced:
        tuning = TuningSettings(seed=seed, threads=settings.threads)
        made = job(tuning, settings, home, folder / "adapters", say)
        pairs = lines.read_all(wire.pairs_file, TrainingPair)
        adapter = made.train(made.dataset([*map(stored, wire.edition1)], pairs, previous=None), name_of(seed))
        try:
            backend.take_up(adapter)
        finally:
            shutil.rmtree(adapter.location)
        return adapter

    return Measured(wire, contest, ask, train, folder)


def _moments(documents: Sequence[DocumentPublished]) -> list[datetime]:
    return sorted(document.published_at for document in documents if document.published_at)


def _parts(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    """As many as a worker takes at once."""
    return (questions[start : start + AT_ONCE] for start in range(0, len(questions), AT_ONCE))
