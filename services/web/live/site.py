"""All that pages are made from: views of topics that are kept up to date, and where forms are published."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.web.limits import HOUR_S, MINUTE_S, Often
from services.web.live.accepted import AcceptedAnswers
from services.web.live.changes import Changes
from services.web.live.dead import DEAD, DeadLetters
from services.web.live.documents import REFUSED, Documents
from services.web.live.kept import Kept
from services.web.live.operations import OPERATED, Operations
from services.web.live.pieces import Pieces
from services.web.live.questions import Questions
from services.web.live.refreshed import Refreshed
from services.web.live.revisions import Revisions
from services.web.live.searches import Searches
from services.web.live.sending import Sending
from services.web.live.shares import shares
from services.web.live.sheets import Sheets
from services.web.live.sizes import size_of
from services.web.live.standings import Standings
from services.web.live.views import Views
from services.web.ports import Lagging, Letters, NotKnown, Publishing, StandingRevisions, no_letters
from services.web.reports.kept import Folder
from services.web.reports.made import Reports
from services.web.safety import Forms
from services.web.settings import WebSettings
from services.web.signing.ways import Signing, ThisMachine
from services.web.store import NoStore
from shared import topology
from shared.costs import CostSettings
from shared.lab.voting.reading import Taken, readable
from shared.lab.voting.settings import VotingSettings
from shared.messages import ActionTaken, Message, Standing
from shared.records import Position, RawRecord
from shared.topology import AnyTopic

STANDINGS, FRESHNESS = "standings", "freshness"
FOLLOWED = next(step.follows for step in topology.STEPS if step.service == "web")
VOTES = 20_000
"""Newest votes that are kept: what a voter has voted on is not offered again."""
LOOK_EVERY_S = 5.0
"""Seconds between looks at how far services are, while somebody looks."""
REPORTS_PER_MINUTE, AT_ONCE = 6, 10
"""That one person may have made; people who may do all that one may, at the same time, where nobody signs in."""
Taker = Callable[[RawRecord], None]


@dataclass
class Site:
    """One thread takes records in, and pages read. `away`: since when the broker has been away; None while it is there.

    `is_reading`: what the topics kept before is not all read yet. Nothing here is kept that the topics do not say again
    after a start. `store`: asked about documents that the topics say nothing of any more; `costs`: what machines cost.
    """

    settings: WebSettings
    voting: VotingSettings
    publishing: Publishing
    signing: Signing = field(default_factory=ThisMachine)
    store: StandingRevisions = field(default_factory=NoStore)
    costs: CostSettings | None = None
    forms: Forms = field(default_factory=Forms)
    changes: Changes = field(default_factory=Changes)
    lagging: Lagging = field(default_factory=NotKnown)
    reports: Reports = field(default_factory=Reports)
    away: datetime | None = None
    is_reading: bool = True
    letters: Letters = no_letters

    def __post_init__(self) -> None:
        tell, share = self.changes.tell, shares(self.settings.memory_mib)
        self.questions = Questions(self.settings.questions, share, tell)
        self.searches = Searches(self.settings.questions, share("searches"))
        self.documents = Documents(tell, FRESHNESS, share)
        self.revisions = Revisions(share)
        self.operations = Operations(tell, share)
        self.dead = DeadLetters(self.settings.dead_letters, self.operations.sent, tell, share)
        self.sending = Sending(self.letters, self.write_down)
        self.sheets, self.accepted = Sheets(share), AcceptedAnswers(share)
        self.votes = Kept[Position, Taken](VOTES, share("votes"))
        self.open_of: Counter[str] = Counter()
        self.pieces, self.views = Pieces(self.changes), Views(share("views"))
        self.asking = self._often(self.settings.asked_per_minute, MINUTE_S)
        self.casting = self._often(self.voting.per_voter_per_hour, HOUR_S)
        self.kept, self.reporting = Folder(self.settings.reports), self._often(REPORTS_PER_MINUTE, MINUTE_S)
        self.lags = Refreshed(self.lagging.look, every_s=LOOK_EVERY_S)
        self.counted = Standings(self.questions, self.voting, lambda: tell(STANDINGS), share)
        self._takers = self._by_topic()

    def _by_topic(self) -> Mapping[str, Sequence[Taker]]:
        """Who takes in the records of each topic."""
        takers: dict[AnyTopic, Sequence[Taker]] = {
            topology.DOCUMENTS: [self.revisions.take, self.documents.take],
            topology.CHUNKS: [self.revisions.take],
            topology.INDEXED: [self.revisions.take, self.documents.take],
            topology.EVIDENCE: [self.searches.take],
            topology.STANDINGS: [self.counted.take],
            topology.VOTES: [self._take_vote],
            topology.REVIEW_ITEMS: [self.sheets.take],
            topology.REVIEWS: [self.sheets.take],
            topology.REFERENCES: [self.accepted.take],
        }
        for topic in (topology.CONTESTS, topology.QUESTIONS, topology.ANSWERS, topology.RESULTS):
            takers[topic] = [self._take_of_question]
        takers[topology.CONTESTS] = [self._take_of_question, self.operations.take]
        for topic in OPERATED:
            takers[topic] = [self.operations.take]
        dead = {name: [self.dead.take, *([self.documents.take] if name in REFUSED else [])] for name in DEAD}
        return {topic.name: of for topic, of in takers.items()} | dead

    def _often(self, most: int, within_s: float) -> Often:
        """Where nobody signs in, names can be made up: then all together have a limit too."""
        return Often(most, within_s, of_all=None if self.signs_in else AT_ONCE * most)

    @property
    def signs_in(self) -> bool:
        """Whether people are asked who they are."""
        return self.settings.sign_in != "off"

    @property
    def standings(self) -> dict[str, Standing]:
        """The newest of each slice, of the contest that was counted last."""
        return self.counted.current

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
        for taker in self._takers[record.position.topic]:
            taker(record)

    def _take_of_question(self, record: RawRecord) -> None:
        self.questions.take(record)
        self.counted.voted()

    def _take_vote(self, record: RawRecord) -> None:
        for taken in readable([record]):
            self.votes.put(record.position, taken, size_of(taken))
            self.changes.tell(taken.vote.question_id)

    def finish_reading(self) -> None:
        """All that the topics kept at the start is taken in."""
        self.is_reading = False
        self.changes.tell_all()

    def set_away(self, *, away: bool) -> None:
        """Whether the broker does not answer at the moment."""
        if away != (self.away is not None):
            self.away = datetime.now(UTC) if away else None
            self.changes.tell_all()
