"""`python -m bench.statistics`: every promise of the statistics against made data, as one Markdown table.

Runs every file of `bench/simulations` (or those that are named), seeded. Exits with 1 where a promise is missed.
"""

import argparse
import sys
import time

from bench import simulations
from bench.simulations import Row
from shared import plugins

SEED = 20_261_129
HEADS = ("claim", "how it was simulated", "promised", "measured", "runs", "")


def main() -> None:
    """Read the arguments, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(names())}; all where none is named")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes, and coarser figures")
    options = parser.parse_args()
    rows = list[Row]()
    for name in options.names or names():
        began = time.perf_counter()
        rows += simulated(name, options.seed, short=options.short)
        sys.stderr.write(f"{name}: {time.perf_counter() - began:.0f} s\n")
    sys.stdout.write(table(rows))
    sys.exit(int(not all(row.met for row in rows)))


def names() -> list[str]:
    """The files of `bench/simulations`."""
    return plugins.names(simulations.__name__)


def simulated(name: str, seed: int, *, short: bool) -> list[Row]:
    """The rows of one file. ValueError: there is no such file."""
    rows: list[Row] = plugins.load(simulations.__name__, name, "run")(seed, short)
    return rows


def table(rows: list[Row]) -> str:
    """Markdown; a claim stands once, in the first of its rows."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
    last = ""
    for row in rows:
        cells = ("" if row.claim == last else row.claim, row.how, row.promised, row.measured, f"{row.runs:,}")
        lines.append(f"| {' | '.join(cells)} | {'met' if row.met else 'missed'} |")
        last = row.claim
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
