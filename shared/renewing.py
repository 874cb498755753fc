"""Passwords that change while a process runs: read again from the folder that TILTYARD_SECRETS_DIR names."""

import os
from pathlib import Path
from typing import TypeVar

from pydantic_settings import BaseSettings, SecretsSettingsSource

from shared.kafka_options import PASSWORD
from shared.settings import SECRETS_DIR, CassandraSettings, KafkaSettings

S = TypeVar("S", bound=BaseSettings)


def seen_from(usual: S, folder: Path) -> S:
    """The settings as they are for whoever owns a folder of secrets; what it does not hold stays as usual."""
    kind = type(usual)
    kept = {name: getattr(usual, name) for name in kind.model_fields}
    return kind(**(kept | SecretsSettingsSource(kind, secrets_dir=folder)()))


def written() -> tuple[tuple[str, int], ...]:
    """Each file of this process's folder with the time at which it was written: where it differs, read again."""
    folder = os.environ.get(SECRETS_DIR)
    try:
        files = sorted(Path(folder).iterdir()) if folder else []
        return tuple((file.name, file.stat().st_mtime_ns) for file in files)
    except OSError:  # files are being exchanged
        return ()


def kafka_password(settings: KafkaSettings) -> str:
    """The one that stands in this process's folder now, where the folder is about the same user of the same brokers."""
    now = _now(settings)
    same = (now.who, now.bootstrap_servers) == (settings.who, settings.bootstrap_servers)
    return (now if same else settings).client_options.get(PASSWORD, "")


def cassandra_password(settings: CassandraSettings) -> str:
    """The one that stands in this process's folder now, where the folder is about the same user of the same nodes."""
    now = _now(settings)
    same = all(getattr(now, of) == getattr(settings, of) for of in ("username", "contact_points", "port"))
    return (now if same else settings).password.get_secret_value()


def _now(settings: S) -> S:
    """As they were, where there is no folder or it cannot be read whole: it may just be written, and is read again."""
    folder = os.environ.get(SECRETS_DIR)
    try:
        return seen_from(settings, Path(folder)) if folder and Path(folder).is_dir() else settings
    except (ValueError, OSError):
        return settings
