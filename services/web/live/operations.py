"""What people did by hand, the adapters and their trainings, and the contests: what operators look after."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from shared import topology
from shared.adapters.registry import Adapters
from shared.lab.resending.sending import places_of
from shared.messages import ActionTaken, AdapterAnnounced, ContestAnnounced, TuningDecided
from shared.records import Position, RawRecord, key_of, understood
from shared.topology import AnyTopic

ADAPTERS, CONTEST = "adapters", "contest"
OPERATED: tuple[AnyTopic, ...] = (topology.ADAPTERS, topology.TUNINGS, topology.ACTIONS)
MOST, MOST_ADAPTERS = 500, 5_000
MOST_PLACES = 200_000
"""Letters of which it is kept that they were sent again, those of the newest actions."""


@dataclass(frozen=True)
class Announced:
    """A contest as it was announced, and when the broker took it."""

    announcement: ContestAnnounced
    at: datetime


class Operations:
    """At most so many of each, the newest. The reading thread and the one that sends both write."""

    def __init__(self, tell: Callable[[str], None], share: Share) -> None:
        self.sent = Kept[Position, ActionTaken](MOST_PLACES, share("letters sent again"))
        self._tell, self._lock = tell, threading.Lock()
        self._adapters = Kept[str, AdapterAnnounced](MOST_ADAPTERS, share("adapters"))
        self._actions = Kept[str, ActionTaken](MOST, share("actions"), lambda action: action.at)
        self._tunings = Kept[str, TuningDecided](MOST, share("trainings"), lambda tuning: tuning.decided_at)
        self._contests = Kept[str, Announced](MOST, share("contests") // 2, lambda announced: announced.at)

    @property
    def adapters(self) -> Adapters:
        """By name, as each was announced last."""
        return {adapter.name: adapter for adapter in self._adapters.values()}

    def action(self, name: str) -> ActionTaken | None:
        return self._actions.get(name)

    def actions(self, *kinds: str) -> list[ActionTaken]:
        """Of these kinds, the newest first."""
        kept = [action for action in self._actions.values() if action.action in kinds]
        return sorted(kept, key=lambda action: (action.at, action.action_id), reverse=True)

    def tunings(self) -> list[TuningDecided]:
        """What the tuner decided, the newest first."""
        return sorted(self._tunings.values(), key=lambda tuning: (tuning.decided_at, tuning.tuning_id), reverse=True)

    def contests(self) -> list[Announced]:
        """As they were announced, the newest first."""
        kept = self._contests.values()
        return sorted(kept, key=lambda of: (of.at, of.announcement.announcement_id), reverse=True)

    def take(self, record: RawRecord) -> None:
        """Take in a record of one of the topics of operations, or of contests."""
        topic = record.position.topic
        if topic == topology.ADAPTERS.name:
            self._adapter(record)
        elif topic == topology.ACTIONS.name:
            for _, action in understood(ActionTaken, [record]):
                self.hear(action)
        elif topic == topology.TUNINGS.name:
            for _, tuning in understood(TuningDecided, [record]):
                self._tunings.put(tuning.tuning_id, tuning, size_of(tuning))
                self._tell(ADAPTERS)
        else:
            for _, said in understood(ContestAnnounced, [record]):
                announced = Announced(said, record.appended_at)
                self._contests.put(said.announcement_id, announced, size_of(announced))
                self._tell(CONTEST)

    def _adapter(self, record: RawRecord) -> None:
        """A record without a value takes its key out."""
        if record.value is None:
            self._adapters.pop(key_of(record))
        for _, adapter in understood(AdapterAnnounced, [record]):
            self._adapters.put(key_of(record), adapter, size_of(adapter))
        self._tell(ADAPTERS)

    def hear(self, action: ActionTaken) -> None:
        """Of an action as it stands by now; what is behind what is known of it already changes nothing."""
        with self._lock:
            known = self._actions.get(action.action_id)
            if known is None or _progress(action) >= _progress(known):
                self._actions.put(action.action_id, action, size_of(action))
                self._note(action)
        self._tell(action.action_id)

    def _note(self, action: ActionTaken) -> None:
        for place in places_of(action):
            self.sent.put(place, action, size_of(place))


def _progress(action: ActionTaken) -> tuple[bool, int]:
    return action.state != "begun", action.sent
