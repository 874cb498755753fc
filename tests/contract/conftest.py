"""What several contracts need of the real store."""

from collections.abc import Iterator

import pytest

from shared.cassandra import schema
from shared.cassandra.client import Store, connect
from shared.settings import CassandraSettings

ENCODER = "contract-8"


@pytest.fixture(scope="module")
def store(cassandra: CassandraSettings) -> Iterator[Store]:
    schema.apply(cassandra, encoder=ENCODER, dimensions=8)
    store = connect(cassandra)
    yield store
    store.close()
