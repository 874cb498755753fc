"""Passes on whatever the model says."""

from services.generator.ports import Completion, Decline, PromptedQuestion, Verdict
from services.generator.settings import GeneratorSettings


def build(_: GeneratorSettings) -> Decline:
    """A rule that declines nothing."""
    return pass_on


def pass_on(asked: PromptedQuestion, completion: Completion, *, tuned: bool) -> Verdict | None:  # noqa: ARG001 (the port's names)
    """No verdict on any answer."""
    return None
