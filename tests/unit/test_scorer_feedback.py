"""The scorer over the in-memory broker when references and votes come: early, late, twice, and while things break."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.scorer.feedback import following
from services.scorer.join import MOST_VOTES, Cast, Join
from shared.contests.calendar import Calendar
from shared.memory.results import MemoryResults
from shared.messages import Result
from shared.standings import newest
from shared.topology import QUESTIONS, REFERENCES, RESULTS, VOTES
from tests.builders import NOON, a_question, a_vote, references
from tests.contests import ARMS
from tests.scorers import a_scorer
from tests.standings import standings
from tests.unit.test_scorer import LATER, SCORE, FallingShelf, House

QUAY = references(references=("the new quay",), gold_document_ids=("story-9",))


def published(house: House) -> list[Result]:
    return [Result.model_validate_json(record.value or b"") for record in house.broker.records(RESULTS.name)]


def heard(kind: str, reception: str) -> float:
    labels = {"kind": kind, "reception": reception}
    return REGISTRY.get_sample_value("tiltyard_scorer_feedback_total", labels) or 0.0


def test_late_references_score_the_same_answers_anew_and_the_version_goes_up() -> None:
    house = House()
    house.ask()
    house.run()
    house.time = LATER
    house.broker.publish(REFERENCES, QUAY)
    house.run()

    first, second = published(house)
    assert (first.result_version, second.result_version) == (1, 2)
    assert {arm: scored.answer for arm, scored in first.answers.items()} == {
        arm: scored.answer for arm, scored in second.answers.items()
    }
    assert [scored.latency_ms for scored in first.answers.values()] == [
        scored.latency_ms for scored in second.answers.values()
    ]
    assert first.answers["base"].scores["correct"] == 1.0
    assert second.answers["base"].scores["correct"] == 0.0
    assert second.question.references == ("the new quay",)
    assert second.question.gold_document_ids == ("story-9",)
    assert second.references_from is not None
    assert (second.references_from.given_by, second.references_from.appended_at) == ("desk", LATER)
    assert house.shelf.get("q-1") == second


def test_references_that_come_first_score_the_first_version() -> None:
    house = House()
    house.broker.publish(REFERENCES, QUAY)
    house.run()
    assert house.results == []
    house.ask()
    house.run()

    [result] = published(house)
    assert result.result_version == 1
    assert result.question.references == ("the new quay",)
    assert result.references_from is not None


def test_a_question_that_was_not_to_be_scored_is_scored_when_references_come() -> None:
    house = House()
    house.broker.publish(QUESTIONS, a_question(references=None))
    house.answer()
    house.run()
    assert "correct" not in published(house)[0].answers["base"].scores

    house.broker.publish(REFERENCES, references(references=("old harbour",)))
    house.run()
    assert published(house)[1].answers["base"].scores["correct"] == 1.0
    assert published(house)[1].unanswered["correct"] == 0.0


def test_the_same_references_twice_change_nothing() -> None:
    house = House()
    house.ask()
    house.run()
    for _ in range(3):
        house.time += timedelta(minutes=1)
        house.broker.publish(REFERENCES, QUAY)
        house.run()

    assert [result.result_version for result in published(house)] == [1, 2]


def test_references_that_the_question_came_with_change_nothing() -> None:
    house = House()
    house.ask()
    house.run()
    house.broker.publish(REFERENCES, references(references=("the old harbour",), given_by="somebody"))
    house.run()

    assert len(published(house)) == 1


def test_long_after_the_marker_is_forgotten_the_result_is_read_from_the_store() -> None:
    house = House()
    house.ask()
    house.run()
    house.run(NOON + timedelta(hours=25))
    assert house.joins == {}

    house.time = NOON + timedelta(days=30)
    house.broker.publish(REFERENCES, QUAY)
    house.run()
    second = published(house)[1]
    assert (second.result_version, set(second.answers)) == (2, set(ARMS))
    house.time += timedelta(minutes=1)
    house.answer(arms=["newcomer"])
    house.run()
    assert len(published(house)) == 2, "a marker stands again"


def test_feedback_without_a_question_waits_its_term_and_is_dropped_with_a_word() -> None:
    house = House()
    before = heard("references", "dropped"), heard("vote", "dropped")
    house.broker.publish(REFERENCES, QUAY)
    house.broker.publish(VOTES, a_vote(), a_vote(voter="bo"))
    house.run(NOON + timedelta(hours=23))
    assert house.joins
    with capture_logs() as logs:
        house.run(NOON + timedelta(hours=25))

    assert house.joins == {}
    assert (heard("references", "dropped"), heard("vote", "dropped")) == (before[0] + 1, before[1] + 2)
    [said] = [entry for entry in logs if entry["event"] == "dropped"]
    assert (said["question_id"], said["references"], said["votes"]) == ("q-1", 1, 2)
    assert "did not come" in said["reason"]


def test_a_result_that_the_store_has_lost_is_not_made_up() -> None:
    house = House()
    house.ask()
    house.run()
    house.scorer = a_scorer(house.broker, SCORE, MemoryResults(), joins=house.joins)
    house.broker.publish(REFERENCES, QUAY)
    with capture_logs() as logs:
        house.run()

    assert len(published(house)) == 1
    assert "lost" in next(entry["reason"] for entry in logs if entry["event"] == "dropped")
    assert house.joins["q-1"].counted == ARMS


def test_votes_are_counted_by_pair_and_of_each_voter_the_newest() -> None:
    house = House()
    house.ask()
    house.run()
    house.broker.publish(VOTES, a_vote(arm_a="tuned", arm_b="base", choice="a"), a_vote(voter="bo", choice="tie"))
    house.run()
    house.broker.publish(VOTES, a_vote(arm_a="base", arm_b="tuned", choice="a"))
    house.run()

    versions = published(house)
    assert [result.result_version for result in versions] == [1, 2, 3]
    assert [pair.arms for pair in versions[2].votes] == [("base", "tuned"), ("base+rag", "tuned")]
    assert [pair.counts for pair in versions[1].votes] == [
        {"a": 0, "b": 1, "tie": 0, "both_bad": 0},
        {"a": 0, "b": 0, "tie": 1, "both_bad": 0},
    ]
    assert versions[2].votes[0].counts == {"a": 1, "b": 0, "tie": 0, "both_bad": 0}
    assert versions[2].votes[0].ballots[0].shown_first == "base"
    assert versions[2].answers == versions[0].answers
    assert versions[2].scored_at == versions[0].scored_at, "votes score nothing anew"


def test_votes_stay_when_references_come_and_references_when_votes_come() -> None:
    house = House()
    house.ask()
    house.run()
    for topic, message in ((VOTES, a_vote()), (REFERENCES, QUAY), (VOTES, a_vote(voter="bo"))):
        house.broker.publish(topic, message)
        house.run()

    last = published(house)[-1]
    assert last.result_version == 4
    assert last.votes[0].counts["a"] == 2
    assert last.question.references == ("the new quay",)


def test_a_vote_on_an_arm_that_gave_no_answer_is_not_counted_and_said() -> None:
    house = House()
    house.ask(arms=["base", "tuned"])
    house.run(LATER)
    with capture_logs() as logs:
        house.broker.publish(VOTES, a_vote(arm_a="base", arm_b="base+rag"))
        house.run()

    assert len(published(house)) == 1
    assert any("vote not counted" in entry["event"] for entry in logs)


def test_a_result_holds_a_thousand_votes_and_no_more() -> None:
    house = House()
    house.ask()
    house.run()
    [stored] = published(house)
    for start in range(0, MOST_VOTES + 100, 300):
        votes = tuple(Cast(vote=a_vote(voter=f"v{n}"), stamp=(LATER, n)) for n in range(start, start + 300))
        stored = following(stored, Join(partition=0, first_at=NOON, votes=votes), LATER, SCORE, Calendar())

    assert sum(len(pair.ballots) for pair in stored.votes) == MOST_VOTES
    assert len(stored.model_dump_json()) < 250_000


@pytest.mark.parametrize("stores", [True, False])
@pytest.mark.parametrize("forgotten", [True, False])
def test_a_version_that_was_stored_and_not_announced_is_announced_word_for_word(stores: bool, forgotten: bool) -> None:
    shelf = FallingShelf(stores=stores)
    shelf.falls = False
    house = House(shelf)
    house.ask()
    house.run()
    if forgotten:
        house.run(NOON + timedelta(days=2))
    shelf.falls = True
    house.time = LATER
    house.broker.publish(REFERENCES, QUAY)
    with pytest.raises(ConnectionError):
        house.run()
    assert len(published(house)) == 1

    stood = shelf.get("q-1")
    shelf.falls = False
    house.scorer = house.a_scorer()
    house.run(LATER + timedelta(hours=1))
    assert published(house)[1] == shelf.get("q-1")
    assert published(house)[1].result_version == 2
    assert (published(house)[1] == stood) == stores


def test_references_go_on_with_their_own_trace() -> None:
    house = House()
    house.ask()
    house.run()
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    house.broker.append(REFERENCES.name, b"q-1", QUAY.model_dump_json().encode(), {"traceparent": trace})
    house.run()

    assert trace.split(b"-")[1] in house.broker.records(RESULTS.name)[1].headers["traceparent"]


def test_bad_references_are_buried_alone() -> None:
    house = House()
    house.broker.append(REFERENCES.name, b"q-1", b'{"question_id": "q-1", "reference": "x"}')
    house.ask()
    house.run()

    assert len(house.broker.records(REFERENCES.dead)) == 1
    assert len(published(house)) == 1


def test_the_marker_of_a_result_with_references_stays_small() -> None:
    house = House()
    house.ask()
    house.broker.publish(REFERENCES, QUAY)
    house.broker.publish(VOTES, *(a_vote(voter=f"v{n}") for n in range(50)))
    house.run()

    assert len(house.joins["q-1"].model_dump_json(exclude_defaults=True)) < 300


def versions() -> list[Result]:
    """Two questions, one of them in three versions, the last of which says that nobody was right."""
    house = House()
    house.ask()
    house.ask("q-2")
    house.run()
    for topic, message in ((VOTES, a_vote()), (REFERENCES, QUAY)):
        house.broker.publish(topic, message)
        house.run()
    return published(house)


@pytest.mark.parametrize("turned", [False, True])
def test_standings_count_each_question_once_by_its_newest_version(turned: bool) -> None:
    results = versions()[:: -1 if turned else 1]
    assert len(results) == 4

    [overall, _] = standings(results, ARMS)
    assert (overall.arms["base"]["correct"].n, overall.arms["base"]["correct"].mean) == (2, 0.5)
    assert {
        difference.n for difference in overall.differences if {difference.a, difference.b} == {"base", "tuned"}
    } == {2}
    assert {name: result.result_version for name, result in newest(results).items()} == {"q-1": 3, "q-2": 1}


def test_votes_and_references_wait_for_their_question() -> None:
    house = House()
    house.broker.publish(VOTES, a_vote())
    house.run()
    house.broker.publish(REFERENCES, QUAY)
    house.run()
    house.ask()
    house.run()

    [result] = published(house)
    assert result.votes[0].counts["a"] == 1
