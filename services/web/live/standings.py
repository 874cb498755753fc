"""How the arms stand: the newest standings, how they changed, and what votes say."""

from collections.abc import Callable, Sequence

from services.web.live.history import History, Point, picture
from services.web.live.kept import Kept
from services.web.live.questions import Questions
from services.web.live.ratings import Rated, rated
from services.web.live.refreshed import Named, Refreshed
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from shared.contests.files import of_result
from shared.lab.voting.settings import VotingSettings
from shared.messages import Standing
from shared.records import RawRecord, key_of, understood
from shared.standings import current

RATED_EVERY_S, DRAWN_EVERY_S = 1.0, 5.0
"""Least seconds between two counts of the votes, and between two pictures of one slice, while somebody looks."""
MOST = 5_000
"""Slices of all contests."""


class Standings:
    """Written by the thread that reads topics. `tell` is called where something is counted anew."""

    def __init__(self, questions: Questions, voting: VotingSettings, tell: Callable[[], None], share: Share) -> None:
        self._questions, self._per_hour, self._tell = questions, voting.per_voter_per_hour, tell
        self._latest, self._votes_counted = Kept[str, Standing](MOST, share("standings")), 0
        self.history = History(share("means"))
        self._ratings, self._pictures = Named(self._rated), Named(self._drawn)

    @property
    def current(self) -> dict[str, Standing]:
        """The newest of each slice, of the contest that was counted last."""
        return current(self._latest.values())

    def take(self, record: RawRecord) -> None:
        """Take in a record of their topic."""
        if record.value is None:
            self._latest.pop(key_of(record))
        for _, standing in understood(Standing, [record]):
            self._latest.put(key_of(record), standing, size_of(standing))
            self.history.take(standing)
        self._tell()

    def voted(self) -> None:
        """A result came: where its votes are others than before, they are to be counted."""
        if self._votes_counted != self._questions.votes_counted:
            self._votes_counted = self._questions.votes_counted
            self._tell()

    def ratings(self, of: str) -> Refreshed[Rated]:
        """Of a slice of the questions in memory; made anew where votes have changed, and somebody looks."""
        return self._ratings.get(of)

    def picture(self, of: str) -> Refreshed[str]:
        """How a slice's standing changed, drawn anew where it has, and somebody looks."""
        return self._pictures.get(of)

    def _drawn(self, of: str) -> Refreshed[str]:
        def points() -> tuple[Sequence[str], Sequence[Point]]:
            standing = self.current.get(of)
            return [*standing.arms] if standing else [], self.history.of(standing)

        def draw() -> str:
            arms, told = points()
            return picture(told, arms)

        return Refreshed(draw, every_s=DRAWN_EVERY_S, version=lambda: points()[1][-1:])

    def _rated(self, of: str) -> Refreshed[Rated]:
        return Refreshed(
            lambda: rated(self._questions.results, of, self._contest(), per_hour=self._per_hour),
            every_s=RATED_EVERY_S,
            version=lambda: (self._questions.votes_counted, self._contest()),
        )

    def _contest(self) -> str:
        """The label of the one that was counted last; without standings, of the one that was asked in last."""
        told = next((standing.contest for standing in self.current.values()), None)
        if told is not None:
            return told.label
        newest = max(self._questions.results, key=lambda result: result.asked_at, default=None)
        return of_result(newest).label if newest else ""
