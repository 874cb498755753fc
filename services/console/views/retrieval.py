"""An evaluation of retrieval as tables for people: means of every run, then differences to the configured one."""

from collections.abc import Mapping
from typing import Any

from services.console import output
from shared.lab.retrieval import COMPARED, about, in_words

Report = Mapping[str, Any]


def show(report: Report) -> None:
    """Counts, then for each level of judgement the two tables."""
    for line in about(report):
        output.say(line)
    for level, found in report["levels"].items():
        measures = list(next(iter(found["runs"].values())))
        rows = ([name, *(f"{one[measure]['mean']:.3f}" for measure in measures)] for name, one in found["runs"].items())
        output.table(f"\n{level}: means over {found['questions']} questions", ["run", *measures], rows, measures)
        differences = (
            [name, *(in_words(one[measure]) for measure in COMPARED)] for name, one in found["differences"].items()
        )
        output.table(f"{level}: beside {report['baseline']}, with 95 % intervals", ["run", *COMPARED], differences)
