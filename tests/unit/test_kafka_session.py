"""How soon a group notices that one of its consumers died."""

from typing import Any

import pytest

from shared.kafka import client
from shared.settings import KafkaSettings


def test_a_consumer_is_missed_after_the_session_of_the_settings_and_is_heard_of_several_times_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[dict[str, Any]] = []
    monkeypatch.setattr(client, "Consumer", lambda options, _: made.append(options))

    client.consumer(KafkaSettings(session_s=2.5), "ingest")

    assert made[0]["session.timeout.ms"] == 2500
    assert made[0]["heartbeat.interval.ms"] * 3 <= 2500
