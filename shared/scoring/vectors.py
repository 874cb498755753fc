"""Texts' vectors for the measures that compare meanings: one encoder a process, and no text encoded twice in a row."""

from collections.abc import Sequence

import numpy as np

from shared import encoding
from shared.settings import EncoderSettings
from shared.stored import Vector

REMEMBERED = 4_096
_SHARED: dict[str, "Vectors"] = {}


class Vectors:
    """Texts' unit vectors, encoded together where they are new; forgets the oldest beyond `REMEMBERED`."""

    def __init__(self, settings: EncoderSettings) -> None:
        self.encoder = encoding.build(settings)
        self._known: dict[str, Vector] = {}

    def of(self, texts: Sequence[str]) -> Vector:
        """One row per text."""
        if new := [text for text in dict.fromkeys(texts) if text not in self._known]:
            self._known.update(zip(new, self.encoder.encode(new), strict=True))
        rows = np.stack([self._known[text] for text in texts])
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return rows

    def cosine(self, text: str, other: str) -> float:
        """Cosine of two texts in [0, 1]; a negative one says no more than "unrelated" and counts as 0."""
        left, right = self.of([text, other])
        return float(np.clip(left @ right, 0.0, 1.0))


def for_encoder(settings: EncoderSettings) -> Vectors:
    """The vectors of these settings' encoder; measures that ask for the same share its model and what it has read."""
    key = settings.model_dump_json()
    if key not in _SHARED:
        _SHARED[key] = Vectors(settings)
    return _SHARED[key]
