"""`python -m bench.cluster soak [--minutes 120]`: hours at a steady load, within bounds of memory, threads and lag.

Servers and all services of their own: the real encoder, and the backend `echo` in both generators, since a soak is
about what stays behind and not about models. One document a second (told, revised, taken back) of 100 stories, a
question each two seconds with references, votes and late references now and then, and a page's stream that is read. A
line of JSON each 15 s goes to `--samples`, so that a run that was cut short still counts. Windows by which services
keep things are shortened so that they are full within the warm-up: `KEPT`. At the end every bound is printed; the exit
code is 1 where one does not hold. `--judge FILE` judges samples that are there.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import httpx

from bench import processor
from bench.cluster import soak_bounds, soak_picture
from bench.cluster.soak_load import DEADLINE_S, Load
from bench.cluster.soak_samples import Sampler, dead
from services.console.demo.stage import Stage
from services.console.demo.stage import build as build_stage
from services.console.live.accounting import LiveAuditSource
from services.console.platform.errors import StartError
from shared import topology
from shared.kafka.sink import Delivery, publish
from shared.lab.accounting import audit
from tests.adapters import saved

EVERY_S = 15.0
KEPT = {
    "TILTYARD_SCORER_KEEP_HOURS": "0.25", "TILTYARD_WEB_QUESTIONS": "500", "TILTYARD_GENERATOR_BACKEND": "echo",
}  # fmt: skip
"""Finished questions are remembered for 15 minutes, not for a day, and pages keep 500, not 2,000."""
STREAM = "/freshness/stream"


class Reader(threading.Thread):
    """A page that stays open and is read; what breaks off is opened anew, and counted."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._address, self.lines, self.opened = address, 0, 0

    def run(self) -> None:
        with httpx.Client(base_url=self._address, timeout=60.0) as client:
            while True:
                try:
                    with client.stream("GET", STREAM) as stream:
                        self.opened += 1
                        for _ in stream.iter_lines():
                            self.lines += 1
                except httpx.TransportError:
                    time.sleep(1.0)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120.0, help="of load")
    parser.add_argument("--warm", type=float, default=35.0, help="minutes of them that do not count")
    parser.add_argument("--per-second", type=float, default=1.0, help="documents")
    parser.add_argument("--samples", type=Path, default=Path("out/soak.jsonl"), help="file of the samples")
    parser.add_argument("--picture", type=Path, help="file for a picture (SVG) of the memory")
    parser.add_argument("--judge", action="store_true", help="run nothing: judge what is in the file of the samples")
    options = parser.parse_args(arguments)
    if not options.judge:
        options.samples.parent.mkdir(parents=True, exist_ok=True)
        with options.samples.open("w", encoding="utf-8") as file:
            soak(60 * options.minutes, options.per_second, file)
    return judge(options.samples, 60 * options.warm, options.picture)


def soak(seconds: float, per_second: float, file: TextIO) -> None:
    """Start all, keep the load up for so long, and write a line for each sample and one for the end."""
    os.environ.update(KEPT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    stage = build_stage("bench-soak")
    try:
        stage.start()
        _announce_adapter(stage)
        stage.services.start()
        with closing(Load(stage.kafka)) as load:
            _loaded(stage, load, seconds, per_second, lambda sample: _write(file, sample))
            _write(file, {"ended": _ended(stage, load)})
    finally:
        stage.stop()


def _announce_adapter(stage: Stage) -> None:
    """One that the backend `echo` takes up, so that the arms of both workers answer."""
    delivery = Delivery(stage.kafka, "bench-soak")
    publish(delivery, topology.ADAPTERS, saved(stage.home / "adapters", "soak"))
    delivery.flush()


def _loaded(
    stage: Stage, load: Load, seconds: float, per_second: float, write: Callable[[dict[str, Any]], None]
) -> None:
    """A sample each 15 s while another thread sends."""
    reader, sampler, begun = Reader(stage.services.pages), Sampler(stage), time.monotonic()
    over = begun + seconds
    sending = threading.Thread(target=load.run, args=(per_second, lambda: time.monotonic() < over))
    reader.start()
    sending.start()
    turn = 0
    while sending.is_alive():
        turn += 1
        sending.join(max(0.0, min(over, begun + turn * EVERY_S) - time.monotonic()) or EVERY_S)
        restarted = _start_again(stage)
        write(
            {"at_s": round(time.monotonic() - begun, 1)} | sampler.sample()
            | {"sent": dict(load.sent), "answered": len(load.answered), "freshness_ms": load.fresh_ms(),
               "late": load.late, "restarted": restarted,
               "stream": {"lines": reader.lines, "opened": reader.opened}}
        )  # fmt: skip


def _start_again(stage: Stage) -> list[str]:
    """As whoever runs services does; that one died is a bound that does not hold, and the rest goes on."""
    try:
        return stage.services.start()
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return []


def _ended(stage: Stage, load: Load) -> dict[str, Any]:
    """What came of everything, once all is accounted for, or had the time that questions have."""
    until = time.monotonic() + DEADLINE_S + 60
    with closing(LiveAuditSource(stage.kafka, stage.cassandra)) as source:
        while not (balance := audit(source)).balanced and time.monotonic() < until:
            time.sleep(5.0)
    load.hear()
    return {
        "processor": processor.flags(), "sent": dict(load.sent), "without_result": load.open_questions,
        "dead": dead(stage.kafka), "balanced": balance.balanced, "audit": balance.as_dict(),
    }  # fmt: skip


def _write(file: TextIO, line: dict[str, Any]) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()


def judge(file: Path, warm_s: float, picture: Path | None) -> int:
    """Print every bound, those that do not hold first; 1 where there are such."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    samples = [line for line in lines if "at_s" in line]
    [ended] = [line["ended"] for line in lines if "ended" in line] or [{}]
    bounds = sorted(soak_bounds.judged(samples, ended, warm_s), key=lambda bound: bound.holds)
    for bound in bounds:
        sys.stdout.write(f"{'holds ' if bound.holds else 'MISSED'} {bound.what}: {bound.told} ({bound.allowed})\n")
    if picture:
        picture.write_text(soak_picture.picture(samples, warm_s), encoding="utf-8")
    return 0 if all(bound.holds for bound in bounds) else 1
