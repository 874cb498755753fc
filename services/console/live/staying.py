"""What the topics of a running system keep of adapters and documents, for what an hour of staying current costs."""

from collections.abc import Sequence

from shared import topology
from shared.costs import CostSettings
from shared.kafka import topics
from shared.kafka.view import KafkaView
from shared.lab.report import staying
from shared.lab.report.blocks import Section
from shared.messages import DocumentIndexed, Result
from shared.records import understood
from shared.settings import KafkaSettings


def live(kafka: KafkaSettings, results: Sequence[Result], costs: CostSettings) -> list[Section]:
    """The section over the time that the topics keep; none without documents, trainings or results."""
    adapters = list(KafkaView(kafka, topology.ADAPTERS).refresh().values())
    records = topics.read_all(kafka, topology.INDEXED.name)
    indexed = [announcement for _, announcement in understood(DocumentIndexed, records)]
    return staying.sections(adapters, indexed, results, costs=costs)
