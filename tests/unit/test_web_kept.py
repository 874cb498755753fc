"""What pages hold of strangers' records: within a number and a size, and told anew it takes no more."""

from sys import getsizeof

from pydantic_core import to_json

from services.web.live.kept import BESIDE, Kept
from services.web.live.questions import Questions
from services.web.live.shares import shares
from shared import topology
from tests.builders import a_question, a_raw_record
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import SOMEBODY


def test_what_is_told_anew_takes_the_place_of_what_it_was() -> None:
    held = Kept[str, int](100, 2 * (BESIDE + 60) + 1_000, lambda value: value)
    held.put("first", 0, 100)
    for value in range(1_000):
        held.put("second", value + 1, 500)

    assert held.get("first") == 0
    assert held.size_of("second") == 500


def test_what_grows_is_as_large_as_all_that_was_added() -> None:
    held = Kept[str, int](100, 2 * (BESIDE + 60) + 1_000, lambda value: value)
    held.put("first", 0, 100)
    for value in range(10):
        held.grow("second", value + 1, 99)

    assert held.get("first") is None
    assert held.size_of("second") == 990


def test_beyond_the_number_those_go_that_come_first() -> None:
    held = Kept[str, int](20, 1_000_000, lambda value: value)
    for value in range(1_000):
        held.put(str(value), value, 10)
        assert len(held) <= 21

    assert held.get("999") == 999
    assert held.get("0") is None


def test_a_result_that_is_published_again_and_again_puts_no_question_out() -> None:
    questions = Questions(100, shares(16), lambda _: None)
    for number in range(100):
        asked = a_question(question_id=f"q-{number}").model_dump_json().encode()
        questions.take(a_raw_record(asked, topic=topology.QUESTIONS.name, offset=number))
    result = within(a_result(a_scored(text="x" * 8_000), question_id="q-50"), *ARMS)
    for version in range(1, 500):
        again = result.model_copy(update={"result_version": version}).model_dump_json().encode()
        questions.take(a_raw_record(again, topic=topology.RESULTS.name, offset=version))

    assert len(questions.newest(1_000, SOMEBODY)) == 100


def test_what_a_key_takes_is_counted_once_though_it_may_grow() -> None:
    held = Kept[str, int](1_000, 1_000_000)
    keys = [f"Frage über {number} Häfen" * 20 for number in range(100)]
    for key in keys:
        held.put(key, 0, 10)
    sizes = [getsizeof(key) for key in keys]
    for key in keys:
        to_json(key)  # CPython keeps the bytes in UTF-8 beside the text from now on
    assert [getsizeof(key) for key in keys] > sizes
    for key in keys:
        held.pop(key)

    assert held.bytes == 0
