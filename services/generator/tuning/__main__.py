"""`python -m services.generator.tuning`: fine-tune on the documents in the store and announce the adapter.

Progress goes to standard output, one JSON object a line; the last one is the announced adapter and its cost.
What went wrong is said on standard error, in one plain line at the end. Exit codes are those of the services.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError

from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.dataset import Dataset, Pair, read_pairs
from services.generator.tuning.job import Job
from services.generator.tuning.settings import TuningSettings
from shared import observe, topology
from shared.cassandra.client import OldServerError, connect
from shared.cassandra.documents import CassandraDocuments
from shared.kafka import client
from shared.kafka.sink import Delivery, publish
from shared.messages import AdapterAnnounced
from shared.messages.schema import Moment
from shared.records import reason_of
from shared.service import EX_CONFIG, EX_OK, EX_UNAVAILABLE
from shared.settings import CassandraSettings, HomeSettings, KafkaSettings, ObserveSettings

SERVICE = "generator-tuning"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        observe.configure_logging(SERVICE, ObserveSettings().log_level)
        tune(options.pairs, options.cutoff, options.name or "")
    except ValidationError as error:
        return _fail(EX_CONFIG, f"settings of {error.title}: {reason_of(error)}")
    except client.UnreachableError as error:
        return _fail(EX_UNAVAILABLE, str(error))
    except (client.MissingTopicError, OldServerError, ValueError, OSError) as error:
        return _fail(EX_CONFIG, str(error))
    return EX_OK


def tune(pairs_file: Path | None, cutoff: datetime | None, name: str) -> None:
    """Read, train, announce: the adapter is stored before anyone hears of it."""
    kafka = KafkaSettings()
    client.require(kafka, [topology.ADAPTERS.name])
    pairs = read_pairs(pairs_file) if pairs_file else []
    job = Job(TuningSettings(), GeneratorSettings(), HomeSettings().home, lambda: datetime.now(UTC), say)
    adapter = job.train(_learnable(job, pairs, cutoff), name)
    delivery = Delivery(kafka, SERVICE)
    publish(delivery, topology.ADAPTERS, adapter)
    delivery.flush()
    say(last_words(adapter))


def last_words(adapter: AdapterAnnounced) -> dict[str, Any]:
    """The announced adapter with its cost beside it."""
    told = adapter.model_dump(mode="json", exclude={"version", "training"})
    return told | adapter.training.model_dump(mode="json", exclude={"version"})


def say(progress: dict[str, Any]) -> None:
    """One JSON object on a line of its own, at once."""
    sys.stdout.write(json.dumps(progress) + "\n")
    sys.stdout.flush()


def _learnable(job: Job, pairs: Sequence[Pair], cutoff: datetime | None) -> Dataset:
    store = connect(CassandraSettings())
    try:
        return job.dataset(CassandraDocuments(store).documents(), pairs, cutoff)
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.generator.tuning", description="Train an adapter.")
    parser.add_argument("--pairs", type=Path, help="JSON lines of question, answer, document_id")
    parser.add_argument("--cutoff", type=_moment, help="learn nothing first seen after this time (ISO 8601)")
    parser.add_argument("--name", type=_name, help="of the adapter; from its cutoff and its weights by default")
    return parser


def _moment(text: str) -> datetime:
    return TypeAdapter[datetime](Moment).validate_python(text)


def _name(text: str) -> str:
    return TypeAdapter[str](Annotated[str, StringConstraints(pattern=r"^\w[\w.-]{0,99}$")]).validate_python(text)


def _fail(code: int, message: str) -> int:
    sys.stderr.write(message + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
