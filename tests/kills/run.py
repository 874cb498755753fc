"""Kills services with -9 at random moments under a steady flow of questions, and looks at what the topics say.

`python -m tests.kills.run --seed 1 --kills 20 --scorers 1`: the scorer alone, with answers written by the flow.
`--services retriever,generator-base,judge`: these are killed instead, and the real services answer (backend echo).
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.console.platform import ports
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.local_services import answers
from shared.cassandra import schema
from shared.kafka import creation
from shared.settings import CassandraSettings, KafkaSettings
from tests.kills import oracle
from tests.kills.flow import ARMS, Flow

PARTITIONS = 4
READY_WITHIN_S = 120.0
SETTLED_WITHIN_S = 180.0
EARLY = 0.25  # of the kills come before the new process is ready
LONGEST_LIFE_S = 3.0
UNDELIVERED = "reading what was not delivered"
ENVIRONMENT = {
    "TILTYARD_KAFKA_PARTITIONS": str(PARTITIONS),
    "TILTYARD_SCORER_METRICS": '["exact_match", "contains"]',
    "TILTYARD_SCORER_SESSION_S": "2",
    "TILTYARD_GENERATOR_BACKEND": "echo",
    "TILTYARD_JUDGE_BACKEND": "oracle",
    "TILTYARD_ENCODER_VARIANT": "hashing",
    "TILTYARD_ENCODER_DIMENSIONS": "256",
    "HF_HUB_OFFLINE": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
}


@dataclass
class Process:
    """A service process that is started, killed and started again."""

    name: str
    environment: Mapping[str, str]
    folder: Path
    code: Path
    port: int = field(default_factory=lambda: ports.find_free(1)[0])
    popen: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0

    def start(self) -> None:
        service, _, worker = self.name.split("#")[0].partition("-")
        own = {"TILTYARD_OBSERVE_PORT": str(self.port), "TILTYARD_HOME": str(self.folder / self.name)}
        own |= {"TILTYARD_GENERATOR_WORKER": worker} if worker else {}
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "tests.kills.leaky" if service == "leaky" else f"services.{service}"],
                env=os.environ | self.environment | own, cwd=self.code, stdout=log, stderr=log,
            )  # fmt: skip
        self.started_at = time.monotonic()

    def kill(self) -> None:
        assert self.popen is not None
        assert self.popen.poll() is None, f"{self.name} ended by itself with {self.popen.returncode}: {self.words()}"
        self.popen.kill()
        self.popen.wait()

    def end(self) -> None:
        if self.popen is not None and self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(30)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()

    def ready(self) -> bool:
        return answers(self.port)

    def wait_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN_S
        while not self.ready():
            assert self.popen is not None
            assert self.popen.poll() is None, f"{self.name} ended with {self.popen.returncode}: {self.words()}"
            assert time.monotonic() < until, f"{self.name} is not ready: {self.words()}"
            time.sleep(0.02)

    def words(self) -> str:
        return self.log.read_text()[-3000:]

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"


@contextmanager
def servers(folder: Path) -> Iterator[Mapping[str, str]]:
    """Kafka and Cassandra of its own, with topics and tables; yields the environment of a service."""
    platform = LocalPlatform(isolated(folder, PlatformSettings()))
    platform.start(lambda _: None)
    try:
        environment = dict(platform.environment) | ENVIRONMENT
        creation.create(KafkaSettings(bootstrap_servers=platform.bootstrap_servers, partitions=PARTITIONS))
        port = int(platform.environment["TILTYARD_CASSANDRA_PORT"])
        schema.apply(CassandraSettings(port=port), encoder="hashing-256", dimensions=256)
        yield environment
    finally:
        platform.stop()


@dataclass(frozen=True)
class Outcome:
    """What a run of kills ended in."""

    kills: int
    asked: int
    undelivered: int
    """How often a scorer read from a topic what its group had not delivered."""
    faults: Sequence[str]


def kill_and_look(
    folder: Path, environment: Mapping[str, str], *, seed: int, kills: int, victims: Sequence[str],
    others: Sequence[str] = (), per_second: float = 10.0, code: Path | None = None,
) -> Outcome:  # fmt: skip
    """Run `victims` and `others`, kill the victims `kills` times in all, wait until the topics settle, and look."""
    chance = random.Random(seed)  # noqa: S311 (not for secrets)
    folder.mkdir(parents=True, exist_ok=True)
    running = [Process(name, environment, folder, code or Path.cwd()) for name in (*victims, *others)]
    doomed = running[: len(victims)]
    bootstrap = environment["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"]
    try:
        for process in running:
            process.start()
        for process in running:
            process.wait_ready()
        with Flow(bootstrap, seed, per_second=per_second, answers=not others) as flow:
            for _ in range(kills):
                victim = chance.choice(doomed)
                _live_a_while(victim, chance)
                victim.kill()
                victim.start()
            for process in doomed:
                process.wait_ready()
        faults = _settled(bootstrap, served=bool(others), judged="judge" in (*victims, *others))
        undelivered = sum(process.log.read_text().count(UNDELIVERED) for process in running)
        return Outcome(kills, flow.asked, undelivered, faults)
    finally:
        for process in running:
            process.end()


def _live_a_while(victim: Process, chance: random.Random) -> None:
    """Most kills come while it works, some while it still starts or recovers."""
    if chance.random() >= EARLY:
        victim.wait_ready()
        time.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
    else:
        time.sleep(max(0.0, chance.uniform(0.5, 6.0) - (time.monotonic() - victim.started_at)))


def _settled(bootstrap: str, *, served: bool, judged: bool) -> list[str]:
    """What is wrong with the topics once nothing is, or once nothing gets better any more."""
    until = time.monotonic() + SETTLED_WITHIN_S
    while (faults := oracle.read(bootstrap).faults(ARMS, served=served, judged=judged)) and time.monotonic() < until:
        time.sleep(1.0)
    return faults


def main() -> None:
    """Run it by hand; exits with 1 where anything is wrong."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seed", type=int, nargs="+", default=[1])
    options.add_argument("--kills", type=int, default=20, help="for each seed")
    options.add_argument("--scorers", type=int, default=1, help="scorer processes, of which one is killed at a time")
    options.add_argument("--leaky", action="store_true", help="scorers whose group drops and repeats records")
    options.add_argument("--services", default="", help="kill these instead, comma-separated")
    options.add_argument("--per-second", type=float, default=10.0, help="questions")
    options.add_argument("--code", type=Path, default=Path.cwd(), help="checkout whose services are run")
    told = options.parse_args()
    chosen = [name for name in told.services.split(",") if name]
    scorer = "leaky" if told.leaky else "scorer"
    victims = chosen or [f"{scorer}#{number}" for number in range(told.scorers)]
    whole = ("retriever", "generator-base", "generator-tuned", "judge", "scorer") if chosen else ()
    others = [name for name in whole if name not in chosen]
    wrong = 0
    for seed in told.seed:
        with tempfile.TemporaryDirectory() as name, servers(Path(name) / "servers") as environment:
            outcome = kill_and_look(
                Path(name) / "run", environment, seed=seed, kills=told.kills, victims=victims, others=others,
                per_second=told.per_second, code=told.code,
            )  # fmt: skip
        wrong += len(outcome.faults)
        counts = f"{outcome.kills} kills, {outcome.asked} questions, {outcome.undelivered} times {UNDELIVERED}"
        said = [f"seed {seed}: {counts}, {len(outcome.faults)} faults"]
        sys.stdout.write("\n  ".join([*said, *outcome.faults]) + "\n")
        sys.stdout.flush()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
