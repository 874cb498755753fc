"""All that pages are made from: views of topics that are kept up to date, and where forms are published."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.web.live.changes import Changes
from services.web.live.documents import DEAD, Documents
from services.web.live.questions import Questions
from services.web.live.refreshed import Refreshed
from services.web.live.standings import Standings
from services.web.ports import Lagging, NotKnown, Publishing
from services.web.reports.kept import Folder
from services.web.reports.made import Reports
from services.web.safety import HOUR_S, Forms, Often
from services.web.settings import WebSettings
from services.web.signing.ways import Signing, ThisMachine
from shared import topology
from shared.lab.voting.reading import Taken, readable
from shared.lab.voting.settings import VotingSettings
from shared.messages import Message, Standing
from shared.records import RawRecord
from shared.topology import AnyTopic

STANDINGS, FRESHNESS = "standings", "freshness"
FOLLOWED = next(step.follows for step in topology.STEPS if step.service == "web")
VOTES = 20_000
"""Newest votes that are kept: what a voter has voted on is not offered again."""
LOOK_EVERY_S = 5.0
"""Seconds between looks at how far services are, while somebody looks."""
REPORTS_PER_MINUTE = 6
"""That one person may have made."""
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
    lagging: Lagging = field(default_factory=NotKnown)
    reports: Reports = field(default_factory=Reports)
    away: datetime | None = None
    is_reading: bool = True

    def __post_init__(self) -> None:
        tell = self.changes.tell
        self.questions = Questions(self.settings.questions, self.settings.memory_mib * MiB, tell)
        self.documents = Documents(tell, FRESHNESS)
        self.votes: deque[Taken] = deque(maxlen=VOTES)
        self.asking = Often(self.settings.asked_per_minute)
        self.casting = Often(self.voting.per_voter_per_hour, within_s=HOUR_S)
        self.kept, self.reporting = Folder(self.settings.reports), Often(REPORTS_PER_MINUTE)
        self.lags = Refreshed(self.lagging.look, every_s=LOOK_EVERY_S)
        self.counted = Standings(self.questions, self.voting, lambda: tell(STANDINGS))

    @property
    def standings(self) -> dict[str, Standing]:
        """The newest of each slice, of the contest that was counted last."""
        return self.counted.current

    def publish(self, topic: AnyTopic, message: Message) -> None:
        """The broker has it when this returns. Raises ConnectionError where it is away, or does not confirm it."""
        if self.away:
            raise ConnectionError("the broker does not answer at the moment: nothing was sent, try again later")
        self.publishing.publish(topic, message)

    def take(self, record: RawRecord) -> None:
        """Take in one record of the topics that are `FOLLOWED`, or of dead letters of documents."""
        if record.position.topic == topology.STANDINGS.name:
            self.counted.take(record)
        elif record.position.topic == topology.VOTES.name:
            for taken in readable([record]):
                self.votes.append(taken)
                self.changes.tell(taken.vote.question_id)
        elif record.position.topic in (topology.DOCUMENTS.name, topology.INDEXED.name, *DEAD):
            self.documents.take(record)
        else:
            self.questions.take(record)
            self.counted.voted()

    def finish_reading(self) -> None:
        """All that the topics kept at the start is taken in."""
        self.is_reading = False
        self.changes.tell_all()

    def set_away(self, *, away: bool) -> None:
        """Whether the broker does not answer at the moment."""
        if away != (self.away is not None):
            self.away = datetime.now(UTC) if away else None
            self.changes.tell_all()
