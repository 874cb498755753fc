"""`python -m services.generator.tuning`: fine-tune on the documents in the store and announce the adapter.

Standard output holds the events of `shared/jobs/tuning.py`, one a line; the last is the announced adapter.
What went wrong is said on standard error, in one plain line at the end. Exit codes are those of the services.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from services.generator.settings import GeneratorSettings
from services.generator.tuning.data import reading
from services.generator.tuning.data.reading import Servers, Wanted, moment
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.gates.trial import Trial, Untried
from services.generator.tuning.job import Job
from services.generator.tuning.release import previous, release, require_new
from services.generator.tuning.settings import TuningSettings
from shared import topology
from shared.costs import CostSettings, priced
from shared.jobs.events import write
from shared.jobs.tuning import AdapterReleased, AdapterReport
from shared.kafka import access
from shared.kafka.sink import Delivery, publish
from shared.kafka.view import KafkaView
from shared.messages import AdapterAnnounced
from shared.observe_settings import ObserveSettings
from shared.service import job
from shared.settings import CassandraSettings, EncoderSettings, HomeSettings, KafkaSettings

SERVICE = "generator-tuning"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; returns its exit code."""
    options = _parser().parse_args(arguments)
    work = partial(tune, options.pairs, options.cutoff, options.name or "", options.track)
    return job(SERVICE, work, ObserveSettings)


def tune(pairs_file: Path | None, cutoff: datetime | None, name: str, track: str | None = None) -> None:
    """Read, train, try, announce: an adapter is stored before anyone hears of it, and serves once its gates let it."""
    started, kafka = time.monotonic(), KafkaSettings()
    settings = TuningSettings().model_copy(update={"track": track} if track else {})
    access.require(kafka, [topology.ADAPTERS.name])
    adapters = KafkaView(kafka, topology.ADAPTERS).refresh()
    require_new(name, adapters)
    job = Job(settings, GeneratorSettings(), HomeSettings().home, lambda: datetime.now(UTC), write, TeacherSettings())
    base, servers = job.model.sha256, Servers(kafka, CassandraSettings(), EncoderSettings())
    wanted = Wanted(pairs_file, cutoff, track=settings.track)
    made = reading.dataset(
        job.recipe, wanted, generator=job.generator, teacher=job.teacher, home=job.home, servers=servers
    )
    speaks = previous(adapters, settings.track, base_sha256=base)
    trial = _trial(job, settings)
    trial.foresee(job.told(made), speaks, base)
    adapter, delivery = job.train(made, name, speaks), Delivery(kafka, SERVICE)

    def announce(change: AdapterAnnounced) -> None:
        publish(delivery, topology.ADAPTERS, change)
        delivery.flush()

    settled = release(
        made,
        adapter,
        adapters=adapters,
        trial=trial,
        address=settings.registry,
        publish=announce,
        cost=lambda: priced(time.monotonic() - started, adapter.training.tokens, CostSettings()),
        now=job.now,
    )
    write(AdapterReleased(report=AdapterReport.of(settled)))


def _trial(job: Job, settings: TuningSettings) -> Trial | Untried:
    if not settings.gates:
        return Untried()
    return Trial(job.recipe, job.generator, job.home, write, settings.threads, settings.track)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.generator.tuning", description="Train an adapter.")
    parser.add_argument("--pairs", type=Path, help="JSON lines of question, answer, document_id")
    parser.add_argument("--cutoff", type=moment, help="learn nothing first seen after this time (ISO 8601)")
    parser.add_argument("--track", help="the line of adapters that it is for; TILTYARD_TUNING_TRACK by default")
    parser.add_argument("--name", type=_name, help="of the adapter; from its cutoff and its weights by default")
    return parser


def _name(text: str) -> str:
    return TypeAdapter[str](Annotated[str, StringConstraints(pattern=r"^\w[\w.-]{0,99}$")]).validate_python(text)


if __name__ == "__main__":
    sys.exit(main())
