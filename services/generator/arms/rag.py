"""Asking with evidence at hand: what `base+rag` and `tuned+rag` do."""

from collections.abc import Sequence
from functools import partial

from services.generator import evidence, forming, prompting
from services.generator.ports import Asked, Chat, Style
from services.generator.settings import GeneratorSettings
from shared.messages import EvidenceFound, Question
from shared.records import Record
from shared.topology import EVIDENCE


def build(settings: GeneratorSettings) -> Style:
    """Asking with the best passages that retrieval found, within the evidence budget."""
    prompt = prompting.load(settings.rag_prompt)
    asking = partial(ask, prompt=prompt, chunks=settings.evidence_chunks, words=settings.evidence_words)
    return Style(EVIDENCE, prompt.version, prompt.abstain, asking)


def ask(record: Record[EvidenceFound], *, prompt: prompting.Prompt, chunks: int, words: int) -> Asked:
    """The question under at most `chunks` passages, best first, which share a budget of `words` words."""
    found = record.message
    ranked = sorted(found.items, key=lambda item: item.rank)[:chunks]
    passages = evidence.passages([item.text for item in ranked], found.question.text, words)
    return Asked(
        question=found.question,
        asked_at=found.asked_at,
        chat=chat(found.question, passages, prompt),
        evidence=tuple(ranked[: len(passages)]),
        passages=tuple(passages),
        stale=found.stale,
        retrieval_ms=found.retrieval_ms,
    )


def chat(question: Question, passages: Sequence[str], prompt: prompting.Prompt) -> Chat:
    """Passages numbered from 1, one a line; the numbers are what citations point at."""
    lines = [prompt.passage.substitute(number=number, text=text) for number, text in enumerate(passages, start=1)]
    user = prompt.asking(question.text, question.choices, evidence="\n".join(lines))
    return Chat(prompt.system, user + forming.wishes(question.form))
