"""`python -m bench.cluster backup`: two ways to back up, as the docs tell them; all is destroyed, restored and asked.

Both ways keep one order: no committed offset is newer than the tables, and no table is newer than the topics. Echo
answers, the hashing encoder and one node of each are enough: what is tried is what stands on the disks.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.console.live import asking
from services.console.platform import java, ports, templates
from services.console.platform.local import free_ports
from services.console.platform.local_services import EVERY
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.kafka import topics
from shared.messages import DocumentPublished, Question, Result
from shared.publisher import Publisher
from shared.settings import CassandraSettings, KafkaSettings

WITHIN_S, KEYSPACE, TAG = 240.0, "tiltyard", "backup"
SERVICES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer")
LEFT_OUT = ("jars", "logs", "run", "retriever")
"""Folders of a home that are made anew: the retriever's index is read back from the topic and the tables."""


@dataclass
class Trial:
    """A platform with services in a folder, worked by the command `tiltyard` alone."""

    home: Path
    jars: Path
    environment: dict[str, str]
    kafka: KafkaSettings
    cassandra: CassandraSettings
    jmx_port: int

    def tiltyard(self, *arguments: str) -> str:
        """What the command says; raises RuntimeError, with its last words, where it does not end with 0."""
        command = [sys.executable, "-m", "services.console", *arguments]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise RuntimeError(f"tiltyard {' '.join(arguments)}: {ended.returncode}, {ended.stderr[-2000:]}")
        return ended.stdout

    def nodetool(self, *arguments: str) -> None:
        """Cassandra's own tool, out of the jars that the node runs from."""
        jars = java.fetch_jars(templates.FOLDER / "cassandra-pom.xml", self.jars, print)
        conf = self.home / "cassandra" / "conf"
        opened = [option for option in (conf / "jvm.options").read_text().split() if option.startswith("--add-")]
        subprocess.run(
            [str(java.find_java()), "-Xmx128m", f"-Duser.home={self.home}", *opened, "-cp", f"{conf}:{jars}/*",
             "org.apache.cassandra.tools.NodeTool", "-p", str(self.jmx_port), *arguments],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def publish(self, *documents: DocumentPublished) -> None:
        """Until each can be found, or is dropped. Raises RuntimeError where one is neither."""
        with closing(connect(self.cassandra)) as store:
            publisher = Publisher(self.kafka, "bench", CassandraDispositions(store))
            publisher.publish(topology.DOCUMENTS, documents)
            fates = {settled.fate for settled in publisher.wait(WITHIN_S)}
            publisher.close()
        if not fates <= {"indexed", "dropped"}:
            raise RuntimeError(f"documents ended as {sorted(fates)}")

    def ask(self, *texts: str) -> list[Result]:
        """Raises RuntimeError where a result is missing."""
        questions = [Question(question_id=f"{text} {time.time_ns()}", text=text) for text in texts]
        results = asking.ask(self.kafka, questions, within_s=WITHIN_S)
        if len(results) < len(questions):
            raise RuntimeError(f"{len(questions) - len(results)} questions have no result")
        return [results[question.question_id] for question in questions]


def main(arguments: Sequence[str]) -> int:
    """Print one line of JSON for each way: how long each step took. 1 where anything is not as it was."""
    options = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="tiltyard-backup-") as folder:
        trial = _trial(Path(folder) / "home", options.jars.absolute())
        try:
            trial.tiltyard("up")
            trial.tiltyard("setup")
            trial.tiltyard("services", "start", *SERVICES)
            _fill(trial, options.documents)
            ways = {"copy": _copied, "snapshot": _by_snapshot}
            wrong = [_tried(trial, Path(folder) / name, name, ways[name]) for name in options.ways]
        finally:
            trial.tiltyard("down")
    return int(any(wrong))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster backup", description=__doc__)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--ways", nargs="+", choices=["copy", "snapshot"], default=["copy", "snapshot"])
    parser.add_argument("--jars", type=Path, default=Path(os.environ.get("TILTYARD_PLATFORM_JARS", ".tiltyard/jars")))
    return parser


def _trial(home: Path, jars: Path) -> Trial:
    taken, first = free_ports(), _first_free(len(EVERY) + 1)
    environment = os.environ | {f"TILTYARD_PLATFORM_{name.upper()}": str(port) for name, port in taken.items()} | {
        "TILTYARD_HOME": str(home), "TILTYARD_PLATFORM_JARS": str(jars),
        "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": f"{ports.HOST}:{taken['kafka_port']}",
        "TILTYARD_KAFKA_PARTITIONS": "2", "TILTYARD_CASSANDRA_PORT": str(taken["cassandra_port"]),
        "TILTYARD_SERVICES_PROBE_PORT": str(first), "TILTYARD_WEB_PORT": str(first + len(EVERY)),
        "TILTYARD_ENCODER_VARIANT": "hashing", "TILTYARD_ENCODER_DIMENSIONS": "256", "TILTYARD_INGEST_CHUNKER": "words",
        "TILTYARD_INGEST_LANGUAGE": "stated", "TILTYARD_GENERATOR_BACKEND": "echo",
    }  # fmt: skip
    kafka = KafkaSettings(bootstrap_servers=environment["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"], partitions=2)
    cassandra = CassandraSettings(port=taken["cassandra_port"])
    return Trial(home, jars, environment, kafka, cassandra, taken["cassandra_jmx_port"])


def _first_free(count: int) -> int:
    """A port with so many free ones from it on."""
    return next(first for first in ports.find_free(100) if all(map(ports.is_free, range(first, first + count))))


