"""Which contest a question belongs to: a rule over append times alone, so that all services agree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.contests import files
from shared.messages import Contest

CLOCKS_DIFFER = timedelta(seconds=2)
"""A contest counts from this long after its append time, since the clocks of two brokers differ by less.

So when a question was appended, whatever contest it belongs to was appended too, on any broker.
"""


@dataclass(frozen=True)
class Entry:
    """A contest and the moment from which questions belong to it."""

    since: datetime
    contest: Contest


@dataclass(frozen=True)
class Calendar:
    """All contests that were announced. Before the first one, questions belong to the shipped contest."""

    entries: Sequence[Entry] = ()
    before: Contest = field(default_factory=files.shipped)

    def announced(self, contest: Contest, appended_at: datetime) -> "Calendar":
        """The calendar with one more contest, whenever it is heard of."""
        added = Entry(appended_at + CLOCKS_DIFFER, contest)
        return Calendar(
            sorted([*self.entries, added], key=lambda entry: (entry.since, entry.contest.digest)), self.before
        )

    def at(self, moment: datetime) -> Contest:
        """The contest of a question that was appended at this moment."""
        return next((entry.contest for entry in reversed(self.entries) if entry.since <= moment), self.before)
