"""What a review of the questions does to a decision: more careful, never bolder, and it says what could turn it."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import inf
from pathlib import Path

import pytest

from services.console.demo import report
from shared.lab.deciding import reviewed, trial, wording
from shared.lab.deciding.evidence import Contestant, Evidence
from shared.lab.deciding.leads import Lead
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.values import Values
from shared.lab.reviewing.counting import Review
from tests.command_line import Ended
from tests.contests import within
from tests.results import ARMS, a_trial
from tests.unit.test_deciding import BASIS, CALM, answers, contestant, decided, evidence
from tests.unit.test_report_trial import a_summary

MADE = replace(BASIS, made=200)


def at(made: Evidence, bad: float, values: Values | None = None) -> Decision:
    return decided(replace(made, bad=bad), values or Values(), CALM)[0]


def test_bad_questions_make_a_decision_more_careful_and_never_bolder() -> None:
    for lead in range(0, 12, 2):
        made = evidence(contestant("a", 50 + lead), contestant("b", 50, last=lead % 4 == 0))
        for margin in (0.01, 0.1, 0.5):
            rivals = [set(at(made, bad, Values(margin=margin)).rivals) for bad in (0.0, 0.1, 0.3, 0.49, 0.5, 1.0)]
            assert all(fewer <= more for fewer, more in pairwise(rivals)), (lead, margin)


def test_a_lead_that_bad_questions_may_have_shrunk_is_held_against_a_smaller_margin() -> None:
    """Over all questions the other is ahead by at most 0.18, which is 0.225 over the good four fifths of them."""
    lead = Lead(difference=0.1, least=-0.18, error=0.1, by_documents=0.1, reach=2.8)

    assert lead.is_sure(0.2, 0.0)
    assert not lead.is_sure(0.2, 0.2)
    assert lead.bar(0.2, 0.2) == pytest.approx(0.16)


def test_a_cheaper_contestant_gains_by_bad_questions_which_is_allowed_for() -> None:
    """It costs 0.3 less and is right less often by 0.5: 0.2 behind. Of 40 % bad questions it comes out ahead by 0.0."""
    lead = Lead(difference=0.6 * -0.5 + 0.3, least=-0.05, error=0.03, by_documents=0.03, reach=1.7, cheaper=0.3)

    assert lead.is_sure(0.1, 0.0)
    assert not lead.is_sure(0.1, 0.4)
    assert lead.times_as_many(0.1, 0.4) == inf, "no number of questions tells it from what bad ones do"


def test_the_cheaper_part_of_a_lead_is_what_waiting_and_work_make() -> None:
    slow = contestant("slow", 90)
    slow = replace(
        slow, known={item: replace(of, wait_s=5.0, machine_s=11.0) for item, of in slow.known.items()}
    )  # fmt: skip
    values = Values(second=-0.02, machine_second=-0.003)
    decision = at(evidence(slow, contestant("fast", 20)), 0.1, values)

    assert decision.best == "slow"
    assert decision.leads["fast"].cheaper == pytest.approx(-4 * 0.02 - 10 * 0.003)


def test_how_far_bad_questions_would_have_to_favour_the_best_is_where_the_lead_ends() -> None:
    lead = Lead(difference=0.5, least=0.3, error=0.1, by_documents=0.1, reach=2.0, cheaper=0.1)
    tips = lead.tips(0.02, 0.25)
    over_good = (lead.least - lead.cheaper - 0.25 * tips) / 0.75 + lead.cheaper

    assert over_good == pytest.approx(-0.02)
    assert lead.tips(0.02, 0.5) < tips


def test_where_half_of_the_questions_may_be_bad_nothing_is_decided_and_more_documents_do_not_help() -> None:
    made = evidence(contestant("a", 90), contestant("b", 10))

    assert at(made, 0.49).decided
    assert not at(made, 0.5).decided
    told = wording.sentences(at(made, 0.5), BASIS, [])
    assert "no realistic number of documents would decide it" in told[1]
    assert "nothing is decided" in reviewed.sentences(at(made, 0.5), MADE, Review(reviewed=4, good=2), Values())[-1]


def test_a_share_that_is_none_is_refused() -> None:
    for bad in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="is no share of the questions"):
            replace(evidence(contestant("a", 1), contestant("b", 1)), bad=bad)


def test_questions_by_rules_that_nobody_read_are_named_and_a_persons_own_are_not() -> None:
    decision = at(evidence(contestant("a", 90), contestant("b", 10)), 0.0)

    [line] = reviewed.sentences(decision, MADE, None, Values())
    assert line.startswith("Nobody has checked the questions")
    assert "tiltyard wire review" in line
    assert reviewed.sentences(decision, BASIS, None, Values()) == []


def test_a_review_is_said_with_its_interval_and_with_what_would_turn_the_decision() -> None:
    review = Review(reviewed=30, good=26)
    narrow = evidence(contestant("a", 70), contestant("b", 50))
    clear = evidence(contestant("a", 100), contestant("b", 0))
    told = " ".join(reviewed.sentences(at(narrow, review.bad), MADE, review, Values()))
    tips = at(narrow, review.bad).tips

    assert tips is not None
    assert 0 < tips[1] < Values().span
    assert "read 30 questions and found 26 good as they stood: 13.3 % bad (95 % interval 3.8 to 30.7)" in told
    assert f"unless these favour a over b, by {wording.worth(tips[1])}" in told
    sure = " ".join(reviewed.sentences(at(clear, review.bad), MADE, review, Values()))
    assert "Even if all of these favoured a as far as answers can" in sure


def test_where_all_that_was_asked_is_read_nothing_is_taken_to_be_bad() -> None:
    review = Review(reviewed=30, good=20, unread=0.0)
    decision = at(evidence(contestant("a", 90), contestant("b", 10)), review.bad)

    assert decision.tips is None
    assert reviewed.sentences(decision, MADE, review, Values())[-1] == "All that were asked are read."


def test_a_trial_carries_its_review_to_the_decision(tmp_path: Path) -> None:
    results, _ = a_trial()
    numbers, summed = a_summary()
    review = Review(reviewed=30, good=27, unread=0.8)
    report.write(tmp_path / "one", {"seed-1": results}, numbers, summed.model_copy(update={"review": review}))
    report.write(tmp_path / "other", {"seed-1": results}, numbers, summed)

    assert trial.found([tmp_path / "one"]).review == review
    assert trial.found([tmp_path / "other"]).review is None
    assert trial.found([tmp_path / "one", tmp_path / "other"]).review is None
    assert trial.found([tmp_path / "one" / "results.jsonl"]).review is None
    worse = review.model_copy(update={"good": 20})
    report.write(tmp_path / "other", {"seed-1": results}, numbers, summed.model_copy(update={"review": worse}))
    assert trial.found([tmp_path / "one", tmp_path / "other"]).review == worse


def test_the_command_takes_a_review_from_elsewhere_both_numbers_or_none(
    tiltyard: Callable[..., Ended], tmp_path: Path
) -> None:
    results, times = a_trial()
    file, documents = tmp_path / "results.jsonl", tmp_path / "documents.jsonl"
    file.write_text("".join(f"{within(one, *ARMS).model_dump_json()}\n" for one in results), encoding="utf-8")
    documents.write_text("".join(f"{one.model_dump_json()}\n" for one in times.by_document.values()), encoding="utf-8")
    usual = ("decide", "--from", str(file), "--documents", str(documents), "--training-seconds", "300",
             "--out", str(tmp_path / "out"))  # fmt: skip
    for options, why in (
        (("--reviewed", "30"), "belong together"),
        (("--good", "3"), "belong together"),
        (("--reviewed", "3", "--good", "4"), "cannot be good"),
    ):
        ended = tiltyard(*usual, *options)
        assert ended.returncode != 0
        assert why in ended.stderr
    made = tiltyard(*usual, "--reviewed", "30", "--good", "26")
    told = json.loads((tmp_path / "out" / "decision.json").read_text(encoding="utf-8"))

    assert made.returncode == 0, made.stderr
    assert (told["review"]["reviewed"], told["review"]["good"]) == (30, 26)
    assert told["review"]["bad"] == told["review"]["errors"]["high"]
    assert "26 good as they stood" in made.stdout
    assert "26 good as they stood" in (tmp_path / "out" / "decision.md").read_text(encoding="utf-8")


def test_what_every_answer_costs_is_counted_apart_over_all_news() -> None:
    pending = Contestant("b", answers({"right": 5}), answers({"wrong": 5}, first=5), contestant("x", 1).updating, {})
    counted = Evidence([pending, replace(pending, name="c")], {}, {}).counted(Values(second=-0.1, machine_second=-0.01))

    assert [*counted.costs] == pytest.approx([-0.11] * 4)
