"""Asking with the gold passages at hand: those of the documents that the question itself names.

The prompt and the share of words are those of an arm whose passages were found, so that the two differ in the passages
alone. Where a question has several gold documents its answer may need all of them, and each is shown with such a share.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from services.generator import evidence, kinds
from services.generator.contexts import passages
from services.generator.contexts.passages import Pick
from services.generator.kinds import Manner, Manners
from services.generator.newest_news import NewestNews
from services.generator.ports import PromptedQuestion, Style
from services.generator.settings import GeneratorSettings
from shared.messages import EvidenceFound, EvidenceItem
from shared.records import Record

NOTHING = "no gold passage was given"


def build(settings: GeneratorSettings, _: NewestNews | None = None) -> Style:
    """As with passages that were found, but for a question that has no gold passages: it is skipped."""
    manners = kinds.rag(settings)
    return replace(passages.build(settings), ask=partial(ask, manners=manners))


def ask(record: Record[EvidenceFound], *, manners: Manners) -> PromptedQuestion:
    """The question under its gold passages, or why it is not asked."""
    given, question = record.message, record.message.question
    manner, history = manners.of(question), manners.history(question)
    asked = passages.prompted(given, chosen(given, manner), manner, history)
    return asked if given.items else replace(asked, skipped=given.note or NOTHING)


def chosen(given: EvidenceFound, manner: Manner) -> list[Pick]:
    """The best passages; where there are more gold documents than passages in a prompt, the best one of each."""
    first: dict[str, EvidenceItem] = {}
    for item in sorted(given.items, key=lambda item: item.rank):
        first.setdefault(item.document_id, item)
    if given.question.presentation.passages is not None or len(first) <= manner.chunks:
        return passages.chosen(given, manner)
    return list(zip(first.values(), _shares(list(first.values()), given, manner), strict=True))


def _shares(items: Sequence[EvidenceItem], given: EvidenceFound, manner: Manner) -> list[str]:
    """Each within the words that a passage has in a prompt."""
    words = manner.words // max(1, manner.chunks)
    return [evidence.passage(item.text, given.searched_for or given.question.text, words) for item in items]
