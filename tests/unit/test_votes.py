"""Votes: what a voter is shown, which votes count, and what is made of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from services.console.app import build
from services.console.views import votes as view
from shared.lab.voting import counting, reading, report, voters
from shared.lab.voting.blind import choice_on, offer
from shared.lab.voting.counting import Counted, within_limit
from shared.lab.voting.summary import summarise
from shared.messages import Answer, Ballot, Choice, Result, ScoredAnswer
from shared.messages.feedback import CHOICES, counted
from tests.builders import NOON, a_question, a_raw_record, a_vote, an_answer, references

PAIR = ("base", "tuned")
TEXTS = {"base": "The old harbour", "base+rag": "The new quay", "tuned": "The town hall"}


def a_result(question_id: str = "q-1", answers: Sequence[Answer] | None = None, **changes: Any) -> Result:
    said = answers if answers is not None else [an_answer(arm=arm, text=text) for arm, text in TEXTS.items()]
    values: dict[str, Any] = {
        "question": a_question(question_id=question_id), "asked_at": NOON, "scored_at": NOON, "metric_versions": {},
        "answers": {answer.arm: ScoredAnswer(answer=answer, latency_ms=1.0) for answer in said},
    }  # fmt: skip
    return Result(**values | changes)


def a_ballot(voter: str = "ann", choice: Choice = "a", *, minutes: float = 0.0, first: str = "base") -> Ballot:
    at = NOON + timedelta(minutes=minutes)
    return Ballot(voter=voter, choice=choice, shown_first=first, appended_at=at, offset=0)


def a_count(number: int = 0, voter: str = "ann", choice: Choice = "a", *, minutes: float = 0.0) -> Counted:
    return Counted(f"q-{number}", PAIR, a_ballot(voter, choice, minutes=minutes))


def judged(question_id: str, ballots: Sequence[Ballot], pair: tuple[str, str] = PAIR) -> Result:
    return a_result(question_id, votes=(counted(pair, ballots),))


def test_a_voter_meets_the_same_choice_until_it_is_made() -> None:
    results = [a_result(f"q-{number}") for number in range(20)]
    first = offer(results, "ann", {}, recent=20)
    assert first is not None

    assert offer(reversed(results), "ann", {}, recent=20) == first
    then = offer(results, "ann", {first.question_id: {("base", "tuned")}}, recent=20)
    assert then is not None
    assert then.question_id != first.question_id


def test_questions_pairs_and_orders_are_spread_evenly_over_voters() -> None:
    results = [a_result(f"q-{number}") for number in range(5)]
    shown = [offer(results, f"voter-{number}", {}, recent=5) for number in range(3_000)]
    questions = Counter(offered.question_id for offered in shown if offered)
    pairs = Counter((offered.arm_a, offered.arm_b) for offered in shown if offered)

    assert len(questions) == 5
    assert all(abs(count - 600) < 5 * 22 for count in questions.values()), "five standard deviations"
    assert len(pairs) == 6, "each pair both ways round"
    assert all(abs(count - 500) < 5 * 21 for count in pairs.values())


def test_what_is_shown_names_no_arm() -> None:
    shown = choice_on(a_result(), "ann", {})

    assert shown.as_dict().keys() == {"question_id", "question", "A", "B"}
    assert not any(arm in value for value in shown.as_dict().values() for arm in ("base", "tuned", "rag"))
    assert shown.text_a == TEXTS[shown.arm_a]
    assert shown.text_b == TEXTS[shown.arm_b]


def test_only_answers_that_differ_are_offered() -> None:
    same = [an_answer(arm="base", text="The old harbour."), an_answer(arm="tuned", text="the  OLD harbour")]
    silent = [an_answer(arm="base"), an_answer(arm="tuned", status="abstained", text="I do not know")]

    assert offer([a_result(answers=same), a_result("q-2", answers=silent)], "ann", {}, recent=9) is None
    assert choice_on(a_result(answers=same), "ann", {}).question_id == "q-1", "unless it is asked for by name"
    with pytest.raises(ValueError, match="fewer than two arms answered 'q-2'"):
        choice_on(a_result("q-2", answers=silent), "ann", {})


def test_only_the_questions_asked_last_are_offered() -> None:
    results = [a_result(f"q-{number}", asked_at=NOON + timedelta(seconds=number)) for number in range(10)]

    assert {offered.question_id for n in range(50) if (offered := offer(results, f"v-{n}", {}, recent=2))} == {
        "q-8",
        "q-9",
    }


def test_by_name_the_pairs_come_in_turn_and_then_again() -> None:
    result, voted = a_result(), set[tuple[str, str]]()
    for _ in range(3):
        shown = choice_on(result, "ann", {"q-1": voted})
        assert shown.vote("ann", "a").pair not in voted
        voted.add(shown.vote("ann", "a").pair)

    assert choice_on(result, "ann", {"q-1": voted}).vote("ann", "a").pair in voted


def test_a_choice_is_of_the_side_whichever_arm_stood_there() -> None:
    straight, turned = a_vote(arm_a="base", arm_b="tuned"), a_vote(arm_a="tuned", arm_b="base")

    assert straight.pair == turned.pair == ("base", "tuned")
    assert (straight.choice_of_pair, turned.choice_of_pair) == ("a", "b")
    assert a_vote(arm_a="tuned", arm_b="base", choice="tie").choice_of_pair == "tie"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"arm_a": "tuned"}, "a vote compares two arms"),
        ({"choice": "none"}, "choice"),
        ({"voter": " "}, "voter"),
        ({"voter": "x" * 65}, "at most 64"),
        ({"weight": 2}, "weight"),
    ],
)
def test_a_vote_that_says_nothing_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        a_vote(**changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"references": ("  ",)}, "needs words"),
        ({"references": None}, "references"),
        ({"given_by": ""}, "given_by"),
        ({"references": ("x",) * 101}, "at most 100"),
        ({"reference": "x"}, "reference"),
    ],
)
def test_references_that_say_nothing_are_refused(changes: dict[str, Any], reason: str) -> None:
    assert references(references=()).references == (), "abstaining is right"
    with pytest.raises(ValidationError, match=reason):
        references(**changes)


def test_beyond_the_limit_within_any_hour_the_earliest_count() -> None:
    votes = [a_count(number, minutes=minutes) for number, minutes in enumerate((0, 10, 20, 59, 60, 61, 71))]
    votes.append(a_count(9, voter="bo", minutes=20))
    kept, beyond = within_limit(votes[::-1], per_hour=2)

    assert [vote.question_id for vote in beyond] == ["q-2", "q-3", "q-5"]
    assert [vote.question_id for vote in kept] == ["q-0", "q-1", "q-9", "q-4", "q-6"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 300)), max_size=40), st.integers(1, 5))
def test_no_hour_ever_holds_more_than_the_limit(times: list[tuple[str, int]], limit: int) -> None:
    votes = [a_count(n, voter, minutes=minutes) for n, (voter, minutes) in enumerate(times)]
    kept, beyond = within_limit(votes, limit)

    assert len(kept) + len(beyond) == len(votes)
    for vote in votes:
        at = vote.ballot.appended_at
        within = [k for k in kept if k.ballot.voter == vote.ballot.voter and timedelta(0) <= at - k.ballot.appended_at]
        lately = [k for k in within if at - k.ballot.appended_at < counting.HOUR]
        assert len(lately) <= limit
        assert vote in kept or len(lately) == limit, "none is left out without need"


def test_votes_on_the_topic_that_repeat_or_stand_in_no_result_are_told() -> None:
    votes = [a_vote(), a_vote(choice="b"), a_vote(arm_a="tuned", arm_b="base+rag"), a_vote(question_id="unknown")]
    shown = [Counted("q-1", ("base+rag", "tuned"), a_ballot())]
    cast = counting.cast(votes, shown)

    assert (cast.votes, cast.repeated, cast.unattached) == ({"ann": 4}, {"ann": 2}, 1)


def test_a_vote_that_no_result_shows_yet_is_not_asked_for_again() -> None:
    records = [a_raw_record(a_vote().model_dump_json().encode()), a_raw_record(b"{"), a_raw_record(None)]
    taken = reading.readable(records)

    assert reading.voted_by("ann", [a_count(7)], taken) == {"q-7": {PAIR}, "q-1": {("base+rag", "tuned")}}
    assert reading.voted_by("bo", [a_count(7)], taken) == {}
    assert reading.within_the_hour("ann", taken, NOON + timedelta(minutes=59)) == 1
    assert reading.within_the_hour("ann", taken, NOON + timedelta(minutes=61)) == 0


def a_poll(rng: Random, *, questions: int, honest: int, odd: Sequence[str] = (), truth: float = 0.8) -> list[Counted]:
    """Voters who find the better answer with the chance `truth`; odd ones choose blindly among the two."""
    votes = []
    for number in range(questions):
        right: Choice = rng.choice(("a", "b"))
        wrong: Choice = "b" if right == "a" else "a"
        votes += [a_count(number, f"voter-{n}", right if rng.random() < truth else wrong) for n in range(honest)]
        votes += [a_count(number, name, rng.choice(("a", "b"))) for name in odd]
    return votes


def puppets(rng: Random, *, questions: int, names: Sequence[str], slips: float = 0.0) -> list[Counted]:
    """What one person has several names vote, blindly; each name slips now and then."""
    votes = []
    for number in range(questions):
        side: Choice = rng.choice(("a", "b"))
        other: Choice = "b" if side == "a" else "a"
        votes += [a_count(number, name, other if rng.random() < slips else side) for name in names]
    return votes


def outliers(votes: Sequence[Counted]) -> list[str]:
    return [voter.name for voter in voters.compared(votes) if voter.outlier]


def test_who_votes_blindly_is_found_and_honest_voters_are_left_alone() -> None:
    compared = voters.compared(a_poll(Random(1), questions=80, honest=5, odd=["dice"]))  # noqa: S311

    assert [voter.name for voter in compared if voter.outlier] == ["dice"]
    dice = next(voter for voter in compared if voter.name == "dice")
    assert dice.p is not None
    assert dice.p < 0.01
    assert dice.agreed / dice.compared < 0.65 < dice.others_agreed / dice.others_compared


def test_of_five_equal_voters_one_is_called_an_outlier_in_fewer_than_one_poll_of_twenty() -> None:
    polls = [a_poll(Random(seed), questions=30, honest=5) for seed in range(200)]  # noqa: S311
    wrong = sum(bool(outliers(poll)) for poll in polls)

    assert wrong / 200 < 0.05


def test_a_careful_voter_who_often_ties_is_no_outlier() -> None:
    rng = Random(7)  # noqa: S311
    votes = a_poll(rng, questions=80, honest=5)
    sides = {vote.question_id: vote.ballot.choice for vote in votes if vote.ballot.voter == "voter-0"}
    for number in range(80):
        seen: Choice = sides[f"q-{number}"] if rng.random() < 0.25 else "tie"
        votes.append(a_count(number, "careful", seen))

    assert outliers(votes) == []


def test_three_names_of_one_person_do_not_make_outliers_of_two_honest_voters() -> None:
    for seed in range(20):
        rng = Random(seed)  # noqa: S311
        votes = [*a_poll(rng, questions=40, honest=2), *puppets(rng, questions=40, names=("x", "y", "z"))]
        compared = {voter.name: voter for voter in voters.compared(votes)}

        assert not compared["voter-0"].outlier
        assert not compared["voter-1"].outlier
        assert compared["x"].doubles == ("y", "z"), "and the three are seen to vote as one"


def test_of_two_camps_neither_is_called_odd_and_both_are_named() -> None:
    """Puppets that slip are no doubles; two honest voters then stand against three who agree more than they do."""
    rng = Random(9)  # noqa: S311
    votes = [*a_poll(rng, questions=120, honest=2), *puppets(rng, questions=120, names=("x", "y", "z"), slips=0.1)]
    compared = voters.compared(votes)

    assert not any(voter.outlier for voter in compared)
    assert ("voter-0", "voter-1") in voters.camps(compared)


def test_below_twenty_compared_votes_nobody_is_called_odd() -> None:
    votes = [*a_poll(Random(2), questions=19, honest=6, truth=1.0)]  # noqa: S311
    contrary: Choice = "a"
    for vote in votes[::6]:
        contrary = "b" if vote.ballot.choice == "a" else "a"
        votes.append(Counted(vote.question_id, PAIR, a_ballot("contrary", contrary)))

    assert outliers(votes) == []


def test_two_voters_cannot_tell_which_of_them_is_odd() -> None:
    compared = voters.compared(a_poll(Random(3), questions=50, honest=1, odd=["dice"]))  # noqa: S311

    assert [voter.p for voter in compared] == [None, None]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcd"), st.sampled_from(CHOICES)), max_size=30))
def test_the_yardstick_is_what_the_others_would_be_without_the_voter(given_votes: list[Any]) -> None:
    votes = list({(n, voter): a_count(n, voter, choice) for n, voter, choice in given_votes}.values())
    for tested in voters.compared(votes):
        others = [vote for vote in votes if vote.ballot.voter != tested.name]
        alone = voters.compared(others)
        assert tested.others_agreed == sum(voter.agreed for voter in alone)
        assert tested.others_compared == sum(voter.compared for voter in alone)


def test_agreement_between_voters_is_over_the_same_answers() -> None:
    votes = [a_count(n, voter, "a" if n % 2 else "b") for n in range(10) for voter in ("ann", "bo")]
    agreed = voters.between([*votes, a_count(99, "ann")])

    assert (agreed.items, agreed.observed.mean, agreed.alpha.mean) == (10, 1.0, 1.0)
    assert voters.between([]).items == 0


def test_the_summary_counts_rates_and_says_what_it_does_not_count() -> None:
    rng = Random(5)  # noqa: S311
    results = [
        judged(f"q-{n}", [a_ballot(v, "a" if rng.random() < 0.7 else "b", minutes=n) for v in ("ann", "bo", "cy")])
        for n in range(30)
    ]
    summary = summarise(results, [a_vote(question_id="q-0", arm_a="base", arm_b="tuned")], per_hour=20, without={"cy"})

    assert summary.pairs.keys() == {PAIR}
    assert sum(summary.pairs[PAIR].values()) == 40
    assert summary.beyond_limit == {"ann": 10, "bo": 10}
    assert summary.left_out == {"cy": 30}
    assert [rating.arm for rating in summary.ratings.ratings] == ["base", "tuned"]
    assert summary.ratings.ratings[0].low is not None
    assert summary.first_side.n == 40, "base was shown first"
    assert summary.cast.unattached == 0
    assert report.of(summary).model_dump(mode="json")["pairs"][0]["arms"] == ["base", "tuned"]


def test_arms_that_were_never_compared_are_said_to_have_no_common_scale(capsys: pytest.CaptureFixture[str]) -> None:
    results = [judged("q-1", [a_ballot()]), judged("q-2", [a_ballot(first="x")], pair=("x", "y"))]
    view.show(summarise(results, [], per_hour=9))

    assert "never compared with one another" in capsys.readouterr().out


def test_without_votes_nothing_is_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    view.show(summarise([a_result()], [a_vote()], per_hour=9))

    said = capsys.readouterr().out
    assert "No votes are counted yet" in said
    assert "1 votes on the topic are in no result" in said


def test_a_script_must_name_the_question_that_it_votes_on() -> None:
    ended = CliRunner().invoke(build(), ["vote", "--choice", "tie"])

    assert isinstance(ended.exception, ValueError)
    assert "--question-id" in str(ended.exception)


@pytest.mark.parametrize(("labels", "offered"), [(("suite:harbour",), True), (("suite:harbour", "board"), False)])
def test_answers_that_were_made_from_a_document_for_few_are_not_offered(labels: tuple[str, ...], offered: bool) -> None:
    yes = an_answer(arm="base", text="yes", evidence=("minutes-1:1:0",), evidence_labels=(labels,))
    result = a_result(answers=[yes, an_answer(text="no")], question=a_question(labels=("suite:harbour",)))

    assert (offer([result], "ann", {}, recent=9) is not None) == offered
