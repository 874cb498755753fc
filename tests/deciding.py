"""Decisions for tests: the invented trial as files, as material, and decided at some rates."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from shared.lab.deciding import chart, of_results, trial
from shared.lab.deciding.basis import basis
from shared.lab.deciding.decided import Decided
from shared.lab.deciding.learning_curve import LearningCurve, Point
from shared.lab.deciding.made_with import FileRead, MadeWith, Options
from shared.lab.deciding.of_results import UpdateCosts
from shared.lab.deciding.placing import placed
from shared.lab.deciding.rule import decide
from shared.lab.deciding.values import Rates, Values
from shared.lab.report.material import Material, Times, gather
from shared.lab.report.numbers import Numbers, count
from tests.contests import within
from tests.results import ARMS, a_trial

COSTS = UpdateCosts(document_s=0.1, training_s=300.0)
RATES = Rates(questions_per_day=1_000, updates_per_day=50)


def material(times: Times | None = None, arms: Sequence[str] = ARMS) -> Material:
    """The invented trial, in a contest of these arms."""
    results, known = a_trial()
    return gather([within(result, *arms) for result in results], read_from="results.jsonl", times=times or known)


def written(folder: Path) -> tuple[Path, Path]:
    """Results and times of the trial as files."""
    results, times = a_trial()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.jsonl").write_text(
        "".join(f"{within(result, *ARMS).model_dump_json()}\n" for result in results), encoding="utf-8"
    )
    lines = "".join(f"{one.model_dump_json()}\n" for one in times.by_document.values())
    (folder / trial.DOCUMENTS).write_text(lines, encoding="utf-8")
    return folder / "results.jsonl", folder / trial.DOCUMENTS


@cache
def counted() -> Numbers:
    """The numbers of the trial."""
    return count(material())


@cache
def decided(rates: Rates = RATES, values: Values | None = None) -> Decided:
    """The trial decided, with a coarse map and without turning points, which take longer."""
    values, results = values or Values(), placed(material())
    evidence = of_results.evidence(results, COSTS)
    [decision] = decide(evidence, values, [rates])
    assert decision is not None
    made_with = MadeWith(
        options=Options(sources=("out/contest",), values=values, rates=rates),
        versions={"python": "3.11.0", "tiltyard": "0.1.0"},
        files=(FileRead(path="out/contest/results.jsonl", sha256="5a" * 32),),
    )
    return Decided(
        evidence, values, decision, (), chart.of(evidence, values, rates, a_decade=1),
        basis(results), counted(), made_with,
    )  # fmt: skip


def a_point(pairs: int = 100, right: float = 0.5, **changes: Any) -> Point:
    """A training, of a document for every two pairs and 96 questions."""
    said = {
        "pairs": pairs, "documents": max(1, pairs // 2), "tokens": 300 * pairs, "right": right, "n": 96,
        "low": max(0.0, right - 0.1), "high": min(1.0, right + 0.1), "adapter": f"share-{pairs}",
    }  # fmt: skip
    return Point.model_validate(said | changes)


def a_curve(*points: tuple[int, float]) -> LearningCurve:
    """Of pairs and the share that was right after them."""
    return LearningCurve(points=tuple(a_point(pairs, right) for pairs, right in points))
