"""Groundedness by meaning: the share of the answer's sentences that are near a sentence of the evidence.

Our own definition, after the sentence similarities of SummaC (Laban et al. 2022), whose judgements a model of
entailment makes; here the encoder's cosine and a threshold do, made for all-MiniLM-L6-v2: put together from questions
and answers of SQuAD, 89 % of sentences were grounded in their own paragraph and 6 % in its neighbour (n = 240).
Nearness is not support: "moved to the harbour" and "moved from the harbour" are near. The sentences and the evidence
that are read are those of `shared/scoring/statements.py`.
"""

import numpy as np

from shared.messages import Answer, Question
from shared.scoring import statements, vectors
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("grounded by meaning", version="1", evidence="texts")
THRESHOLD = 0.55
MOST_SENTENCES = 60
"""Of the evidence; each costs the encoder a few milliseconds where it is new."""


def build(settings: EncoderSettings) -> Metric:
    """The metric for the encoder of the settings; its name is part of the version, and the threshold made for it."""
    known = vectors.for_encoder(settings)

    def score(_: Question, answer: Answer) -> float | None:
        """Share of the answer's sentences with a cosine of THRESHOLD to one of the evidence, in [0, 1].

        None without evidence, and where no answer was given or it has no sentence.
        """
        stated = statements.statements(answer)
        passages = statements.evidence(answer)
        there = [sentence for passage in passages for sentence in statements.sentences(passage)][:MOST_SENTENCES]
        if not stated or not there:
            return None
        rows = known.of([*stated, *there])
        nearest = np.max(rows[: len(stated)] @ rows[len(stated) :].T, axis=1)
        return statements.share_supported([bool(near >= THRESHOLD) for near in nearest])

    read = f"{statements.READ}:first-{MOST_SENTENCES}-sentences"
    return Metric(f"{MEASURE.version}:{THRESHOLD}:{read}:{known.encoder.name}", score)
