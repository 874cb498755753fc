"""The port to chunks that several nodes keep a copy of, where a search by vector asks one copy alone."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from shared.stored import ChunkSearch, Passage, Vector

Placed = tuple[Passage, Vector]
"""A chunk as it stands, with its unit vector of shape (dimensions,)."""


class Copied(Protocol):
    """What can be asked of the copies. With one, whatever was acknowledged stands in it."""

    @property
    def copies(self) -> int:
        """How many nodes keep each document, among those that a search may ask."""

    def everywhere(self, document_ids: Sequence[str]) -> frozenset[str]:
        """Those documents that every copy holds as they stand; a copy that lacked something was given it.

        The others are those of which a copy did not answer within a second. Nothing is tried again.
        """

    def with_vectors(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Placed]]:
        """Every chunk of each document as most copies hold it, in order; nothing for one that is gone."""


class CopiedChunks(ChunkSearch, Copied, Protocol):
    """Chunks that can be searched, and whose copies can be asked."""
