"""Passages that look like the answer to a question and are not: by TF-IDF, as a lexical search would confuse them."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import regex  # its \w holds combining marks

Placed = tuple[str, str]  # document id and the chunk's text


class Nearest:
    """Ranks chunks by the cosine of their TF-IDF vectors (scikit-learn's) with a question's; all are in memory.

    They are read when they are first asked for: a recipe without passages reads none.
    """

    def __init__(self, read: Callable[[], Mapping[str, Sequence[str]]]) -> None:
        self._read = read

    @cached_property
    def chunks(self) -> Mapping[str, Sequence[str]]:
        """The chunks by document id."""
        return self._read()

    def to(self, question: str, most: int) -> list[Placed]:
        """At most `most` chunks, the likest first, equals in their order; those that share no word come last."""
        if not self._placed:
            return []
        weigh, weighed = self._weighed
        closeness = (weighed @ weigh.transform([question]).T).toarray()[:, 0]
        return [self._placed[place] for place in (-closeness).argsort(kind="stable")[:most]]

    @cached_property
    def _placed(self) -> list[Placed]:
        return [(name, text) for name, texts in self.chunks.items() for text in texts]

    @cached_property
    def _weighed(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        weigh = TfidfVectorizer(sublinear_tf=True, tokenizer=regex.compile(r"\w+").findall, token_pattern=None)
        return weigh, weigh.fit_transform([text for _, text in self._placed])
