"""One model in memory that can speak in several ways: bare, and with an adapter of each track on top."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from services.generator import adapter_config, adapter_loading, cartridge_loading
from services.generator.adapter_config import CONFIG
from services.generator.hashing import sha256_of
from services.generator.ports import NotOfferedError
from shared.records import bounded


class Speakers:
    """A transformers network, wrapped by PEFT from its first adapter on.

    `merges`: the adapter is added to the weights and costs nothing per token, which is for fp32 and for a worker
    with one speaker. Otherwise adapters stay beside them: quantised weights would lose by it, and one base in
    memory is enough for all. What was added cannot be taken out again to the last bit, so a merging worker puts each
    further adapter on a network that `load` makes anew; the one that serves stays as it is until that has succeeded.
    Weights hold one strength: from the first call with another one on, a merging worker keeps adapters beside them.

    A cartridge changes no weight: it stands before the prompts of whoever speaks with it, and LoRA is off meanwhile.
    """

    def __init__(self, load: Callable[[], Any], *, merges: bool) -> None:
        self.network = load()
        self._anew, self._merges = load, merges
        self._keys: dict[str, str] = {}  # track -> the adapter's name in PEFT
        self._loaded: set[str] = set()  # of LoRA, all in one network
        self._active = ""
        self._cartridges: dict[str, Any] = {}
        self._before: Any = None  # the cartridge of who speaks
        self._strengths: dict[str, float] = {}  # the adapter's name in PEFT -> the strength that it is set to, if not 1

    def take(self, folder: Path, weights_sha256: str, track: str) -> None:
        """Put a folder's adapter in the place of its track's one before. Raises ValueError where it does not fit."""
        key, old = _key(track, weights_sha256, sha256_of(folder / CONFIG)), self._keys.get(track, "")
        try:
            if adapter_config.kind(folder) == "cartridge":
                self._hold(folder, key)
            elif self._merges and self._active:
                self._replace(folder, key)
            else:
                self._load(folder, key)
        except (OSError, ValueError):
            raise
        except Exception as error:  # whatever a library raises over a stranger's files, they are at fault
            raise ValueError(f"it does not fit: {bounded(f'{type(error).__name__}: {error}')}") from error
        self._keys[track] = key
        if old and old != key:
            self._forget(old)

    @contextmanager
    def speaking(self, track: str | None, strength: float = 1.0) -> Iterator[None]:
        """While this is open the model speaks with a track's adapter, or without; merged weights are taken out then.

        `strength`: how much of the adapter is added to the base, from above 0 to 1, all of it. Raises NotOfferedError
        for a cartridge at less.
        """
        key = "" if track is None else self._keys[track]
        if key in self._loaded:
            if self._active != key:
                self._activate(key)
            self._set_strength(strength)
            yield
            return
        if strength != 1 and key in self._cartridges:
            raise NotOfferedError(
                f"a cartridge has no strength {strength:g}: it is added to no weight; leave strength out"
            )
        self._before = self._cartridges.get(key)
        try:
            with self.network.disable_adapter() if self._active else nullcontext():
                yield
        finally:
            self._before = None

    def beginning(self, rows: int) -> Any:
        """The cache that so many prompts of who speaks begin with; None without a cartridge."""
        return cartridge_loading.beginning(self._before, rows)

    def taken_tokens(self, track: str | None) -> int:
        """How many places of the context are taken before a prompt of this track."""
        held = self._cartridges.get(self._keys[track]) if track is not None else None
        return cartridge_loading.tokens_of(held)

    def _load(self, folder: Path, key: str) -> None:
        """Load first, then switch. What fails half-way leaves no adapter, and not the half of one in the base."""
        before, fresh = self._active, key not in self._loaded
        try:
            if fresh:
                self.network = adapter_loading.add(self.network, folder, key)
                self._loaded.add(key)
            self._activate(key)
            adapter_loading.require_effect(self.network)
        except BaseException:
            if fresh and key in self._loaded:
                self._take_back(key, before)
            raise
        finally:
            if self._merges and self._active:
                self.network.merge_adapter()

    def _hold(self, folder: Path, key: str) -> None:
        """Put a cartridge before a base that holds no merged weights; nothing changes where it does not fit."""
        merged = self._merges and bool(self._active)
        network = self._anew() if merged else self.network
        held = cartridge_loading.add(network, folder)
        with network.disable_adapter() if self._active and not merged else nullcontext():
            cartridge_loading.require_effect(network, held)
        if merged:
            self.network, self._loaded, self._active = network, set(), ""
        self._cartridges[key] = held

    def _forget(self, key: str) -> None:
        """Let go of an adapter in whose place another stands; the last of LoRA leaves the network as it was made."""
        self._cartridges.pop(key, None)
        self._strengths.pop(key, None)
        if key not in self._loaded:
            return
        self._loaded.discard(key)
        if self._loaded:
            if self._active == key:
                self._activate(min(self._loaded))
            self.network.delete_adapter(key)
        else:
            self.network, self._active = self.network.unload(), ""

    def _replace(self, folder: Path, key: str) -> None:
        """Put an adapter on a base that holds no trace of the one before."""
        network = adapter_loading.add(self._anew(), folder, key)
        adapter_loading.require_effect(network)
        network.merge_adapter()
        self.network, self._loaded, self._active = network, {key}, key

    def _set_strength(self, strength: float) -> None:
        """Let the active adapter speak at a strength. PEFT's scaling is set anew each time, so that nothing adds up."""
        if strength != 1 and self._merges:
            self._keep_beside()
        if strength != self._strengths.get(self._active, 1.0):
            adapter_loading.scale(self.network, self._active, strength)
            self._strengths[self._active] = strength

    def _keep_beside(self) -> None:
        """Merge no more, from now on: the adapter stays beside weights that hold no trace of it."""
        self.network = adapter_loading.again(self._anew(), self.network, self._active)
        self._merges = False

    def _take_back(self, key: str, before: str) -> None:
        """As it was before the adapter was added."""
        self._loaded.discard(key)
        if before:
            self._activate(before)
            self.network.delete_adapter(key)
        else:
            self.network, self._active = self.network.unload(), ""

    def _activate(self, key: str) -> None:
        self.network.set_adapter(key)
        self._active = key


def _key(track: str, *hashes: str) -> str:
    """PEFT takes no dots in a name; the same weights may stand in two tracks, or act by two configurations."""
    return f"a{hashlib.sha256('/'.join((track, *hashes)).encode()).hexdigest()[:16]}"
