"""An evaluation of retrieval as tables for people: means of every run, then differences to the configured one."""

from services.console import output
from shared.jobs.retrieval_evaluation import RetrievalReport
from shared.lab.retrieval import COMPARED, about, in_words


def show(report: RetrievalReport) -> None:
    """Counts, then for each level of judgement the two tables."""
    for line in about(report):
        output.say(line)
    for name, level in report.levels.items():
        measures = list(next(iter(level.runs.values())))
        rows = ([run, *(f"{means[measure].mean:.3f}" for measure in measures)] for run, means in level.runs.items())
        output.table(f"\n{name}: means over {level.questions} questions", ["run", *measures], rows, measures)
        differences = (
            [run, *(in_words(of_run[measure]) for measure in COMPARED)] for run, of_run in level.differences.items()
        )
        output.table(f"{name}: beside {report.baseline}, with 95 % intervals", ["run", *COMPARED], differences)
