"""What became of every record of a partition."""

from shared.lab.document_fates import Ends, PartitionFates
from shared.records import Position
from shared.stored import Disposition

TOPIC = "news"


def at(offset: int, partition: int = 0) -> Position:
    return Position(TOPIC, partition, offset)


def decided(offset: int, outcome: str = "revision", name: str = "d", revision: int = 1) -> Disposition:
    return Disposition(at(offset), outcome, name, revision)  # type: ignore[arg-type]


def some() -> PartitionFates:
    """The offsets 100 to 104."""
    return PartitionFates(TOPIC, 0, 100, 105)


def test_each_record_is_counted_by_what_became_of_it() -> None:
    fates, ends = some(), Ends({"d": 1}, {("e", 1)})
    fates.bury([at(100)])
    fates.decide([decided(101), decided(102, "dropped"), decided(103, name="e")], ends)

    assert dict(fates.count()) == {"dead": 2, "indexed": 1, "dropped": 1, "unaccounted": 1}


def test_a_record_without_a_decision_and_one_whose_revision_never_arrived_are_named() -> None:
    fates = some()
    fates.decide([decided(101), decided(102, "dropped"), decided(103, "dropped"), decided(104)], Ends({}, ()))

    assert list(fates.unaccounted()) == [at(100), at(101), at(104)]


def test_a_newer_announcement_accounts_for_an_older_revision() -> None:
    fates = some()
    fates.decide([decided(offset, revision=2) for offset in range(100, 105)], Ends({"d": 3}, ()))

    assert list(fates.unaccounted()) == []


def test_what_lies_outside_of_what_is_counted_changes_nothing() -> None:
    fates = some()
    fates.bury([at(99), at(105), at(101, partition=1), Position("other", 0, 101)])

    assert fates.count()["unaccounted"] == 5


def test_a_decision_goes_before_a_dead_letter() -> None:
    fates = some()
    fates.bury([at(100)])
    fates.decide([decided(100, "dropped")], Ends({}, ()))

    assert fates.count()["dropped"] == 1
