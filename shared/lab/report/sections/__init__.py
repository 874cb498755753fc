"""The sections of a report in their order: numbers become sentences, tables and figures here."""

from collections.abc import Sequence

from shared.lab.report.blocks import Section
from shared.lab.report.numbers import Numbers
from shared.lab.report.sections import (
    answers,
    apart,
    audit,
    causes,
    comparisons,
    mixes,
    origins,
    people,
    repeats,
    scores,
    times,
    trouble,
    unfinished,
    verdict,
)


def of(numbers: Numbers, extra: Sequence[Section] = ()) -> list[Section]:
    """All sections; `extra` ones, of whoever made the results, stand before the provenance."""
    return [
        verdict.section(numbers),
        *unfinished.trainings(numbers),
        scores.arms(numbers),
        apart.answerable(numbers),
        scores.design_(numbers),
        causes.causes(numbers),
        mixes.mixes(numbers),
        *repeats.runs(numbers),
        comparisons.pairs(numbers),
        times.age(numbers),
        times.freshness(numbers),
        scores.by_attribute(numbers),
        answers.costs(numbers),
        answers.caution(numbers),
        apart.coverage(numbers),
        answers.certainty(numbers),
        audit.measure(numbers),
        people.votes(numbers),
        people.judges(numbers),
        *audit.few_labels(numbers),
        trouble.retrieval(numbers),
        trouble.examples_(numbers),
        *extra,
        comparisons.everything(numbers),
        origins.counted(numbers),
        origins.provenance_(numbers),
    ]
