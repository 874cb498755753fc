"""Asking with the passages at hand that a recipe found."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from services.generator import answer_prompt, evidence, form_wording, kinds
from services.generator.kinds import Manner, Manners
from services.generator.newest_news import NewestNews
from services.generator.ports import Chat, PromptedQuestion, Style
from services.generator.settings import GeneratorSettings
from shared.messages import EvidenceFound, EvidenceItem, Question, Turn
from shared.records import Record
from shared.topology import EVIDENCE

Pick = tuple[EvidenceItem, str]


@dataclass(frozen=True)
class Dates:
    """For prompts that show them, as ISO 8601 days: when each passage was published, and the day of the question."""

    published: tuple[str, ...]
    today: str


def build(settings: GeneratorSettings, _: NewestNews | None = None) -> Style:
    """Asking with the best passages that retrieval found, within the evidence budget of each kind of question."""
    manners = kinds.rag(settings)
    usual = manners.by_kind["question_answering"].prompt
    return Style(EVIDENCE, usual.version, usual.abstain, partial(ask, manners=manners))


def ask(record: Record[EvidenceFound], *, manners: Manners) -> PromptedQuestion:
    """The question under its passages, which share the kind's budget of words."""
    retrieved, manner = record.message, manners.of(record.message.question)
    return prompted(retrieved, chosen(retrieved, manner), manner, manners.history(retrieved.question))


def prompted(
    retrieved: EvidenceFound, picks: list[Pick], manner: Manner, history: Sequence[Turn] = ()
) -> PromptedQuestion:
    """The question under these passages, in the order that is wished for."""
    picks = ordered(picks, retrieved.question)
    passages = tuple(text for _, text in picks)
    return PromptedQuestion(
        question=retrieved.question,
        asked_at=retrieved.asked_at,
        chat=chat(retrieved.question, passages, manner.prompt, history, dates=_dates(retrieved, picks)),
        evidence=tuple(item for item, _ in picks),
        passages=passages,
        stale=retrieved.stale,
        retrieval_ms=retrieved.retrieval_ms,
        prompt_version=manner.prompt.version,
        abstain=manner.prompt.abstain,
        longest=manner.longest,
    )


def _dates(retrieved: EvidenceFound, picks: Sequence[Pick]) -> Dates:
    """A question about the past is asked on its own day."""
    today = retrieved.question.as_of or retrieved.asked_at
    return Dates(tuple(_day(item.published_at) for item, _ in picks), _day(today))


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def chosen(retrieved: EvidenceFound, manner: Manner) -> list[Pick]:
    """The best items with their passages, best first; where another number is wished for, the words grow with it."""
    wished = retrieved.question.presentation.passages
    count = manner.chunks if wished is None else wished
    words = manner.words if wished is None else manner.words * wished // max(1, manner.chunks)
    ranked = sorted(retrieved.items, key=lambda item: item.rank)[:count]
    texts = evidence.passages([item.text for item in ranked], retrieved.searched_for or retrieved.question.text, words)
    return list(zip(ranked, texts, strict=False))


def ordered(picks: list[Pick], question: Question) -> list[Pick]:
    """In the order that was wished for; the same question is shuffled the same way each time."""
    if question.presentation.order == "best_last":
        return picks[::-1]
    if question.presentation.order == "shuffled":
        return random.Random(question.text).sample(picks, len(picks))  # noqa: S311  (an order, not a secret)
    return picks


def chat(
    question: Question,
    passages: Sequence[str],
    prompt: answer_prompt.Prompt,
    history: Sequence[Turn] = (),
    *,
    dates: Dates | None = None,
) -> Chat:
    """Passages numbered from 1, one a line; the numbers are what citations point at.

    ValueError: the prompt shows dates, and none are given.
    """
    if dates is None and prompt.shows_dates:
        raise ValueError(f"prompt {prompt.version} shows dates, which examples of training do not have: name another")
    published = ("",) * len(passages) if dates is None else dates.published
    lines = [
        prompt.passage.substitute(number=number, text=text, published=day)
        for number, (text, day) in enumerate(zip(passages, published, strict=True), start=1)
    ]
    today = "" if dates is None else dates.today
    user = prompt.asking(question.text, question.choices, evidence="\n".join(lines), history=history, today=today)
    return Chat(prompt.system, user + form_wording.wishes(question.form))
