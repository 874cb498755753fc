"""`tiltyard evaluate answers` on the published predictions of RealTime QA: all 18 published numbers, and what is said.

The job runs as a process of its own, as for a user; the figures come from its report.
"""

import os
from pathlib import Path

import pytest

from services.console import answers_evaluation
from services.console.views import answers as answers_view
from shared.jobs.answers_evaluation import AnswersReport, SystemsCompared

REAL_DATA = Path(os.environ.get("TILTYARD_REAL_DATA", Path(__file__).parents[3] / "shared" / "data"))
ORACLE = REAL_DATA / "rtqa_baselines_public.jsonl.gz"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not ORACLE.is_file(), reason=f"no {ORACLE}: set TILTYARD_REAL_DATA to the folder of the real data"
    ),
]
PUBLISHED = {  # system: multiple choice, exact match, F1, in per cent
    "closed_gpt3": ("44.60", "15.42", "22.48"),
    "closed_t5": ("39.68", "9.96", "14.89"),
    "open_gpt3_dpr": ("43.33", "13.25", "19.71"),
    "open_gpt3_gcs": ("65.63", "33.82", "44.57"),
    "open_rag_dpr": ("27.06", "2.17", "3.92"),
    "open_rag_gcs": ("45.32", "16.55", "20.85"),
}
CELLS = (("multiple_choice", "choice_accuracy"), ("generation", "exact_match"), ("generation", "f1"))


@pytest.fixture(scope="module")
def report() -> AnswersReport:
    return answers_evaluation.measure([ORACLE])


def test_all_published_numbers_come_out_to_the_last_digit(report: AnswersReport) -> None:
    numbers = {
        system: tuple(
            f"{100 * (report.settings[setting].systems[system].measures[measure].mean or 0.0):.2f}"
            for setting, measure in CELLS
        )
        for system in PUBLISHED
    }
    counts = {
        (name, mean.n)
        for name, setting in report.settings.items()
        for system in setting.systems.values()
        for mean in system.measures.values()
    }
    assert numbers == PUBLISHED
    assert counts == {("multiple_choice", 1260), ("generation", 1245)}
    assert report.predictions == 15_120


def test_what_is_left_out_and_what_stands_twice_is_said(report: AnswersReport) -> None:
    generation, by_index = (report.settings[name] for name in ("generation", "multiple_choice"))

    assert [(left_out.reason, left_out.predictions) for left_out in generation.left_out] == [
        ("marked as not to be scored", 90)
    ]
    assert by_index.left_out == []
    assert generation.repeated == by_index.repeated == ["20230414_20"]
    for system in generation.systems.values():
        assert system.outcomes.right + system.outcomes.wrong + system.outcomes.abstained == 1245


def test_every_pair_is_compared_and_verdicts_agree_with_adjusted_tests_and_intervals(report: AnswersReport) -> None:
    for setting in report.settings.values():
        measures = {comparison.metric for comparison in setting.comparisons}
        assert len(setting.comparisons) == 15 * len(measures)
        for comparison in setting.comparisons:
            assert None not in {comparison.difference, comparison.p_holm, comparison.low, comparison.high}
            means = (
                setting.systems[system].measures[comparison.metric].mean for system in (comparison.a, comparison.b)
            )
            ahead = comparison.a if (comparison.difference or 0.0) > 0 else comparison.b
            sure = (comparison.p_holm or 0.0) < 0.05 and ((comparison.low or 0.0) > 0 or (comparison.high or 0.0) < 0)
            assert (comparison.mean_a, comparison.mean_b) == pytest.approx(tuple(means))
            assert comparison.winner == (ahead if sure else None)


def test_search_is_told_apart_from_memory_and_one_passage_index_from_none_is_not(report: AnswersReport) -> None:
    """Google search lifts GPT-3 far; the old Wikipedia passages do not: that is what the published table shows."""
    [lifted] = _compared(report, "multiple_choice", "choice_accuracy", "closed_gpt3", "open_gpt3_gcs")
    [level] = _compared(report, "multiple_choice", "choice_accuracy", "closed_gpt3", "open_gpt3_dpr")

    assert lifted.winner == "open_gpt3_gcs"
    assert level.verdict == "undecided"


def test_a_person_reads_the_published_digits_and_who_leads(
    report: AnswersReport, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.console.output.out.width", 130)
    answers_view.show(report)
    shown = capsys.readouterr().out

    assert "0.4460 (0.419 to 0.474)" in shown
    assert "choice_accuracy: open_gpt3_gcs has the highest mean (0.6563) and is better than all others." in shown
    assert "Left out: 90 predictions (marked as not to be scored, 15 of each system)." in shown
    assert "Undecided between closed_gpt3 and open_gpt3_dpr:" in shown


def _compared(report: AnswersReport, setting: str, measure: str, *pair: str) -> list[SystemsCompared]:
    return [
        comparison
        for comparison in report.settings[setting].comparisons
        if comparison.metric == measure and {comparison.a, comparison.b} == set(pair)
    ]
