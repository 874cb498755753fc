"""Settings that several services share. Each class reads the environment under its prefix, then `.env`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, SerializerFunctionWrapHandler, model_serializer
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.masking import masked_inside

ENV_FILE, ENV_FILE_ENCODING = ".env", "utf-8-sig"
"""Seen from the working directory; with or without a byte order mark."""


def under(prefix: str) -> SettingsConfigDict:
    """Where a settings class reads from: `TILTYARD_<PREFIX>_<FIELD>`."""
    full = f"TILTYARD_{prefix}_" if prefix else "TILTYARD_"
    return SettingsConfigDict(
        env_prefix=full,
        env_file=ENV_FILE,
        env_file_encoding=ENV_FILE_ENCODING,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )


class Settings(BaseSettings):
    """Settings that can be shown: printed or dumped, passwords in addresses and under their names are masked."""

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return ((name, masked_inside(value)) for name, value in super().__repr_args__())

    @model_serializer(mode="wrap")
    def _masked(self, dump: SerializerFunctionWrapHandler) -> Any:
        return masked_inside(dump(self))


EmptyIsUnset = BeforeValidator(lambda value: None if value == "" else value)
"""For what may be None: `NAME=` in a file says so, as `.env.example` shows it."""


class HomeSettings(Settings):
    """Where this machine keeps what the project makes: servers' data, logs, models, adapters."""

    model_config = under("")
    home: Path = Path(".tiltyard")


class KafkaSettings(Settings):
    """The broker and how topics are made on it."""

    model_config = under("KAFKA")
    bootstrap_servers: str = "127.0.0.1:19092"
    group_prefix: str = Field(default="tiltyard", description="consumer groups are <prefix>-<service>")
    partitions: int = Field(default=4, ge=1, description="of every topic; the unit of parallelism")
    replication_factor: int = Field(default=1, ge=1)
    retention_days: float = Field(default=7.0, gt=0, description="of topics kept by time")
    startup_wait_s: float = Field(default=30.0, ge=0, description="how long to wait for an absent broker")
    session_s: float = Field(
        default=10.0, ge=1, description="a consumer silent for longer loses its partitions; most brokers want 6 or more"
    )
    librdkafka: dict[str, SecretStr] = Field(
        default={}, description="extra client options (JSON), such as TLS and SASL"
    )

    @property
    def client_options(self) -> dict[str, str]:
        """`librdkafka` in the clear, for the clients alone."""
        return {name: value.get_secret_value() for name, value in self.librdkafka.items()}


class CassandraSettings(Settings):
    """The store."""

    model_config = under("CASSANDRA")
    contact_points: str = Field(default="127.0.0.1", description="comma-separated hosts")
    port: int = 19042
    local_datacenter: str = "datacenter1"
    keyspace: str = Field(default="tiltyard", pattern=r"^[a-z][a-z0-9_]{0,40}$")
    replication: str = Field(
        default="{'class': 'SimpleStrategy', 'replication_factor': 1}", description="used when the keyspace is made"
    )
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout_s: float = Field(default=10.0, gt=0, description="of every statement")
    startup_wait_s: float = Field(default=60.0, ge=0, description="how long to wait for an absent node")


class EncoderSettings(Settings):
    """The encoder that ingest chunks for, embedder stores with and retriever asks with: one for all three."""

    model_config = under("ENCODER")
    variant: str = Field(default="sentence_transformers", description="a file in shared/encoders")
    model: str = Field(default="", description="folder or name of the model; empty: the embedded all-MiniLM-L6-v2")
    models: str = Field(
        default="",
        description="comma-separated names, and folders with all below them: which models an announced encoder may "
        "load beside `model`; empty: any folder by its whole path, and any name in the local hub cache",
    )
    dimensions: int = Field(default=384, ge=2)
    precision: Literal["fp32", "int8"] = Field(default="fp32", description="of `onnx`")
    threads: int = Field(default=2, ge=1)
    url: str = Field(default="", description="of `openai`: the server's address, up to and with /v1")
    api_key: SecretStr = Field(default=SecretStr(""), description="of `openai`")
    tokenizer: str = Field(default="", description="of `openai`: a tokenizer.json; empty: chunks are counted in words")
    batch: int = Field(default=32, ge=1, description="of `openai`: texts in one request")
    timeout_s: float = Field(default=10.0, gt=0, description="of `openai`: of one request")
    retries: int = Field(default=3, ge=0, le=10, description="of `openai`: of a request that failed for a moment")


class NewsSettings(Settings):
    """What holds for every document, whichever service has it in hand."""

    model_config = under("NEWS")
    keep_days: float = Field(
        default=0.0, ge=0, le=7_000, description="older documents leave the store and all searches; 0: kept for ever"
    )


class ObserveSettings(Settings):
    """Logs, metrics and readiness of a service process."""

    model_config = under("OBSERVE")
    host: str = "127.0.0.1"
    port: int = Field(default=0, description="of /metrics and /ready; 0: any free one, written to the log")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
