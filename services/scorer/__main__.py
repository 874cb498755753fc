"""`python -m services.scorer`: joins and scores until told to stop."""

import logging
import os
import threading

from services.scorer.app import App
from services.scorer.assembly import Ports, assemble
from services.scorer.changelog import KafkaChangelog
from services.scorer.group import GROUP, offsets, partitions_of
from services.scorer.progress import Progress
from services.scorer.reading import JOINED
from services.scorer.service import Parts, Scorer, run
from services.scorer.settings import ScorerSettings
from services.scorer.standings_publisher import StandingsPublisher
from services.scorer.table import TableJoins
from services.scorer.turns import Turns
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.results import CassandraResults
from shared.contests.view import Contests
from shared.kafka import access
from shared.kafka.bus import KafkaBus
from shared.kafka.lags import KafkaLags
from shared.kafka.tail import KafkaTail
from shared.keeping_settings import ResultsSettings
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.retention import outliving
from shared.service import guarded
from shared.settings import CassandraSettings, EncoderSettings, HomeSettings, KafkaSettings
from shared.telemetry import lagging
from shared.telemetry.lagging import LagWatch


def build(readiness: Readiness) -> Scorer:
    """The scorer over Kafka and Cassandra, by the environment."""
    settings, kafka, folder = ScorerSettings(), KafkaSettings(), HomeSettings().home / "scorer"
    access.require(kafka, topology.needed_by(GROUP))
    progress, partitions = Progress(kafka, GROUP, [topic.name for topic in JOINED]), partitions_of(kafka)
    app = App(settings, kafka, folder=folder, partitions=partitions)
    joins = TableJoins(KafkaChangelog(kafka, GROUP, partitions=partitions))
    ports = Ports(
        KafkaBus(kafka, GROUP),
        joins,
        CassandraResults(connect(CassandraSettings()), outliving(ResultsSettings().keep_days, kafka.retention_days)),
        Contests(KafkaTail(kafka, topology.CONTESTS.name)).look,
        app.place,
    )
    lagging.follow(LagWatch(GROUP, KafkaLags(kafka, [topic.name for topic in JOINED], [GROUP]).look), threading.Event())
    processor = assemble(ports, settings, encoder=EncoderSettings())
    turns = Turns(processor, joins, offsets(settings, kafka), batch=settings.batch)
    return Scorer(Parts(settings, app, processor, turns, StandingsPublisher(kafka, folder), progress), readiness)


def main() -> None:
    """Run the scorer; exits with the codes of shared/service.py.

    Exits at once: Faust's consumer thread outlives its loop when the broker is gone, and would keep the process.
    """
    code = guarded(GROUP, lambda readiness: run(lambda: build(readiness)), ObserveSettings)
    logging.shutdown()
    os._exit(code)


if __name__ == "__main__":
    main()
