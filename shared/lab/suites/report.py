"""What a run of a suite ends in: the trial's table and sentences, with what came of the suite's documents."""

from collections.abc import Iterator, Mapping, Sequence

from shared.lab import summary
from shared.lab.report import verdict
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.lab.suites import measuring
from shared.lab.suites.card import Card
from shared.lab.suites.folder import Suite
from shared.lab.suites.measuring import Measured
from shared.lab.suites.running import Corpus, SuiteResults
from shared.lab.summary import Summary
from shared.messages import Result

SHOWN_LOST = 5
SILENT = ("failed", "skipped")


class SuiteReport(Measured, Summary):
    """The trial's summary and what stands beside its table, with the suite's card and its documents' fates.

    `documents` and `documents_not_findable` are None where the documents were in the system already; `silent` arms
    failed at every question or never answered in time.
    """

    suite: Card
    run: str
    without_result: Sequence[str]
    documents: Mapping[str, int] | None
    documents_not_findable: Mapping[str, str] | None
    metric_versions: Mapping[str, str]
    silent: Sequence[str]
    sentences: Sequence[str]


def of_run(
    suite: Suite, suite_results: SuiteResults, corpus: Corpus | None, *, run: str, arms: Sequence[str]
) -> SuiteReport:
    """The report of a run.

    `corpus` is None where the documents were in the system already.
    """
    results = chosen(suite_results, arms)
    failed = silent(suite_results, arms)
    speaking = [arm for arm in arms if arm not in failed]
    numbers = count(gather(results, read_from="results"))
    return SuiteReport(
        **(dict(summary.of_numbers(numbers, arms)) | {"questions": len(suite_results.questions)}),
        **dict(measuring.measured(suite.card.kind, numbers, results, speaking)),
        suite=suite.card,
        run=run,
        without_result=suite_results.missing,
        documents=corpus.fates if corpus else None,
        documents_not_findable=corpus.lost if corpus else None,
        metric_versions=results[-1].metric_versions if results else {},
        silent=failed,
        sentences=verdict.sentences(numbers, speaking),
    )


def chosen(suite_results: SuiteResults, arms: Sequence[str]) -> list[Result]:
    """The results in the order of the questions, cut down to the chosen arms."""
    results = [
        suite_results.results[question.question_id]
        for question in suite_results.questions
        if question.question_id in suite_results.results
    ]
    return [
        result.model_copy(
            update={
                "answers": {arm: scored for arm, scored in result.answers.items() if arm in arms},
                "missing": tuple(arm for arm in result.missing if arm in arms),
            }
        )
        for result in results
    ]


def silent(suite_results: SuiteResults, arms: Sequence[str]) -> list[str]:
    """Arms that failed at every question or never answered in time: their zeros are compared with nothing."""
    results = suite_results.results.values()
    return [
        arm
        for arm in arms
        if all(arm not in result.answers or result.answers[arm].answer.status in SILENT for result in results)
    ]


def warnings(report: SuiteReport) -> Iterator[str]:
    """What happened on the way that changes what the numbers mean."""
    lost = report.documents_not_findable or {}
    if lost:
        named = "; ".join(f"{name} ({why})" for name, why in list(lost.items())[:SHOWN_LOST])
        yield f"WARNING: {len(lost)} documents of the suite could not be found by any question: {named}."
    if report.without_result:
        yield f"WARNING: {len(report.without_result)} of {report.questions} questions have no result."
    if report.silent:
        yield f"Never answered: {', '.join(report.silent)}. Their zeros say nothing about a model; see `failed`."
