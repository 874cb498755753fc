"""No re-ranking: the order of the search stands."""

from collections.abc import Sequence

from services.retriever.ports import Knowledge, Rank, Ranked, SearchQuery
from services.retriever.settings import RetrieverSettings


def build(_: Knowledge, __: RetrieverSettings) -> Rank:
    """A ranker that changes nothing."""

    def rank(_: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        return ranked

    return rank
