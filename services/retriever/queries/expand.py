"""Pseudo-relevance feedback: the question once more, with the words that mark the passages it finds first.

Weights of words are those of a relevance model (Lavrenko and Croft, SIGIR 2001; kept beside the question as in RM3,
Abdul-Jaleel et al., TREC 2004); the most telling are chosen by divergence from what is found further down (Carpineto
et al., TOIS 2001), which needs no list of stop words in any language.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import regex

from services.retriever import words
from services.retriever.ports import Knowledge, Rephrase
from services.retriever.settings import RetrieverSettings
from shared.scope import Scope

BACKGROUND = 50
SHORTEST, LEAST_PASSAGES = 3, 2
_WORD = regex.compile(r"[^\W_]+")  # with combining marks
Scored = tuple[float, str]


def build(knowledge: Knowledge, settings: RetrieverSettings) -> Rephrase:
    """The question, and the question with at most `expand_terms` words of passages that its scope admits."""
    index, terms = knowledge.index("bm25"), Terms(settings.index_language)

    def rephrase(text: str, scope: Scope) -> Sequence[str]:
        candidates = index.search(text, limit=BACKGROUND, scope=scope)
        there = knowledge.chunks.read([candidate.place for candidate in candidates])
        passages = [
            (candidate.score, there[candidate.place].text)
            for candidate in candidates
            if candidate.place in there
            and candidate.revision == there[candidate.place].revision
            and scope.admits(there[candidate.place])
        ]
        added = terms.telling(text, passages, settings.expand_passages)[: settings.expand_terms]
        return [text, " ".join([text, *added])] if added else [text]

    return rephrase


class Terms:
    """Words of passages by stem, each shown in the form that is used most."""

    def __init__(self, language: str) -> None:
        self._stems = words.counter(language)

    def telling(self, question: str, passages: Sequence[Scored], first: int) -> list[str]:
        """Words of the first passages, the most telling first; none of the question's own."""
        shares = [self._shares(text) for _, text in passages]
        own, total = set(self._stems(question)), sum(score for score, _ in passages[:first]) or 1.0
        relevant, everywhere = defaultdict[str, float](float), defaultdict[str, float](float)
        for place, stem_shares in enumerate(shares):
            for stem, share in stem_shares.items():
                everywhere[stem] += share / len(passages)
                relevant[stem] += share * passages[place][0] / total if place < first else 0.0
        seen = Counter(stem for stem_shares in shares[:first] for stem in stem_shares)
        worth = {
            stem: weight * math.log(weight / everywhere[stem])
            for stem, weight in relevant.items()
            if weight > 0 and stem not in own and seen[stem] >= LEAST_PASSAGES
        }
        best = sorted((stem for stem in worth if worth[stem] > 0), key=lambda stem: (-worth[stem], stem))
        forms = self._forms([text for _, text in passages[:first]])
        return [forms[stem] for stem in best]

    def _shares(self, text: str) -> dict[str, float]:
        """Each stem's share of a text's words."""
        counts = Counter(stem for stem, _ in self._words(text))
        return {stem: count / counts.total() for stem, count in counts.items()}

    def _forms(self, texts: Sequence[str]) -> dict[str, str]:
        """For each stem the word that stands for it most often; of equals the first in the alphabet."""
        counts = Counter(pair for text in texts for pair in self._words(text))
        rarest_first = sorted(counts, key=lambda pair: (counts[pair], [-ord(letter) for letter in pair[1]]))
        return dict(rarest_first)

    def _words(self, text: str) -> Iterator[tuple[str, str]]:
        for word in _WORD.findall(words.spaced(text).lower()):
            if len(word) >= SHORTEST and (stems := self._stems(word)):
                yield stems[0], word
