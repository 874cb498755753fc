"""What a kind of question gets: its prompt, its share of evidence, and how long its answer may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.generator import answer_prompt
from services.generator.answer_prompt import Prompt
from services.generator.settings import GeneratorSettings
from shared.messages import Question, QuestionKind, Turn


@dataclass(frozen=True)
class Manner:
    """How one kind is asked: at most `chunks` passages of `words` words together; `longest` in tokens, None: usual."""

    prompt: Prompt
    chunks: int
    words: int
    longest: int | None = None


@dataclass(frozen=True)
class Manners:
    """The manner of each kind, and how many words of a history stand in a prompt."""

    by_kind: Mapping[QuestionKind, Manner]
    history_words: int

    def of(self, question: Question) -> Manner:
        """A conversation that begins is a question like any other."""
        begins = question.kind == "conversation" and not question.history
        return self.by_kind["question_answering" if begins else question.kind]

    def history(self, question: Question) -> tuple[Turn, ...]:
        """The newest turns that fit the budget, oldest first; of a longer newest one its end."""
        kept: list[Turn] = []
        left = self.history_words
        for turn in reversed(question.history):
            words = turn.text.split()
            if kept and len(words) > left:
                break
            kept.append(turn.model_copy(update={"text": " ".join(words[-left:])}))
            left -= len(words)
        return tuple(reversed(kept))


def closed_book(settings: GeneratorSettings) -> Manners:
    """From memory. Raises ValueError for a prompt that is not there or does not hold what its kind needs."""
    prompts = (
        settings.closed_book_prompt,
        settings.closed_book_summary_prompt,
        settings.closed_book_conversation_prompt,
    )
    return _manners(settings, prompts, needed=())


def rag(settings: GeneratorSettings) -> Manners:
    """With evidence. Raises ValueError as `closed_book` does."""
    prompts = (settings.rag_prompt, settings.rag_summary_prompt, settings.rag_conversation_prompt)
    return _manners(settings, prompts, needed=("evidence",))


def _manners(settings: GeneratorSettings, prompts: Sequence[str], needed: tuple[str, ...]) -> Manners:
    answering, summary, conversation = prompts
    longest = settings.max_new_tokens if "max_new_tokens" in settings.model_fields_set else None
    usual = (settings.evidence_chunks, settings.evidence_words, longest)
    return Manners(
        {
            "question_answering": Manner(_loaded(answering, needed), *usual),
            "summarisation": Manner(
                _loaded(summary, needed), settings.summary_chunks, settings.summary_words, settings.summary_new_tokens
            ),
            "conversation": Manner(_loaded(conversation, (*needed, "history")), *usual),
        },
        settings.history_words,
    )


def _loaded(name: str, needed: Sequence[str]) -> Prompt:
    prompt = answer_prompt.load(name)
    lacking = {"question", *needed}.difference(prompt.user.get_identifiers())
    if lacking:
        raise ValueError(f"prompt {name!r}: `user` needs {', '.join(f'${part}' for part in sorted(lacking))}")
    return prompt
