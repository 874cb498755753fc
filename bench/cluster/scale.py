"""`python -m bench.cluster scale PART`: what more processes give, and what large numbers cost, on servers of its own.

    python -m bench.cluster scale throughput   # documents a second with 1, 2 and 4 processes and a remote encoder
    python -m bench.cluster scale rebalance    # how long records wait while a process comes, leaves or is killed
    python -m bench.cluster scale audit        # an audit of a million dispositions
    python -m bench.cluster scale questions    # a hundred thousand open questions in a scorer
    python -m bench.cluster scale standings    # the memory of the standings in two scorers

Prints one JSON object. Exit code 1 where two processes are less than 1.7 times as quick as one.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bench.cluster import scale_audit, scale_rebalance, scale_scorer, scale_throughput

BAR = 1.7
"""Two processes of ingest and embedder must be so many times as quick as one, where the encoder is remote."""
PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "throughput": scale_throughput.measure,
    "rebalance": scale_rebalance.measure,
    "audit": scale_audit.measure,
    "questions": scale_scorer.questions,
    "standings": scale_scorer.standings,
}


def main(arguments: Sequence[str]) -> int:
    """Measure one part and print it; the exit code says whether a bar was missed."""
    options = _parser().parse_args(arguments)
    measured = PARTS[options.part](options)
    sys.stdout.write(json.dumps(measured, indent=2) + "\n")
    return int(missed(measured))


def missed(measured: dict[str, Any]) -> bool:
    """Whether two processes were measured and are too slow."""
    return bool(measured.get("times_the_first", {}).get("2", BAR) < BAR)


def _parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m bench.cluster scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("part", choices=PARTS)
    options.add_argument("--documents", type=int, default=1_000, help="of `throughput`, for each number of processes")
    options.add_argument("--processes", type=_numbers, default=[1, 2, 4], help="of `throughput`, comma-separated")
    options.add_argument("--passage-ms", type=float, default=40.0, help="what the remote encoder takes for a passage")
    options.add_argument("--services", type=_names, default=["ingest", "scorer"], help="of `rebalance`")
    options.add_argument("--session-s", type=float, default=10.0, help="of `rebalance`: of members of a group")
    options.add_argument("--without-servers", action="store_true", help="of `audit` and `questions`: the work alone")
    options.add_argument("--dispositions", type=int, default=1_000_000, help="of `audit`")
    options.add_argument("--questions", type=int, default=100_000, help="of `questions`")
    options.add_argument("--results", type=int, default=100_000, help="of `standings`, in each scorer")
    return options


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _names(text: str) -> list[str]:
    return text.split(",")
