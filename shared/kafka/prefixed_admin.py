"""The library's client for topics, groups and offsets, for one installation, as `prefixed.py` has the others."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.installation import Installation
from shared.kafka.confluent import (
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourceType,
    TopicCollection,
    TopicPartition,
)
from shared.kafka.prefixed import known, named


class Admin(AdminClient):
    """Asks about topics and groups by plain names; of what there is it sees its own installation's alone."""

    def __init__(self, options: dict[str, Any], names: Installation) -> None:
        super().__init__(options)
        self._names = names

    def list_topics(self, topic: str | None = None, timeout: float = -1) -> Any:
        return known(super().list_topics, topic, timeout, self._names)

    def create_topics(self, new_topics: list[NewTopic], **how: Any) -> dict[str, Any]:  # type: ignore[override]
        made = [
            NewTopic(
                self._names.named(new.topic),
                num_partitions=new.num_partitions,
                replication_factor=new.replication_factor,
                config=new.config or {},  # given as None it is refused
            )
            for new in new_topics
        ]
        return self._by_name(super().create_topics(made, **how))

    def describe_topics(self, topics: TopicCollection, **how: Any) -> dict[str, Any]:  # type: ignore[override]
        wanted = TopicCollection([self._names.named(topic) for topic in topics.topic_names])
        return self._by_name(super().describe_topics(wanted, **how))

    def describe_configs(self, resources: list[ConfigResource], **how: Any) -> dict[ConfigResource, Any]:  # type: ignore[override]
        return self._by_resource(super().describe_configs, resources, **how)

    def incremental_alter_configs(self, resources: list[ConfigResource], **how: Any) -> dict[ConfigResource, Any]:  # type: ignore[override]
        return self._by_resource(super().incremental_alter_configs, resources, **how)

    def list_offsets(self, topic_partition_offsets: dict[TopicPartition, Any], **how: Any) -> dict[TopicPartition, Any]:  # type: ignore[override]
        asked = list(topic_partition_offsets)
        wanted = dict(zip(named(asked, self._names), topic_partition_offsets.values(), strict=True))
        answers = super().list_offsets(wanted, **how)
        return {place: answers[there] for place, there in zip(asked, wanted, strict=True)}

    def delete_records(  # type: ignore[override]  # the stub is of a class below
        self, topic_partition_offsets: list[TopicPartition], **how: Any
    ) -> dict[TopicPartition, Any]:
        wanted = named(topic_partition_offsets, self._names)
        answers = super().delete_records(wanted, **how)
        return {place: answers[there] for place, there in zip(topic_partition_offsets, wanted, strict=True)}

    def list_consumer_groups(self, **how: Any) -> Any:  # type: ignore[override]
        return _Later(super().list_consumer_groups(**how), self._own_groups)

    def describe_consumer_groups(self, group_ids: list[str], **how: Any) -> dict[str, Any]:  # type: ignore[override]
        wanted = [self._names.named(group) for group in group_ids]
        return self._by_name(super().describe_consumer_groups(wanted, **how))

    def _by_name(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {self._names.plain(name) or name: answer for name, answer in answers.items()}

    def _by_resource(
        self, ask: Callable[..., Mapping[ConfigResource, Any]], resources: Sequence[ConfigResource], **how: Any
    ) -> dict[ConfigResource, Any]:
        wanted = [
            ConfigResource(of.restype, self._names.named(of.name), incremental_configs=of.incremental_configs)
            if of.restype is ResourceType.TOPIC
            else of
            for of in resources
        ]
        answers = ask(wanted, **how)
        return {of: answers[there] for of, there in zip(resources, wanted, strict=True)}

    def _own_groups(self, listed: Any) -> Any:
        for group in listed.valid:
            group.group_id = self._names.plain(group.group_id)
        listed.valid = [group for group in listed.valid if group.group_id is not None]
        return listed


class _Later:
    """What will be made of a future's result."""

    def __init__(self, future: Any, make: Callable[[Any], Any]) -> None:
        self._future, self._make = future, make

    def result(self, timeout: float | None = None) -> Any:
        return self._make(self._future.result(timeout))
