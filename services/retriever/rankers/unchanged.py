"""No re-ranking: the order of the search stands."""

from collections.abc import Sequence

from services.retriever.ports import Rank
from shared.messages import Question
from shared.stored import ChunkHit


def build() -> Rank:
    """A ranker that changes nothing."""

    def rank(_: Question, hits: Sequence[ChunkHit]) -> Sequence[ChunkHit]:
        return hits

    return rank
