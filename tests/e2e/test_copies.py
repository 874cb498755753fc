"""Three Cassandra nodes: one that missed writes is the only one asked, and what was just announced is found."""

from collections.abc import Iterator

import pytest

from bench.cluster.store_asking import Newsroom, a_story
from bench.cluster.store_nodes import NUMBERS, StoreNodes, cassandra_jars, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.cluster, pytest.mark.timeout(900)]
ASKED = 3


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreNodes]:
    """Three nodes that answer; one that is asked for the nearest vectors asks itself."""
    running = StoreNodes(tmp_path_factory.mktemp("nodes"), cassandra_jars())
    try:
        running.start(*NUMBERS)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def newsroom(nodes: StoreNodes) -> Iterator[Newsroom]:
    made = Newsroom(nodes, "copies", ASKED)
    yield made
    made.close()


def test_a_node_that_missed_writes_is_asked_and_the_announced_is_found(nodes: StoreNodes, newsroom: Newsroom) -> None:
    """One story for all of it, since the nodes take their time: new, revised, retracted, and what nobody announced."""
    newsroom.write(a_story("revised"), a_story("retracted"))
    newsroom.announce("revised", "retracted")
    newsroom.follow()
    for number in NUMBERS[:2]:
        nodes.nodetool(number, "disablehandoff")  # what it misses, it misses for good
    nodes.kill(ASKED)
    newsroom.write(a_story("new"), a_story("revised", 2), a_story("retracted", 2, retracted=True), a_story("control"))
    newsroom.announce("new", "revised", "retracted")
    newsroom.follow()
    nodes.start(ASKED)
    wait_for(newsroom.answers, "the node is not asked")

    assert not newsroom.by_vectors("control")
    assert newsroom.by_retriever("new").revision == 1
    assert newsroom.by_retriever("revised", 2).revision == 2
    assert newsroom.by_retriever("retracted").revision == 0

    wait_for(newsroom.settles, "the node is not given what it missed")
    assert newsroom.by_vectors("new")
    assert newsroom.by_vectors("revised", 2)
    assert not newsroom.by_vectors("retracted")
