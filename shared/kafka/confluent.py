"""The one file that imports confluent_kafka: what the files beside it use of the library, by its own names."""

from confluent_kafka import (
    TIMESTAMP_NOT_AVAILABLE,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # their public names
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewTopic

__all__ = [
    "TIMESTAMP_NOT_AVAILABLE", "AclBinding", "AclOperation", "AclPermissionType", "AdminClient", "AlterConfigOpType",
    "ConfigEntry", "ConfigResource", "Consumer", "KafkaError", "KafkaException",
    "Message", "NewTopic", "OffsetSpec", "Producer", "ResourcePatternType", "ResourceType", "ScramCredentialInfo",
    "ScramMechanism", "TopicCollection", "TopicPartition", "UserScramCredentialUpsertion",
]  # fmt: skip
