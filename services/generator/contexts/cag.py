"""Asking over the newest documents, all of them in the prompt: cache-augmented generation, without a search.

The documents open the user's turn and are the same for every question, so that a backend can keep what it computed of
them. Which ones, is a function of what is live alone: workers that hear the same news ask over the same prompt, also
after a restart. Documents with labels are never among them.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.generator import answer_prompt, evidence, form_wording
from services.generator.answer_prompt import Prompt
from services.generator.newest_news import NewestNews
from services.generator.outages import AwayError
from services.generator.ports import Chat, Failed, PromptedQuestion, Style
from services.generator.settings import GeneratorSettings
from shared.messages import EvidenceItem, Filters, Presentation, Question
from shared.messages.contests import CAG
from shared.records import Record
from shared.stored import StoredDocument
from shared.topology import QUESTIONS

LARGEST = 4
"""No document takes more than this part of all words: a quarter."""
STAYS = 0.75
"""Of the words; where there are more, the oldest go, and documents of at least this part of the words stay."""
NOTHING = "no document that everyone may read is there yet"
ELSEWHERE = "ask it of an arm that searches"


def build(settings: GeneratorSettings, news: NewestNews | None = None) -> Style:
    """Asking over the newest `cag_words` words of news.

    Where the store or the announcements are away, each question fails until they are there. Raises ValueError for a
    prompt without a `preamble`, or where there is no news to be had.
    """
    prompt = answer_prompt.load(settings.cag_prompt)
    if "evidence" not in prompt.preamble.get_identifiers() or "question" not in prompt.user.get_identifiers():
        raise ValueError(
            f"prompt {settings.cag_prompt!r}: context {CAG} needs $evidence in `preamble`, $question in `user`"
        )
    if news is None:
        raise ValueError(f"context {CAG} needs the store of documents, and this worker was given none")
    with suppress(AwayError):
        news.require()
    return Style(QUESTIONS, prompt.version, prompt.abstain, Asking(prompt, settings.cag_words, news))


@dataclass(frozen=True)
class DocumentsInPrompt:
    """Documents as they stand in a prompt: the preamble of the user's turn, and what citations point at."""

    preamble: str
    items: tuple[EvidenceItem, ...]
    seen_until: datetime


@dataclass
class Asking:
    """Puts a question behind the documents; they are laid out anew only where they are others than before."""

    prompt: Prompt
    words: int
    news: NewestNews
    _laid: dict[tuple[tuple[str, int], ...], DocumentsInPrompt] = field(default_factory=dict)

    def __call__(self, record: Record[Question]) -> PromptedQuestion:
        question = record.message
        asking = self.prompt.asking(question.text, question.choices) + form_wording.wishes(question.form)
        try:
            shown = self._shown()
        except AwayError as error:
            failed = Failed("unreachable", f"the newest documents cannot be read now: {error}")
            return PromptedQuestion(question, record.appended_at, Chat(self.prompt.system, asking), failed=failed)
        why_not = _why_not(question, shown)
        return PromptedQuestion(
            question=question,
            asked_at=record.appended_at,
            chat=Chat(self.prompt.system, asking, shown.preamble, kept_as=f"{self.prompt.version} {self.words}"),
            evidence=() if why_not else shown.items,
            skipped=why_not,
        )

    def _shown(self) -> DocumentsInPrompt:
        documents = chosen(self.news.newest_first(), self.words)
        key = tuple((document.revision.document_id, document.revision.revision) for document in documents)
        if key not in self._laid:
            self._laid = {key: laid_out(documents, self.prompt, self.words)}
        return self._laid[key]


