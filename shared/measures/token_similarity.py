"""How well answer and reference can be laid on each other, token by token, by the local encoder's token vectors.

Greedy matching as in BERTScore (Zhang et al. 2020): each token meets the nearest of the other text, the mean cosine
is precision over the answer's tokens and recall over the reference's, and F1 is scored. It is not BERTScore: the
model, its layer, and the missing weights and baseline differ, and unrelated texts score well above 0. Of a text the
encoder's number of tokens is read, of the opening that `shared/scoring/bounds.py` leaves.
"""

from functools import lru_cache

import numpy as np

from shared.encoding import TokenEncoder
from shared.messages import Answer, Question
from shared.scoring import vectors
from shared.scoring.bounds import BOUND, opening
from shared.scoring.measure import Measure, Metric, best
from shared.settings import EncoderSettings
from shared.stored import Vector

MEASURE = Measure("token similarity", version="1")
REMEMBERED = 64  # texts, up to 400 KB each: a question's references meet every arm


def build(settings: EncoderSettings) -> Metric:
    """The metric for the encoder of the settings; its name is part of the version.

    Raises ValueError where the encoder gives no vectors of tokens.
    """
    chosen = vectors.for_encoder(settings).encoder
    encoder = chosen if isinstance(chosen, TokenEncoder) else None
    if encoder is None:
        raise ValueError(
            f"token_similarity: encoder {chosen.name} gives no vectors of tokens. Set TILTYARD_ENCODER_VARIANT="
            f"sentence_transformers for the scorer, or leave the metric out of TILTYARD_SCORER_METRICS."
        )

    tokens = lru_cache(maxsize=REMEMBERED)(encoder.encode_tokens)

    def compare(ours: str, theirs: str) -> float:
        return matched(tokens(ours), tokens(theirs))

    def score(question: Question, answer: Answer) -> float | None:
        """F1 with the best reference, in [0, 1]; None without references."""
        return best(*opening(question, answer), compare)

    return Metric(f"{MEASURE.version}:{BOUND}:{encoder.name}", score)


def matched(ours: Vector, theirs: Vector) -> float:
    """F1 of greedy matching of two texts' unit vectors, one row a token, in [0, 1]; negative cosines count as 0."""
    if not len(ours) or not len(theirs):
        return 0.0
    cosines = np.clip(ours @ theirs.T, 0.0, 1.0)
    precision, recall = float(cosines.max(axis=1).mean()), float(cosines.max(axis=0).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
