"""One run of a suite from the command line: the folder is checked, the live system is asked, files are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from services.console import output, progress
from shared.lab import summary
from shared.lab.suites import checking, disturbing, placing, report, running, sensitivity
from shared.lab.suites.folder import Suite
from shared.lab.suites.report import SuiteReport
from shared.lab.suites.running import Corpus, SuiteResults, System
from shared.lab.suites.sensitivity_report import SensitivityReport


def note(message: str) -> None:
    """A line beside the output, so that JSON stays JSON."""
    output.err.print(message, markup=False, soft_wrap=True)


def a_run() -> str:
    """A name that no run had before."""
    return uuid4().hex[:8]


@dataclass(frozen=True)
class Session:
    """A suite about to be run. `connect` makes the system, after the folder has been found to be right.

    Without `arms`, all of the contest that the results belong to are shown.
    """

    folder: Path
    arms: Sequence[str]
    deadline_s: float
    wait_s: float
    connect: Callable[[float], System]
    name: str = field(default_factory=a_run)

    def run(self, *, published: bool, keep: bool, out: Path | None) -> SuiteReport:
        """The report of one run.

        Raises ValueError for a suite with errors, TimeoutError where its documents cannot be found in time.
        """
        suite = checking.load(self.folder)
        system = self.connect(self.wait_s)
        results, corpus = self._as_published(system, suite) if published else self._set_apart(system, suite, keep=keep)
        with progress.waiting("counting"):
            arms = self.arms or results.contest.arm_names
            ended_in = report.of_run(suite, results, corpus, run=self.name, arms=arms)
        if out:
            summary.write(out, {self.name: report.chosen(results, arms)}, ended_in)
        return ended_in

    def disturb(self, names: Sequence[str], *, seed: int, out: Path | None) -> SensitivityReport:
        """The report of a sensitivity run; raises ValueError for a name that there is not, and as `run` does."""
        wanted = disturbing.with_their_controls(names)
        suite = disturbing.traceable(checking.load(self.folder))
        sensitivity_run = sensitivity.SensitivityRun(self.connect(self.wait_s), suite, self.name, self.deadline_s)
        conditions = list(sensitivity_run.conditions(wanted, seed, told=note))
        with progress.waiting("counting"):
            arms = self.arms or conditions[0].suite_results.contest.arm_names
            ended_in = sensitivity.report_of(suite, conditions, run=self.name, seed=seed, arms=arms)
        if out:
            sensitivity.write(out, conditions, ended_in, arms)
        return ended_in

    def _as_published(self, system: System, suite: Suite) -> tuple[SuiteResults, None]:
        put = placing.as_published(suite.questions, suite, self.name, deadline_s=self.deadline_s)
        return running.ask(system, suite.questions, put), None

    def _set_apart(self, system: System, suite: Suite, *, keep: bool) -> tuple[SuiteResults, Corpus]:
        with running.published(system, suite, keep=keep) as corpus:
            put = placing.questions(suite.questions, corpus.name, self.name, deadline_s=self.deadline_s)
            return running.ask(system, suite.questions, put), corpus
