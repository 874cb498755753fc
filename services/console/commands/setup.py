"""`tiltyard setup`: topics and schema."""

import typer

from services.console import output
from services.console.platform import principals, secured
from shared import encoding
from shared.cassandra import schema
from shared.grants import SETUP
from shared.kafka import creation, keeping
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings


def register(app: typer.Typer) -> None:
    app.command()(setup)


def setup() -> None:
    """Make the topics and the schema that are not there yet; run it again after an upgrade or a new encoder.

    Run it again, too, after a change of how long news and results are kept: it tells the topics.

    Example: TILTYARD_KAFKA_BOOTSTRAP_SERVERS=broker:9092 TILTYARD_CASSANDRA_CONTACT_POINTS=node1 tiltyard setup
    """
    principals.become(SETUP)
    created = creation.create(KafkaSettings())
    keeping.keep(KafkaSettings(), keeping.wanted(KafkaSettings(), NewsSettings(), ResultsSettings()))
    encoder = EncoderSettings()
    schema.apply(CassandraSettings(), encoder=encoding.name_of(encoder), dimensions=encoder.dimensions)
    secured.grant_tables(CassandraSettings())
    output.say(f"topics made: {len(created)}; schema of keyspace {CassandraSettings().named_keyspace} is there")
