"""Ids of the fault trials lie in the partition that Kafka's own partitioner gives them."""

import pytest

from bench.cluster.faulting.news import Newsroom
from bench.cluster.faulting.partitioner import murmur2, partition_of


@pytest.mark.parametrize(("key", "hashed"), [(b"21", -973932308), (b"foobar", -790332482), (b"abc", 479470107)])
def test_the_hash_is_that_of_kafkas_java_client(key: bytes, hashed: int) -> None:
    """The vectors are those of Kafka's own test of `Utils.murmur2`."""
    assert murmur2(key) == hashed & 0xFFFFFFFF


def test_a_document_can_be_made_for_each_partition() -> None:
    news = Newsroom("run", seed=1)

    ids = [news.begin(partition, 4).document_id for partition in range(4)]

    assert [partition_of(name.encode(), 4) for name in ids] == [0, 1, 2, 3]
