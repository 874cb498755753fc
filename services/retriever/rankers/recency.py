"""The newer, the better: scores shrink with the age of the news, by half-life, and never below a floor."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.retriever.fusion import min_max
from services.retriever.ports import Knowledge, Rank, Ranked, SearchQuery
from services.retriever.settings import RetrieverSettings

DAY_S = 86_400.0


def build(_: Knowledge, settings: RetrieverSettings) -> Rank:
    """Share of the best score times floor + (1 - floor) * 2 ** (-age / half-life); age in days at the question.

    Scores are moved to [0, 1] first (min-max): what age may cost does not depend on the search's own scale.
    With a floor above 0, news that is many half-lives old keeps the order of the search.
    """

    def worth(published_at: datetime, at: datetime) -> float:
        days = max(0.0, (at - published_at).total_seconds() / DAY_S)
        floor = settings.recency_floor
        return float(floor + (1.0 - floor) * 0.5 ** (days / settings.recency_half_life_days))

    def rank(query: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        shares = zip(ranked, min_max([hit.score for hit in ranked]), strict=True)
        weighed = [replace(hit, score=share * worth(hit.candidate.published_at, query.at)) for hit, share in shares]
        return sorted(weighed, key=lambda hit: (-hit.score, hit.place))

    return rank
