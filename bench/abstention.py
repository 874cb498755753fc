"""`python -m bench.abstention`: what each threshold of the rule `support` costs and what it declines.

Over the training pairs of the sample newswire's first edition, never over its test questions: the base model answers
from the passage that says the answer, from that passage without it, and from a passage about something else. Prints
one JSON object: for each threshold the share of right answers that is lost, and the share of each other kind that is
declined. About four minutes on two cores.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.console.demo import newswire
from services.generator import prompting, replies
from services.generator.abstention.support import support
from services.generator.arms import rag
from services.generator.ports import Asked, Backend, Completion
from services.generator.settings import GeneratorSettings
from services.generator.tuning.data import workshop
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.wordings import holds
from shared import plugins
from shared.messages import DocumentPublished, Question, Revision, TrainingPair
from shared.settings import HomeSettings
from shared.stored import StoredDocument

THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
NOW = datetime(2025, 3, 24, tzinfo=UTC)


def main() -> None:
    """Answer, weigh, count."""
    parser = argparse.ArgumentParser(prog="python -m bench.abstention", description="Weigh the rule `support`.")
    parser.add_argument("--each", type=int, default=80, help="prompts of each kind")
    settings, each = GeneratorSettings(threads=2), parser.parse_args().each
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, HomeSettings().home)
    kinds = {
        "answer there": {"raft": {"without_gold": 0.0, "cite": False, "at_most": each}},
        "answer removed": {"abstention": {"rag": 0.0, "closed_book": 0.0, "answer_removed": 1.0, "at_most": each}},
        "something else": {"abstention": {"rag": 1.0, "closed_book": 0.0, "at_most": each}},
    }
    found = {kind: _weighed(_examples(builder, settings), backend, settings) for kind, builder in kinds.items()}
    right = [weight for weight, good in found["answer there"] if good]
    told: dict[str, Any] = {"n": {kind: len(all_) for kind, all_ in found.items()}, "right": len(right)}
    told["thresholds"] = {
        least: {"right answers lost": _below(right, least)}
        | {kind: _below([weight for weight, _ in found[kind]], least) for kind in list(kinds)[1:]}
        for least in THRESHOLDS
    }
    sys.stdout.write(json.dumps(told, indent=2) + "\n")


def _examples(builder: dict[str, Any], settings: GeneratorSettings) -> list[Example]:
    """Prompts with passages, as serving shows them."""
    wire = newswire.load(newswire.SAMPLE)
    pairs = [TrainingPair.model_validate_json(line) for line in wire.pairs_file.read_text("utf-8").splitlines()]
    plan = DataPlan.model_validate({"builders": ["pairs", builder], "validation": 0, "probe": 0})
    made = workshop.open_workshop(plan, settings, HomeSettings().home).dataset([*map(_stored, wire.edition1)], pairs)
    return [example for example in made.examples if example.form == "rag"]


def _weighed(examples: Sequence[Example], backend: Backend, settings: GeneratorSettings) -> list[tuple[float, bool]]:
    """The support of each reply that is an answer, and whether it says what is right."""
    prompt = prompting.load(settings.rag_prompt)
    questions = [Question(question_id="bench", text=example.question) for example in examples]
    chats = [rag.chat(of, example.passages, prompt) for of, example in zip(questions, examples, strict=True)]
    found = []
    for of, chat, example, said in zip(
        questions, chats, examples, backend.complete(chats, max_new_tokens=settings.max_new_tokens), strict=True
    ):
        if isinstance(said, Completion):
            reply = replies.parse(said.text, chunk_ids=example.passages, abstain=prompt.abstain)
            weight = support(Asked(of, NOW, chat, passages=example.passages), said, settings.support_weight)
            if reply.status == "answered" and weight is not None:
                found.append((weight, holds(reply.text, example.answer)))
    return found


def _below(weights: Sequence[float], least: float) -> float:
    return round(sum(weight < least for weight in weights) / max(1, len(weights)), 3)


def _stored(document: DocumentPublished) -> StoredDocument:
    seen = document.published_at or NOW
    revision = Revision(
        document_id=document.document_id, revision=1, title=document.title or "", source=document.source or "",
        published_at=seen, first_seen_at=seen, content_hash="", appended_at=seen, ingested_at=seen,
    )  # fmt: skip
    return StoredDocument(revision, document.text or "")


if __name__ == "__main__":
    main()
