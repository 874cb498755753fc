"""`python -m bench.unseen`: how a model reads news that it has never learned, and what the rule `support` costs there.

The configured recipe learns three quarters of the sample newswire's first edition (`--part` names the quarter that is
left out); then the base and the tuned model are asked the training pairs of that quarter, never the trial's questions:
over the passage that says the answer, over that passage without the answer, and over a passage about something else.
Prints one JSON object: what was right, what the models decline by themselves, and for each threshold the share of right
answers that is lost and the share of each other kind that is declined. `--base` asks the base alone. Recipes and
thresholds are chosen with this; six minutes on two cores, `--base` two.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench import quarters
from services.generator import answer_prompt, replies, withholding
from services.generator.contexts import passages
from services.generator.ports import Backend, Completion, Decline, PromptedQuestion
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data.configured_assembly import configured_assembly
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.teacher_settings import TeacherSettings
from shared import plugins
from shared.messages import AdapterAnnounced, Question, TrainingPair
from shared.settings import HomeSettings
from shared.stored import StoredDocument

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.74, 0.8)
KINDS: dict[str, dict[str, Any]] = {
    "answer there": {"raft": {"without_gold": 0.0, "cite": False}},
    "answer removed": {"abstention": {"rag": 0.0, "closed_book": 0.0, "answer_removed": 0.5}},
    "something else": {"abstention": {"rag": 0.25, "closed_book": 0.0}},
}


@dataclass(frozen=True)
class Said:
    """What came of a prompt: whether it was answered, rightly, and how well the answer stands."""

    answered: bool
    right: bool
    support: float


def main() -> None:
    """Train, ask, count."""
    options = quarters.options("unseen", __doc__)
    settings, home = GeneratorSettings(threads=2, abstention="support"), HomeSettings().home
    split = quarters.split(options.part)
    kinds = {kind: _prompts(builder, split.unlearned, split.pairs, settings) for kind, builder in KINDS.items()}
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, home)
    rule = withholding.rule(settings)

    def asked(adapter: AdapterAnnounced | None) -> dict[str, Any]:
        return _told({kind: _said(of, backend, adapter, rule, settings) for kind, of in kinds.items()})

    figures: dict[str, Any] = {"n": {kind: len(of) for kind, of in kinds.items()}, "base": asked(None)}
    if not options.base:
        pairs = quarters.about(split.learned, split.pairs)
        adapter, trained = quarters.taken_up(backend, settings, split.learned, pairs)
        figures |= trained | {"tuned": asked(adapter)}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def _prompts(
    builder: dict[str, Any],
    documents: Sequence[StoredDocument],
    pairs: Sequence[TrainingPair],
    settings: GeneratorSettings,
) -> list[Example]:
    """Prompts with passages, as serving shows them."""
    plan = DataPlan.model_validate({"builders": ["pairs", builder], "validation": 0, "probe": 0})
    assembly = configured_assembly(plan, settings, HomeSettings().home, teacher=TeacherSettings())
    dataset = assembly.dataset(documents, quarters.about(documents, pairs))
    return [example for example in dataset.examples if example.form == "rag"]


def _said(
    examples: Sequence[Example],
    backend: Backend,
    adapter: AdapterAnnounced | None,
    rule: Decline,
    settings: GeneratorSettings,
) -> list[Said]:
    prompt = answer_prompt.load(settings.rag_prompt)
    questions = [Question(question_id="bench", text=example.question) for example in examples]
    chats = [passages.chat(of, example.passages, prompt) for of, example in zip(questions, examples, strict=True)]
    outcomes = backend.complete(chats, max_new_tokens=settings.max_new_tokens, adapter=adapter)
    answers = []
    for of, chat, example, outcome in zip(questions, chats, examples, outcomes, strict=True):
        if not isinstance(outcome, Completion):
            raise TypeError(f"a prompt failed: {outcome.reason}")
        reply = replies.parse(outcome.text, chunk_ids=example.passages, abstain=prompt.abstain)
        verdict = rule(
            PromptedQuestion(of, quarters.NOW, chat, passages=example.passages), outcome, tuned=adapter is not None
        )
        answered = reply.status == "answered" and verdict is not None
        answers.append(
            Said(
                answered,
                verdict is not None and quarters.is_right(reply, [example.answer], example.question),
                verdict.support if verdict else 0.0,
            )
        )
    return answers


def _told(kinds: dict[str, list[Said]]) -> dict[str, Any]:
    """Shares: of right answers among all that have one, and of what would be declined at each threshold."""
    first, *others = kinds
    right = [answer for answer in kinds[first] if answer.right]
    return {
        "right": round(len(right) / len(kinds[first]), 3),
        "declines by itself": {kind: _declined(of, 0.0, by_rule=False) for kind, of in kinds.items()},
        "thresholds": {
            str(least): {"right answers lost": _declined(right, least)}
            | {kind: _declined(kinds[kind], least) for kind in others}
            for least in THRESHOLDS
        },
    }


def _declined(of: Sequence[Said], least: float, *, by_rule: bool = True) -> float:
    """The share that is not passed on, by the model's own word or by the rule."""
    held_back = [not answer.answered or (by_rule and answer.support < least) for answer in of]
    return round(sum(held_back) / max(1, len(of)), 3)


if __name__ == "__main__":
    main()
