"""`python -m bench.cluster reads`: how often news that was just announced is missed, on three Cassandra nodes.

    python -m bench.cluster reads                     # prints a table; about ten minutes
    python -m bench.cluster reads --documents 30 --out reads.json
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
from bench.cluster.store_asking import Newsroom, a_story
from bench.cluster.store_nodes import NUMBERS, StoreNodes, cassandra_jars
from bench.cluster.store_situations import ASKED, RUNNING_S, STOPPED_S, Measurement, Row, in_bursts, names

BEFORE = 500


def measure(nodes: StoreNodes, documents: int) -> list[Row]:
    """All situations, on fresh nodes."""
    nodes.start(*NUMBERS)
    newsroom = Newsroom(nodes, "bench_reads", ASKED)
    try:
        newsroom.write(*map(a_story, names("before", "there", BEFORE)))
        measurement = Measurement(nodes, newsroom, documents)
        measurement.all_at_once("all three answer", "healthy")
        with in_bursts(nodes):
            measurement.all_at_once(f"the asked node stands still {STOPPED_S:g} s of {STOPPED_S + RUNNING_S:g}", "slow")
        measurement.away("hints", hints=True)
        measurement.away("lost", hints=False)
        return measurement.rows
    finally:
        newsroom.close()


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table, and write it as JSON where a file is named."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster reads", description=__doc__)
    parser.add_argument("--documents", type=int, default=100, help="of each kind and situation")
    parser.add_argument("--snitch", choices=["placed", "simple"], default="placed", help="whether nodes know places")
    parser.add_argument("--out", type=Path, help="a file for the figures, as JSON")
    options = parser.parse_args(arguments)
    with TemporaryDirectory(prefix="reads-") as folder:
        nodes = StoreNodes(Path(folder), cassandra_jars(), simple=options.snitch == "simple")
        try:
            rows = [row.told for row in measure(nodes, options.documents)]
        finally:
            nodes.stop()
    sys.stdout.writelines(f"{json.dumps(row)}\n" for row in rows)
    if options.out:
        figures = {"processor": processor.flags(), "snitch": options.snitch, "rows": rows}
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0
