"""What the things of one installation are called on servers that it may share with others.

A prefix and a dot stand before the name of each topic, group, client, user and role; in keyspaces, which take no dot,
an underscore. A prefix has neither, so no name of an installation is, or begins as, a name of another.
"""

import re
from dataclasses import dataclass

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = re.compile(r"([a-z][a-z0-9]{0,15})?")
"""Short enough for the longest keyspace that is made with it."""
LONGEST_KEYSPACE = 48


@dataclass(frozen=True)
class Installation:
    """Without a prefix everything is called by its plain name."""

    prefix: str = ""

    def named(self, plain: str) -> str:
        """On the servers: `press.news.documents.v1`."""
        return f"{self.prefix}.{plain}" if self.prefix else plain

    def plain(self, name: str) -> str | None:
        """Without the prefix, as everything here speaks of it; None for what is not this installation's."""
        own = self.named("")
        return name[len(own) :] if name.startswith(own) else None

    def keyspace(self, plain: str) -> str:
        """`press_tiltyard`. Raises ValueError where Cassandra takes no name of that length."""
        name = f"{self.prefix}_{plain}" if self.prefix else plain
        if len(name) > LONGEST_KEYSPACE:
            raise ValueError(f"the keyspace {name} is longer than {LONGEST_KEYSPACE} characters: shorten it")
        return name


class InstallationSettings(BaseSettings):
    """What this installation is called on servers that it shares with others."""

    model_config = SettingsConfigDict(env_prefix="TILTYARD_", populate_by_name=True)
    prefix: str = Field(
        default="",
        validation_alias="TILTYARD_PREFIX",
        description="before every name on Kafka and Cassandra; another one for each installation that shares them",
    )

    @field_validator("prefix")
    @classmethod
    def _fits_every_name(cls, given: str) -> str:
        if not PREFIX.fullmatch(given):
            raise ValueError(
                "TILTYARD_PREFIX is a word of at most 16 small letters and digits that begins with a letter"
            )
        return given

    @property
    def installation(self) -> Installation:
        return Installation(self.prefix)
