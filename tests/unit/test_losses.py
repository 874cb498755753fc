"""What a service says once records left their topic before it had read them."""

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared import probes
from shared.losses import Losses
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.messages import RecordsLost
from shared.observe import Readiness
from shared.topology import DOCUMENTS, LOSSES
from tests.builders import a_document


def a_broker_that_lost(group: str, records: int = 3, kept: int = 1) -> MemoryBroker:
    broker = MemoryBroker(partitions=1)
    broker.committed[group, DOCUMENTS.name, 0] = 0
    broker.publish(DOCUMENTS, *(a_document(document_id=str(number)) for number in range(records + kept)))
    broker.delete_before(DOCUMENTS.name, 0, records)
    return broker


def test_a_service_goes_on_with_what_is_left() -> None:
    source = MemoryBus(a_broker_that_lost("loses-a", kept=2), "loses-a").source([DOCUMENTS])

    assert [record.position.offset for record in source.poll(10, 0.0)] == [3, 4]


def test_a_loss_stands_on_its_topic_before_anything_behind_it_is_handled() -> None:
    broker = a_broker_that_lost("loses-b")
    MemoryBus(broker, "loses-b").source([DOCUMENTS]).poll(10, 0.0)

    (loss,) = broker.messages(LOSSES)

    assert isinstance(loss, RecordsLost)
    assert (loss.service, loss.topic, loss.partition, loss.first, loss.end) == ("loses-b", DOCUMENTS.name, 0, 0, 3)


def test_a_loss_that_is_noticed_again_after_a_restart_has_the_same_id() -> None:
    broker = a_broker_that_lost("loses-c")
    for _ in range(2):
        MemoryBus(broker, "loses-c").source([DOCUMENTS]).poll(10, 0.0)

    assert len({record.key for record in broker.records(LOSSES.name)}) == 1


def test_lost_records_are_counted_by_topic_and_partition() -> None:
    MemoryBus(a_broker_that_lost("loses-d"), "loses-d").source([DOCUMENTS]).poll(10, 0.0)

    labels = {"service": "loses-d", "topic": DOCUMENTS.name, "partition": "0"}
    assert REGISTRY.get_sample_value("tiltyard_lost_records_total", labels) == 3


def test_a_loss_is_a_line_in_the_log() -> None:
    with capture_logs() as lines:
        MemoryBus(a_broker_that_lost("loses-e"), "loses-e").source([DOCUMENTS]).poll(10, 0.0)

    (line,) = (line for line in lines if line["event"] == "lost unread")
    assert (line["log_level"], line["start"], line["end"], line["records"]) == ("error", 0, 3, 3)


def test_a_loss_stands_on_the_readiness_probe_whose_status_stays() -> None:
    readiness = Readiness("loses-f")
    readiness.announce()
    MemoryBus(a_broker_that_lost("loses-f"), "loses-f").source([DOCUMENTS]).poll(10, 0.0)

    assert f"3 records of {DOCUMENTS.name} were deleted before they were read" in probes.state(readiness)
    assert probes.state(readiness).startswith("ready")


def test_a_loss_that_cannot_be_written_down_is_not_passed_over() -> None:
    def refuse(_: RecordsLost) -> None:
        raise ConnectionError("the broker is away")

    with pytest.raises(ConnectionError, match="away"):
        Losses("loses-g", refuse).tell(DOCUMENTS.name, 0, 0, 3)
