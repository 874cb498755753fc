"""How long compacted topics keep the newest message of a key: for ever, or by age where what it is about leaves too.

The broker deletes by itself what is older, a segment at a time. Nothing has to be read for that, and no tombstone can
be missed by a view that was away.
"""

from collections.abc import Mapping

from shared import topology
from shared.kafka import client
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.retention import AHEAD_DAYS, DAY_S, outliving
from shared.settings import KafkaSettings

ASK_S = 10.0
POLICY, AGE = "cleanup.policy", "retention.ms"
Config = dict[str, str]


def wanted(kafka: KafkaSettings, news: NewsSettings, results: ResultsSettings) -> dict[str, Config]:
    """Topic -> what it should have. Announcements outlive their documents, and what the audit counts by."""
    announced = max(news.keep_days + AHEAD_DAYS, news.keep_dispositions_days) if news.keep_days else 0.0
    days = {
        topology.INDEXED.name: outliving(announced, kafka.retention_days),
        topology.RESULTS.name: outliving(results.keep_days, kafka.retention_days),
    }
    return {name: _config(kept) for name, kept in days.items()}


def differing(kafka: KafkaSettings, config: Mapping[str, Config]) -> list[str]:
    """The topics that have something else."""
    admin = client.admin(kafka)
    asked = admin.describe_configs([client.topic_resource(name) for name in config], request_timeout=ASK_S)
    said = {resource.name: future.result() for resource, future in asked.items()}
    return sorted(
        name for name, want in config.items() if any(_said(said[name][key].value) != _said(want[key]) for key in want)
    )


def keep(kafka: KafkaSettings, config: Mapping[str, Config]) -> list[str]:
    """Let topics keep their messages so long from now on; returns those that were changed."""
    changed = differing(kafka, config)
    if changed:
        admin, resources = client.admin(kafka), [client.topic_resource(name, config[name]) for name in changed]
        for done in admin.incremental_alter_configs(resources, request_timeout=ASK_S).values():
            done.result()
    return changed


def _said(value: str) -> set[str]:
    """A policy may be a list in any order."""
    return set(value.split(","))


def _config(days: float) -> Config:
    return {POLICY: "compact,delete", AGE: str(round(1_000 * days * DAY_S))} if days else {POLICY: "compact"}
