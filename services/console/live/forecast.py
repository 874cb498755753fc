"""What will become of documents, said before they are published: which of them are older than what stands."""

from collections.abc import Iterable, Iterator
from itertools import islice

from shared import order
from shared.messages import DocumentPublished
from shared.stored import DocumentHistory

AT_ONCE = 500


def outdated(documents: Iterable[DocumentPublished], history: DocumentHistory) -> Iterator[tuple[str, str]]:
    """Document id and reason of each that will change nothing because of its time, as the store is now."""
    coming = iter(documents)
    while portion := list(islice(coming, AT_ONCE)):
        stands = history.latest([document.document_id for document in portion])
        for document in portion:
            if reason := order.forecast(document, stands.get(document.document_id)):
                yield document.document_id, reason
