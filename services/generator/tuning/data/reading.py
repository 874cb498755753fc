"""Reading what a dataset is made of from the real servers: documents, their chunks, pairs from a file and the topic."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from services.generator import models
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data import before, chunks, supplied, unlearning
from services.generator.tuning.data.checking import Supplied
from services.generator.tuning.data.configured_assembly import configured_assembly
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.material import Previous
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.teacher_settings import TeacherSettings
from services.generator.tuning.recipe import Recipe
from shared import encoding, topology
from shared.adapters import registry
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.cassandra.documents import CassandraDocuments
from shared.kafka import topics
from shared.kafka.view import KafkaView
from shared.messages import TrainingPair
from shared.messages.schema import Moment
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.source_files import DataError


@dataclass(frozen=True)
class Wanted:
    """What a run asks for: a file of pairs, the time after which nothing is learned, the adapter before.

    `previous` names it; without a name it is who speaks in the track.
    """

    pairs: Path | None = None
    cutoff: datetime | None = None
    previous: str = ""
    track: str = registry.TRACK


@dataclass(frozen=True)
class Servers:
    """Where documents, chunks and published pairs are read, and the encoder that serves where none was announced."""

    kafka: KafkaSettings
    cassandra: CassandraSettings
    encoder: EncoderSettings


def moment(text: str) -> datetime:
    """A time as people write it on a command line: ISO 8601, UTC where no zone is said. Raises ValueError."""
    return TypeAdapter[datetime](Moment).validate_python(text)


def dataset(
    recipe: Recipe,
    wanted: Wanted,
    *,
    generator: GeneratorSettings,
    teacher: TeacherSettings,
    home: Path,
    servers: Servers,
) -> Dataset:
    """The dataset of the recipe from what stands in the store and on the topic now.

    Raises UnreachableError where a server does not answer, DataError where nothing of a file can be learned, ValueError
    where nothing is left to learn at all, or the adapter before cannot be read and the recipe needs it.
    """
    plan = recipe.data
    pairs, given = _pairs(plan, wanted.pairs, servers.kafka)
    previous = _before(recipe, wanted, generator, home, servers.kafka)
    announced = KafkaView(servers.kafka, topology.ENCODERS).refresh()
    encoder = encoding.in_use(announced, servers.encoder)[0].name
    with closing(connect(servers.cassandra)) as store:
        library = CassandraDocuments(store)
        assembly = configured_assembly(
            plan,
            generator,
            home,
            teacher=teacher,
            chunks=chunks.standing(CassandraChunks(store, encoder)),
            previous=previous,
            earlier=library.earlier,
        )
        return assembly.dataset(library.documents(), pairs, wanted.cutoff, given)


def _before(
    recipe: Recipe, wanted: Wanted, generator: GeneratorSettings, home: Path, kafka: KafkaSettings
) -> Previous | None:
    if wanted.previous:
        return unlearning.previous(home, wanted.previous)
    announced, base = KafkaView(kafka, topology.ADAPTERS).refresh(), models.configured(generator, home)
    return before.serving(
        announced,
        wanted.track,
        base.sha256,
        home=home,
        admission=generator.admission,
        needed=recipe.needs_previous,
    )


def _pairs(plan: DataPlan, file: Path | None, kafka: KafkaSettings) -> tuple[list[TrainingPair], Supplied]:
    """The file's pairs before the topic's, and what is to be said of them."""
    read = supplied.read(file) if file else []
    if file and not read:
        raise DataError(f"{file} holds no pair: one line is one pair with question, answer and document_id")
    own, replaced = supplied.first_of_each(read)
    if not plan.published_pairs:
        return own, Supplied(len(own), {}, replaced)
    published = supplied.standing(topics.read_all(kafka, topology.PAIRS.name))
    return supplied.together(own, published.pairs), Supplied(len(own), published.left_out, replaced)
