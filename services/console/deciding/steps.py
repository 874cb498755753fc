"""From documents to the results of a contest, step by step in a folder, so that an interrupted decision goes on."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.console import jobs, output, progress
from services.console.deciding import curve, curve_points, depending, planning, sources
from services.console.deciding.curve import Curve
from services.console.deciding.pace import Pace
from services.console.deciding.planning import Material, Plan
from services.console.deciding.sources import Source, SourceRead
from services.console.deciding.work import WIRE, Work
from services.console.demo import newswire, telling
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from services.console.demo.stage import stage
from services.console.demo.telling import Counting, Wanted
from services.console.live import contests
from shared.jobs.asking import JOB, NewswireMade
from shared.lab.deciding.trial import SUMMARY
from shared.messages import Contest, Question
from shared.messages.contests import CAG

CONTEST = "deciding"
FEWEST_MADE = 20
"""Of fewer made questions no difference between two arms could be told from chance."""


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
    making: Mapping[str, str]
    contest: str
    budget_s: float | None
    out: Path
    counting: Counting
    afresh: bool = False

    @property
    def asked(self) -> dict[str, object]:
        """What must be the same again for an interrupted decision to go on."""
        return {
            "documents": [depending.place(address) for address in self.addresses],
            "--wire": depending.place(str(self.wire)) if self.wire else "",
            **{name: depending.content(value) for name, value in self.making.items()},
            "--contest": depending.content(self.contest),
        }


@dataclass(frozen=True)
class Outcome:
    """The contest that was held: its folder of results with a run for each training, what was planned, read and made.

    `questions`: those that were asked.
    """

    results: Path
    runs: Mapping[str, Run]
    plan: Plan
    read: SourcesRead | None
    made: NewswireMade | None
    questions: Sequence[Question]


def hold(wanted: ToDecide) -> Outcome:
    """Do what is not done yet. Raises as the steps do, each with one clear sentence."""
    contest = contests.competing(wanted.contest)
    if not any(arm.is_tuned for arm in contest.arms):
        raise ValueError(
            f"--contest {wanted.contest}: no arm of it is trained, so that there is nothing to decide about"
        )
    began = time.monotonic()
    with Work(wanted.out / "work", wanted.asked, afresh=wanted.afresh) as work:
        if work.goes_on:
            output.say(f"Goes on with what is in {work.folder}, by the plan that was made then; --afresh begins anew.")
        read = None if wanted.wire else work.step("documents", SourcesRead, lambda: _read(wanted, work.folder))
        made = None if wanted.wire else work.step("newswire", NewswireMade, lambda: _made(wanted, work.folder))
        wire = newswire.load(wanted.wire or work.folder / WIRE)
        if said := wire.reviewed.sentence:
            output.say(said)
        return _contested(wanted, work, wire, contest, began, read, made)


def _contested(
    wanted: ToDecide, work: Work, wire: Newswire, contest: Contest, began: float,
    read: SourcesRead | None, made: NewswireMade | None,
) -> Outcome:  # fmt: skip
    """The plan, and the contest as far as it was not held before; a plan that was cut short stays so."""
    material = _material(wire, contest)
    plan = work.step("plan", Plan, lambda: planning.within(wanted.budget_s, material))
    output.say(plan.sentence(material))
    contest = _competing(contest, plan)
    questions = newswire.sample(wire.questions, plan.questions)
    depends = depending.digest(wire, questions, contest, plan.tokens)
    learned = Curve(wire, questions, contest, plan, KeptRuns(work.folder / "curve", depends), work.folder / "curve")
    kept = KeptRuns(wanted.out / "contest", depends)
    for place in (kept, learned.kept):
        place.drop_others(every=wanted.afresh)
    there = sum(kept.of(telling.name_of(seed)) is not None for seed in range(1, plan.trainings + 1))
    pace = Pace(wanted.budget_s, plan, material, began, there)
    trial = Wanted(
        wire, questions, [*range(1, plan.trainings + 1)], contest, wanted.out / "contest", wanted.counting, kept,
        _training(plan), pace.another, lambda running: learned.train(running, pace), learned.ask,
    )  # fmt: skip
    if trial.missing or learned.missing or not (trial.out / SUMMARY).is_file():
        _on_stage(trial)
        plan = plan.model_copy(update={"trainings": len(trial.runs), "shares": tuple(learned.runs())})
        work.replace("plan", plan)
    runs = trial.runs
    curve_points.write(learned, runs, trial.out)
    return Outcome(trial.out, runs, plan, read, made, questions)


def _read(wanted: ToDecide, folder: Path) -> SourcesRead:
    read_from = [Source.of(address, os.environ) for address in wanted.addresses]
    return SourcesRead(sources=tuple(sources.read(read_from, folder / "documents.jsonl", folder)))


def _made(wanted: ToDecide, folder: Path) -> NewswireMade:
    options = [part for name, value in wanted.making.items() for part in (name, value)]
    arguments = [str(folder / "documents.jsonl"), "--out", str(folder / WIRE), *options]
    with progress.waiting("making questions"):
        made = jobs.result_of(JOB.module, next(iter([*jobs.run(JOB, arguments, os.environ)]), None))
    if (asked := sum(made.questions.values())) < FEWEST_MADE and "--questions" not in wanted.making:
        raise ValueError(
            f"{asked} questions could be made of {made.edition1 + made.edition2} documents{_commonest(made)}, "
            f"and fewer than {FEWEST_MADE} decide nothing: give more documents in plain English sentences, a teacher "
            "model (--by teacher), or questions of your own (--questions)"
        )
    output.say(
        f"{made.edition1} documents in the first edition, {made.edition2} in the second; {made.pairs} training pairs, "
        f"{sum(made.questions.values())} questions."
    )
    return made


def _commonest(made: NewswireMade) -> str:
    """Why most documents were left out, in brackets."""
    most = max(made.left_out.items(), key=lambda item: item[1], default=None)
    return f" (of {most[1]}: {most[0]})" if most else ""


def _material(wire: Newswire, contest: Contest) -> Material:
    documents = [*wire.edition1, *wire.edition2]
    learned = curve.about_learned(wire, wire.questions)
    return Material(
        len(documents), len(wire.questions), len(learned), wire.facts, len(contest.arms),
        tuned_arms=sum(arm.is_tuned for arm in contest.arms),
        cag_arms=sum(arm.context == CAG for arm in contest.arms),
        tuned_cag_arms=sum(arm.context == CAG and arm.is_tuned for arm in contest.arms),
    )  # fmt: skip


def _competing(contest: Contest, plan: Plan) -> Contest:
    """Without the arms that the plan leaves out."""
    if plan.cag:
        return contest
    return contest.model_copy(update={"arms": tuple(arm for arm in contest.arms if arm.context != CAG)})


def _training(plan: Plan) -> Mapping[str, str]:
    capped = {} if plan.tokens is None else {"TILTYARD_TUNING_TOKENS": str(plan.tokens)}
    return {"TILTYARD_TUNING_REUSE": "true", **capped}


def _on_stage(trial: Wanted) -> None:
    started = time.monotonic()
    with stage(keep=False) as running:
        telling.begin(running)
        telling.tell(trial, running)
    output.say(f"The contest took {planning.minutes(time.monotonic() - started)}.")
