"""Which adapter a worker serves: the newest announced one that fits, taken up between two batches."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from shared.messages import AdapterAnnounced, Answer
from shared.records import Effect, Record

WEIGHTS = "adapter_model.safetensors"
Announced = Callable[[], Mapping[str, AdapterAnnounced]]
Handle = Callable[[Sequence[Record[Any]]], Iterator[Effect[Answer]]]
log = structlog.get_logger()


class NewestAdapter:
    """Keeps a backend at the newest adapter, or at the newest of one name; a refused one is logged once."""

    def __init__(self, backend: Backend, announced: Announced, settings: GeneratorSettings) -> None:
        self._backend = backend
        self._announced = announced
        self._name = settings.adapter
        self._wants_any = settings.tuned
        self._refused: set[tuple[str, str]] = set()

    def before(self, handle: Handle) -> Handle:
        """The same handling, with a look for a newer adapter before each batch."""

        def keeping_up(batch: Sequence[Record[Any]]) -> Iterator[Effect[Answer]]:
            self.keep_up()
            return handle(batch)

        return keeping_up

    def keep_up(self) -> None:
        """Look for a newer adapter and take it up; where it is refused, the next newest, down to the one in place."""
        fitting = [adapter for adapter in self._announced().values() if self._wanted(adapter)]
        newest = max(fitting, key=lambda adapter: (adapter.created_at, adapter.name), default=None)
        if newest is None or newest == self._backend.adapter:
            return
        try:
            self._backend.take_up(newest)
            log.info("adapter taken up", adapter=newest.name, cutoff=newest.cutoff.isoformat())
        except (OSError, ValueError) as error:
            self._refused.add(_identity(newest))
            log.warning("adapter refused, the one before it stays", adapter=newest.name, reason=str(error))
            self.keep_up()

    def _wanted(self, adapter: AdapterAnnounced) -> bool:
        right_name = self._name in {"", adapter.name}
        return self._wants_any and right_name and _identity(adapter) not in self._refused


def verify(adapter: AdapterAnnounced, base_sha256: str) -> Path:
    """The adapter's folder, once its weights and its base are what was announced.

    Raises ValueError that names both hashes, OSError where the folder cannot be read.
    """
    folder = Path(adapter.location)
    if adapter.base_sha256 != base_sha256:
        raise ValueError(
            f"adapter {adapter.name} was trained on a base with sha256 {adapter.base_sha256}, this one has "
            f"{base_sha256}"
        )
    if (found := sha256_of(folder / WEIGHTS)) != adapter.weights_sha256:
        raise ValueError(f"adapter {adapter.name} was announced with sha256 {adapter.weights_sha256}, found {found}")
    return folder


def sha256_of(file: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _identity(adapter: AdapterAnnounced) -> tuple[str, str]:
    return adapter.name, adapter.weights_sha256
