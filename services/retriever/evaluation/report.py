"""What an evaluation measured: every run on every level of judgement, and its differences to one baseline."""

from collections.abc import Mapping
from pathlib import Path

from services.retriever.evaluation import measures, statistics
from services.retriever.evaluation.measures import Run
from shared.collections.collection import Collection, Qrels
from shared.jobs.retrieval_evaluation import Level, Mean
from shared.messages import Estimate


def levels(collection: Collection, runs: Mapping[str, Run], baseline: str) -> dict[str, Level]:
    """For each level the means of each run and its paired differences to the baseline."""
    return {
        name: _level(qrels, runs, baseline=baseline, unfindable=collection.unfindable(name))
        for name, qrels in collection.qrels.items()
    }


def write_trec(folder: Path, collection: Collection, runs: Mapping[str, Run]) -> None:
    """One file for each run, and one of judgements for each level."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, run in runs.items():
        measures.write_run(folder / f"{name}.run", name, run)
    for level, qrels in collection.qrels.items():
        measures.write_qrels(folder / f"{level}.qrels", qrels)


def _level(qrels: Qrels, runs: Mapping[str, Run], *, baseline: str, unfindable: int) -> Level:
    values = {name: measures.values(run, qrels) for name, run in runs.items()}
    return Level(
        questions=len(qrels),
        runs={name: _means(statistics.means(of_run)) for name, of_run in values.items()},
        differences={
            name: _means(statistics.differences(of_run, values[baseline]))
            for name, of_run in values.items()
            if name != baseline
        },
        unfindable=unfindable,
    )


def _means(estimates: Mapping[str, Estimate]) -> dict[str, Mean]:
    return {
        name: Mean(n=estimate.n, mean=estimate.mean, ci95=estimate.ci95, interval=estimate.interval)
        for name, estimate in estimates.items()
    }
