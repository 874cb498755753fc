"""Making one list of several: reciprocal rank fusion, and a weighted sum of scores.

Lists are fused deep (the searches' whole depth) and cut afterwards: lists cut first lose what stands in the
middle of both.
"""

from collections.abc import Iterable, Sequence

from services.retriever.ports import Ranked
from shared.messages import Found
from shared.stored import ChunkKey

RRF_K = 60  # Cormack, Clarke and Buettcher, SIGIR 2009


def reciprocal_rank(lists: Sequence[Sequence[Ranked]], k: int = RRF_K) -> list[Ranked]:
    """Sum of 1 / (k + rank) over the lists, ranks from 1; the largest possible sum is len(lists) / (k + 1)."""
    return _summed([[(hit, 1.0 / (k + rank)) for rank, hit in enumerate(hits, start=1)] for hits in lists])


def weighted_sum(lists: Sequence[Sequence[Ranked]], weights: Sequence[float]) -> list[Ranked]:
    """Sum of weight times min-max normalised score (CombSUM, Fox and Shaw, TREC-2 1994); in [0, sum of weights]."""
    return _summed(
        [
            [(hit, weight * share) for hit, share in zip(hits, min_max([hit.score for hit in hits]), strict=True)]
            for hits, weight in zip(lists, weights, strict=True)
        ]
    )


def of_queries(lists: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """The lists of one question's queries: its own words count half (as in RM3), all others share the other half.

    By score and not by rank, so that what is far ahead stays ahead of what a ranker adds for age.
    """
    others = len(lists) - 1
    return weighted_sum(lists, [0.5, *[0.5 / others] * others])


def min_max(scores: Sequence[float]) -> list[float]:
    """Scores moved to [0, 1]; all 1 where they are equal: each is as good as the list's best."""
    if not scores:
        return []
    low, high = min(scores), max(scores)
    return [(score - low) / (high - low) if high > low else 1.0 for score in scores]


def _summed(lists: Iterable[Iterable[tuple[Ranked, float]]]) -> list[Ranked]:
    """One entry for each chunk, best first; ties go by place.

    Of two revisions only the newer counts: what the words of the older one scored says nothing of what is shown.
    """
    sums: dict[ChunkKey, float] = {}
    known: dict[ChunkKey, Ranked] = {}
    for hits in lists:
        for hit, share in hits:
            held = known.get(hit.place)
            if held is None or held.candidate.revision < hit.candidate.revision:
                sums[hit.place], known[hit.place] = share, hit
            elif held.candidate.revision == hit.candidate.revision:
                sums[hit.place] += share
                known[hit.place] = Ranked(held.candidate, held.score, _better(held, hit))
    best = sorted(sums, key=lambda place: (-sums[place], place))
    return [Ranked(known[place].candidate, sums[place], known[place].found_by) for place in best]


def _better(first: Ranked, second: Ranked) -> dict[str, Found]:
    """The places on both sides' lists; on a list that holds it twice, the better one."""
    both = dict(first.found_by)
    for name, place in second.found_by.items():
        both[name] = min(both.get(name, place), place, key=lambda either: either.rank)
    return both
