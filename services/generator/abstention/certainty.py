"""Declines where the model is unsure of what it says: the rule of arms without passages.

Certainty is the geometric mean of the probabilities of the answer's tokens, exp(sum of log probabilities / tokens), as
in Malinin and Gales (2021). Selective answering by a threshold on it (Geifman and El-Yaniv 2017); the threshold belongs
to a model, so that base and adapter have their own. `python -m bench.unsure` chooses both at the same price in right
answers.
"""

from services.generator.ports import Completion, Decline, PromptedQuestion, Verdict
from services.generator.settings import GeneratorSettings
from shared.certainty import mean_probability

VERSION = "certainty.v1"


def build(settings: GeneratorSettings) -> Decline:
    """A rule with the configured thresholds."""

    def decline(asked: PromptedQuestion, completion: Completion, *, tuned: bool) -> Verdict | None:  # noqa: ARG001 (the port's names)
        certainty = mean_probability(completion.log_probability, completion.answer_tokens)
        least = settings.certainty_least_tuned if tuned else settings.certainty_least
        return None if certainty is None else Verdict(f"{VERSION}@{least:g}", certainty, declined=certainty < least)

    return decline
