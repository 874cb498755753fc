"""Why filters let nothing through: values that no document has, with those that were perhaps meant."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from shared import topology
from shared.kafka import topics
from shared.messages import DocumentIndexed, Filters
from shared.records import understood
from shared.settings import KafkaSettings

SHOWN = 5


def of_live(filters: Filters, kafka: KafkaSettings) -> list[str]:
    """Hints from the documents that were announced; none, and nothing is read, where no filter is set."""
    if not (filters.sources or filters.tags):
        return []
    records = topics.read_all(kafka, topology.INDEXED.name)
    return list(hints(filters, (announced for _, announced in understood(DocumentIndexed, records))))


def hints(filters: Filters, announced: Iterable[DocumentIndexed]) -> Iterator[str]:
    """A sentence for each source and tag of the filters that no document for everyone has; its newest state counts."""
    newest: Mapping[str, DocumentIndexed] = {document.document_id: document for document in announced}
    standing = [document for document in newest.values() if not (document.retracted or document.labels)]
    yield from _of("source", filters.sources, {document.source for document in standing} - {""})
    yield from _of("tag", filters.tags, {tag for document in standing for tag in document.tags})


def _of(what: str, wanted: Iterable[str], known: set[str]) -> Iterator[str]:
    for value in wanted:
        if value not in known:
            yield f"No document has the {what} {value!r}: {_instead(value, known)}"


def _instead(value: str, known: set[str]) -> str:
    if alike := sorted(name for name in known if name.strip().casefold() == value.strip().casefold()):
        return f"write {' or '.join(map(repr, alike))}, since letter case counts."
    if close := get_close_matches(value, sorted(known), n=SHOWN):
        return f"did you mean {' or '.join(map(repr, close))}?"
    if not known:
        return "none has any."
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"there are {', '.join(map(repr, sorted(known)[:SHOWN]))}{more}."
