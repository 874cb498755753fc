"""Asking from memory alone: what `base` and `tuned` do."""

from functools import partial

from services.generator import forming, prompting
from services.generator.ports import Asked, Chat, Style
from services.generator.settings import GeneratorSettings
from shared.messages import Question
from shared.records import Record
from shared.topology import QUESTIONS


def build(settings: GeneratorSettings) -> Style:
    """Closed-book asking with the configured prompt."""
    prompt = prompting.load(settings.closed_book_prompt)
    return Style(QUESTIONS, prompt.version, prompt.abstain, partial(ask, prompt=prompt))


def ask(record: Record[Question], *, prompt: prompting.Prompt) -> Asked:
    """The question and nothing else."""
    return Asked(record.message, record.appended_at, chat(record.message, prompt))


def chat(question: Question, prompt: prompting.Prompt) -> Chat:
    """The very words that tuning trains on and that are asked at serving time."""
    return Chat(prompt.system, prompt.asking(question.text, question.choices) + forming.wishes(question.form))
