"""Question-answer pairs as people supply them: in a file of JSON lines, or on the topic."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared import lines
from shared.messages import TrainingPair
from shared.records import InvalidMessageError, RawRecord, parsed

UNREADABLE = "pair on the topic that cannot be read"


@dataclass(frozen=True)
class Published:
    """The pairs that stand on the topic, and why others do not count."""

    pairs: Sequence[TrainingPair] = ()
    left_out: Counter[str] = field(default_factory=Counter)


def read(file: Path) -> list[TrainingPair]:
    """Pairs from a file of JSON lines. Raises ValueError that names the line which is wrong."""
    return lines.read_all(file, TrainingPair)


def standing(records: Iterable[RawRecord]) -> Published:
    """What stands on the topic: of each key the last record, nothing where that is a tombstone, in order of the keys.

    A record that cannot be read is counted and not buried: a job reads the topic anew in each run.
    """
    last = {record.key or b"": record for record in records}
    pairs, lost = [], Counter[str]()
    for _, record in sorted(last.items()):
        if record.value is None:
            continue
        try:
            pairs.append(parsed(TrainingPair, record.value))
        except InvalidMessageError:
            lost[UNREADABLE] += 1
    return Published(pairs, lost)


def together(file: Sequence[TrainingPair], topic: Sequence[TrainingPair]) -> list[TrainingPair]:
    """Both, the file's first; what the file says of a question goes before what the topic says of it."""
    return first_of_each([*file, *topic])[0]


def first_of_each(pairs: Iterable[TrainingPair]) -> tuple[list[TrainingPair], list[TrainingPair]]:
    """Of each question about a document the first pair, and those after it that say something else."""
    first: dict[str, TrainingPair] = {}
    others = [pair for pair in pairs if first.setdefault(pair.pair_id, pair).answer != pair.answer]
    return list(first.values()), others
