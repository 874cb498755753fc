"""What retriever's handler needs from outside: searches and rankers, each a file in its folder."""

from collections.abc import Callable, Sequence
from typing import Protocol

from shared.messages import Question
from shared.stored import ChunkHit, Scope, Vector


class Search(Protocol):
    """Finds chunks for a question. `name` says which search an evidence item was found by."""

    name: str

    def __call__(self, question: Question, vector: Vector, *, limit: int, scope: Scope) -> Sequence[ChunkHit]:
        """At most `limit` hits within `scope`, best first. `vector` is the encoded question."""


Rank = Callable[[Question, Sequence[ChunkHit]], Sequence[ChunkHit]]
Encode = Callable[[Sequence[str]], Vector]
Clock = Callable[[], float]
