"""All that pages are made from: views of topics that are kept up to date, and where forms are published."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.web.live.changes import Changes
from services.web.live.dead import DEAD, DeadLetters
from services.web.live.documents import REFUSED, Documents
from services.web.live.operations import OPERATED, Operations
from services.web.live.questions import Questions
from services.web.live.sending import Sending
from services.web.ports import Letters, Publishing, no_letters
from services.web.safety import HOUR_S, Forms, Often
from services.web.settings import WebSettings
from services.web.signing.ways import Signing, ThisMachine
from shared import topology
from shared.lab.voting.reading import Taken, readable
from shared.lab.voting.settings import VotingSettings
from shared.latest import Latest
from shared.messages import ActionTaken, Message, Standing
from shared.records import RawRecord
from shared.standings import current
from shared.topology import AnyTopic

STANDINGS, FRESHNESS = "standings", "freshness"
FOLLOWED = next(step.follows for step in topology.STEPS if step.service == "web")
VOTES = 20_000
"""Newest votes that are kept: what a voter has voted on is not offered again."""
MiB = 1024 * 1024


@dataclass
class Site:
    """One thread takes records in, and pages read. `away`: since when the broker has been away; None while it is there.

    `is_reading`: what the topics kept before is not all read yet. Nothing here is kept that the topics do not say again
    after a start.
    """

    settings: WebSettings
    voting: VotingSettings
    publishing: Publishing
    signing: Signing = field(default_factory=ThisMachine)
    forms: Forms = field(default_factory=Forms)
    changes: Changes = field(default_factory=Changes)
    away: datetime | None = None
    is_reading: bool = True
    letters: Letters = no_letters

    def __post_init__(self) -> None:
        tell = self.changes.tell
        self.questions = Questions(self.settings.questions, self.settings.memory_mib * MiB, tell)
        self.documents = Documents(tell, FRESHNESS)
        self.operations = Operations(tell)
        self.dead = DeadLetters(self.settings.dead_letters, self.operations.sent, tell)
        self.sending = Sending(self.letters, self.write_down)
        self.votes: deque[Taken] = deque(maxlen=VOTES)
        self.asking = Often(self.settings.asked_per_minute)
        self.casting = Often(self.voting.per_voter_per_hour, within_s=HOUR_S)
        self._standings = Latest(topology.STANDINGS)

    @property
    def standings(self) -> dict[str, Standing]:
        """The newest of each slice, of the contest that was counted last."""
        return current([*self._standings.values.values()])

    def publish(self, topic: AnyTopic, message: Message) -> None:
        """The broker has it when this returns. Raises ConnectionError where it is away, or does not confirm it."""
        if self.away:
            raise ConnectionError("the broker does not answer at the moment: nothing was sent, try again later")
        self.publishing.publish(topic, message)

    def write_down(self, action: ActionTaken) -> None:
        """Keep what a person does, as it stands by now. Raises ConnectionError as `publish` does."""
        self.publish(topology.ACTIONS, action)
        self.operations.hear(action)

    def take(self, record: RawRecord) -> None:
        """Take in one record of the topics that are `FOLLOWED`, or of dead letters."""
        if record.position.topic == topology.STANDINGS.name:
            self._standings.take(record)
            self.changes.tell(STANDINGS)
        elif record.position.topic == topology.VOTES.name:
            for taken in readable([record]):
                self.votes.append(taken)
                self.changes.tell(taken.vote.question_id)
        elif record.position.topic == topology.INDEXED.name:
            self.documents.take(record)
        elif record.position.topic in DEAD:
            self._take_dead(record)
        elif record.position.topic in OPERATED:
            self.operations.take(record)
        else:
            self._take_question(record)

    def _take_dead(self, record: RawRecord) -> None:
        self.dead.take(record)
        if record.position.topic in REFUSED:
            self.documents.take(record)

    def _take_question(self, record: RawRecord) -> None:
        self.questions.take(record)
        if record.position.topic == topology.CONTESTS.name:
            self.operations.take(record)

    def finish_reading(self) -> None:
        """All that the topics kept at the start is taken in."""
        self.is_reading = False
        self.changes.tell_all()

    def set_away(self, *, away: bool) -> None:
        """Whether the broker does not answer at the moment."""
        if away != (self.away is not None):
            self.away = datetime.now(UTC) if away else None
            self.changes.tell_all()
