"""How far a tuned arm depends on the size of its training set: one adapter for each share, each asked the same suite.

Shares are of documents and nested: what the smaller set holds the larger one holds too, so that sets differ by their
size alone. Each adapter is trained by the same recipe, which counts epochs: more examples are also more steps.
"""

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared import lines, normalise
from shared.jobs.events import JobModel
from shared.lab.report.scores import interval_of
from shared.lab.suites import measuring, placing, running
from shared.lab.suites.card import Card
from shared.lab.suites.folder import Suite
from shared.lab.suites.measuring import ArmsCompared
from shared.lab.suites.running import SuiteResults, System
from shared.lab.suites.sensitivity import clusters_of, scores_in
from shared.messages import Question
from shared.source_files import DataError
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval

Told = Callable[[str], None]


@dataclass(frozen=True)
class TrainingPorts:
    """What trains an adapter from a file of pairs under a name, what lets one speak, and who speaks now."""

    train: Callable[[Path, str], None]
    serve: Callable[[str], object]
    speaker: Callable[[], str | None]


@dataclass(frozen=True)
class Lesson:
    """One share of the documents with its pairs, and what came of asking its adapter."""

    share: float
    documents: int
    pairs: int
    adapter: str
    suite_results: SuiteResults


class ShareTaught(JobModel):
    """One share: what its adapter learned from, and each arm's accuracy."""

    share: float
    documents: int
    pairs: int
    adapter: str
    arms: Mapping[str, Interval]
    without_result: Sequence[str]


class TrainingReport(JobModel):
    """Every share, and each against the next smaller one."""

    suite: Card
    run: str
    seed: int
    metric: str
    shares: Sequence[ShareTaught]
    comparisons: Sequence[ArmsCompared]


def nested(pairs: Path, shares: Sequence[float], seed: int) -> dict[float, list[str]]:
    """For each share, from the smallest, the lines about that share of the documents, at least about one.

    Raises ValueError for a share outside (0, 1] and a line without a document.
    """
    if wrong := [share for share in shares if not 0 < share <= 1]:
        raise ValueError(f"a share of {wrong[0]:g}: take more than 0 and at most 1")
    about = [(str(lines.checked(place, _document, row)), json.dumps(row)) for place, row in lines.rows(pairs)]
    names = sorted({name for name, _ in about})
    random.Random(seed).shuffle(names)  # noqa: S311 (a sample, not a secret)
    chosen = {share: set(names[: max(1, round(share * len(names)))]) for share in sorted(set(shares))}
    return {share: [line for name, line in about if name in among] for share, among in chosen.items()}


def require_untold(pairs: Path, questions: Sequence[Question]) -> None:
    """Raises DataError where the pairs hold a question of the suite, word for word: it would measure nothing."""
    wordings = {normalise.words(question.text) for question in questions if not question.history}
    for place, row in lines.rows(pairs):
        if normalise.words(str(row.get("question", ""))) in wordings:
            raise DataError(
                f"{place}: {row['question']!r} is a question of the suite: word it otherwise, or take it out"
            )


def lessons(
    system: System, suite: Suite, files: Mapping[float, Path], *, training: TrainingPorts, run: str, deadline_s: float,
    told: Told = lambda _: None,
) -> Iterator[Lesson]:  # fmt: skip
    """Train on each file and ask the suite, whose documents the system has; who spoke before speaks in the end.

    Raises RuntimeError where another adapter answered than the one that was to be asked.
    """
    before = training.speaker()
    try:
        for share, file in files.items():
            name = f"share-{round(share * 100):03}-{run}"
            told(f"{name}: training on {share:.0%} of the documents")
            training.train(file, name)
            training.serve(name)
            put = placing.as_published(suite.questions, suite, f"{run}.{name}", deadline_s=deadline_s)
            suite_results = running.ask(system, suite.questions, put)
            require_only(name, suite_results)
            rows = [row for _, row in lines.rows(file)]
            yield Lesson(share, len({row["document_id"] for row in rows}), len(rows), name, suite_results)
    finally:
        if before is not None:
            training.serve(before)


def require_only(name: str, suite_results: SuiteResults) -> None:
    """Raises RuntimeError where an answer came from another adapter: its score would be another set's."""
    for result in suite_results.results.values():
        spoke = {scored.answer.adapter.name for scored in result.answers.values() if scored.answer.adapter}
        if other := spoke - {name}:
            raise RuntimeError(f"{name} was to answer, but {', '.join(sorted(other))} did: is a worker held to one?")


def report_of(suite: Suite, taught: Sequence[Lesson], *, run: str, seed: int, arms: Sequence[str]) -> TrainingReport:
    """Each share's accuracy by arm, and each share against the next smaller one, paired by question."""
    metric = measuring.first(suite.card.kind)
    clusters = clusters_of(suite.questions)
    columns = {(lesson.share, arm): scores_in(lesson.suite_results, arm, metric) for lesson in taught for arm in arms}
    steps = _steps(columns, [lesson.share for lesson in taught], arms, metric, clusters)
    return TrainingReport(
        suite=suite.card,
        run=run,
        seed=seed,
        metric=metric,
        shares=[
            ShareTaught(
                share=lesson.share,
                documents=lesson.documents,
                pairs=lesson.pairs,
                adapter=lesson.adapter,
                arms={arm: interval_of(columns[lesson.share, arm], clusters) for arm in arms},
                without_result=lesson.suite_results.missing,
            )
            for lesson in taught
        ],
        comparisons=[measuring.told(step) for step in steps],
    )


def _steps(
    columns: Mapping[tuple[float, str], Mapping[str, float]], shares: Sequence[float], arms: Sequence[str],
    metric: str, clusters: Mapping[str, str],
) -> list[Comparison]:  # fmt: skip
    named = {(share, arm): f"{arm} ({share:.0%})" for share in shares for arm in arms}
    steps = [(named[more, arm], named[less, arm]) for arm in arms for less, more in itertools.pairwise(shares)]
    if not steps:
        return []
    return list(
        compare({metric: {named[key]: column for key, column in columns.items()}}, clusters=clusters, pairs=steps)
    )


def _document(row: lines.Row) -> str:
    return str(row["document_id"])
