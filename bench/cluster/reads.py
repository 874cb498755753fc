"""`python -m bench.cluster reads`: how often news that was just announced is missed, on three Cassandra nodes.

    python -m bench.cluster reads                     # prints a table; about ten minutes
    python -m bench.cluster reads --documents 30 --out reads.json
    python -m bench.cluster reads --only lost         # a node that was away, and whose hints are lost
    python -m bench.cluster reads --snitch simple     # nodes that do not know which of them is nearest

Every row is stored at LOCAL_QUORUM on three nodes; one of them, the third, is asked. By its vectors alone, as any
client would, about documents that no retriever was told of; and by a retriever that searches by vectors alone, about
documents that were announced to it and asked for at once. Vectors are random directions, 384 numbers each: what is
asked for is nearest by far, so that whatever is missed is not there.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import processor
from bench.cluster.store_asking import Newsroom
from bench.cluster.store_nodes import NUMBERS, StoreNodes, cassandra_jars
from bench.cluster.store_situations import ASKED, RUNNING_S, STOPPED_S, Measurement, in_bursts, names

BEFORE = 500
SITUATIONS = ("healthy", "slow", "hints", "lost")


def measure(nodes: StoreNodes, documents: int, situations: Sequence[str]) -> Measurement:
    """The situations in their order, on fresh nodes."""
    nodes.start(*NUMBERS)
    newsroom = Newsroom(nodes, "bench_reads", ASKED)
    try:
        measurement = Measurement(nodes, newsroom, documents)
        measurement.settle(names("before", "there", BEFORE))
        for situation in situations:
            _measure(measurement, situation)
        return measurement
    finally:
        newsroom.close()


def _measure(measurement: Measurement, situation: str) -> None:
    if situation == "healthy":
        measurement.all_at_once("all three answer", situation)
    elif situation == "slow":
        with in_bursts(measurement.nodes):
            stands_still = f"the asked node stands still {STOPPED_S:g} s of {STOPPED_S + RUNNING_S:g}"
            measurement.all_at_once(stands_still, situation)
    else:
        measurement.away(situation, hints=situation == "hints")


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, and write it as JSON where a file is named."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster reads", description=__doc__)
    parser.add_argument("--documents", type=int, default=100, help="of each kind and situation")
    parser.add_argument(
        "--only", nargs="+", choices=SITUATIONS, default=SITUATIONS, help="situations; all, if not said"
    )
    parser.add_argument("--snitch", choices=["placed", "simple"], default="placed", help="whether nodes know places")
    parser.add_argument("--out", type=Path, help="a file for the figures, as JSON")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="reads-") as folder:
        nodes = StoreNodes(Path(folder), cassandra_jars(), simple=options.snitch == "simple")
        try:
            measured = measure(nodes, options.documents, options.only)
        finally:
            nodes.stop()
    figures = {"processor": processor.flags(), "snitch": options.snitch, "settled_per_s": measured.settled_per_s}
    rows = [row.told for row in measured.rows]
    sys.stdout.writelines(f"{json.dumps(line)}\n" for line in (figures, *rows))
    if options.out:
        options.out.write_text(json.dumps(figures | {"rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0