def chosen(newest_first: Iterable[StoredDocument], words: int) -> list[StoredDocument]:
    """The newest documents, in the order in which their revisions came; of too many, three quarters of the words stay.

    They begin at the roundest moment, in binary microseconds, that leaves so many: it stays the same while news comes
    in, until it has to move, so that most documents are put behind the others and the preamble only grows. Then
    everything is computed again. A story counts once, with the longest of its printings.
    """
    taken: list[StoredDocument] = []
    sizes: dict[str, int] = {}
    used, must_stay = 0, None
    for document in newest_first:
        story, longest = _story(document), sizes.get(_story(document), 0)
        sizes[story] = max(size(document, words), longest)
        used += sizes[story] - longest
        if used > words and must_stay is not None:
            begins = roundest(_micros(document), must_stay)
            taken = [newer for newer in taken if _micros(newer) >= begins]
            break
        taken.append(document)
        if must_stay is None and used >= words * STAYS:
            must_stay = _micros(document)
    told_once = without_reprints(taken)
    return sorted(told_once, key=lambda document: (document.revision.appended_at, document.revision.document_id))


def without_reprints(newest_first: Iterable[StoredDocument]) -> list[StoredDocument]:
    """Each story once: its original where that is among them, otherwise the newest reprint."""
    standing: dict[str, StoredDocument] = {}
    for document in newest_first:
        story = _story(document)
        if story not in standing or story == document.revision.document_id:
            standing[story] = document
    return list(standing.values())


def roundest(after: int, until: int) -> int:
    """The multiple of the highest power of two in (after, until]; `until` where nothing lies between."""
    bit = (after ^ until).bit_length() - 1
    return until >> bit << bit if after < until else until


def size(document: StoredDocument, words: int) -> int:
    """Words that a document takes of so many; a word for each ten characters where that is more."""
    return min(evidence.size(_text(document)), words // LARGEST)


def laid_out(documents: Iterable[StoredDocument], prompt: Prompt, words: int) -> DocumentsInPrompt:
    """Documents numbered from 1, one a line."""
    shown = list(documents)
    lines = [
        prompt.passage.substitute(
            number=number,
            text=evidence.passage(_text(document), "", words // LARGEST),
            published=document.revision.published_at.astimezone(UTC).date().isoformat(),
        )
        for number, document in enumerate(shown, start=1)
    ]
    seen_until = max((document.revision.first_seen_at for document in shown), default=datetime.min.replace(tzinfo=UTC))
    return DocumentsInPrompt(
        prompt.preamble_with("\n".join(lines)), tuple(map(_item, shown, range(1, len(shown) + 1))), seen_until
    )


def _why_not(question: Question, shown: DocumentsInPrompt) -> str:
    """Why a question cannot be asked over documents that are the same for every question; empty where it can."""
    if not shown.items:
        return NOTHING
    asks_for = {
        "has filters": question.filters != Filters(),
        "has labels, and no document with labels is in this prompt": bool(question.labels),
        "wishes for its own choice or order of passages": question.presentation != Presentation(),
        "is no question alone": bool(question.history) or question.kind == "summarisation",
        "asks as of a time before some of the documents": question.as_of is not None
        and question.as_of < shown.seen_until,
    }
    why = next((what for what, asked in asks_for.items() if asked), "")
    return f"the question {why}: {ELSEWHERE}" if why else ""


def _item(document: StoredDocument, place: int) -> EvidenceItem:
    """A whole document as evidence, without its text: that is the same in every answer, and stands in the store."""
    revision = document.revision
    return EvidenceItem(
        chunk_id=f"{revision.document_id}:{revision.revision}:0",
        document_id=revision.document_id,
        revision=revision.revision,
        title=revision.title,
        source=revision.source,
        published_at=revision.published_at,
        text="",
        rank=place,
        score=0.0,
        language=revision.language,
        trust=revision.trust,
    )


def _story(document: StoredDocument) -> str:
    return document.revision.duplicate_of or document.revision.document_id


def _text(document: StoredDocument) -> str:
    return f"{document.revision.title}\n{document.text}"


def _micros(document: StoredDocument) -> int:
    return int(document.revision.published_at.timestamp() * 1_000_000)
