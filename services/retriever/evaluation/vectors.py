"""Vectors kept on disk by the hash of their text, so that what was encoded once is not encoded again.

One folder for each encoder and its settings; in it parts of some hundred vectors, each written whole and then named,
so that several evaluations may run beside each other and one that is killed leaves nothing half written.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import numpy as np

from shared import encoding
from shared.encoding import Encoder
from shared.settings import EncoderSettings
from shared.stored import Vector

AT_ONCE = 256
Told = Callable[[int, int], None]


class KeptVectors:
    """Encodes as the configured encoder does; loads that only where a text is new."""

    def __init__(self, settings: EncoderSettings, folder: Path) -> None:
        self.name = encoding.name_of(settings)
        self._settings = settings
        described = f"{settings.variant}\n{settings.model}\n{settings.dimensions}"
        self._folder = folder / f"{self.name}-{sha256(described.encode()).hexdigest()[:12]}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, Vector] = {}
        for part in sorted(self._folder.glob("*.npz")):
            self._remember(part)

    @cached_property
    def _encoder(self) -> Encoder:
        return encoding.build(self._settings)

    def encode(self, texts: Sequence[str], told: Told = lambda _, __: None) -> Vector:
        """Unit vectors, float32, shape (len(texts), dimensions); `told` hears how many of the new ones are done."""
        keys = [sha256(text.encode()).hexdigest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        missing = list(new)
        for start in range(0, len(missing), AT_ONCE):
            self._add(missing[start : start + AT_ONCE], new)
            told(min(start + AT_ONCE, len(missing)), len(missing))
        if not keys:
            return np.zeros((0, self._settings.dimensions), dtype=np.float32)
        return np.stack([self._known[key] for key in keys])

    def _add(self, keys: Sequence[str], texts: dict[str, str]) -> None:
        vectors = self._encoder.encode([texts[key] for key in keys])
        unfinished = self._folder / f"{uuid4().hex}.part"
        with unfinished.open("wb") as file:
            np.savez(file, keys=np.array(keys), vectors=vectors)
        unfinished.rename(unfinished.with_suffix(".npz"))
        self._known.update(zip(keys, vectors, strict=True))

    def _remember(self, part: Path) -> None:
        with np.load(part, allow_pickle=False) as held:
            self._known.update(zip(held["keys"].tolist(), held["vectors"], strict=True))
