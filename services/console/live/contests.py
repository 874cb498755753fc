"""A trial's contest, and announcing one to services while they run."""

from shared import topology
from shared.adapters import registry
from shared.contests import announcing, files
from shared.kafka.sink import Delivery, publish
from shared.messages import Contest, ContestAnnounced
from shared.settings import KafkaSettings


def competing(name_or_file: str) -> Contest:
    """The contest that a trial holds. ValueError: it is not there, or could not be held as it is said."""
    contest = files.chosen(name_or_file)
    if found := announcing.problems(contest, [registry.TRACK]):
        raise ValueError(f"{name_or_file} is not held: {'; '.join(found)}")
    return contest


def announce(kafka: KafkaSettings, announcement: ContestAnnounced) -> None:
    """The broker has it when this returns."""
    delivery = Delivery(kafka, "console")
    publish(delivery, topology.CONTESTS, announcement)
    delivery.flush()
