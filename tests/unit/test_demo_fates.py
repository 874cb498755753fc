"""A trial of whose documents none can be found stops at once, and says how many and why."""

from pathlib import Path
from typing import Any

import pytest

from services.console.demo import story
from services.console.demo.fates import Fates, NothingFindableError, commonest
from services.console.demo.newswire import Newswire
from shared.publisher import Settled
from shared.settings import CassandraSettings, KafkaSettings
from tests.builders import a_document

EMPTY = "text: nothing is left after cleaning"


def edition(*settled: Settled, of: int = 3) -> Fates:
    made = Fates("edition 1", of)
    for outcome in settled:
        made(outcome)
    return made


def dead(reason: str = EMPTY) -> Settled:
    return Settled("a", "dead", reason)


def test_an_edition_that_is_refused_whole_ends_the_trial_with_the_commonest_reason() -> None:
    refused = edition(dead("source: too long"), dead(), dead())

    with pytest.raises(NothingFindableError) as stopped:
        refused.require()

    assert str(stopped.value).startswith(
        f"edition 1: none of 3 documents can be found, of 3 published: 3 refused (most often: {EMPTY}, 2 times). "
    )


def test_one_findable_document_is_enough_to_go_on_and_the_refused_ones_are_explained() -> None:
    some = edition(dead(), dead(), Settled("b", "indexed", freshness_ms=40.0), of=3)
    some.require()

    assert some.sentence() == (
        "1 documents findable, 40.0 ms after publication at the median (p99 40.0 ms); "
        f"0 dropped, 2 refused (most often: {EMPTY}, 2 times)."
    )


def test_retracted_documents_are_not_called_findable_and_no_time_is_said_where_there_is_none() -> None:
    said = edition(Settled("a", "indexed", retracted=True), Settled("b", "indexed"), Settled("c", "dropped")).sentence()

    assert said == "1 documents findable; 1 retracted, 1 dropped, 0 refused."


def test_an_edition_of_which_all_is_dropped_ends_the_trial_too() -> None:
    with pytest.raises(NothingFindableError, match=r"2 dropped \(most often: published more than 30 days ago, 2 times"):
        edition(*[Settled("a", "dropped", "published more than 30 days ago")] * 2).require()


def test_when_ingest_ends_itself_the_trial_does_not_wait_for_the_rest() -> None:
    with pytest.raises(NothingFindableError, match="none of 101 documents can be found, of 5000 published"):
        edition(*[dead()] * 200, of=5000)
    edition(Settled("a", "indexed"), *[dead()] * 200, of=5000)


def test_reasons_that_differ_in_their_numbers_are_one_reason() -> None:
    assert commonest(["a", "b: 1 of 2", "b: 3 of 4"]) == "b: 1 of 2, 2 times"
    assert commonest(["a"]) == "a"


def test_the_trial_itself_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def __init__(self, *_: object) -> None: ...

        def publish(self, *_: object) -> int:
            return 1

        def settled(self) -> list[Settled]:
            return [dead()] * story.LOOK_EVERY

        def wait(self, _: float, heard: Any, **__: object) -> None:
            for _ in range(2):
                heard(dead())

        def close(self) -> None: ...

    monkeypatch.setattr(story, "Publisher", Refusing)
    monkeypatch.setattr(story, "connect", lambda _: Refusing())
    trial = story.Trial(Newswire([], [], [], Path("pairs"), 0), KafkaSettings(), CassandraSettings(), rate=1e6)

    with pytest.raises(NothingFindableError, match="2 refused"):
        trial.stream([a_document(), a_document(document_id="b")], "edition 1")
    with pytest.raises(NothingFindableError, match="none of 101 documents can be found, of 1000 published"):
        trial.stream([a_document()] * 1000, "edition 1")