def _document(number: int, text: str) -> DocumentPublished:
    return DocumentPublished(document_id=f"mill-{number}", text=f"The mill at place {number} burns {text}.")


def _fill(trial: Trial, documents: int) -> None:
    """Documents, of which every third is corrected and every fifth is taken back; a letter; questions."""
    trial.publish(*(_document(number, "peat") for number in range(documents)))
    trial.publish(*(_document(number, "straw") for number in range(0, documents, 3)))
    trial.publish(*(DocumentPublished(document_id=f"mill-{at}", op="retract") for at in range(0, documents, 5)))
    Publisher(trial.kafka, "bench").send_bytes(topology.DOCUMENTS.name, b"bad", b"{bad", {})
    trial.ask(*(_question(number) for number in range(1, documents, 6)))


def _question(number: int) -> str:
    return f"What does the mill at place {number} burn?"


def _tried(trial: Trial, kept: Path, name: str, way: Callable[[Trial, Path], dict[str, float]]) -> list[str]:
    """Back up, destroy, restore, and look; returns what is not as it was."""
    before = _told(trial)
    took = way(trial, kept)
    wrong = [*_differing(before, _told(trial)), *_live(trial)]
    seconds = {step: round(took_s, 1) for step, took_s in took.items()}
    size = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
    told = {"way": name, **before["counts"], "mib": round(size / 2**20, 1), "s": seconds, "wrong": wrong}
    sys.stdout.write(json.dumps(told) + "\n")
    return wrong


def _told(trial: Trial) -> dict[str, Any]:
    """What the audit says, and what the tables and the topics hold."""
    audit = json.loads(trial.tiltyard("audit", "--json")) | {"since": ""}  # it moves on with the clock
    results = {
        record.key: Result.model_validate_json(record.value or b"")
        for record in topics.read_all(trial.kafka, topology.RESULTS.name)
    }
    with closing(connect(trial.cassandra)) as store:
        rows = {
            row.document_id: (row.revision, row.retracted)
            for row in store.rows("SELECT document_id, revision, retracted FROM documents")
        }
    letters = list(topics.read_all(trial.kafka, topology.DOCUMENTS.dead))
    counts = {"documents": len(rows), "results": len(results), "letters": len(letters)}
    return {"counts": counts, "rows": rows, "results": results, "audit": audit}


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    unbalanced = [] if after["audit"]["balanced"] else [f"the audit: {after['audit']['unaccounted']}"]
    return [part for part in before if before[part] != after[part]] + unbalanced


def _live(trial: Trial) -> list[str]:
    """Whether a correction and a retraction still hold for a new question, and a new document is found."""
    number = time.time_ns()
    trial.publish(_document(number, "heather"))
    corrected, retracted, new = (trial.ask(_question(at))[0].answers["base+rag"].answer for at in (3, 5, number))
    holds = {
        "a correction": any(chunk.startswith("mill-3:2:") for chunk in corrected.evidence),
        "a retraction": not any(chunk.startswith("mill-5:") for chunk in retracted.evidence),
        "a new document": any(chunk.startswith(f"mill-{number}:1:") for chunk in new.evidence),
    }
    return [what for what, held in holds.items() if not held]


@contextmanager
def _timed(took: dict[str, float], step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    took[step] = time.perf_counter() - began


def _copied(trial: Trial, kept: Path) -> dict[str, float]:
    """One machine: everything is stopped, and the home copied."""
    took: dict[str, float] = {}
    with _timed(took, "stop"):
        trial.tiltyard("down")
    with _timed(took, "copy"):
        kept.mkdir()
        left_out = [f"--exclude=./{name}" for name in LEFT_OUT]
        subprocess.run(["tar", "-C", trial.home, "-cf", kept / "backup.tar", *left_out, "."], check=True)
    shutil.rmtree(trial.home)
    with _timed(took, "copy back"):
        trial.home.mkdir()
        subprocess.run(["tar", "-C", trial.home, "-xf", kept / "backup.tar"], check=True)
    with _timed(took, "start"):
        trial.tiltyard("up")
        trial.tiltyard("services", "start", *SERVICES)
    return took


def _by_snapshot(trial: Trial, kept: Path) -> dict[str, float]:
    """Servers of one's own: services stop for the snapshot; tables are restored into a new node, topics as they lay."""
    took: dict[str, float] = {}
    with _timed(took, "stop"):
        trial.tiltyard("services", "stop")
    with _timed(took, "snapshot"):
        trial.nodetool("snapshot", "--tag", TAG, KEYSPACE)
    for table in _tables(trial.home):
        shutil.copytree(table / "snapshots" / TAG, kept / "tables" / table.name.partition("-")[0])
    trial.nodetool("clearsnapshot", "-t", TAG)
    trial.tiltyard("down")  # the broker's folders are copied while it stands still
    shutil.copytree(trial.home / "kafka", kept / "kafka")
    shutil.rmtree(trial.home)
    shutil.copytree(kept / "kafka", trial.home / "kafka")
    with _timed(took, "start and setup"):
        trial.tiltyard("up")
        trial.tiltyard("setup")
    with _timed(took, "import"):
        for table in sorted((kept / "tables").iterdir()):
            if any(table.glob("*Data.db")):
                trial.nodetool("import", "--copy-data", KEYSPACE, table.name, str(table))
    with _timed(took, "start services"):
        trial.tiltyard("services", "start", *SERVICES)
    return took


def _tables(home: Path) -> Iterator[Path]:
    return (home / "cassandra" / "data" / "data" / KEYSPACE).iterdir()
