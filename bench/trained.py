"""`python -m bench.trained out/demo`: what a trial over one seed or several reached, against its aims; one JSON object.

Reads the `results.jsonl` of each run. Intervals are 95 % over questions, each with all its runs; beside them stand the
means of the runs. What declining costs is counted from what was withheld: answers that would have been right.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shared import lines, normalise
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE
from shared.statistics.intervals import mean_interval

BASE, TUNED = "base+rag", "tuned+rag"


def main() -> None:
    """Read, count, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.trained", description="The aims of the fine-tuned side.")
    parser.add_argument("folder", type=Path, help="where a trial wrote its results")
    runs = {file.parent.name: read(file) for file in sorted(parser.parse_args().folder.rglob("results.jsonl"))}
    if not runs:
        parser.error("no results.jsonl in this folder: name what `tiltyard demo --out` was given")
    sys.stdout.write(json.dumps(aims(runs), indent=2) + "\n")


def read(file: Path) -> list[Result]:
    """The results of one run."""
    return lines.read_all(file, Result)


def aims(runs: dict[str, list[Result]]) -> dict[str, Any]:
    """Every aim with what was reached."""
    asked = [result.question for results in runs.values() for result in results]
    slices = sorted({question.slice for question in asked if question.references})
    return {
        "runs": len(runs),
        "tuned, from memory, contains on learned (aim 0.60)": _over(
            runs,
            lambda result: (
                result.answers["tuned"].scores.get("contains") if result.question.slice == "learned" else None
            ),
        ),
        f"{TUNED} minus {BASE}, {HEADLINE} (aim: not below 0 on any slice)": {
            name: _over(runs, lambda result, name=name: _lead(result, name), lowest=-1.0) for name in slices
        },
        "abstained on unanswerable (aim 0.5)": {
            arm: _over(runs, lambda result, arm=arm: _abstained(result, arm)) for arm in (BASE, TUNED)
        },
        "right answers kept back elsewhere (aim: at most 0.03)": {
            arm: _over(runs, lambda result, arm=arm: _kept_back(result, arm)) for arm in (BASE, TUNED)
        },
    }


def _lead(result: Result, name: str) -> float | None:
    if result.question.slice != name or not {BASE, TUNED} <= result.answers.keys():
        return None
    first, second = (result.answers[arm].scores.get(HEADLINE) for arm in (TUNED, BASE))
    return None if first is None or second is None else first - second


def _abstained(result: Result, arm: str) -> float | None:
    if result.question.slice != "unanswerable" or arm not in result.answers:
        return None
    return float(result.answers[arm].answer.status == "abstained")


def _kept_back(result: Result, arm: str) -> float | None:
    """Of the questions that have an answer: 1 where the rule withheld one that says it."""
    references = result.question.references
    if not references or arm not in result.answers:
        return None
    withheld = result.answers[arm].answer.withheld
    return float(any(normalise.occurs(reference, withheld) for reference in references))


def _over(runs: dict[str, list[Result]], value: Any, lowest: float = 0.0) -> dict[str, Any]:
    by_run = {name: dict(_values(results, value)) for name, results in runs.items()}
    rows = [(question, value) for run in by_run.values() for question, value in run.items()]
    interval = mean_interval([value for _, value in rows], [question for question, _ in rows], lowest=lowest)
    return {
        "mean": None if interval.mean is None else round(interval.mean, 3),
        "ci95": [round(interval.low, 3), round(interval.high, 3)],
        "n": interval.n,
        "by run": {name: round(sum(run.values()) / len(run), 3) for name, run in by_run.items() if run},
    }


def _values(results: Sequence[Result], value: Any) -> Iterator[tuple[str, float]]:
    for result in results:
        if (measured := value(result)) is not None:
            yield result.question.question_id, measured


if __name__ == "__main__":
    main()
