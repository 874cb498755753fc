"""Results for tests of audits: an answer's words say whether it is right, and a measure errs at known rates."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.lab.audit import sheet
from shared.lab.audit.doubts import Ruled
from shared.lab.audit.drawing import Wanted, draw, judged
from shared.lab.audit.sheet import Entry, Key
from shared.messages import Answer, Question, Result, ScoredAnswer
from shared.scoring.catalogue import HEADLINE
from tests.results import a_result, a_scored

TRULY = {"base": 0.2, "base+rag": 0.6}
VERSION = "1:contains-1"


def some_results(
    questions: int = 200,
    *,
    sensitivity: float = 0.9,
    specificity: float = 0.95,
    truly: Mapping[str, float] = TRULY,
    seed: int = 3,
) -> list[Result]:
    """Every arm's answer to every question; `truly` says how often each is right."""
    rng = random.Random(seed)  # noqa: S311 (results for tests, not a secret)
    return [
        asked(
            *(_scored(rng, arm, n, share, sensitivity, specificity) for arm, share in truly.items()),
            question_id=f"q-{n}",
            text=f"What became of house {n}?",
            gold_document_ids=(f"d-{n}",),
        )
        for n in range(questions)
    ]


def said(arm: str = "base", *, right: float | None = 1.0, **changes: Any) -> ScoredAnswer:
    """An answer that the measure calls right, or not; without a score where `right` is None."""
    return a_scored(arm, correct=None, scores={} if right is None else {HEADLINE: right}, **changes)


def asked(*answers: ScoredAnswer, **changes: Any) -> Result:
    """A question with these answers, scored by the headline measure."""
    return a_result(*answers, **changes).model_copy(update={"metric_versions": {HEADLINE: VERSION}})


def _scored(rng: random.Random, arm: str, n: int, share: float, sensitivity: float, specificity: float) -> ScoredAnswer:
    true = rng.random() < share
    called = rng.random() < (sensitivity if true else 1 - specificity)
    return said(arm, right=float(called), text=f"{arm} says of house {n} what is {'true' if true else 'false'}.")


def truth_of(text: str) -> bool:
    """What a person reads in an answer of these results."""
    return text.endswith("true.")


def nothing_doubted(_question: Question, _answer: Answer) -> Ruled:
    return Ruled("words")


def every_fourth_doubted(question: Question, _answer: Answer) -> Ruled:
    return Ruled("words", doubtful=int(question.question_id.removeprefix("q-")) % 4 == 0)


def a_draw(results: list[Result], ruling: Any = nothing_doubted, **changes: Any) -> tuple[list[Entry], Key]:
    """50 rights and 50 wrongs of these results."""
    answers, left_out = judged(results, ruling)
    wanted = Wanted(**{"rights": 50, "wrongs": 50, "seed": 1} | changes)
    return draw(answers, wanted, measure_version=VERSION, read_from="a test", left_out=left_out)


def a_sheet(folder: Path, results: list[Result], **changes: Any) -> Path:
    """A drawn sheet with its key, not filled in."""
    path = folder / "sheet.jsonl"
    sheet.write(path, *a_draw(results, **changes))
    return path


def fill(path: Path, *, first: int | None = None, changes: Mapping[int, Mapping[str, Any]] | None = None) -> None:
    """Fill the first so many lines as a person would, or all; `changes`: place of a line -> fields that differ."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row in rows[:first]:
        row["right"] = truth_of(row["answer"])
    for place, fields in (changes or {}).items():
        rows[place] |= fields
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
