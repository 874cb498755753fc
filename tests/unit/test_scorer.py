"""The scorer over the in-memory broker: one final result a question, whatever breaks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorer.handler import score
from services.scorer.join import Join
from services.scorer.memory import JoinInMemory
from services.scorer.reading import Reader
from services.scorer.settings import METRICS, ScorerSettings
from shared import dead_letters
from shared.burials import Burials
from shared.contests.calendar import Calendar
from shared.memory.broker import MemoryBroker, MemoryDeadLetters
from shared.memory.results import MemoryResults
from shared.messages import Message, Result
from shared.records import InvalidMessageError, RawRecord
from shared.scoring import catalogue
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings
from shared.stored import ResultShelf
from shared.topology import ANSWERS, QUESTIONS, RESULTS, AnyTopic
from tests.builders import NOON, a_question, a_raw_record, an_answer
from tests.contests import ARMS
from tests.scorers import a_scorer

SCORE = partial(score, metrics=catalogue.load(METRICS, EncoderSettings(variant="hashing", dimensions=16)))
LATER = NOON + timedelta(hours=1)


class House:
    """A broker, a shelf and a table that outlive the scorers using them."""

    def __init__(self, shelf: ResultShelf | None = None) -> None:
        self.time = NOON
        self.broker = MemoryBroker(now=lambda: self.time)
        self.shelf = shelf or MemoryResults()
        self.joins: dict[str, Join] = {}
        self.scorer = self.a_scorer()

    def a_scorer(self) -> JoinInMemory:
        return a_scorer(self.broker, SCORE, self.shelf, joins=self.joins)

    def ask(self, question_id: str = "q-1", arms: Iterable[str] = ARMS) -> None:
        self.broker.publish(QUESTIONS, a_question(question_id=question_id))
        self.answer(question_id, arms)

    def answer(self, question_id: str = "q-1", arms: Iterable[str] = ARMS) -> None:
        self.broker.publish(ANSWERS, *(an_answer(question_id=question_id, arm=arm) for arm in arms))

    def run(self, now: datetime | None = None) -> None:
        self.scorer.run_once(now or self.time)

    @property
    def results(self) -> list[Message]:
        return self.broker.messages(RESULTS)


class FallingShelf(MemoryResults):
    """A store that fails before or after it has stored."""

    def __init__(self, *, stores: bool) -> None:
        super().__init__()
        self.falls, self._stores = True, stores

    def put(self, results: Iterable[Result]) -> None:
        if self._stores or not self.falls:
            super().put(results)
        if self.falls:
            raise ConnectionError("the store has gone")


def test_a_question_with_all_answers_has_its_result_stored_and_published() -> None:
    house = House()
    house.ask()
    house.run()

    [result] = house.results
    assert isinstance(result, Result)
    assert house.shelf.get("q-1") == result
    assert set(result.answers) == set(ARMS)
    assert result.missing == ()
    assert result.answers["base"].scores["correct"] == 1.0
    assert result.answers["base"].scores["f1"] == 1.0
    assert "outdated" not in result.answers["base"].scores
    assert result.metric_versions.keys() == set(METRICS)


def test_answers_wait_for_their_question() -> None:
    house = House()
    house.answer()
    house.run()
    assert house.results == []

    house.broker.publish(QUESTIONS, a_question())
    house.run()
    assert len(house.results) == 1


def test_after_the_deadline_the_result_says_who_is_missing_and_a_late_answer_changes_nothing() -> None:
    house = House()
    house.ask(arms=["base", "tuned"])
    house.run(NOON + timedelta(seconds=300))
    assert house.results == []

    house.run(NOON + timedelta(seconds=301))
    house.time = LATER
    house.answer(arms=["base+rag"])
    house.run(LATER)

    [result] = house.results
    assert isinstance(result, Result)
    assert set(result.missing) == {"base+rag", "tuned+rag"}
    assert result.unanswered["correct"] == 0.0


def test_answers_in_time_count_even_if_they_are_read_long_after_the_deadline() -> None:
    house = House()
    house.ask()
    house.run(now=LATER)

    [result] = house.results
    assert isinstance(result, Result)
    assert result.missing == ()


def test_latency_is_from_the_questions_append_to_the_answers() -> None:
    house = House()
    house.broker.publish(QUESTIONS, a_question())
    house.time = NOON + timedelta(milliseconds=1500)
    house.answer()
    house.run()

    [result] = house.results
    assert isinstance(result, Result)
    assert result.answers["base"].latency_ms == 1500.0


def test_a_question_published_again_keeps_its_result() -> None:
    house = House()
    house.ask()
    house.run()
    house.time = LATER
    house.ask()
    house.run(LATER + timedelta(hours=1))

    assert len(house.results) == 1


def test_after_the_marker_is_forgotten_the_stored_result_is_announced_word_for_word() -> None:
    house = House()
    house.ask()
    house.run()
    house.run(NOON + timedelta(hours=25))
    assert house.joins == {}

    house.time = NOON + timedelta(hours=26)
    house.broker.publish(QUESTIONS, a_question(text="Where is it now?"))
    house.run(house.time + timedelta(hours=1))
    first, second = (record.value for record in house.broker.records(RESULTS.name))
    assert first == second


def test_answers_to_an_unknown_question_are_forgotten_in_the_end() -> None:
    house = House()
    house.answer()
    house.run(NOON + timedelta(hours=23))
    assert house.joins

    house.run(NOON + timedelta(hours=25))
    assert house.joins == {}
    assert house.results == []


@pytest.mark.parametrize("stores", [True, False])
def test_a_store_that_fails_leaves_everything_to_the_next_start(stores: bool) -> None:
    shelf = FallingShelf(stores=stores)
    house = House(shelf)
    house.ask()
    with pytest.raises(ConnectionError):
        house.run()
    assert house.results == []
    assert not any(house.broker.committed.values())

    shelf.falls = False
    house.scorer = house.a_scorer()
    house.run(LATER)
    assert house.results == [shelf.get("q-1")]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=12), st.permutations(range(15)))
def test_kills_between_announcing_and_committing_repeat_a_result_at_most_word_for_word(
    kills: list[bool], order: list[int]
) -> None:
    house = House()
    events: list[tuple[AnyTopic, Message]] = [(QUESTIONS, a_question(question_id=f"q-{n}")) for n in range(3)]
    events += [(ANSWERS, an_answer(question_id=f"q-{n}", arm=arm)) for n in range(3) for arm in ARMS]
    for step, number in enumerate(order):
        topic, message = events[number]
        house.broker.publish(topic, message)
        if kills[step % len(kills)]:
            before, committed = dict(house.joins), dict(house.broker.committed)
            house.run(NOON + timedelta(seconds=step))
            house.joins, house.broker.committed = before, defaultdict(int, committed)
            house.scorer = house.a_scorer()
    house.run(LATER)

    contents = {record.key: set[bytes | None]() for record in house.broker.records(RESULTS.name)}
    for record in house.broker.records(RESULTS.name):
        contents[record.key].add(record.value)
    assert {key: len(values) for key, values in contents.items()} == {b"q-0": 1, b"q-1": 1, b"q-2": 1}


def test_poison_is_buried_alone_with_reason_and_bytes() -> None:
    house = House()
    house.broker.append(ANSWERS.name, b"k", b"{not json")
    house.broker.append(QUESTIONS.name, None, None)
    house.broker.append(QUESTIONS.name, b"q", b'{"question_id": "q", "text": "?", "colour": 1}')
    house.ask()
    house.run()

    [letter] = house.broker.records(ANSWERS.dead)
    assert letter.value == b"{not json"
    assert dead_letters.service(letter.headers) == "scorer"
    assert "JSON" in dead_letters.reason(letter.headers)
    assert "colour" in "".join(dead_letters.reason(r.headers) for r in house.broker.records(QUESTIONS.dead))
    assert len(house.results) == 1


def test_any_number_of_dead_in_a_row_does_not_stop_the_scorer() -> None:
    house = House()
    for number in range(1_000):
        house.broker.append(ANSWERS.name, b"k%d" % number, b"[]")
    house.ask()
    house.run()

    assert (len(house.broker.records(ANSWERS.dead)), len(house.results)) == (1_000, 1)


def test_a_question_of_another_scorers_partition_is_buried_with_what_to_do() -> None:
    broker = MemoryBroker()

    def place(_: str, __: RawRecord) -> int:
        raise InvalidMessageError("publish with murmur2")

    record = a_raw_record(a_question().model_dump_json().encode(), topic=QUESTIONS.name)
    assert Reader(Burials("scorer", MemoryDeadLetters(broker, "scorer")), place=place).read([record]) == []
    assert dead_letters.reason(broker.records(QUESTIONS.dead)[0].headers) == "publish with murmur2"


def test_a_trace_without_end_is_not_carried_on() -> None:
    house = House()
    house.broker.append(QUESTIONS.name, b"q-1", a_question().model_dump_json().encode(), {"traceparent": b"0" * 9_999})
    house.run()

    assert [len(join.trace) for join in house.joins.values()] == [128]


def test_the_questions_trace_goes_on_with_the_result() -> None:
    house = House()
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    house.broker.append(QUESTIONS.name, b"q-1", a_question().model_dump_json().encode(), {"traceparent": trace})
    house.answer()
    house.run()

    [record] = house.broker.records(RESULTS.name)
    assert trace.split(b"-")[1] in record.headers["traceparent"]


def test_a_metric_that_leaves_its_scale_stops_the_scorer() -> None:
    join = Join(partition=0, first_at=NOON, question=a_question(), asked_at=NOON)

    with pytest.raises(RuntimeError, match="not within"):
        score(join, NOON, Calendar(), metrics={"wild": Metric("1", lambda *_: 1.5)})


def test_settings_refuse_a_metric_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        ScorerSettings(metrics=("f1", "f1"))
