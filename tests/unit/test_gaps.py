"""Noticing what a topic deleted before it was read."""

from collections.abc import Collection
from dataclasses import dataclass, field

from shared.gaps import LOOK_S, Gaps, Place
from tests.builders import a_raw_record

TOPIC = "news"
P0, P1 = (TOPIC, 0), (TOPIC, 1)


@dataclass
class Watched:
    """Gaps over a broker whose first offsets are set by hand."""

    starts: dict[Place, int] = field(default_factory=lambda: {P0: 0, P1: 0})
    away: bool = False
    at: float = 0.0
    asked: int = 0
    told: list[tuple[str, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gaps = Gaps(self.look, lambda *loss: self.told.append(loss), lambda: self.at)

    def look(self, places: Collection[Place]) -> dict[Place, int]:
        self.asked += 1
        if self.away:
            raise ConnectionError
        return {place: self.starts[place] for place in places}

    def read(self, *offsets: int, partition: int = 0) -> None:
        self.gaps.passed([a_raw_record(b"", topic=TOPIC, partition=partition, offset=offset) for offset in offsets])


def test_what_lies_between_the_committed_offset_and_the_first_record_that_is_left_is_lost() -> None:
    watched = Watched({P0: 7})
    watched.gaps.adopt({P0: 3})

    watched.read(7, 8)

    assert watched.told == [(TOPIC, 0, 3, 7)]


def test_records_that_follow_each_other_cost_no_question() -> None:
    watched = Watched()
    watched.gaps.adopt({P0: 3})

    watched.read(3, 4, 5)

    assert watched.asked == 0


def test_offsets_at_which_nothing_ever_stood_are_no_loss() -> None:
    watched = Watched({P0: 3})
    watched.gaps.adopt({P0: 3})

    watched.read(3, 5, 8)

    assert watched.told == []


def test_of_a_gap_only_what_lies_before_the_first_record_that_is_left_is_lost() -> None:
    watched = Watched({P0: 5})
    watched.gaps.adopt({P0: 3})

    watched.read(8)

    assert watched.told == [(TOPIC, 0, 3, 5)]


def test_a_record_that_was_given_before_it_was_deleted_is_not_lost() -> None:
    watched = Watched({P0: 100})
    watched.gaps.adopt({P0: 3})

    watched.read(5)

    assert watched.told == [(TOPIC, 0, 3, 5)]


def test_a_loss_is_noticed_though_nothing_is_left_to_read() -> None:
    watched = Watched({P0: 7, P1: 4})
    watched.gaps.adopt({P0: 3, P1: 4})

    watched.gaps.idle()

    assert watched.told == [(TOPIC, 0, 3, 7)]


def test_a_loss_is_told_once() -> None:
    watched = Watched({P0: 7})
    watched.gaps.adopt({P0: 3})
    watched.gaps.idle()
    watched.at = 2 * LOOK_S
    watched.gaps.idle()

    watched.read(7)

    assert len(watched.told) == 1


def test_an_idle_group_looks_every_so_often() -> None:
    watched = Watched()
    watched.gaps.adopt({P0: 0})

    for _ in range(20):
        watched.at += LOOK_S / 10
        watched.gaps.idle()

    assert watched.asked == 2


def test_a_broker_that_does_not_answer_is_asked_again() -> None:
    watched = Watched({P0: 7}, away=True)
    watched.gaps.adopt({P0: 3})
    watched.read(7)
    watched.away = False

    watched.read(8)

    assert watched.told == [(TOPIC, 0, 3, 7)]


def test_a_new_group_loses_nothing_by_what_was_deleted_before_it() -> None:
    watched = Watched({P0: 7})

    watched.read(7)

    assert watched.told == []


def test_a_partition_that_another_member_has_now_is_not_looked_at() -> None:
    watched = Watched({P0: 7})
    watched.gaps.adopt({P0: 3})
    watched.gaps.release([P0])

    watched.gaps.idle()

    assert watched.told == []


def test_a_topic_that_was_made_anew_is_read_from_its_beginning_without_a_loss() -> None:
    watched = Watched()
    watched.gaps.adopt({P0: 30})

    watched.read(0, 1)

    assert watched.told == []
