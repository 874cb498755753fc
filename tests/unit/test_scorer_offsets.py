"""No offset is reached unless every record before it was handled, whatever the group delivers and whenever we die."""

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorer.offsets import Offsets, Place
from shared.records import Position, RawRecord
from tests.builders import NOON

HERE, THERE, FOREIGN = Place("answers", 0), Place("questions", 0), Place("answers", 1)
LIMIT = 3


def a_record(place: Place, offset: int) -> RawRecord:
    return RawRecord(Position(*place, offset), b"", b"", NOON)


class Topics:
    """What stands in the partitions; at the offsets that are left out there is nothing."""

    def __init__(self, standing: Mapping[Place, Sequence[int]]) -> None:
        self.standing = standing
        self.read_from: list[tuple[Place, int, int]] = []

    def read(self, place: Place, start: int, end: int) -> Iterator[RawRecord]:
        self.read_from.append((place, start, end))
        return (a_record(place, offset) for offset in self.standing[place] if start <= offset < end)


def handled(offsets: Offsets, delivered: Sequence[RawRecord]) -> list[int]:
    """The offsets handled for these records, each portion reached once it is."""
    done = []
    for portion in offsets.portions(delivered):
        assert len(portion.records) <= max(LIMIT, len(delivered))
        done += [record.position.offset for record in portion.records]
        offsets.advance(portion.reached)
    return done


def begun(topics: Topics, **committed: int) -> Offsets:
    offsets = Offsets(topics.read, limit=LIMIT)
    offsets.begin({HERE: committed.get("here", 0), THERE: 0})
    return offsets


def test_records_in_order_are_handled_as_they_come() -> None:
    topics = Topics({HERE: range(9)})
    offsets = begun(topics, here=4)

    assert handled(offsets, [a_record(HERE, 4), a_record(HERE, 5)]) == [4, 5]
    assert offsets.reached == {HERE: 6, THERE: 0}
    assert topics.read_from == []


def test_the_record_at_the_committed_offset_is_read_where_it_was_dropped() -> None:
    offsets = begun(Topics({HERE: range(44)}), here=30)

    assert handled(offsets, [a_record(HERE, 31)]) == [30, 31]
    assert offsets.reached[HERE] == 32


def test_a_record_that_comes_twice_is_handled_once() -> None:
    offsets = begun(Topics({HERE: range(9)}))
    twice = [a_record(HERE, offset) for offset in (0, 1, 0, 1, 2)]

    assert handled(offsets, twice) == [0, 1, 2]
    assert handled(offsets, twice) == []


def test_a_long_gap_is_handled_in_portions_each_reached_by_itself() -> None:
    offsets = begun(Topics({HERE: range(10)}))
    sizes = []
    for portion in offsets.portions([a_record(HERE, 8)]):
        sizes.append(len(portion.records))
        offsets.advance(portion.reached)

    assert sizes == [3, 3, 3]
    assert offsets.reached[HERE] == 9


def test_many_gaps_in_one_delivery_are_read_in_one_go() -> None:
    topics = Topics({HERE: range(9)})
    offsets = begun(topics)

    assert handled(offsets, [a_record(HERE, offset) for offset in (0, 2, 4, 6)]) == [0, 1, 2, 3, 4, 5, 6]
    assert topics.read_from == [(HERE, 1, 7)]


def test_offsets_at_which_nothing_stands_are_passed_over() -> None:
    offsets = begun(Topics({HERE: [2, 3, 7]}))

    assert handled(offsets, [a_record(HERE, 7)]) == [2, 3, 7]
    assert next(iter(offsets.up_to(HERE, 12))).reached == {HERE: 12}


def test_what_is_not_ours_is_not_handled() -> None:
    offsets = begun(Topics({HERE: range(9)}))
    assert handled(offsets, [a_record(FOREIGN, 0)]) == []
    offsets.begin({})
    assert handled(offsets, [a_record(HERE, 0)]) == []
    assert list(offsets.up_to(HERE, 9)) == []


def test_what_is_dropped_at_the_very_end_is_read_when_it_is_asked_for() -> None:
    offsets = begun(Topics({HERE: range(5)}), here=3)
    done = []
    for portion in offsets.up_to(HERE, 5):
        done += [record.position.offset for record in portion.records]
        offsets.advance(portion.reached)

    assert done == [3, 4]
    assert offsets.reached[HERE] == 5


Lives = list[tuple[list[tuple[Place, int]], int, int]]
"""Of each process: what the group delivers, after which portion it dies, and how old its newest commit is then."""
LIVES: st.SearchStrategy[Lives] = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from((HERE, THERE, FOREIGN)), st.integers(0, 25)), max_size=30),
        st.integers(0, 12),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=6,
)
STANDING = st.lists(st.integers(0, 25), unique=True).map(sorted)


@settings(max_examples=500, deadline=None)
@given(here=STANDING, there=STANDING, lives=LIVES)
def test_no_offset_is_committed_before_all_below_it_are_handled(
    here: list[int], there: list[int], lives: Lives
) -> None:
    """Any deliveries (drops, repetitions, any order), any deaths in the middle of a portion, any commit of the past."""
    topics = Topics({HERE: here, THERE: there})
    ever: set[Position] = set()
    committed: Mapping[Place, int] = {HERE: 0, THERE: 0}
    for deliveries, dies_after, late in lives:
        offsets, this_life, commits = Offsets(topics.read, limit=LIMIT), [], [committed]
        offsets.begin(committed)
        real = [a_record(place, offset) for place, offset in deliveries if offset in topics.standing.get(place, ())]
        for number, portion in enumerate(offsets.portions(real)):
            this_life += [record.position for record in portion.records]
            if number == dies_after:
                break  # it may have been handled, but not reached
            ever |= {record.position for record in portion.records}
            offsets.advance(portion.reached)
            commits.append(offsets.reached)
            for place, reached in offsets.reached.items():
                below = {Position(*place, offset) for offset in topics.standing[place] if offset < reached}
                assert below <= ever, f"{place} reached {reached}"
        assert len(this_life) == len(set(this_life)), "handled twice in one life"
        committed = commits[-1 - min(late, len(commits) - 1)]
