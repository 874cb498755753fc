"""Declines where the passages hardly speak of what is asked and the model is unsure of what it says.

Support = how well the passages cover the question's content words, plus `support_weight` times the mean log
probability of the answer's tokens. A word is covered as well as the nearest word of the passages is near to it by the
encoder's cosine (the greedy matching of BERTScore's recall, Zhang et al. 2020, with each word by itself): another
wording costs little. Selective answering by a threshold on a score (Geifman and El-Yaniv 2017); the threshold belongs
to a model and an encoder, so that a tuned model, which is surer of all it says, has its own. `python -m bench.unseen`
shows what each one costs.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from services.generator import evidence
from services.generator.ports import Completion, Decline, PromptedQuestion, Verdict
from services.generator.settings import GeneratorSettings
from shared import encoding
from shared.settings import EncoderSettings
from shared.stored import Vector

VERSION = "support.v2"
REMEMBERED = 20_000  # words
Encode = Callable[[Sequence[str]], Vector]


def build(settings: GeneratorSettings) -> Decline:
    """A rule with the configured threshold and encoder. Raises what the encoder raises where it cannot be loaded."""
    return rule(settings, _loaded(EncoderSettings().model_copy(update={"threads": settings.threads})).encode)


@cache
def _loaded(settings: EncoderSettings) -> encoding.Encoder:
    """One for all arms of a worker, whatever their thresholds."""
    return encoding.build(settings)


def rule(settings: GeneratorSettings, encode: Encode) -> Decline:
    """A rule over any encoder of words: texts to unit vectors, float32, shape (texts, dimensions)."""
    words = Words(encode)

    def decline(asked: PromptedQuestion, completion: Completion, *, tuned: bool) -> Verdict | None:
        score = support(asked, completion, settings.support_weight, words)
        least = settings.support_least_tuned if tuned else settings.support_least
        return None if score is None else Verdict(f"{VERSION}@{least:g}", score, declined=score < least)

    return decline


class Words:
    """Vectors of single words; news repeats its words, so that most have been seen before."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: dict[str, Vector] = {}

    def covered(self, wanted: Sequence[str], held: Sequence[str]) -> float:
        """The mean cosine of a wanted word to the nearest held one; 1 where none is wanted, 0 where none is held."""
        if not wanted or not held:
            return float(not wanted)
        return float((self._vectors(wanted) @ self._vectors(held).T).max(axis=1).mean())

    def _vectors(self, words: Sequence[str]) -> Vector:
        if len(self._known) > REMEMBERED:
            self._known.clear()
        if unknown := [word for word in dict.fromkeys(words) if word not in self._known]:
            self._known.update(zip(unknown, self._encode(unknown), strict=True))
        return np.stack([self._known[word] for word in words])


def support(asked: PromptedQuestion, completion: Completion, weight: float, words: Words) -> float | None:
    """How well an answer stands, at most 1; None where the backend does not say how likely the answer was."""
    if completion.log_probability is None or not completion.answer_tokens:
        return None
    wanted = evidence.content_words(asked.question.text)
    held = evidence.content_words(" ".join(asked.passages))
    return words.covered(wanted, held) + weight * completion.log_probability / completion.answer_tokens
