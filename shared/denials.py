"""What a server refused for want of a grant, wherever an error says so."""

from collections.abc import Iterator

from shared.cassandra import client as cassandra
from shared.kafka import client as kafka


def denied(error: BaseException) -> str:
    """What Kafka or Cassandra does not let us do, in one line; empty where an error came of something else."""
    said = (kafka.denied(each) or cassandra.denied(each) for each in _with_causes(error))
    return next(filter(None, said), "")


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
