"""`python -m bench.unsure`: how sure a model must be of what it says from memory, at the same price for each speaker.

The rule `certainty` declines below a probability. The price of a threshold is the share of right answers that it
loses. What an arm must know to pay it differs: an adapter is asked about news that it learned, in wordings that were
held out; the base, which knows no invented news, the general questions of `known.jsonl`. Both are asked about a quarter
of the sample newswire's first edition that nobody learned (`--part` names it): what they say there is made up. None of
this is among the trial's questions. Prints one JSON object: for each price each speaker's threshold, what it declines
of the unlearned news, and how well its certainty tells right answers from made-up ones (AUROC). `--base` asks the base
alone. Six minutes on two cores, `--base` one.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench import quarters
from services.generator import answer_prompt, replies
from services.generator.contexts import closed_book
from services.generator.ports import Backend, Completion
from services.generator.settings import GeneratorSettings
from shared import plugins
from shared.certainty import mean_probability
from shared.messages import AdapterAnnounced, Question, TrainingPair
from shared.settings import HomeSettings

PRICES = (0.05, 0.1, 0.15, 0.2)
WORDINGS = 3
"""A fact with so many wordings or more has one of them held out."""
KNOWN = Path(__file__).with_name("known.jsonl")


@dataclass(frozen=True)
class Asked:
    """A question from memory with what would be right."""

    question: str
    accepted: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What came of it: whether it was answered, whether rightly, and the mean probability of its tokens."""

    answered: bool
    right: bool
    certainty: float


def main() -> None:
    """Train, ask, choose."""
    options = quarters.options("unsure", __doc__)
    settings, home = GeneratorSettings(threads=2, abstention="never"), HomeSettings().home
    split = quarters.split(options.part)
    taught, held_out = apart(quarters.about(split.learned, split.pairs))
    kinds = {
        "general": [_known(line) for line in KNOWN.read_text(encoding="utf-8").splitlines()],
        "learned": [*map(_of_pair, held_out)],
        "unlearned": [*map(_of_pair, quarters.about(split.unlearned, split.pairs))],
    }
    backend: Backend = plugins.load("services.generator.backends", settings.backend)(settings, home)

    def chosen(paid_in: str, adapter: AdapterAnnounced | None) -> dict[str, Any]:
        said = {kind: _said(asked, backend, adapter, settings) for kind, asked in kinds.items()}
        return thresholds(said, paid_in)

    figures: dict[str, Any] = {"n": {kind: len(asked) for kind, asked in kinds.items()}}
    figures["base"] = chosen("general", None)
    if not options.base:
        adapter, trained = quarters.taken_up(backend, settings, split.learned, taught)
        figures |= trained | {"tuned": chosen("learned", adapter)}
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


def apart(pairs: Sequence[TrainingPair]) -> tuple[list[TrainingPair], list[TrainingPair]]:
    """What is taught, and the last wording of each fact that has enough of them, which is not."""
    facts: dict[tuple[str, str], list[TrainingPair]] = {}
    for pair in pairs:
        facts.setdefault((pair.document_id, pair.answer), []).append(pair)
    held_out = [wordings[-1] for wordings in facts.values() if len(wordings) >= WORDINGS]
    return [pair for pair in pairs if pair not in held_out], held_out


def thresholds(said: Mapping[str, Sequence[Said]], paid_in: str) -> dict[str, Any]:
    """For each price the certainty below which that share of the right answers to `paid_in` lies, and what it gives."""
    right = [answer.certainty for answer in said[paid_in] if answer.right]
    made_up = [answer.certainty for answer in said["unlearned"] if answer.answered and not answer.right]
    return {
        "right": {kind: round(float(np.mean([answer.right for answer in of])), 3) for kind, of in said.items()},
        "price paid in": f"{len(right)} right answers, {paid_in}",
        "auroc": auroc(right, made_up),
        "prices": {str(price): _at(float(np.quantile(right, price)), said) for price in PRICES} if right else {},
    }


def auroc(right: Sequence[float], made_up: Sequence[float]) -> float | None:
    """The share of pairs in which the right answer is the surer one, ties counted half; None without pairs."""
    if not right or not made_up:
        return None
    differences = np.subtract.outer(np.array(right), np.array(made_up))
    return round(float((differences > 0).mean() + 0.5 * (differences == 0).mean()), 3)


def _at(least: float, said: Mapping[str, Sequence[Said]]) -> dict[str, Any]:
    """What a threshold does: of each kind the share that is not passed on."""
    return {
        "certainty_least": round(least, 3),
        "declined": {
            kind: round(float(np.mean([not answer.answered or answer.certainty < least for answer in of])), 3)
            for kind, of in said.items()
        },
    }


def _said(
    asked: Sequence[Asked], backend: Backend, adapter: AdapterAnnounced | None, settings: GeneratorSettings
) -> list[Said]:
    prompt = answer_prompt.load(settings.closed_book_prompt)
    chats = [closed_book.chat(Question(question_id="bench", text=about.question), prompt) for about in asked]
    outcomes = backend.complete(chats, max_new_tokens=settings.max_new_tokens, adapter=adapter)
    return [_told(about, outcome, prompt.abstain) for about, outcome in zip(asked, outcomes, strict=True)]


def _told(about: Asked, outcome: Any, abstain: str) -> Said:
    if not isinstance(outcome, Completion) or outcome.log_probability is None:
        raise TypeError(f"a prompt failed, or its answer has no probability: {outcome}")
    reply = replies.parse(outcome.text, chunk_ids=(), abstain=abstain)
    answered = reply.status == "answered"
    right = quarters.is_right(reply, about.accepted, about.question)
    return Said(answered, right, mean_probability(outcome.log_probability, outcome.answer_tokens) or 0.0)


def _known(line: str) -> Asked:
    row = json.loads(line)
    return Asked(row["question"], tuple(row["accepted"]))


def _of_pair(pair: TrainingPair) -> Asked:
    return Asked(pair.question, (pair.answer,))


if __name__ == "__main__":
    main()
