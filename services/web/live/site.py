"""All that pages are made from: views of topics that are kept up to date, and where forms are published."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.web.live.changes import Changes
from services.web.live.documents import DEAD, Documents
from services.web.live.questions import Questions
from services.web.ports import Publishing
from services.web.safety import Forms, Often
from services.web.settings import WebSettings
from shared import topology
from shared.lab.voting.reading import Taken, readable
from shared.lab.voting.settings import VotingSettings
from shared.latest import Latest
from shared.messages import Standing
from shared.records import RawRecord
from shared.standings import current

STANDINGS, FRESHNESS = "standings", "freshness"
FOLLOWED = next(step.follows for step in topology.STEPS if step.service == "web")


@dataclass
class Site:
    """One thread takes records in, and pages read. `away`: since when the broker has been away; None while it is there.

    Nothing here is kept that the topics do not say again after a start.
    """

    settings: WebSettings
    voting: VotingSettings
    publishing: Publishing
    forms: Forms = field(default_factory=Forms)
    changes: Changes = field(default_factory=Changes)
    votes: list[Taken] = field(default_factory=list)
    away: datetime | None = None

    def __post_init__(self) -> None:
        self.questions = Questions(self.settings.questions, self.changes.tell)
        self.asking = Often(self.settings.asked_per_minute)
        self.documents = Documents(self.changes.tell, FRESHNESS)
        self._standings = Latest(topology.STANDINGS)

    @property
    def standings(self) -> dict[str, Standing]:
        """The newest of each slice, of the contest that was counted last."""
        return current([*self._standings.values.values()])

    def take(self, record: RawRecord) -> None:
        """Take in one record of the topics that are `FOLLOWED`, or of dead letters of documents."""
        if record.position.topic == topology.STANDINGS.name:
            self._standings.take(record)
            self.changes.tell(STANDINGS)
        elif record.position.topic == topology.VOTES.name:
            self.votes += readable([record])
        elif record.position.topic in (topology.INDEXED.name, *DEAD):
            self.documents.take(record)
        else:
            self.questions.take(record)

    def is_away(self, *, away: bool) -> None:
        """Whether the broker does not answer at the moment."""
        self.away = (self.away or datetime.now(UTC)) if away else None
