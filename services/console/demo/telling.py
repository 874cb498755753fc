"""A trial told as it goes: what is asked of it, its steps on a stage, and what it left behind."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.console import output, progress
from services.console.demo import asked_once, report
from services.console.demo.kept_runs import KeptRuns, Run
from services.console.demo.newswire import Newswire
from services.console.demo.stage import Stage
from services.console.demo.story import Trial
from services.console.live import staying
from services.console.views import scoreboard
from shared.costs import CostSettings
from shared.jobs.tuning import AdapterReport
from shared.lab import summary
from shared.lab.report.numbers import Numbers
from shared.lab.summary import TrialSummary
from shared.messages import Contest, Question, Result

Beside = Callable[[Trial], None]


@dataclass(frozen=True)
class Counting:
    """What of the settings the numbers of a report depend on: votes of a voter that count in an hour, and prices."""

    per_hour: int
    costs: CostSettings


@dataclass(frozen=True)
class Wanted:
    """One trial. `seeds`: of its trainings, None being the recipe's own. `kept`: runs of an earlier start.

    `training`: settings of its trainings, as environment variables. `another` is asked after a training of so many
    seconds whether there is time for one more. `after_training` and `after_questions` are what
    else is done on the stage.
    """

    wire: Newswire
    questions: Sequence[Question]
    seeds: Sequence[int | None]
    contest: Contest
    out: Path
    counting: Counting
    kept: KeptRuns | None = None
    training: Mapping[str, str] = field(default_factory=dict)
    another: Callable[[float], bool] = lambda _: True
    after_training: Beside = lambda _: None
    after_questions: Beside = lambda _: None

    @property
    def runs(self) -> dict[str, Run]:
        """Those of an earlier start, by the name of their adapter."""
        of = {name: self.kept.of(name) for name in map(name_of, self.seeds) if self.kept and name}
        return {name: run for name, run in of.items() if run is not None}

    @property
    def missing(self) -> list[int | None]:
        """Seeds whose run is not there yet."""
        there = self.runs
        return [seed for seed in self.seeds if name_of(seed) not in there]


def name_of(seed: int | None) -> str:
    """Of the adapter that is trained with a seed; "": by its cutoff and its weights."""
    return "" if seed is None else f"seed-{seed}"


def begin(stage: Stage) -> None:
    """Servers and services, until everything answers."""
    started = time.monotonic()
    say("0", "Kafka, Cassandra and seven service processes start on this machine")
    with progress.waiting("servers start"):
        stage.start()
    with progress.waiting("services start"):
        stage.services.start()
    output.say(f"Everything is ready after {time.monotonic() - started:.0f} s.")


def tell(wanted: Wanted, stage: Stage) -> TrialSummary:
    """The steps, on servers that run; returns what came of them, which is also written down."""
    trial = Trial(wanted.wire, stage.kafka, stage.cassandra, training=wanted.training)
    trial.hold(wanted.contest)
    runs = wanted.runs
    say("1", f"edition 1 of the newswire, {len(trial.wire.edition1)} documents, is streamed into the news topic")
    trial.stream(trial.wire.edition1, "edition 1")
    if not runs:
        output.say("A first question: nothing is fine-tuned yet, and the tuned arms must say so.")
        trial.ask_before_tuning()
    say("2", f"a model learns edition 1 with QLoRA, from the store and {trial.wire.pairs} training pairs")
    tunings = list(_trained(trial, wanted))
    wanted.after_training(trial)
    if tunings:
        output.say(
            f"Announced: {', '.join(tuning.name for tuning in tunings)}. The running worker takes an adapter up before "
            "its next answer."
        )
    say("3", f"edition 2 is streamed, {len(trial.wire.edition2)} new stories, corrections and retractions")
    trial.stream(trial.wire.edition2, "edition 2")
    say("4", f"{len(wanted.questions)} questions about both editions go to {len(trial.contest.arms)} arms")
    runs |= dict(runs_of(trial, wanted, tunings, runs))
    wanted.after_questions(trial)
    return _written(trial, wanted, runs)


def _trained(trial: Trial, wanted: Wanted) -> Iterator[AdapterReport]:
    """One adapter after the other, as long as there is time for another."""
    for number, seed in enumerate(missing := wanted.missing, start=1):
        tuning = trial.learn(name_of(seed), seed)
        yield tuning
        took = max(tuning.seconds, tuning.cost.seconds if tuning.cost else 0.0)
        if number < len(missing) and not wanted.another(took):
            output.say(f"No time is left for {len(missing) - number} more: {number} of {len(missing)} are trained.")
            return


def runs_of(
    trial: Trial, wanted: Wanted, tunings: Sequence[AdapterReport], before: Mapping[str, Run]
) -> Iterator[tuple[str, Run]]:
    """One run for each adapter; each is kept as soon as it is there. What needs no adapter is asked in the first."""
    first = next((run.results for run in before.values()), None)
    for tuning in tunings:
        results = _answered(trial, wanted, tuning.name, first)
        first, run = first or results, Run(tuning, results)
        if wanted.kept:
            wanted.kept.keep(tuning.name, run)
        yield tuning.name, run


def _answered(trial: Trial, wanted: Wanted, name: str, first: Sequence[Result] | None) -> Sequence[Result]:
    """What all arms say while this adapter speaks; what they said in a `first` run stands as far as it must."""
    apart = len(wanted.seeds) > 1
    if first is None or not asked_once.by_some(wanted.contest):
        return trial.ask_with(name, wanted.questions, apart=apart)
    of_adapters = asked_once.of_adapters(wanted.contest)
    if trial.contest != of_adapters:
        trial.hold(of_adapters)
    return asked_once.whole(trial.ask_with(name, wanted.questions, apart=apart), first)


def _written(trial: Trial, wanted: Wanted, runs: Mapping[str, Run]) -> TrialSummary:
    results = {name: run.results for name, run in runs.items()}
    with progress.waiting("counting"):
        numbers = trial.count(results, per_hour=wanted.counting.per_hour)
    trial_summary = summary.of_trial(
        numbers, asked=len(wanted.questions), freshness_ms=trial.freshness_ms,
        tunings=[run.tuning for run in runs.values()], audit=trial.audit(),
        review=wanted.wire.review_of(wanted.questions), taught_share=wanted.wire.taught_share,
    )  # fmt: skip
    everything = [result for of_run in results.values() for result in of_run]
    with progress.waiting("writing the report"):
        costs = staying.live(trial.kafka, everything, wanted.counting.costs)
        times = trial.times.by_document.values()
        report.write(wanted.out, results, numbers, trial_summary, costs, times, apart=wanted.kept is not None)
    _conclude(numbers, trial_summary, wanted.out)
    return trial_summary


def _conclude(numbers: Numbers, trial: TrialSummary, out: Path) -> None:
    say("5", "who was right")
    scoreboard.show(trial)
    scoreboard.say_verdict(numbers)
    balance = "yes" if trial.audit.balanced else "NO, see `audit` in summary.json"
    output.say(f"Every document and question accounted for: {balance}.")
    output.say(f"Written to {out}: {', '.join(report.NAMES)}. To read: {(out / 'report.html').resolve().as_uri()}")


def say(step: str, what: str) -> None:
    """The heading of a step."""
    output.out.print(f"\n[bold]{step}. {what[0].upper()}{what[1:]}.[/bold]")
