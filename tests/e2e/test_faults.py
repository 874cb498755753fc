"""A few faults on three nodes by one seed: a verifier that shares no code with the services finds nothing wrong."""

import argparse
from pathlib import Path

import pytest

from bench.cluster.faulting.table import missed, table
from bench.cluster.faults import run

pytestmark = [pytest.mark.e2e, pytest.mark.cluster, pytest.mark.timeout(900)]


def test_nothing_is_lost_or_counted_twice_when_processes_of_three_nodes_are_killed_and_paused(tmp_path: Path) -> None:
    options = argparse.Namespace(nodes=3, kinds=["kill", "pause"], times=2, minutes=0.0, per_second=4.0, other=None)

    blocks = list(run(tmp_path, 1, options))

    assert not missed(blocks), table(blocks)
    assert sum(block.records for block in blocks) > 50, "too little was sent for a fault to hit anything"
