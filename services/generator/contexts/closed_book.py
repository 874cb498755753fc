"""Asking from memory alone: what an arm without context does."""

from collections.abc import Sequence
from functools import partial

from services.generator import answer_prompt, form_wording, kinds
from services.generator.kinds import Manners
from services.generator.newest_news import NewestNews
from services.generator.ports import Chat, PromptedQuestion, Style
from services.generator.settings import GeneratorSettings
from shared.messages import Question, Turn
from shared.records import Record
from shared.topology import QUESTIONS


def build(settings: GeneratorSettings, _: NewestNews | None = None) -> Style:
    """Closed-book asking with the configured prompt of each kind of question."""
    manners = kinds.closed_book(settings)
    usual = manners.by_kind["question_answering"].prompt
    return Style(QUESTIONS, usual.version, usual.abstain, partial(ask, manners=manners))


def ask(record: Record[Question], *, manners: Manners) -> PromptedQuestion:
    """The question and, in a conversation, what went before it."""
    question, manner = record.message, manners.of(record.message)
    return PromptedQuestion(
        question=question,
        asked_at=record.appended_at,
        chat=chat(question, manner.prompt, manners.history(question)),
        prompt_version=manner.prompt.version,
        abstain=manner.prompt.abstain,
        longest=manner.longest,
    )


def chat(question: Question, prompt: answer_prompt.Prompt, history: Sequence[Turn] = ()) -> Chat:
    """The very words that tuning trains on and that are asked at serving time."""
    asking = prompt.asking(question.text, question.choices, history=history)
    return Chat(prompt.system, asking + form_wording.wishes(question.form))
