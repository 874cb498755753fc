"""Dense search: the chunks whose vectors are nearest to the question's by cosine."""

from collections.abc import Sequence

from shared.messages import Question
from shared.stored import ChunkHit, ChunkSearch, Scope, Vector


class Dense:
    """Asks the vector index, which scores its candidates exactly."""

    name = "dense"

    def __init__(self, chunks: ChunkSearch) -> None:
        self._chunks = chunks

    def __call__(self, question: Question, vector: Vector, *, limit: int, scope: Scope) -> Sequence[ChunkHit]:  # noqa: ARG002 (other searches read its words)
        return self._chunks.nearest(vector, limit=limit, scope=scope)


def build(chunks: ChunkSearch) -> Dense:
    """Dense search over a chunk index."""
    return Dense(chunks)
