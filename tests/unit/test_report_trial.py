"""What a trial leaves behind: the report with its costs and its audit, of the same numbers as the table it prints."""

import json
from pathlib import Path
from typing import Any

from services.console.demo import report
from services.console.views import scoreboard
from shared.lab import summary
from tests.results import a_counted_trial, a_trial

TUNING = {"seconds": 200.0, "tokens": 22_000, "steps": 80, "final_loss": 0.31}
AUDIT = {"documents": 112, "questions": 171, "unaccounted": [], "balanced": True}


def a_summary() -> tuple[Any, dict[str, Any]]:
    numbers = a_counted_trial()
    told = {"freshness_ms": summary.percentiles([210.0, 250.0]), "tuning": TUNING, "tunings": [TUNING], "audit": AUDIT}
    return numbers, summary.of_numbers(numbers) | told


def test_a_trial_writes_the_report_with_its_costs_and_its_audit(tmp_path: Path) -> None:
    results, _ = a_trial()
    numbers, counted = a_summary()
    report.write(tmp_path, {"seed-1": results}, numbers, counted)

    assert {path.name for path in tmp_path.iterdir()} == set(report.NAMES)
    page, text = ((tmp_path / name).read_text() for name in ("report.html", "report.md"))
    for title in ("Verdict", "What each side costs to keep current", "Audit", "Provenance"):
        assert f"<h2>{title}</h2>" in page
        assert f"## {title}" in text
    assert "200 s of training on 22000 tokens" in page
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 171


def test_the_table_that_is_printed_has_the_numbers_of_the_report() -> None:
    numbers, counted = a_summary()
    told = json.loads(json.dumps(counted))

    for one in numbers.table:
        cell = told["arms"][one.arm][one.slice]
        right = one.scores["correct"]
        assert (cell["n"], cell["correct"]) == (one.asked, round(right.mean, 4))
        assert cell["correct_ci95"] == [round(right.low, 4), round(right.high, 4)]
    assert len(list(scoreboard.rows(counted))) == len(numbers.table)


def test_an_arm_that_was_not_asked_has_no_numbers() -> None:
    results, _ = a_trial(arms=("base", "base+rag"))
    counted = summary.of_results(results)

    assert counted["arms"]["tuned"]["all"] == {
        "n": 0, "exact_match": None, "f1": None, "f1_ci95": None, "contains": None, "correct": None,
        "correct_ci95": None, "abstained": None, "failed": None, "missing": None, "outdated": None,
    }  # fmt: skip
    assert counted["latency_ms"]["tuned"] == {"p50": None, "p99": None}
