"""The passages of documents: as ingest cut them and the store holds them, or, without a store, each document whole."""

from collections.abc import Mapping, Sequence

from services.generator.tuning.data.material import Chunks
from shared.stored import ChunkSearch, StoredDocument


def standing(store: ChunkSearch) -> Chunks:
    """Reads chunks as the store holds them now: what retrieval puts into prompts.

    A document whose chunks are of another revision, because it is being embedded anew, has none.
    """

    def chunks(documents: Sequence[StoredDocument]) -> Mapping[str, Sequence[str]]:
        of = {document.revision.document_id: document.revision.revision for document in documents}
        stored = store.of_documents(list(of))
        return {
            name: [passage.text for passage in sorted(stored.get(name, ()), key=lambda passage: passage.position)]
            for name in of
            if all(passage.revision == of[name] for passage in stored.get(name, ()))
        }

    return chunks


def whole(documents: Sequence[StoredDocument]) -> Mapping[str, Sequence[str]]:
    """Each text as one chunk that opens, as ingest's do, with title and date."""
    return {
        of.revision.document_id: [f"{of.revision.title} ({of.revision.published_at:%Y-%m-%d})\n{of.text}"]
        for of in documents
    }
