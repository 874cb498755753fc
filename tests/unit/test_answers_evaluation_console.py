"""`tiltyard evaluate answers` as a user runs it: tables and words, JSON, and errors with their exit codes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.console.app import build
from services.console.views import answers as answers_view
from shared.jobs.answers_evaluation import Outcomes, Setting, SystemScored
from tests.command_line import Ended

HERE = pytest.mark.usefixtures("jobs_here")
ONE_SYSTEM = Setting(
    questions=1,
    clusters=None,
    systems={"a": SystemScored(outcomes=Outcomes(right=1, rightly=0, empty=0), measures={})},
    slices={},
    comparisons=[],
    not_compared=[],
    left_out=[],
    repeated=[],
)


def evaluated(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["evaluate", "answers", *arguments])


def written(file: Path, texts: dict[str, str | None], questions: int = 20) -> Path:
    """Predictions of some systems, which all say the same to every question; None abstains."""
    rows: list[dict[str, Any]] = [
        {"question_id": f"q{number}", "system": system, "prediction": text, "references": ["the harbour"],
         "status": "answered" if text else "abstained", "slice": "old" if number % 2 else "new"}
        for number in range(questions) for system, text in texts.items()
    ]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@HERE
def test_a_file_is_shown_as_tables_and_comparisons_in_words(tmp_path: Path) -> None:
    file = written(tmp_path / "p.jsonl", {"with search": "The harbour.", "from memory": "the mill", "shy": None})
    shown = evaluated("--predictions", str(file), "--metric", "exact_match", "--metric", "abstained")

    assert shown.exit_code == 0, shown.output
    assert "generation: means over 20 questions" in shown.output
    assert "with search is better than from memory: +1.00" in shown.output
    assert "Undecided between from memory and shy:" in shown.output
    assert "Not compared, since neither more nor less of it is better: abstained." in shown.output
    assert "generation, slice new: 10 questions" in shown.output
    assert "abstained: " not in shown.output.replace("better: abstained", "")
    assert "Within slices 4 of 6 comparisons are decided" in shown.output


@HERE
def test_json_has_everything(tmp_path: Path) -> None:
    file = written(tmp_path / "p.jsonl", {"a": "the harbour", "b": "the mill"})
    printed = json.loads(evaluated("--predictions", str(file), "--baseline", "b", "--json").stdout)

    assert printed["metric_versions"].keys() == {"exact_match", "f1", "contains", "right"}
    assert printed["settings"]["generation"]["systems"]["b"]["outcomes"] == {"wrong": 20, "rightly": 0, "empty": 0}
    assert {(comparison["a"], comparison["b"]) for comparison in printed["settings"]["generation"]["comparisons"]} == {
        ("a", "b")
    }


@HERE
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--metric", "meaning"), "no 'meaning' in shared/measures: choose one of"),
        (("--baseline", "c"), "no system 'c' to compare with: choose one of a, b"),
        (("--format", "squad"), "squad needs --references beside"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    file = written(tmp_path / "p.jsonl", {"a": "the harbour", "b": "the mill"}, questions=1)
    failed = evaluated("--predictions", str(file), *arguments)

    assert failed.exception is not None
    assert told in str(failed.exception)


def test_a_bad_line_is_one_error_with_its_number_and_no_traceback(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    file = written(tmp_path / "p.jsonl", {"a": "the harbour"}, questions=1)
    file.write_text(file.read_text() + "oops\n")
    ended = tiltyard("evaluate", "answers", "--predictions", str(file))

    assert ended.returncode == 65
    assert f"error: {file}, line 2: no JSON" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_system_alone_is_not_compared() -> None:
    assert list(answers_view.comparisons(ONE_SYSTEM)) == ["One system alone: nothing to compare."]


@HERE
def test_systems_with_equal_means_share_the_lead(tmp_path: Path) -> None:
    file = written(tmp_path / "p.jsonl", {"a": "the mill", "b": "the quay"}, questions=6)
    shown = evaluated("--predictions", str(file), "--metric", "f1").output

    assert "f1: a, b share the highest mean (0.5000)." in shown


@HERE
def test_within_a_margin_in_points_systems_are_equivalent(tmp_path: Path) -> None:
    file = written(tmp_path / "p.jsonl", {"a": "the harbour", "b": "the harbour"}, questions=400)
    alone = evaluated("--predictions", str(file), "--metric", "right").output
    shown = evaluated("--predictions", str(file), "--metric", "right", "--margin", "5").output

    assert "Undecided between a and b" in alone
    assert "Systems whose whole interval lies within 5.0 points are equivalent." in shown
    assert "a and b are equivalent within 0.05" in " ".join(shown.split())
