"""What an evaluation says: every run's measures on every level of judgement, and its differences to one baseline."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.retriever.evaluation import measures, statistics
from services.retriever.evaluation.measures import Run
from shared.collections.collection import Collection, Qrels
from shared.messages import Estimate


def of(collection: Collection, runs: Mapping[str, Run], baseline: str) -> dict[str, Any]:
    """Counts, and for each level the means of each run and its paired differences to the baseline."""
    return {
        "collection": collection.name,
        "questions": len(collection.questions),
        "without_gold": collection.without_gold,
        "baseline": baseline,
        "levels": {
            level: _level(qrels, runs, baseline) | {"unfindable": collection.unfindable(level)}
            for level, qrels in collection.qrels.items()
        },
    }


def write_trec(folder: Path, collection: Collection, runs: Mapping[str, Run]) -> None:
    """One file for each run, and one of judgements for each level."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, run in runs.items():
        measures.write_run(folder / f"{name}.run", name, run)
    for level, qrels in collection.qrels.items():
        measures.write_qrels(folder / f"{level}.qrels", qrels)


def _level(qrels: Qrels, runs: Mapping[str, Run], baseline: str) -> dict[str, Any]:
    values = {name: measures.values(run, qrels) for name, run in runs.items()}
    return {
        "questions": len(qrels),
        "runs": {name: _plain(statistics.means(one)) for name, one in values.items()},
        "differences": {
            name: _plain(statistics.differences(one, values[baseline]))
            for name, one in values.items()
            if name != baseline
        },
    }


def _plain(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: one.model_dump(exclude={"version"}) for name, one in estimates.items()}
