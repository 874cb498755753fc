"""Trainings on growing shares of the training data, each asked what it was taught: a learning curve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from services.console import output
from services.console.deciding.pace import Pace
from services.console.deciding.planning import Plan
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from services.console.demo.story import Trial
from shared import lines
from shared.jobs.asking import UNTAUGHT
from shared.jobs.tuning import AdapterReport
from shared.lab.suites import learning
from shared.messages import Arm, Contest, Question, TrainingPair

SEED = 1


@dataclass
class Curve:
    """The small trainings of a plan. `kept`: their runs, each asked about its own share of the documents alone."""

    wire: Newswire
    questions: Sequence[Question]
    contest: Contest
    plan: Plan
    kept: KeptRuns
    folder: Path
    _tunings: dict[float, AdapterReport] = field(default_factory=dict)

    @cached_property
    def arm(self) -> Arm | None:
        """The contest's arm that says what was learned, from memory; None where it has none."""
        return next((arm for arm in self.contest.arms if arm.is_tuned and not arm.reads), None)

    @property
    def shares(self) -> tuple[float, ...]:
        return self.plan.shares if self.arm else ()

    @property
    def missing(self) -> list[float]:
        """Shares whose run is not there yet."""
        return [share for share in self.shares if self.kept.of(name_of(share)) is None]

    def runs(self) -> dict[float, Run]:
        """Share -> its run, as far as they are there."""
        of = {share: self.kept.of(name_of(share)) for share in self.shares}
        return {share: run for share, run in of.items() if run is not None}

    def train(self, trial: Trial, pace: Pace) -> None:
        """One adapter on each share whose run is not there, without gates, as long as there is time."""
        missing = self.missing
        texts = learning.nested(self.wire.pairs_file, self.shares, SEED) if missing else {}
        for share in missing:
            if not pace.small(share):
                output.say("No time is left for more of the learning curve.")
                return
            self._tunings[share] = self._learned(trial, share, texts[share])

    def ask(self, trial: Trial) -> None:
        """Put to each of these adapters, from memory alone, the questions about what it was taught."""
        if not self._tunings or self.arm is None:
            return
        trial.hold(Contest(name="learning-curve", arms=(self.arm,)))
        for share, tuning in self._tunings.items():
            about = self.asked_of(share)
            if about:
                self.kept.keep(tuning.name, Run(tuning, trial.ask_with(tuning.name, about, apart=True)))

    def asked_of(self, share: float) -> list[Question]:
        """Of the contest's questions those about documents of a share."""
        taught = {pair.document_id for pair in lines.read_all(self.pairs_of(share), TrainingPair)}
        return [
            question
            for question in about_learned(self.wire, self.questions)
            if taught.issuperset(question.gold_document_ids)
        ]

    def pairs_of(self, share: float) -> Path:
        """The file of pairs that a share was taught."""
        return self.folder / f"{name_of(share)}.pairs.jsonl"

    def _learned(self, trial: Trial, share: float, texts: Sequence[str]) -> AdapterReport:
        pairs = self.pairs_of(share)
        pairs.parent.mkdir(parents=True, exist_ok=True)
        pairs.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return trial.learn(name_of(share), SEED, pairs, dict(_settings_of(share, self.plan.tokens)))


def _settings_of(share: float, tokens: int | None) -> Iterator[tuple[str, str]]:
    """No gates, and of a limited training as large a share as of its data: each fact is seen as often."""
    yield "TILTYARD_TUNING_GATES", "false"
    if tokens is not None:
        yield "TILTYARD_TUNING_TOKENS", str(max(1, round(share * tokens)))


def name_of(share: float) -> str:
    """Of the adapter that learned from this share."""
    return f"share-{round(share * 1000):04}"


def about_learned(wire: Newswire, questions: Sequence[Question]) -> list[Question]:
    """Questions with an answer that stands in the first edition, and about no document that came again later.

    None after what no pair teaches.
    """
    first = {document.document_id for document in wire.edition1} - {again.document_id for again in wire.edition2}
    return [
        question
        for question in questions
        if question.slice != UNTAUGHT
        and question.references
        and question.gold_document_ids
        and first.issuperset(question.gold_document_ids)
    ]
