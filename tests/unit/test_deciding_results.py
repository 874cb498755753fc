"""`tiltyard decide` over the results of a contest: who is measured on what, what is said, and what is written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.lab.deciding import files, of_results, trial
from shared.lab.deciding.evidence import Contestant, Evidence
from shared.lab.deciding.of_results import UpdateCosts
from shared.lab.deciding.placing import placed
from shared.lab.deciding.values import Values
from shared.lab.report.material import Times, gather
from tests.command_line import Ended
from tests.contests import within
from tests.deciding import COSTS, material, written
from tests.results import ARMS, a_result, a_scored, a_trial


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return of_results.evidence(placed(material()), COSTS)


def of_name(evidence: Evidence, name: str) -> Contestant:
    return next(one for one in evidence.contestants if one.name == name)


def slices(items: Any) -> set[str]:
    return {item.split("-")[1] for item in items}


def test_an_adapter_knows_what_was_published_up_to_its_cutoff(evidence: Evidence) -> None:
    for name in ("tuned", "tuned+rag"):
        one = of_name(evidence, name)
        assert slices(one.known) == {"learned", "multi", "retracted", "unanswerable"}
        assert slices(one.pending) == {"new", "corrected", "retracted", "unanswerable"}
    assert of_name(evidence, "tuned").updating.document_s == 0.0
    assert of_name(evidence, "tuned+rag").updating.document_s == 0.1


def test_an_arm_that_reads_answers_the_same_questions_and_pending_news_from_memory(evidence: Evidence) -> None:
    reading, memory = of_name(evidence, "base+rag"), of_name(evidence, "base")

    assert slices(reading.known) == {"learned", "multi", "retracted", "unanswerable"}
    assert reading.pending == memory.pending
    assert slices(reading.pending) == {"new", "corrected", "retracted", "unanswerable"}
    assert slices(reading.own) == slices(reading.known) | slices(reading.pending)


def test_arms_that_are_handed_the_right_passages_take_no_part() -> None:
    arms = (*ARMS, "base+gold")
    given = of_results.evidence(placed(material(arms=arms)), COSTS)

    assert [one.name for one in given.contestants] == list(ARMS)


def test_questions_that_nothing_answers_weigh_alike_for_everyone() -> None:
    evidence = of_results.evidence(placed(material()), COSTS)
    means = evidence.counted(Values()).means
    share = len(evidence.unanswerable) / len(evidence.items)
    for at, one in enumerate(evidence.contestants):
        for column, answers in ((2 * at, one.known), (2 * at + 1, one.pending)):
            apart = [of.worth(Values()) for item, of in answers.items() if item in evidence.unanswerable]
            others = [of.worth(Values()) for item, of in answers.items() if item not in evidence.unanswerable]
            mean = share * sum(apart) / len(apart) + (1 - share) * sum(others) / len(others)
            assert means[column] == pytest.approx(mean)


def test_a_missing_answer_is_declined_and_costs_the_usual_wait() -> None:
    results, times = a_trial()
    patient = [
        within(result, *ARMS).model_copy(
            update={"question": result.question.model_copy(update={"deadline_s": 3_600.0})}
        )
        for result in results
    ]
    assert any("tuned" in result.missing for result in patient)
    made = of_name(of_results.evidence(placed(gather(patient, read_from="x", times=times)), COSTS), "tuned")

    assert max(of.wait_s for of in made.own.values()) < 60


def test_what_makes_a_decision_impossible_is_said_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="give the documents' times"):
        of_results.evidence(placed(material(Times())), COSTS)
    with pytest.raises(ValueError, match="--training-seconds"):
        of_results.evidence(placed(material()), UpdateCosts(0.1))
    unscored = gather([a_result(a_scored(), references=None)], read_from="x")
    with pytest.raises(ValueError, match="no question has known accepted answers"):
        of_results.evidence(placed(unscored), COSTS)


def test_the_command_writes_a_page_and_says_three_sentences(tiltyard: Callable[..., Ended], tmp_path: Path) -> None:
    results, times = written(tmp_path / "trial")
    out = tmp_path / "decision"
    made = tiltyard(
        "decide", "--from", str(results), "--documents", str(times), "--training-seconds", "300", "--out", str(out),
        "--questions-per-day", "5000", "--updates-per-day", "20",
    )  # fmt: skip

    assert made.returncode == 0, made.stderr
    told = json.loads((out / "decision.json").read_text(encoding="utf-8"))
    assert told["decision"]["rates"] == {"questions_per_day": 5000, "updates_per_day": 20, "half_within_h": 72}
    assert set(told["decision"]["worths"]) == set(ARMS)
    assert len(told["sentences"]) == 3
    assert told["sentences"][0].split(":")[0] in made.stdout
    assert len(told["map"]["best"]) == len(told["map"]["questions_per_day"])
    page = (out / "decision.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "5,000 questions and 20 updates a day" in page
    assert {file.name for file in out.iterdir()} == set(files.NAMES)


def test_the_folder_of_a_trial_says_what_updates_took(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "summary.json").write_text(
        json.dumps({"freshness_ms": {"p50": 150.0, "p99": 400.0}, "tunings": [{"seconds": 200.0}, {"seconds": 300.0}]}),
        encoding="utf-8",
    )
    found = trial.found([tmp_path])

    assert found.costs == UpdateCosts(document_s=0.15, training_s=250.0)
    assert found.times == tmp_path / trial.DOCUMENTS
    assert [*found.results] == [tmp_path / "results.jsonl"]


def test_a_folder_without_results_and_a_summary_that_is_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="name the folder of a trial"):
        trial.found([tmp_path])
    written(tmp_path)
    (tmp_path / "summary.json").write_text('{"tunings": 3}', encoding="utf-8")
    with pytest.raises(ValueError, match="is no summary of a trial"):
        trial.found([tmp_path])
