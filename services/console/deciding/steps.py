"""From documents to the results of a contest, step by step in a folder, so that an interrupted decision goes on."""

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.console import jobs, output, progress
from services.console.deciding import curve, curve_points, planning, sources
from services.console.deciding.curve import Curve
from services.console.deciding.pace import Pace
from services.console.deciding.planning import Material, Plan
from services.console.deciding.sources import Source, SourceRead
from services.console.deciding.work import Work
from services.console.demo import newswire, telling
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from services.console.demo.stage import stage
from services.console.demo.telling import Counting, Wanted
from services.console.live import contests
from shared.jobs.asking import JOB, NewswireMade
from shared.lab.deciding.trial import SUMMARY
from shared.messages import Contest, Question

CONTEST = "deciding"


class SourcesRead(BaseModel):
    """What each source gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    sources: tuple[SourceRead, ...]


@dataclass(frozen=True)
class ToDecide:
    """What a user wants decided: documents from `addresses`, or a newswire folder that is there (`wire`).

    `making`: further arguments of the job that makes questions. `budget_s`: None where any time will do.
    """

    addresses: Sequence[str]
    wire: Path | None
    making: Sequence[str]
    contest: str
    budget_s: float | None
    out: Path
    counting: Counting
    afresh: bool = False

    @property
    def asked(self) -> dict[str, object]:
        """What must be the same again for an interrupted decision to go on."""
        wire = str(self.wire.resolve()) if self.wire else ""
        return {
            "documents": [*self.addresses], "--wire": wire, "options of questions": [*self.making],
            "--contest": self.contest,
        }  # fmt: skip


@dataclass(frozen=True)
class Held:
    """The contest that was held: its folder of results with a run for each training, what was planned, read and made,
    and the learning curve.
    """

    results: Path
    runs: Mapping[str, Run]
    plan: Plan
    read: SourcesRead | None
    made: NewswireMade | None
    curve: Curve


def hold(wanted: ToDecide) -> Held:
    """Do what is not done yet. Raises as the steps do, each with one clear sentence."""
    read_from = [Source.of(address, os.environ) for address in wanted.addresses]
    contest = contests.competing(wanted.contest)
    with Work(wanted.out / "work", wanted.asked, afresh=wanted.afresh) as work:
        return _held(wanted, work, read_from, contest)


def _held(wanted: ToDecide, work: Work, read_from: Sequence[Source], contest: Contest) -> Held:
    if work.goes_on:
        output.say(f"Goes on with what is in {work.folder}; --afresh begins anew.")
    read = None if wanted.wire else work.step("documents", SourcesRead, lambda: _read(read_from, work.folder))
    made = None if wanted.wire else work.step("newswire", NewswireMade, lambda: _made(wanted, work.folder))
    wire = newswire.load(wanted.wire or work.folder / "wire")
    material = _material(wire, contest)
    plan = work.step("plan", Plan, lambda: planning.within(wanted.budget_s, material))
    output.say(plan.sentence(material))
    questions = newswire.sample(wire.questions, plan.questions)
    learned = _curve(work.folder, wire, questions, plan, contest)
    pace = Pace(wanted.budget_s, plan, material)
    trial = Wanted(
        wire, questions, [*range(1, plan.trainings + 1)], contest, wanted.out / "contest", wanted.counting,
        KeptRuns(wanted.out / "contest", _depends(wire, questions, plan, contest)), _training(plan),
        pace.another, learned.train, learned.ask,
    )  # fmt: skip
    if trial.missing or not (trial.out / SUMMARY).is_file():
        _on_stage(trial)
    curve_points.write(learned, trial.runs, trial.out)
    return Held(trial.out, trial.runs, plan, read, made, learned)


def _read(read_from: Sequence[Source], folder: Path) -> SourcesRead:
    return SourcesRead(sources=tuple(sources.read(read_from, folder / "documents.jsonl", folder)))


def _made(wanted: ToDecide, folder: Path) -> NewswireMade:
    arguments = [str(folder / "documents.jsonl"), "--out", str(folder / "wire"), *wanted.making]
    with progress.waiting("making questions"):
        made = jobs.result_of(JOB.module, next(iter([*jobs.run(JOB, arguments, os.environ)]), None))
    output.say(
        f"{made.edition1} documents in the first edition, {made.edition2} in the second; {made.pairs} training pairs, "
        f"{sum(made.questions.values())} questions."
    )
    return made


def _material(wire: Newswire, contest: Contest) -> Material:
    documents = [*wire.edition1, *wire.edition2]
    learned = curve.about_learned(wire, wire.questions)
    return Material(len(documents), len(wire.questions), len(learned), wire.facts, len(contest.arms))


def _curve(folder: Path, wire: Newswire, questions: Sequence[Question], plan: Plan, contest: Contest) -> Curve:
    about = curve.about_learned(wire, questions)
    kept = KeptRuns(folder / "curve", _depends(wire, about, plan, contest))
    return Curve(wire, about, plan.shares, plan.tokens, kept, folder / "curve")


def _training(plan: Plan) -> Mapping[str, str]:
    capped = {} if plan.tokens is None else {"TILTYARD_TUNING_TOKENS": str(plan.tokens)}
    return {"TILTYARD_TUNING_REUSE": "true", **capped}


def _depends(wire: Newswire, questions: Sequence[Question], plan: Plan, contest: Contest) -> dict[str, object]:
    """All that answers depend on: news, pairs, questions, contest, settings and the version of this program."""
    digest = hashlib.sha256(wire.pairs_file.read_bytes())
    for message in (*wire.edition1, *wire.edition2, *questions, contest):
        digest.update(message.model_dump_json().encode())
    settings = {name: value for name, value in os.environ.items() if name.startswith("TILTYARD_")}
    return {"news": digest.hexdigest(), "tokens": plan.tokens, "settings": settings, "version": version("tiltyard")}


def _on_stage(trial: Wanted) -> None:
    started = time.monotonic()
    with stage(keep=False) as running:
        telling.say("0", "Kafka, Cassandra and six service processes start on this machine")
        with progress.waiting("servers and services start"):
            running.start()
            running.services.start()
        telling.tell(trial, running)
    output.say(f"The contest took {planning.minutes(time.monotonic() - started)}.")
