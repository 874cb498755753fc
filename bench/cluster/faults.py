"""`python -m bench.cluster faults`: faults on three nodes, and whether anything was lost, mixed or counted twice.

Documents with revisions and retractions, and questions about them, flow at a steady rate while processes are killed,
paused, cut off, given a full disk, another clock or another version. After each kind of fault a verifier that shares
no code with the services looks at every record and every row. Exits with 1 where a bar is missed.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.cluster.faulting.installation import installed
from bench.cluster.faulting.servers import Servers
from bench.cluster.faulting.table import missed, table
from bench.cluster.faulting.trial import Block, Trial
from bench.cluster.faulting.watching import Watch
from bench.cluster.faulting.workload import Workload

KINDS = ("kill", "pause", "roll", "consumers", "clock", "disk", "partition", "upgrade")


def main(arguments: Sequence[str]) -> int:
    """Read the arguments, make the faults, print a table and write it beside the record of each run."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster faults", description=__doc__)
    parser.add_argument("--nodes", type=int, default=3, choices=(1, 3), help="of Kafka and of Cassandra")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--minutes", type=float, default=0.0, help="of each kind; 0: so many times as `--times` says")
    parser.add_argument("--times", type=int, default=5, help="faults of each kind, where no minutes are given")
    parser.add_argument("--per-second", type=float, default=4.0, help="records of the workload")
    parser.add_argument("--other", type=Path, help="checkout of another version, for the kind `upgrade`")
    parser.add_argument("--out", type=Path, help="folder of records, logs and figures; else one that is removed")
    options = parser.parse_args(arguments)
    if options.other and not (options.other / "services" / "__init__.py").is_file():
        parser.error(f"{options.other} is no checkout: it has no services")
    os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")  # six servers' compilers would fill two cores
    blocks: list[Block] = []
    for seed in options.seeds:
        for block in _of_seed(seed, options):
            blocks.append(block)
            _say(table([block]))
            if options.out:
                _keep(options.out, blocks)
    sys.stdout.write(table(blocks))
    return int(missed(blocks))


def _keep(folder: Path, blocks: Sequence[Block]) -> None:
    """What is known so far: a later seed that fails takes nothing with it."""
    (folder / "faults.md").write_text(table(blocks), encoding="utf-8")
    figures = json.dumps([block.as_dict() for block in blocks], indent=2)
    (folder / "faults.json").write_text(figures + "\n", encoding="utf-8")


def _of_seed(seed: int, options: argparse.Namespace) -> Iterator[Block]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.out or Path(temporary)).absolute() / f"seed-{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield from run(folder, seed, options)


def run(folder: Path, seed: int, options: argparse.Namespace) -> Iterator[Block]:
    """All blocks of a seed on an installation of their own in a folder, each as soon as it is looked at."""
    record, name = folder / "acknowledged.jsonl", f"s{seed}-{time.time_ns() // 10**9}"
    servers = Servers(folder / "servers", options.nodes)
    with (
        installed(folder, servers, disks="disk" in options.kinds) as (installation, keeper),
        Watch(servers.bootstrap) as watch,
        Workload(servers.bootstrap, record, run=name, seed=seed, per_second=options.per_second) as workload,
    ):
        installation.other = options.other and options.other.absolute()
        trial = Trial(installation, keeper, workload, watch, record, seed=seed, say=_say)
        _say(f"seed {seed}: the first documents and questions took {trial.warm_up():.1f} s")
        for kind in options.kinds:
            yield trial.block(kind, times=options.times * (not options.minutes), minutes=options.minutes)


def _say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()
