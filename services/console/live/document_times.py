"""When documents of a running system were published and could be found: from the store and the announcements."""

from collections.abc import Iterable
from contextlib import closing

from shared import topology
from shared.access import UnreachableError
from shared.cassandra.client import connect
from shared.cassandra.documents import CassandraDocuments
from shared.cassandra.release import OldServerError
from shared.kafka import topics
from shared.lab.report.material import DocumentTimes, Times
from shared.messages import DocumentIndexed, Moment
from shared.records import key_of, understood
from shared.settings import CassandraSettings, KafkaSettings


def times_of_live(document_ids: Iterable[str], kafka: KafkaSettings, cassandra: CassandraSettings) -> Times:
    """Of the newest revisions. Where the store does not answer, the times are lacking and say why."""
    wanted = sorted(set(document_ids))
    if not wanted:
        return Times(lacking="no question names a gold document")
    try:
        with closing(connect(cassandra)) as store:
            revisions = CassandraDocuments(store).latest(wanted)
    except (UnreachableError, OldServerError) as error:
        return Times(lacking=f"the store of documents could not be read ({error})")
    announced = _announced(set(wanted), kafka)
    times = {
        name: DocumentTimes(
            document_id=name,
            published_at=revision.published_at,
            findable_at=announced.get((name, revision.revision)),
            source=revision.source,
            tags=revision.tags,
            language=revision.language,
            labels=revision.labels,
        )
        for name, revision in revisions.items()
    }
    lacking = "" if times else "the store has none of the gold documents"
    return Times(times, f"Cassandra and topic {topology.INDEXED.name}", lacking)


def _announced(wanted: set[str], kafka: KafkaSettings) -> dict[tuple[str, int], Moment]:
    """When each revision that is still announced could be found."""
    stored_at: dict[tuple[str, int], Moment] = {}
    records = (record for record in topics.read_all(kafka, topology.INDEXED.name) if key_of(record) in wanted)
    for _, announcement in understood(DocumentIndexed, records):
        stored_at[announcement.document_id, announcement.revision] = announcement.stored_at
    return stored_at
