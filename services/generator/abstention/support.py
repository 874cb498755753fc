"""Declines where the passages hardly speak of what is asked and the model is unsure of what it says.

Support = the share of the question's content words that the passages hold, plus `support_weight` times the mean log
probability of the answer's tokens. Selective answering by a threshold on a score (Geifman and El-Yaniv 2017); the
threshold belongs to a model, and `python -m bench.abstention` shows what each one costs.
"""

from services.generator import evidence
from services.generator.ports import Asked, Completion, Decline, Verdict
from services.generator.settings import GeneratorSettings

VERSION = "support.v1"


def build(settings: GeneratorSettings) -> Decline:
    """A rule with the configured threshold."""
    named = f"{VERSION}@{settings.support_least:g}"

    def decline(asked: Asked, said: Completion) -> Verdict | None:
        found = support(asked, said, settings.support_weight)
        return None if found is None else Verdict(named, found, declined=found < settings.support_least)

    return decline


def support(asked: Asked, said: Completion, weight: float) -> float | None:
    """How well an answer stands, at most 1; None where the backend does not say how likely the answer was."""
    if said.log_probability is None or not said.answer_tokens:
        return None
    wanted = evidence.stems(asked.question.text)
    held = evidence.stems(" ".join(asked.passages))
    covered = len(wanted & held) / len(wanted) if wanted else 1.0
    return covered + weight * said.log_probability / said.answer_tokens
