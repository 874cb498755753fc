"""Which adapters a worker serves: those that speak by the registry, one a track, taken up between two batches."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from services.generator import adapter_config, adapter_files
from services.generator.adapter_addresses import Admission
from services.generator.adapter_files import WEIGHTS
from services.generator.hashing import sha256_of
from services.generator.ports import Backend
from services.generator.settings import GeneratorSettings
from shared.adapters import registry
from shared.messages import AdapterAnnounced, Answer
from shared.records import Effect, Record, bounded
from shared.telemetry import metrics

__all__ = ["WEIGHTS", "NewestAdapters", "Speaking", "sha256_of", "verify"]
ANY_FOLDER_HERE = Admission()
RETRY_S, MOST_TRIES = 60.0, 3
Announced = Callable[[], Mapping[str, AdapterAnnounced]]
Handle = Callable[[Sequence[Record[Any]]], Iterator[Effect[Answer]]]
log = structlog.get_logger()


class Speaking:
    """The backend as the handler sees it: without the adapters of tracks in which the registry lets none speak.

    The weights of an adapter that was taken away stay in memory until another is taken up, and nobody reaches them.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.name, self.model = backend.name, backend.model
        self.complete, self.score, self.take_up = backend.complete, backend.score, backend.take_up
        self.silenced: set[str] = set()

    @property
    def adapters(self) -> Mapping[str, AdapterAnnounced]:
        return {track: adapter for track, adapter in self._backend.adapters.items() if track not in self.silenced}


class NewestAdapters:
    """Keeps a backend, in each of its tracks, at the adapter that speaks, or at one that the settings name.

    One that is refused is logged, and the one that stands by is taken up. A refused one is tried again when it is
    announced anew, one that could not be reached after a minute. Where none may speak, `speaking` has no adapter.
    """

    def __init__(
        self,
        backend: Backend,
        announced: Announced,
        settings: GeneratorSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speaking = Speaking(backend)
        self._backend = backend
        self._announced = announced
        self._name, self._tracks = settings.adapter, settings.tracks
        self._worker = f"generator-{settings.worker}"
        self._clock = clock
        self._refused: dict[tuple[object, ...], float] = {}

    def before(self, handle: Handle) -> Handle:
        """The same handling, with a look for other adapters before each batch."""

        def keeping_up(batch: Sequence[Record[Any]]) -> Iterator[Effect[Answer]]:
            self.keep_up()
            return handle(batch)

        return keeping_up

    def keep_up(self) -> None:
        """Take up, in each track, the first adapter in turn that is not refused; without any, its arms fail."""
        announced = self._announced() if self._tracks else {}
        for track in self._tracks:
            self._keep_up(track, registry.of_track(announced, track))

    def _keep_up(self, track: str, announced: Mapping[str, AdapterAnnounced]) -> None:
        if self._one_fits(self._in_turn(announced)):
            self.speaking.silenced.discard(track)
        elif track not in self.speaking.silenced:
            if before := self._backend.adapters.get(track):
                log.warning("no adapter serves any more, arms that need one fail", track=track, adapter=before.name)
            self.speaking.silenced.add(track)
        speaks = self.speaking.adapters.get(track)
        metrics.ADAPTER.now(self._worker, track, speaks.name if speaks else "")

    def _one_fits(self, turn: Sequence[AdapterAnnounced]) -> bool:
        """Whether one is in place or can be taken up now; a crowd of new ones is tried over several batches."""
        tries = MOST_TRIES
        for adapter in turn:
            if self._in_place(adapter):
                return True
            if tries and not self._is_refused(adapter):
                tries -= 1
                if self._taken_up(adapter):
                    return True
        return False

    def _in_turn(self, announced: Mapping[str, AdapterAnnounced]) -> list[AdapterAnnounced]:
        if not self._name:
            return registry.in_turn(announced)
        named = announced.get(self._name)
        return [named] if named and named.state != "retired" else []

    def _in_place(self, adapter: AdapterAnnounced) -> bool:
        """Whether these weights under this name speak already; a changed reason is no other adapter."""
        there = self._backend.adapters.get(adapter.track)
        return there is not None and there.ref == adapter.ref

    def _is_refused(self, adapter: AdapterAnnounced) -> bool:
        return self._clock() < self._refused.get(_identity(adapter), float("-inf"))

    def _taken_up(self, adapter: AdapterAnnounced) -> bool:
        started = time.perf_counter()
        try:
            self._backend.take_up(adapter)
        except Exception as error:  # whatever reading or loading it raises, the adapter is at fault and not the worker
            again_s = RETRY_S if isinstance(error, OSError) else float("inf")
            self._refused[_identity(adapter)] = self._clock() + again_s
            log.warning("adapter refused", adapter=adapter.name, reason=_reason(error), again_in_s=again_s)
            return False
        seconds = round(time.perf_counter() - started, 3)
        log.info("adapter taken up", adapter=adapter.name, cutoff=adapter.cutoff.isoformat(), seconds=seconds)
        return True


def verify(adapter: AdapterAnnounced, base_sha256: str, home: Path, admission: Admission = ANY_FOLDER_HERE) -> Path:
    """The adapter's folder on this machine, once base, weights, configuration and form are what was announced.

    What lies elsewhere is first copied to `adapters/fetched` in `home`. Raises ValueError that names both
    hashes, or what else is wrong; OSError where the folder cannot be read.
    """
    if adapter.base_sha256 != base_sha256:
        raise ValueError(
            f"adapter {adapter.name} was trained on a base with sha256 {adapter.base_sha256}, this one has "
            f"{base_sha256}"
        )
    folder = adapter_files.fetch(
        adapter.location,
        adapter.weights_sha256,
        home / "adapters" / "fetched",
        config_sha256=adapter.config_sha256,
        admission=admission,
    )
    whose = f"adapter {adapter.name}"
    adapter_files.require_weights(folder, adapter.weights_sha256, whose, admission.most_bytes)
    adapter_files.require_config(folder, adapter.config_sha256, whose)
    adapter_files.check(folder, admission.most_bytes)
    if (kind := adapter_config.kind(folder)) != adapter.kind:
        raise ValueError(f"{whose} was announced as {adapter.kind}, its configuration is that of a {kind}")
    return folder


def _identity(adapter: AdapterAnnounced) -> tuple[object, ...]:
    """What makes a refused one worth another try where it differs."""
    return adapter.ref, adapter.location, adapter.since


def _reason(error: Exception) -> str:
    """In one line; an error that speaks of no adapter is named by its type as well."""
    return bounded(str(error) if isinstance(error, OSError | ValueError) else f"{type(error).__name__}: {error}", 1_000)
