"""`python -m services.scorer.evaluation`: score files of predictions against their references and compare the systems.

Progress is one JSON object a line on standard output; the last line holds the report.
"""

import argparse
from pathlib import Path

from services.scorer.evaluation import contests, predictions, report, scoring
from services.scorer.evaluation.contests import Contest
from shared import plugins
from shared.jobs.answers_evaluation import AnswersEvaluated, AnswersReport, PredictionsScored, SettingsCompared
from shared.jobs.events import write
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.scoring import catalogue
from shared.scoring.catalogue import HEADLINE
from shared.service import guarded
from shared.settings import EncoderSettings

EVERY = 1_000
DRAWS = 10_000


def main() -> None:
    """Read the arguments and do the work; exits with the codes of the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("predictions", type=Path, nargs="+")
    parser.add_argument("--references", type=Path, default=None, help="where the predictions' file does not hold them")
    parser.add_argument("--format", default="", choices=["", *plugins.names(predictions.FORMATS)])
    parser.add_argument("--metric", action="append", default=[], help="a file in shared/measures; repeatable")
    parser.add_argument("--baseline", default="", help="compare every system with this one only")
    parser.add_argument("--margin", type=float, default=None, help="a share that does not matter, such as 0.05")
    options = parser.parse_args()
    raise SystemExit(guarded("evaluate", lambda readiness: _evaluate(options, readiness), ObserveSettings))


def _evaluate(options: argparse.Namespace, _: Readiness) -> None:
    loaded = predictions.load(options.predictions, options.references, options.format)
    every = [prediction for file in loaded for prediction in file.predictions]
    arranged = contests.arrange(every, repeats=all(file.repeats for file in loaded))
    _known(options.baseline, arranged)
    names = list(dict.fromkeys(options.metric or [name for file in loaded for name in file.measures]))
    metrics = catalogue.load(list(dict.fromkeys([*names, HEADLINE])), EncoderSettings())
    done = _Count(sum(len(of_system) for contest in arranged for of_system in contest.entries.values()))
    scored = [scoring.score(contest, {name: metrics[name] for name in names}, done.advance) for contest in arranged]
    settings = {}
    for number, (contest, values) in enumerate(zip(arranged, scored, strict=True), start=1):
        settings[contest.setting] = report.of(
            contest, values, metrics[HEADLINE], baseline=options.baseline, margin=options.margin, draws=DRAWS
        )
        write(SettingsCompared(done=number, total=len(arranged)))
    versions = {name: metric.version for name, metric in metrics.items()}
    if any(contest.by_index for contest in arranged):
        versions[scoring.CHOICE] = scoring.CHOICE_VERSION
    evaluated = AnswersReport(
        files=[str(path) for path in options.predictions],
        formats=list(dict.fromkeys(file.format for file in loaded)),
        predictions=sum(prediction.answer is not None for prediction in every),
        notes=[note for file in loaded for note in file.notes],
        metric_versions=versions,
        decides=HEADLINE,
        draws=DRAWS,
        margin=options.margin,
        without_values=[name for name in names if not any(name in values for values in scored)],
        settings=settings,
    )
    write(AnswersEvaluated(report=evaluated))


def _known(baseline: str, arranged: list[Contest]) -> None:
    systems = dict.fromkeys(system for contest in arranged for system in contest.entries)
    if baseline and baseline not in systems:
        raise ValueError(f"no system {baseline!r} to compare with: choose one of {', '.join(systems)}")


class _Count:
    """Says now and then how many predictions are scored."""

    def __init__(self, total: int) -> None:
        self._done, self._total = 0, total

    def advance(self) -> None:
        self._done += 1
        if self._done % EVERY == 0 or self._done == self._total:
            write(PredictionsScored(done=self._done, total=self._total))


if __name__ == "__main__":
    main()
