"""Audits of the measure: what is drawn, what a person may write, and what it says of measure and arms."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.lab.audit import counting, sheet, wording
from shared.lab.audit.counting import Audited
from shared.lab.report.scores import clusters_of
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE
from shared.source_files import DataError
from tests.audits import TRULY, a_draw, a_sheet, asked, every_fourth_doubted, fill, said, some_results, truth_of
from tests.command_line import Ended


def audited(path: Path, results: list[Result]) -> Audited:
    return counting.count(sheet.read(path), results, TRULY, clusters_of(results))


def test_half_of_the_answers_drawn_were_called_right_and_half_wrong() -> None:
    entries, key = a_draw(some_results())
    drawn = Counter(key.strata[answer.stratum].verdict for answer in key.answers)

    assert drawn == {"right": 50, "wrong": 50}
    assert sum(stratum.population for stratum in key.strata) == 400
    assert len(entries) == 100


def test_the_same_seed_draws_the_same_and_another_seed_draws_others() -> None:
    results = some_results()

    assert a_draw(results) == a_draw(results[::-1])
    assert a_draw(results)[1].items != a_draw(results, seed=2)[1].items


def test_a_reader_sees_neither_the_arm_nor_the_verdict_unless_it_is_asked_for() -> None:
    entry = json.loads(a_draw(some_results())[0][0].model_dump_json())
    shown = json.loads(a_draw(some_results(), show_verdict=True)[0][0].model_dump_json())

    assert list(entry) == ["item", "question", "accepted", "answer", "right", "note"]
    assert shown["measure"] in {"right", "wrong"}
    assert shown["rule"] == "words"


def test_doubtful_answers_are_drawn_more_often_and_all_strata_are_drawn_from() -> None:
    _, key = a_draw(some_results(), ruling=every_fourth_doubted)
    drawn = Counter(answer.stratum for answer in key.answers)
    shares = {
        (stratum.verdict, stratum.doubtful): drawn[place] / stratum.population
        for place, stratum in enumerate(key.strata)
    }

    assert shares["right", True] > 1.8 * shares["right", False] > 0
    assert shares["wrong", True] > 1.8 * shares["wrong", False] > 0
    assert sum(drawn.values()) == 100


def test_of_fewer_answers_than_are_wanted_all_are_drawn() -> None:
    _, key = a_draw(some_results(20), ruling=every_fourth_doubted)

    assert len(key.answers) == 40


def test_by_arm_so_many_of_each_arm_are_drawn() -> None:
    _, key = a_draw(some_results(), by_arm=True, rights=20, wrongs=20)
    drawn = Counter((answer.arm, key.strata[answer.stratum].verdict) for answer in key.answers)

    assert set(drawn.values()) == {20}
    assert len(drawn) == 4


def test_two_arms_that_say_the_same_to_a_question_are_read_once() -> None:
    results = [
        asked(
            said("base", text="The pier"), said("base+rag", text="The pier"), question_id=f"q-{n}",
            text=f"Where is {n}?",
        )
        for n in range(10)
    ]  # fmt: skip
    entries, key = a_draw(results)

    assert (len(entries), len(key.answers)) == (10, 20)


def test_only_texts_on_questions_with_accepted_answers_that_everyone_may_see_are_drawn() -> None:
    results = [
        asked(said(), question_id="read"),
        asked(said(), question_id="unanswerable", references=()),
        asked(said(), question_id="unknown", references=None),
        asked(said(status="failed", text="", failure="gone", right=0.0), question_id="failed"),
        asked(said(status="abstained", text="", withheld="The pier", right=0.0), question_id="withheld"),
        asked(said(right=None), question_id="not scored"),
        asked(said(), question_id="restricted", labels=("desk",)),
    ]
    _, key = a_draw(results)

    assert [answer.question_id for answer in key.answers] == ["read"]
    assert list(key.left_out.values()) == [1]


def test_a_fifth_as_many_abstentions_are_drawn() -> None:
    results = some_results(50)
    results += [
        asked(said("base", status="abstained", right=0.0, text=f"No idea, {n}."), question_id=f"a-{n}")
        for n in range(50)
    ]
    answers = a_draw(results, wrongs=20)[1]
    drawn = Counter(answers.strata[answer.stratum].verdict for answer in answers.answers)

    assert drawn["abstained"] == 4


def test_what_was_read_before_is_filled_in(tmp_path: Path) -> None:
    results = some_results()
    path = a_sheet(tmp_path, results)
    fill(path, first=30)
    entries, _ = a_draw(results, known=sheet.filled([path]))

    assert sum(entry.right is not None for entry in entries) == 30
    assert all(entry.right == truth_of(entry.answer) for entry in entries if entry.right is not None)


def test_a_sheet_that_a_person_may_have_filled_is_never_written_over(tmp_path: Path) -> None:
    a_sheet(tmp_path, some_results(20))
    with pytest.raises(FileExistsError):
        a_sheet(tmp_path, some_results(20))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({3: {"right": "yes"}}, 'line 4: right: Value error, say true, false or "unsure"'),
        ({3: {"right": 1}}, 'line 4: right: Value error, say true, false or "unsure"'),
        ({3: {"right": None}}, "line 4: `right` is not filled in, though later ones are"),
        ({3: {"answer": "Something else."}}, "line 4: question, choices, accepted answers or answer were changed"),
        ({3: {"item": "no-such-item"}}, "line 4: item 'no-such-item' was not drawn for this sheet's key"),
        ({3: {"verdict": "right"}}, "line 4: verdict: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_with_its_number(
    tmp_path: Path, changes: dict[int, dict[str, Any]], complaint: str
) -> None:
    path = a_sheet(tmp_path, some_results(50))
    fill(path, changes=changes)
    with pytest.raises(DataError) as refused:
        sheet.read(path)

    assert complaint in str(refused.value)


def test_a_line_twice_and_one_that_is_gone_are_said(tmp_path: Path) -> None:
    path = a_sheet(tmp_path, some_results(50))
    fill(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines[:5], lines[2]]))
    with pytest.raises(DataError, match=r"line 6: item \w+ stands in .* line 3 too"):
        sheet.read(path)
    path.write_text("".join([*lines[:5], *lines[6:]]))
    with pytest.raises(DataError, match=r"the line of item \w+ is not filled in"):
        sheet.read(path)


def test_nothing_filled_in_and_no_key_are_said(tmp_path: Path) -> None:
    path = a_sheet(tmp_path, some_results(50))
    with pytest.raises(DataError, match="no line is filled in"):
        sheet.read(path)
    sheet.key_beside(path).unlink()
    with pytest.raises(FileNotFoundError, match=r"sheet\.key\.json"):
        sheet.read(path)


def test_lines_may_stand_in_any_order(tmp_path: Path) -> None:
    path = a_sheet(tmp_path, some_results(50))
    fill(path)
    labels = sheet.read(path)
    path.write_text("".join(sorted(path.read_text().splitlines(keepends=True))))

    assert sheet.read(path) == labels


def test_a_sheet_that_is_filled_to_the_middle_counts_as_a_smaller_draw(tmp_path: Path) -> None:
    results = some_results()
    path = a_sheet(tmp_path, results)
    fill(path, first=60, changes={5: {"right": "unsure"}})
    counted = audited(path, results)

    assert (counted.errors.labels, counted.unsure, counted.unfilled) == (59, 1, 40)
    assert counted.errors.population == 400


def test_an_audit_of_all_answers_finds_the_measures_errors_and_the_true_accuracies(tmp_path: Path) -> None:
    results = some_results()
    path = a_sheet(tmp_path, results, rights=400, wrongs=400)
    fill(path)
    counted = audited(path, results)
    true = {arm: sum(truth_of(result.answers[arm].answer.text) for result in results) / len(results) for arm in TRULY}
    hits = [scored for result in results for scored in result.answers.values() if truth_of(scored.answer.text)]

    assert counted.errors.sensitivity.mean == pytest.approx(sum(s.scores[HEADLINE] for s in hits) / len(hits))
    for arm in counted.arms:
        assert arm.own.mean == pytest.approx(true[arm.arm])
        assert arm.corrected.mean == pytest.approx(true[arm.arm], abs=0.02)
        assert not arm.corrected.excludes(true[arm.arm])
    assert "No arm's own labels contradict" in " ".join(wording.sentences(counted))


def test_answers_without_a_text_stay_wrong(tmp_path: Path) -> None:
    """Half of the questions failed: what is corrected are the others."""
    results = some_results(truly={"base": 0.6})
    failed = [
        asked(said("base", status="failed", right=0.0, text="", failure="gone"), question_id=f"f-{n}")
        for n in range(200)
    ]
    path = a_sheet(tmp_path, results, rights=200, wrongs=200)
    fill(path)
    alone, [both] = audited(path, results).arms[0], audited(path, [*results, *failed]).arms[:1]

    assert both.own.mean == pytest.approx((alone.own.mean or 0.0) / 2)
    assert both.corrected.mean == pytest.approx((alone.corrected.mean or 0.0) / 2)
    assert both.corrected.high <= 0.5


def test_an_arm_in_which_the_measure_errs_otherwise_is_named(tmp_path: Path) -> None:
    """Of one arm's false answers half are taken for right, of the other's none."""
    fair = some_results(truly={"base": 0.5}, sensitivity=1.0, specificity=1.0)
    fooled = some_results(truly={"base+rag": 0.5}, sensitivity=1.0, specificity=0.4, seed=8)
    results = [
        first.model_copy(update={"answers": {**first.answers, **second.answers}})
        for first, second in zip(fair, fooled, strict=True)
    ]
    path = a_sheet(tmp_path, results, rights=100, wrongs=100)
    fill(path)
    counted = audited(path, results)

    assert all(arm.p is not None and arm.p < 0.05 for arm in counted.arms)
    assert "In base+rag the measure errs differently" in " ".join(wording.sentences(counted))


def test_results_scored_by_another_version_are_not_corrected_and_the_audit_says_why(tmp_path: Path) -> None:
    results = some_results()
    path = a_sheet(tmp_path, results)
    fill(path)
    rescored = [result.model_copy(update={"metric_versions": {HEADLINE: "2:contains-1"}}) for result in results]
    counted = audited(path, rescored)

    assert counted.arms == ()
    assert f"scored by `{HEADLINE}` 2:contains-1" in counted.lacking
    assert counted.errors.sensitivity.mean is not None


def test_answers_that_the_results_no_longer_hold_are_counted(tmp_path: Path) -> None:
    results = some_results()
    path = a_sheet(tmp_path, results)
    fill(path)
    gone = audited(path, results[:100])

    assert 30 < gone.strange < 70
    assert audited(path, results).strange == 0


@pytest.fixture
def in_a_file(tmp_path: Path) -> Path:
    file = tmp_path / "results.jsonl"
    file.write_text("".join(f"{result.model_dump_json()}\n" for result in some_results()))
    return file


def test_the_command_draws_reads_and_reports(
    tiltyard: Callable[..., Ended],
    tmp_path: Path,
    in_a_file: Path,
) -> None:
    path, out = tmp_path / "audit.jsonl", tmp_path / "report"
    drew = tiltyard("audit-answers", "draw", "--from", str(in_a_file), "--out", str(path))
    assert drew.returncode == 0, drew.stderr
    assert "100 lines, 100 to be filled in" in drew.stdout
    fill(path)
    counted = tiltyard("audit-answers", "count", str(path), "--from", str(in_a_file), "--json")
    assert counted.returncode == 0, counted.stderr
    reported = tiltyard("report", "--from", str(in_a_file), "--audit", str(path), "--out", str(out))
    assert reported.returncode == 0, reported.stderr

    counts, numbers = json.loads(counted.stdout), json.loads((out / "report.json").read_text())
    assert counts["errors"]["labels"] == 100
    assert numbers["audit"]["arms"] == counts["arms"]
    assert "A person read 100 of 400 answers" in (out / "report.md").read_text()


def test_a_wrong_line_ends_the_command_with_65(
    tiltyard: Callable[..., Ended],
    tmp_path: Path,
    in_a_file: Path,
) -> None:
    path = a_sheet(tmp_path, some_results())
    fill(path, changes={0: {"right": "maybe"}})
    ended = tiltyard("audit-answers", "count", str(path), "--from", str(in_a_file))

    assert (ended.returncode, "line 1: right" in ended.stderr) == (65, True)


def test_a_report_without_an_audit_says_that_the_errors_are_not_known(
    tiltyard: Callable[..., Ended],
    tmp_path: Path,
    in_a_file: Path,
) -> None:
    tiltyard("report", "--from", str(in_a_file), "--out", str(tmp_path / "report"))

    assert "Nobody has audited" in (tmp_path / "report" / "report.md").read_text()
