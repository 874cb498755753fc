"""What sending dead letters again would do, before anything is sent: how many go where, and which cannot."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from shared import topology
from shared.lab.resending.buried import Buried
from shared.messages.actions import MOST_SENT
from shared.records import Position

NO_TOPIC = "foreign records: no service of Tiltyard buried them, so they have no topic to go back to"
CUT = "first bytes alone of what was too large to bury: publish the original"
_KNOWN = {topic.name for topic in topology.TOPICS}


@dataclass(frozen=True)
class Plan:
    """`letters`: that would be sent, in their order. `to`: topic -> how many. `cannot`: why -> how many.

    `sent_before`: how many are left out since they were sent again before; `left`: how many are for another time, since
    one action sends 20,000 at most; `same`: letters of a record of which another one is sent, since each service that
    could not read it buried it.
    """

    letters: tuple[Buried, ...]
    to: Mapping[str, int]
    cannot: Mapping[str, int]
    sent_before: int
    left: int = 0
    same: int = 0

    @property
    def digest(self) -> str:
        """Of exactly these letters."""
        said = "\n".join("\0".join(map(str, letter.position)) for letter in self.letters)
        return sha256(said.encode()).hexdigest()


def obstacle(letter: Buried) -> str:
    """Why it cannot be sent again; "" where it can."""
    if letter.origin is None or letter.origin.topic != letter.topic or letter.topic not in _KNOWN:
        return NO_TOPIC
    return CUT if letter.is_cut else ""


def plan(letters: Iterable[Buried], sent: Container[Position], *, again: bool = False) -> Plan:
    """In the order in which they lie. `again`: also those that were sent again before."""
    wanted = sorted(letters, key=lambda letter: letter.position)
    gone = {letter.origin for letter in wanted if letter.position in sent and letter.origin}
    fresh = [letter for letter in wanted if again or not (letter.position in sent or letter.origin in gone)]
    sendable = [letter for letter in fresh if not obstacle(letter)]
    free = [*{letter.origin: letter for letter in reversed(sendable)}.values()][::-1]
    return Plan(
        letters=tuple(free[:MOST_SENT]),
        to=Counter(letter.topic for letter in free[:MOST_SENT]),
        cannot=Counter(why for letter in fresh if (why := obstacle(letter))),
        sent_before=len(wanted) - len(fresh),
        left=max(0, len(free) - MOST_SENT),
        same=len(sendable) - len(free),
    )
