"""How near the answer's meaning is to a reference: cosine of the encoder's vectors (Reimers and Gurevych 2019).

A negative cosine says no more than "unrelated" and counts as 0. Nearness is not truth: "in May" is near "in June".
"""

from collections.abc import Sequence

import numpy as np

from services.scorer.metric import Metric, best
from shared import encoding
from shared.messages import Answer, Question
from shared.settings import EncoderSettings
from shared.stored import Vector

VERSION = "1"
REMEMBERED = 4096


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


def build(settings: EncoderSettings) -> Metric:
    """The metric for the encoder of the settings; its name is part of the version."""
    vectors = Vectors(settings)

    def compare(ours: str, theirs: str) -> float:
        left, right = vectors.of([ours, theirs])
        return float(np.clip(left @ right, 0.0, 1.0)) if ours.strip() else 0.0

    def score(question: Question, answer: Answer) -> float | None:
        """Cosine with the nearest reference, in [0, 1]; None without references."""
        if question.references and answer.status == "answered":
            vectors.of([answer.text, *question.references])
        return best(question, answer, compare)

    return Metric(f"{VERSION}:{vectors.encoder.name}", score)
