"""Settings that several services share. Each class reads the environment under its prefix, then `.env`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from shared.installation import InstallationSettings
from shared.kafka_options import security, who
from shared.masking import masked_inside
from shared.tls import Files, context, half_set

ENV_FILE, ENV_FILE_ENCODING = ".env", "utf-8-sig"
"""Seen from the working directory; with or without a byte order mark."""
SECRETS_DIR = "TILTYARD_SECRETS_DIR"
"""Names a folder of files that are called as settings are, each with its setting's value. They go before all else."""


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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic's own, which has no folder)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the folder of secrets, the environment, `.env`. Raises ValueError without the named folder."""
        folder = os.environ.get(SECRETS_DIR)
        if not folder:
            return init_settings, env_settings, dotenv_settings
        if not Path(folder).is_dir():
            raise ValueError(f"{SECRETS_DIR} names {folder}, which is no folder: correct it")
        return init_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder), env_settings, dotenv_settings

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


class KafkaSettings(Settings, InstallationSettings):
    """The broker and how topics are made on it."""

    model_config = under("KAFKA")
    bootstrap_servers: str = "127.0.0.1:19092"
    group_prefix: str = Field(default="tiltyard", description="consumer groups are <prefix>-<service>")
    partitions: int = Field(default=4, ge=1, description="of every topic; the unit of parallelism")
    replication_factor: int = Field(default=1, ge=1, description="copies of every topic that is made")
    min_insync_replicas: Annotated[int | None, EmptyIsUnset] = Field(
        default=None, ge=1, description="copies that hold a record before it counts; empty: more than half of them"
    )
    retention_days: float = Field(default=7.0, gt=0, description="of topics kept by time")
    startup_wait_s: float = Field(default=30.0, ge=0, description="how long to wait for an absent broker")
    session_s: float = Field(
        default=10.0, ge=1, description="a consumer silent for longer loses its partitions; most brokers want 6 or more"
    )
    librdkafka: dict[str, SecretStr] = Field(
        default={}, description="extra client options (JSON), such as TLS and SASL"
    )

    @model_validator(mode="after")
    def _can_be_followed(self) -> Self:
        security(self.client_options)
        if self.in_sync > self.replication_factor:
            raise ValueError("min_insync_replicas is more than replication_factor: no record could be written")
        return self

    @property
    def in_sync(self) -> int:
        """`min.insync.replicas` of every topic. A majority, so that the loss of any fewer copies loses no record."""
        return self.min_insync_replicas or self.replication_factor // 2 + 1

    @property
    def client_options(self) -> dict[str, str]:
        """`librdkafka` in the clear, for the clients alone."""
        return {name: value.get_secret_value() for name, value in self.librdkafka.items()}

    @property
    def who(self) -> str:
        """Under whose name we come to the broker, for a sentence."""
        return who(self.client_options)


class CassandraSettings(Settings, InstallationSettings):
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
    tls: bool = Field(default=False, description="speak TLS alone, and verify each node's certificate")
    ca_file: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="PEM of the authorities that nodes' certificates are from; empty: the system's"
    )
    certificate_file: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="PEM of an own certificate, where nodes ask for one"
    )
    key_file: Annotated[Path | None, EmptyIsUnset] = Field(
        default=None, description="PEM of its key; may be the same file"
    )
    key_password: SecretStr = Field(default=SecretStr(""), description="of `key_file`")
    check_host_name: bool = Field(
        default=True, description="whether a node's certificate must be for its name or address"
    )
    timeout_s: float = Field(default=10.0, gt=0, description="of every statement")
    startup_wait_s: float = Field(default=60.0, ge=0, description="how long to wait for an absent node")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Raises ValueError, with what is missing, where security is half set or a file is not what it should be."""
        given = {name: getattr(self, name) for name in ("username", "ca_file", "certificate_file", "key_file")}
        given |= {name: getattr(self, name).get_secret_value() for name in ("password", "key_password")}
        if problem := half_set({name: bool(value) for name, value in given.items()} | {"tls": self.tls}):
            raise ValueError(f"under TILTYARD_CASSANDRA_ {problem}")
        if self.tls:
            context(self.tls_files, check_host_name=self.check_host_name)
        _ = self.named_keyspace
        return self

    @property
    def named_keyspace(self) -> str:
        """The keyspace as the nodes know it."""
        return self.installation.keyspace(self.keyspace)

    @property
    def tls_files(self) -> Files:
        """The files of TLS, with the key's password in the clear."""
        ca, certificate, key = (str(path or "") for path in (self.ca_file, self.certificate_file, self.key_file))
        return Files(ca, certificate, key, self.key_password.get_secret_value())


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
