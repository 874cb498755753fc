"""What a server refused for want of a grant, wherever an error says so."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.access import RefusedError
from shared.cassandra import client as cassandra
from shared.kafka import client as kafka


def denied(error: BaseException) -> str:
    """What Kafka or Cassandra does not let us do, in one line; empty where an error came of something else."""
    said = (kafka.denied(each) or cassandra.denied(each) for each in _with_causes(error))
    return next(filter(None, said), "")


@contextmanager
def denials_told() -> Iterator[None]:
    """Raises RefusedError in place of any error, of whatever kind it was made into, that comes of a missing grant."""
    try:
        yield
    except RefusedError:
        raise
    except Exception as error:
        if said := denied(error):
            raise RefusedError(said) from error
        raise


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
