"""Trainings on growing shares of the training data, each asked what it should know: a learning curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from services.console.demo.story import Trial
from shared.jobs.tuning import AdapterReport
from shared.lab.suites import learning
from shared.messages import Arm, Contest, Question

FROM_MEMORY = "tuned"
SEED = 1


@dataclass
class Curve:
    """`shares` of the documents that are taught. `tokens`: most of a training's examples on all of them, None: any."""

    wire: Newswire
    questions: Sequence[Question]
    shares: Sequence[float]
    tokens: int | None
    kept: KeptRuns
    folder: Path

    def train(self, trial: Trial) -> None:
        """One adapter on each share whose run is not there yet, without gates."""
        lines = learning.nested(self.wire.pairs_file, self.shares, SEED) if self.shares else {}
        self._tunings = {
            name_of(share): self._learned(trial, share, lines[share])
            for share in self.shares
            if self.kept.of(name_of(share)) is None
        }

    def ask(self, trial: Trial) -> None:
        """Put the questions about what was taught to each of these adapters, from memory alone."""
        if not self._tunings:
            return
        trial.hold(Contest(name="learning-curve", arms=(Arm(name=FROM_MEMORY, speaker="tuned"),)))
        for name, results in trial.ask_each(self.questions, [*self._tunings], apart=True):
            self.kept.keep(name, Run(self._tunings[name], results))

    def runs(self) -> dict[float, Run]:
        """Share -> its run, as far as they are there."""
        of = {share: self.kept.of(name_of(share)) for share in self.shares}
        return {share: run for share, run in of.items() if run is not None}

    def pairs_of(self, share: float) -> Path:
        """The file of pairs that a share was taught."""
        return self.folder / f"{name_of(share)}.pairs.jsonl"

    def _learned(self, trial: Trial, share: float, lines: Sequence[str]) -> AdapterReport:
        pairs = self.pairs_of(share)
        pairs.parent.mkdir(parents=True, exist_ok=True)
        pairs.write_text("\n".join(lines) + "\n", encoding="utf-8")
        capped = {} if self.tokens is None else {"TILTYARD_TUNING_TOKENS": str(max(1, round(share * self.tokens)))}
        return trial.learn(name_of(share), SEED, pairs, {"TILTYARD_TUNING_GATES": "false", **capped})


def name_of(share: float) -> str:
    """Of the adapter that learned from this share."""
    return f"share-{round(share * 1000):04}"


def about_learned(wire: Newswire, questions: Sequence[Question]) -> list[Question]:
    """Questions with an answer that stands in the first edition, and about no document that came again later."""
    first = {document.document_id for document in wire.edition1} - {one.document_id for one in wire.edition2}
    return [
        question
        for question in questions
        if question.references and question.gold_document_ids and first.issuperset(question.gold_document_ids)
    ]
