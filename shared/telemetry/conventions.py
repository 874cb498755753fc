"""Names of attributes of spans, pinned to one version of OpenTelemetry's semantic conventions.

Those of messaging and of generative AI are still in development and change between versions: a test compares these
with the installed package, and spans name the version by `SCHEMA_URL`.
"""

SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"

SYSTEM = "messaging.system"
KAFKA = "kafka"
OPERATION_NAME, OPERATION_TYPE = "messaging.operation.name", "messaging.operation.type"
SEND, PROCESS = "send", "process"
TOPIC = "messaging.destination.name"
PARTITION = "messaging.destination.partition.id"
OFFSET = "messaging.kafka.offset"
KEY = "messaging.kafka.message.key"
GROUP = "messaging.consumer.group.name"
MESSAGES = "messaging.batch.message_count"

AI_OPERATION = "gen_ai.operation.name"
CHAT = "chat"
PROVIDER = "gen_ai.provider.name"
MODEL = "gen_ai.request.model"
MOST_TOKENS = "gen_ai.request.max_tokens"
TOKENS_IN, TOKENS_OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"

QUEUE_MS = "tiltyard.queue_ms"
"""Ours: from the broker's append time of a record until a service took it."""
ADAPTER = "tiltyard.adapter"
"""Ours: which adapter spoke, by name."""
CHATS = "tiltyard.chats"
"""Ours: how many chats a call to a model had."""
