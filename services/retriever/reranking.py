"""Ranking the front of a list anew, by what it says or how it differs; the rest keeps its order behind it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from services.retriever.ports import Rank, Ranked, SearchQuery
from shared.stored import ChunkSearch

Judge = Callable[[str, Sequence[str]], Sequence[float]]


def by_text(chunks: ChunkSearch, first: int, judge: Judge) -> Rank:
    """Rank the first so many by what `judge` says of question and texts: one score in [0, 1] each, higher is better.

    Only a text that still is the revision that was found is judged. What moved since keeps its place, so that the
    handler meets it there and searches again.
    """

    def rank(query: SearchQuery, ranked: Sequence[Ranked]) -> Sequence[Ranked]:
        front, rest = ranked[:first], ranked[first:]
        there = chunks.read([hit.place for hit in front])
        texts = {place: passage.text for place, passage in there.items()}
        same = [hit for hit in front if hit.place in there and there[hit.place].revision == hit.candidate.revision]
        scores = judge(query.text, [texts[hit.place] for hit in same]) if same else []
        judged = [replace(hit, score=float(score)) for hit, score in zip(same, scores, strict=True)]
        best = sorted(judged, key=lambda hit: -hit.score)  # of equals the search's better one stays first
        return joined(list(_in_place(front, best)), rest)

    return rank


def joined(front: Sequence[Ranked], rest: Sequence[Ranked]) -> list[Ranked]:
    """The rest behind the front, in its order: scores fall evenly from the front's lowest towards 0.

    Scores of two measures would not compare, and a ranker that comes after this one may weigh them.
    """
    lowest = min((hit.score for hit in front), default=1.0)
    share = lowest / (len(rest) + 1)
    return [*front, *(replace(hit, score=lowest - share * place) for place, hit in enumerate(rest, start=1))]


def _in_place(front: Sequence[Ranked], best: Sequence[Ranked]) -> Iterator[Ranked]:
    """The judged in their new order, around those that were not, which take the score of whom they follow."""
    judged, coming = {hit.place for hit in best}, iter(best)
    last = best[0].score if best else 1.0
    for hit in front:
        placed = next(coming) if hit.place in judged else replace(hit, score=last)
        last = placed.score
        yield placed
