"""What a trial leaves behind: the report with its costs and its audit, of the same numbers as the table it prints."""

import json
from pathlib import Path

from services.console.demo import report
from services.console.views import scoreboard
from shared.jobs.tuning import AdapterReport
from shared.lab import summary
from shared.lab.accounting import Audit
from shared.lab.report.numbers import Numbers
from shared.lab.summary import TrialSummary
from shared.messages import TrainingRun
from tests import adapters
from tests.results import a_counted_trial, a_trial

RUN = TrainingRun(seconds=200.0, tokens=22_000, steps=80, final_loss=0.31)
TUNING = AdapterReport.of(adapters.announced(training=RUN))
AUDIT = Audit(
    documents_in=112, revisions_indexed=110, documents_dead=1, documents_dropped=1, questions_in=171,
    questions_repeated=0, results_out=171, results_repeated=0, results_revised=0, questions_dead=0, unaccounted=(),
    evidence={"rag": 171},
)  # fmt: skip


def a_summary() -> tuple[Numbers, TrialSummary]:
    numbers = a_counted_trial()
    return numbers, summary.of_trial(numbers, asked=171, freshness_ms=[210.0, 250.0], tunings=[TUNING], audit=AUDIT)


def test_a_trial_writes_the_report_with_its_costs_and_its_audit(tmp_path: Path) -> None:
    results, _ = a_trial()
    numbers, trial = a_summary()
    report.write(tmp_path, {"seed-1": results}, numbers, trial)

    assert {path.name for path in tmp_path.iterdir()} == set(report.NAMES)
    page, text = ((tmp_path / name).read_text() for name in ("report.html", "report.md"))
    for title in ("Verdict", "What each side costs to keep current", "Audit", "Provenance"):
        assert f"<h2>{title}</h2>" in page
        assert f"## {title}" in text
    assert "200 s of training on 22000 tokens" in page
    assert r"| documents\_in | 112 |" in text
    assert "| unaccounted | 0 |" in text
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 171
    written = json.loads((tmp_path / "summary.json").read_text())
    assert written["freshness_ms"] == {"p50": 230.0, "p99": 249.6}
    assert written["tuning"] == written["tunings"][0] == TUNING.model_dump(mode="json")
    assert (written["audit"]["evidence"], written["audit"]["balanced"]) == ({"rag": 171}, True)


def test_the_table_that_is_printed_has_the_numbers_of_the_report() -> None:
    numbers, trial = a_summary()
    written = json.loads(trial.model_dump_json())

    for row in numbers.table:
        cell = written["arms"][row.arm][row.slice]
        name = "rightly_abstained" if row.slice in ("retracted", "unanswerable") else "right"
        share = row.scores[name]
        assert (cell["n"], cell[name]) == (row.asked, round(share.mean or 0.0, 4))
        assert cell[f"{name}_ci95"] == [round(share.low, 4), round(share.high, 4)]
    assert len(list(scoreboard.rows(trial))) == len(numbers.table)


def test_an_arm_that_was_not_asked_has_no_numbers() -> None:
    results, _ = a_trial(arms=("base", "base+rag"))
    counts = summary.of_results(results).model_dump(mode="json")

    assert counts["arms"]["tuned"]["all"] == {
        "n": 0, "answerable": 0, "unanswerable": 0, "exact_match": None, "f1": None, "f1_ci95": None, "contains": None,
        "right": None, "right_ci95": None, "correct": None, "rightly_abstained": None,
        "rightly_abstained_ci95": None, "wrongly_abstained": None, "wrongly_abstained_ci95": None,
        "abstained": None, "failed": None, "missing": None, "outdated": None,
    }  # fmt: skip
    assert counts["latency_ms"]["tuned"] == {"p50": None, "p99": None}
