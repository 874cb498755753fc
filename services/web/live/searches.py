"""What the retriever found for the newest questions, by each recipe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.sizes import size_of
from shared.messages import EvidenceFound
from shared.messages.contests import MOST_RECIPES
from shared.records import Position, RawRecord, understood

MOST_SEARCHES = MOST_RECIPES + 1
"""Of one question: its recipes, and the gold passages."""
BESIDE = 200
"""Bytes that one more of them takes in its question's mapping."""


@dataclass(frozen=True)
class Searched:
    """What one recipe found, where that stands, and when the broker took it."""

    evidence: EvidenceFound
    position: Position
    at: datetime


class Searches:
    """Kept within a number of questions and a size in memory, the oldest leave. One thread writes, any reads."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._of = Kept[str, Mapping[str, Searched]](
            most, most_bytes, lambda found: min(searched.evidence.asked_at for searched in found.values())
        )

    def of(self, question_id: str) -> Mapping[str, Searched]:
        """Recipe -> what it found; nothing of a question that is not kept."""
        return self._of.get(question_id) or {}

    def take(self, record: RawRecord) -> None:
        """Take in what was found. The first of a recipe stands: a later one is the same search, delivered again."""
        for _, evidence in understood(EvidenceFound, [record]):
            name = evidence.question.question_id
            before = self.of(name)
            if evidence.recipe not in before and len(before) < MOST_SEARCHES:
                searched = Searched(evidence, record.position, record.appended_at)
                self._of.grow(name, {**before, evidence.recipe: searched}, size_of(searched) + BESIDE)
