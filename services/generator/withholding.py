"""Where an arm keeps its answer to itself: by the configured rule in `abstention/`.

An arm with passages is held to one rule and an arm without to another, since what tells them differs: how well the
passages bear the answer, or how sure the model is of it.
"""

from dataclasses import dataclass

from services.generator.ports import Completion, Decline, Outcome, PromptedQuestion, Verdict
from services.generator.replies import Reply
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.contests.options import WEIGHS_PASSAGES

FOLDER = "services.generator.abstention"


@dataclass(frozen=True)
class Kept:
    """A reply after the rule; `withheld` is what the model said where the rule declined to pass it on."""

    reply: Reply
    verdict: Verdict | None = None
    withheld: str = ""


def rule(settings: GeneratorSettings, *, reads: bool = True) -> Decline:
    """The rule of an arm with passages, or of one without. `auto` declines with the embedded model alone.

    That model's thresholds were measured. Raises ValueError where there is no such rule, or no passages to weigh by it.
    """
    embedded = settings.backend == "transformers" and not settings.model
    name, usual = (settings.abstention, "support") if reads else (settings.closed_book_abstention, "certainty")
    if name == "auto":
        name = usual if embedded else "never"
    if name in WEIGHS_PASSAGES and not reads:
        raise ValueError(f"the rule {name!r} weighs passages, and this arm has none: choose certainty or never")
    built: Decline = plugins.load(FOLDER, name)(settings)
    return built


def kept(
    asked: PromptedQuestion, outcome: Outcome, reply: Reply, *, abstain: str, tuned: bool, decline: Decline
) -> Kept:
    """The reply, or an abstention in its place, in the question's own words for it or else in `abstain`.

    A summary, JSON and a choice are never declined.
    """
    free = asked.question.kind != "summarisation" and asked.question.asked_schema is None
    if not (isinstance(outcome, Completion) and reply.status == "answered"):
        return Kept(reply)
    verdict = decline(asked, outcome, tuned=tuned) if free and not outcome.choices else None
    if verdict is None or not verdict.declined:
        return Kept(reply, verdict)
    return Kept(Reply("abstained", text=asked.abstain or abstain), verdict, withheld=reply.text)
