"""Where an arm that looks things up keeps its answer to itself: by the configured rule in `abstention/`."""

from dataclasses import dataclass

from services.generator.ports import Completion, Decline, Outcome, PromptedQuestion, Style, Verdict
from services.generator.replies import Reply
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.topology import EVIDENCE

FOLDER = "services.generator.abstention"


@dataclass(frozen=True)
class Kept:
    """A reply after the rule; `withheld` is what the model said where the rule declined to pass it on."""

    reply: Reply
    verdict: Verdict | None = None
    withheld: str = ""


def rule(settings: GeneratorSettings) -> Decline:
    """The rule of an arm with passages; `auto` declines with the embedded model alone, whose threshold was measured.

    Raises ValueError where there is no such rule.
    """
    embedded = settings.backend == "transformers" and not settings.model
    name = ("support" if embedded else "never") if settings.abstention == "auto" else settings.abstention
    built: Decline = plugins.load(FOLDER, name)(settings)
    return built


def kept(
    asked: PromptedQuestion, outcome: Outcome, reply: Reply, *, style: Style, tuned: bool, decline: Decline
) -> Kept:
    """The reply, or an abstention in its place. A summary, JSON and a choice are never declined."""
    free = asked.question.kind != "summarisation" and asked.question.asked_schema is None
    if not (isinstance(outcome, Completion) and reply.status == "answered" and style.topic is EVIDENCE):
        return Kept(reply)
    verdict = decline(asked, outcome, tuned=tuned) if free and not outcome.choices else None
    if verdict is None or not verdict.declined:
        return Kept(reply, verdict)
    return Kept(Reply("abstained", text=asked.abstain or style.abstain), verdict, withheld=reply.text)
