"""Evaluation of answers: predictions of every format, what is scored and what is left out, and what is an error."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from services.scorer.evaluation import contests, predictions, report, scoring
from services.scorer.evaluation.contests import Contest
from services.scorer.evaluation.predictions import Choice, Prediction, an_answer
from shared import plugins
from shared.messages import Result, ScoredAnswer
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from tests.builders import NOON, a_question
from tests.builders import an_answer as an_answer_of_ours

Row = dict[str, Any]
NAMES = ("correct", "exact_match", "f1", "contains")
METRICS = catalogue.load(NAMES, EncoderSettings())
SQUAD = {"data": [{"title": "Harbours", "paragraphs": [
    {"context": "The fair is at the harbour.", "qas": [
        {"id": "s1", "question": "Where?", "answers": [{"text": "the harbour", "answer_start": 15}]},
        {"id": "s2", "question": "What?", "answers": [{"text": "The fair", "answer_start": 0}]},
    ]},
    {"context": "It is in May.", "qas": [
        {"id": "s3", "question": "When?", "answers": [{"text": "May", "answer_start": 9}]},
    ]},
]}]}  # fmt: skip


def written(file: Path, *rows: Row) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


def a_row(question: str, system: str, text: str | None, **changes: Any) -> Row:
    return {"question_id": question, "system": system, "prediction": text, "references": ["harbour"], **changes}


def a_published_row(question: str, system: str, text: str, **changes: Any) -> Row:
    return {
        "question_id": question, "question": "Where?", "system": system, "setting": "generation",
        "gold_answers": ["harbour"], "prediction": text, "scored": True, **changes,
    }  # fmt: skip


def arranged(file: Path, references: Path | None = None) -> list[Contest]:
    [loaded] = predictions.load([file], references)
    return contests.arrange(loaded.predictions, repeats=loaded.repeats)


def test_every_format_is_recognised_by_its_fields(tmp_path: Path) -> None:
    result = Result(question=a_question(), asked_at=NOON, scored_at=NOON, answers={}, metric_versions={})
    files = {
        "plain": written(tmp_path / "a.jsonl", a_row("q1", "a", "harbour")),
        "realtime_qa": written(tmp_path / "b.jsonl.gz", a_published_row("q1", "a", "harbour")),
        "results": written(tmp_path / "c.jsonl", result.model_dump(mode="json")),
        "squad": written(tmp_path / "d.json", {"s1": "the harbour"}),
    }
    assert {name: predictions.recognise(file) for name, file in files.items()} == {name: name for name in files}
    assert sorted(files) == plugins.names(predictions.FORMATS)


def test_a_pretty_printed_object_is_recognised_too(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    file.write_text(json.dumps({"s1": "the harbour"}, indent=2))

    assert predictions.recognise(file) == "squad"


def test_abstained_failed_missing_and_wrong_are_counted_apart(tmp_path: Path) -> None:
    given = [
        ("harbour", "answered"), ("the old mill", "answered"), (None, "abstained"), (None, "failed"), ("", "answered"),
    ]  # fmt: skip
    rows = [a_row(f"q{number}", "a", text, status=said) for number, (text, said) in enumerate(given)]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows, a_row("q9", "b", "harbour")))

    assert dict(scoring.outcomes(contest, "a", METRICS["correct"])) == {
        "right": 1, "wrong": 2, "abstained": 1, "failed": 1, "missing": 1, "rightly": 0, "empty": 1,
    }  # fmt: skip
    assert dict(scoring.outcomes(contest, "b", METRICS["correct"]))["missing"] == 5


def test_what_a_system_did_not_answer_scores_zero_and_counts_in_its_mean(tmp_path: Path) -> None:
    rows = [a_row("q1", "a", "harbour"), a_row("q2", "a", "harbour"), a_row("q1", "b", "harbour")]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows))

    assert scoring.score(contest, METRICS)["f1"] == {"a": {"q1": 1.0, "q2": 1.0}, "b": {"q1": 1.0, "q2": 0.0}}


def test_abstaining_is_right_where_references_are_empty_and_only_there(tmp_path: Path) -> None:
    rows = [a_row("q1", "a", None, status="abstained", references=[]), a_row("q2", "a", None, status="abstained")]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows))
    scores = scoring.score(contest, METRICS)

    assert scores["correct"]["a"] == {"q1": 1.0, "q2": 0.0}
    assert scores["exact_match"]["a"] == {"q2": 0.0}
    assert scoring.outcomes(contest, "a", METRICS["correct"])["rightly"] == 1


def test_settings_are_contests_of_their_own(tmp_path: Path) -> None:
    chosen = a_row("q1", "a", None, prediction_index=2, gold_index=[2])
    by_index, by_text = arranged(written(tmp_path / "p.jsonl", chosen, a_row("q1", "a", "the mill")))

    assert (by_index.setting, by_text.setting) == ("multiple_choice", "generation")
    assert scoring.score(by_index, METRICS) == {"choice_accuracy": {"a": {"q1": 1.0}}}
    assert scoring.outcomes(by_index, "a", METRICS["correct"])["right"] == 1
    assert scoring.score(by_text, METRICS)["exact_match"] == {"a": {"q1": 0.0}}


def test_a_choice_is_right_only_if_it_names_exactly_the_right_ones_and_was_given() -> None:
    def a_choice(chosen: set[str], status: Any = "answered") -> Prediction:
        answer = an_answer("q1", "a", None, status=status)
        choice = Choice(frozenset(chosen), frozenset({"0", "2"}))
        return Prediction(a_question(), "a", "multiple_choice", answer, "p, line 1", choice)

    assert scoring.chose_right(a_choice({"2", "0"})) == 1.0
    assert scoring.chose_right(a_choice({"2"})) == 0.0
    assert scoring.chose_right(a_choice({"2", "0"}, "failed")) == 0.0


def test_what_is_not_to_be_scored_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = [a_published_row("q1", system, "harbour", scored=False) for system in ("a", "b")]
    kept = [a_published_row("q2", system, "harbour") for system in ("a", "b")]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows, *kept))

    assert list(contest.questions) == ["q2"]
    assert contest.left_out == {predictions.UNSCORED: {"a": 1, "b": 1}}


def test_a_question_that_all_were_asked_twice_counts_twice_in_published_files(tmp_path: Path) -> None:
    rows = [a_published_row("q1", system, text) for text in ("harbour", "mill") for system in ("a", "b")]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows))

    assert scoring.score(contest, METRICS)["exact_match"]["a"] == {"q1": 1.0, "q1 (2)": 0.0}
    assert contest.repeated == ["q1"]
    assert report.clusters_of(contest.questions) == {"q1": "question q1", "q1 (2)": "question q1"}


def test_a_file_that_holds_everything_twice_is_refused(tmp_path: Path) -> None:
    rows = [a_published_row("q1", system, "harbour") for _ in range(2) for system in ("a", "b")]

    with pytest.raises(ValueError, match=r"line 3: a second prediction of a for question q1 .*line 1\); keep one"):
        arranged(written(tmp_path / "p.jsonl", *rows))


def test_questions_that_share_a_document_even_by_way_of_others_are_one_cluster() -> None:
    def about(*documents: str, name: str) -> Prediction:
        question = a_question(question_id=name, gold_document_ids=documents)
        return Prediction(question, "a", "generation", None, "p, line 1")

    asked = {"q1": about("d1", name="q1"), "q2": about("d2", name="q2"), "q3": about("d1", "d2", name="q3")}
    clusters = report.clusters_of(asked | {"q4": about(name="q4"), "q5": about("d5", name="q5")})

    assert clusters is not None
    assert clusters["q1"] == clusters["q2"] == clusters["q3"]
    assert len(set(clusters.values())) == 3
    assert report.clusters_of({"q4": about(name="q4"), "q5": about("d5", name="q5")}) is None


def test_results_are_scored_anew_and_the_highest_version_counts(tmp_path: Path) -> None:
    def a_result(text: str, version: int) -> Row:
        answer = ScoredAnswer(answer=an_answer_of_ours(text=text, arm="base"), latency_ms=1.0, scores={"f1": 0.123})
        result = Result(
            question=a_question(references=("harbour",)), asked_at=NOON, scored_at=NOON, answers={"base": answer},
            missing=("tuned",), metric_versions={"f1": "0"}, result_version=version,
        )  # fmt: skip
        return result.model_dump(mode="json")

    file = written(tmp_path / "results.jsonl", a_result("harbour", 2), a_result("the mill", 1))
    [contest] = arranged(file)

    assert scoring.score(contest, METRICS)["f1"] == {"base": {"q-1": 1.0}, "tuned": {"q-1": 0.0}}
    assert scoring.outcomes(contest, "tuned", METRICS["correct"])["missing"] == 1
    assert "1 results are older versions" in predictions.load([file])[0].notes[0]


def test_squads_layout_takes_its_references_from_a_squad_file(tmp_path: Path) -> None:
    references = written(tmp_path / "dev.json", SQUAD)
    first = written(tmp_path / "small.json", {"s1": "Harbour", "s2": "the fair", "s9": "?"})
    second = written(tmp_path / "large.json", {"s1": "harbour", "s2": "fair", "s3": "May"})
    loaded = predictions.load([first, second], references)
    [contest] = contests.arrange([prediction for file in loaded for prediction in file.predictions])
    values = scoring.score(contest, catalogue.load(loaded[0].measures, EncoderSettings()))

    assert values["exact_match_squad"] == {
        "small": {"s1": 1.0, "s2": 1.0, "s3": 0.0}, "large": {"s1": 1.0, "s2": 1.0, "s3": 1.0},
    }  # fmt: skip
    assert "1 predictions are for no question" in loaded[0].notes[0]
    assert len(set((report.clusters_of(contest.questions) or {}).values())) == 2


def test_a_report_has_means_of_every_slice_and_comparisons_in_words(tmp_path: Path) -> None:
    texts = {"a": "harbour", "b": "the mill"}
    rows = [
        a_row(f"q{number}", system, text, slice="old" if number < 20 else "new", document_id=f"d{number // 2}")
        for number in range(40)
        for system, text in texts.items()
    ]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows))
    setting = report.of(contest, scoring.score(contest, METRICS), METRICS["correct"], draws=500)

    assert (setting.questions, setting.clusters) == (40, 20)
    assert setting.systems["a"].measures["f1"].mean == 1.0
    assert setting.slices["old"].systems["b"]["f1"].n == setting.slices["old"].questions == 20
    [over_all] = [
        comparison
        for comparison in setting.comparisons
        if (comparison.metric, comparison.slice) == ("exact_match", "all")
    ]
    assert (over_all.a, over_all.b, over_all.verdict) == ("a", "b", "a")
    assert over_all.sentence.startswith("a is better than b on exact_match")


def test_a_baseline_is_compared_with_each_of_the_others_alone(tmp_path: Path) -> None:
    rows = [a_row(f"q{number}", system, "harbour") for number in range(8) for system in ("a", "b", "c")]
    [contest] = arranged(written(tmp_path / "p.jsonl", *rows))
    values = {"f1": scoring.score(contest, METRICS)["f1"]}
    comparisons = report.of(contest, values, METRICS["correct"], baseline="b", draws=100).comparisons

    assert [(comparison.a, comparison.b, comparison.verdict) for comparison in comparisons] == [
        ("a", "b", "undecided"),
        ("c", "b", "undecided"),
    ]
    assert "ndecided" in comparisons[0].sentence
