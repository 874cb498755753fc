"""`python -m bench.recipes --wire dev-2`: what a recipe teaches on an invented wire, and what is forgotten for it.

An adapter is trained on the wire's first edition by the configured recipe (TILTYARD_TUNING_RECIPE) and `--seed`. Then
base and adapter are asked: learned facts from memory in wordings that no pair has, learned and new facts over the text
that answers, and the packaged general questions; and how surprising the second edition's new stories are. Answers are
counted by the measure `right`. Prints one JSON line and adds it to `--out`, if that is given. A wire is one of
`tiltyard wire list`; recipes are chosen on dev wires alone. Four to eight minutes each on two cores.
"""

import argparse
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import quarters
from services.console.demo import newswire
from services.console.demo.newswire import Newswire
from services.generator import answer_prompt, evidence, replies
from services.generator.contexts import closed_book, passages
from services.generator.ports import Backend, Chat, Completion
from services.generator.settings import GeneratorSettings
from services.generator.tuning.gates import asking, probes
from services.generator.tuning.gates.asking import Text
from shared import lines, plugins
from shared.lab.wires import named, wire
from shared.messages import AdapterAnnounced, Question, TrainingPair
from shared.settings import HomeSettings

MOST = 40
"""Questions of a kind; the first ones by id."""
TEXTS, WORDS = 12, 80
Ask = Callable[[AdapterAnnounced | None], float]


def main() -> None:
    """Make the wire, train, ask, print."""
    options = _options()
    os.environ["TILTYARD_TUNING_SEED"] = str(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        wire.write(Path(folder), wire.make(named.of_name(options.wire)))
        told = newswire.load(Path(folder))
        pairs = lines.read_all(told.pairs_file, TrainingPair)
    settings, home = GeneratorSettings(threads=2, abstention="never"), HomeSettings().home
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, home)
    asks = _asks(told, backend, settings)
    figures: dict[str, Any] = {"wire": options.wire, "seed": options.seed, "note": options.note}
    if not options.tuned_only:
        figures["base"] = _asked(asks, None)
    began = datetime.now(UTC)
    adapter, trained = quarters.taken_up(backend, settings, [*map(quarters.stored_document, told.edition1)], pairs)
    figures |= trained | {
        "pairs": len(pairs), "steps": adapter.training.steps, "loss": round(adapter.training.final_loss or math.nan, 2),
        "seconds": round((datetime.now(UTC) - began).total_seconds()), "tuned": _asked(asks, adapter),
    }  # fmt: skip
    sys.stdout.write(json.dumps(figures) + "\n")
    if options.out:
        with options.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.recipes", description=__doc__)
    parser.add_argument("--wire", required=True, choices=sorted(named.named()))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--note", default="", help="what was changed, to stand in the line")
    parser.add_argument("--tuned-only", action="store_true", help="do not ask the base again")
    parser.add_argument("--out", type=Path, default=None, help="JSON lines to add to")
    return parser.parse_args()


def _asks(told: Newswire, backend: Backend, settings: GeneratorSettings) -> Mapping[str, Ask]:
    """What is measured, by name, each of the base (None) or of an adapter."""
    texts = {
        document.document_id: document.text or "" for document in (*told.edition1, *told.edition2) if document.text
    }
    by_slice = {name: _first(told.questions, name) for name in ("learned", "new")}
    memory, reading = answer_prompt.load(settings.closed_book_prompt), answer_prompt.load(settings.rag_prompt)
    general = [
        Question(question_id=probe.key, text=probe.question, references=probe.accepted)
        for probe in probes.packaged("general")
    ]
    unknown = [
        Text(document.document_id, document.title or "", " ".join((document.text or "").split()[:WORDS]))
        for document in told.edition2
        if document.text and document.document_id not in {old.document_id for old in told.edition1}
    ][:TEXTS]

    def right(questions: Sequence[Question], chat: Callable[[Question], Chat], abstain: str) -> Ask:
        def ask(adapter: AdapterAnnounced | None) -> float:
            chats = [*map(chat, questions)]
            outcomes = backend.complete(chats, max_new_tokens=settings.max_new_tokens, adapter=adapter)
            return _right(questions, outcomes, abstain)

        return ask

    def from_memory(question: Question) -> Chat:
        return closed_book.chat(question, memory)

    def over_text(question: Question) -> Chat:
        text = texts[question.gold_document_ids[0]]
        return passages.chat(question, [evidence.passage(text, question.text, settings.evidence_words)], reading)

    def perplexity(adapter: AdapterAnnounced | None) -> float:
        speaker = asking.Speaker(backend, adapter, memory, settings.max_new_tokens)
        sums = [*speaker.surprise(unknown).values()]
        return math.exp(sum(nats for nats, _ in sums) / sum(tokens for _, tokens in sums))

    return {
        "memory, learned": right(by_slice["learned"], from_memory, memory.abstain),
        "reading, learned": right(by_slice["learned"], over_text, reading.abstain),
        "reading, new": right(by_slice["new"], over_text, reading.abstain),
        "general": right(general, from_memory, memory.abstain),
        "perplexity": perplexity,
    }


def _first(questions: Sequence[Question], name: str) -> list[Question]:
    return sorted((asked for asked in questions if asked.slice == name), key=lambda asked: asked.question_id)[:MOST]


def _asked(asks: Mapping[str, Ask], adapter: AdapterAnnounced | None) -> dict[str, float]:
    return {name: round(ask(adapter), 3) for name, ask in asks.items()}


def _right(questions: Sequence[Question], outcomes: Sequence[object], abstain: str) -> float:
    """The share of right answers."""
    said = [_is_right(question, outcome, abstain) for question, outcome in zip(questions, outcomes, strict=True)]
    return sum(said) / len(said)


def _is_right(question: Question, outcome: object, abstain: str) -> bool:
    if not isinstance(outcome, Completion):
        raise TypeError(f"a prompt failed: {outcome}")
    reply = replies.parse(outcome.text, chunk_ids=(), abstain=abstain)
    return quarters.is_right(reply, question.references or (), question.text)


if __name__ == "__main__":
    main()
