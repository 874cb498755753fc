"""What an arm read, passage by passage: where each comes from, how it was found, and what became of it since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.web.live.marks import NAMELESS, Mark, Marked, Source, source_of
from services.web.pages.asking.cards import numbered
from services.web.signing.people import Person
from shared.messages import Answer, EvidenceFound, EvidenceItem

HIDDEN = "a passage with labels that you may not see"


@dataclass(frozen=True)
class Listed:
    """The place on one list of the search, from 1, and the score by that list's own measure."""

    name: str
    rank: int
    score: float


@dataclass(frozen=True)
class PassageRead:
    """A passage. `place`: as the answer cites it, from 1; None of one that was found and not used, which `why` tells.

    `hidden`: all that is said of one that is not for this person; then nothing else is. What is not known is empty.
    `is_cited`: None where the answer is not for this person.
    """

    place: int | None
    hidden: str = ""
    chunk_id: str = ""
    document_id: str = ""
    revision: int | None = None
    title: str = ""
    text: str = ""
    source: str = ""
    published_at: datetime | None = None
    is_cited: bool | None = False
    rank: int | None = None
    score: float | None = None
    lists: tuple[Listed, ...] = ()
    mark: Mark = NAMELESS
    why: str = ""


def sources(answer: Answer | None, found: EvidenceFound | None) -> list[Source]:
    """Of all passages that are read or found."""
    ids = [*(numbered(answer) if answer else ()), *(item.chunk_id for item in (found.items if found else ()))]
    return [source for source in map(source_of, dict.fromkeys(ids)) if source]


def read(answer: Answer, found: EvidenceFound | None, person: Person, marked: Marked) -> list[PassageRead]:
    """What was in the prompt, in its order and with its words, then what is cited without having been there."""
    items = _items(found)
    is_theirs = person.may_see_answer(answer)
    return [
        _read(answer, at, chunk_id, items.get(chunk_id), marked, is_theirs=is_theirs)
        if _may_see(answer, at, items.get(chunk_id), person)
        else PassageRead(at + 1, hidden=HIDDEN, is_cited=None)
        for at, chunk_id in enumerate(numbered(answer))
    ]


def unused(answer: Answer | None, found: EvidenceFound | None, person: Person, marked: Marked) -> list[PassageRead]:
    """What was found and is not in the prompt, best first."""
    used = set(numbered(answer)) if answer else set()
    left = [item for item in _items(found).values() if item.chunk_id not in used]
    why = _why_unused(answer, found) if left else ""
    return [
        _of_item(item, None, marked, text=item.text, why=why)
        if person.may_see(item.labels)
        else PassageRead(None, hidden=HIDDEN, is_cited=None)
        for item in sorted(left, key=lambda item: item.rank)
    ]


def _items(found: EvidenceFound | None) -> Mapping[str, EvidenceItem]:
    return {item.chunk_id: item for item in (found.items if found else ())}


def _may_see(answer: Answer, at: int, item: EvidenceItem | None, person: Person) -> bool:
    """By the labels that the answer and the search tell; of a passage without any told, as of the whole answer."""
    told = [answer.evidence_labels[at]] if at < len(answer.evidence_labels) else []
    told += [item.labels] if item else []
    return all(map(person.may_see, told)) if told else person.may_see_answer(answer)


def _read(
    answer: Answer, at: int, chunk_id: str, item: EvidenceItem | None, marked: Marked, *, is_theirs: bool
) -> PassageRead:
    title, text = (parts[at] if at < len(parts) else "" for parts in (answer.evidence_titles, answer.evidence_texts))
    cited = chunk_id in answer.citations if is_theirs else None
    why = "" if at < len(answer.evidence) else "The answer cites it without naming it among what it read."
    if item is not None:
        return _of_item(item, at + 1, marked, text=text, is_cited=cited, why=why)
    source = source_of(chunk_id)
    return PassageRead(
        at + 1,
        chunk_id=chunk_id,
        document_id=source[0] if source else "",
        revision=source[1] if source else None,
        title=title,
        text=text,
        is_cited=cited,
        mark=marked(source) if source else NAMELESS,
        why=why,
    )


def _of_item(
    item: EvidenceItem, place: int | None, marked: Marked, *, text: str, is_cited: bool | None = False, why: str = ""
) -> PassageRead:
    lists = (Listed(name, found.rank, found.score) for name, found in item.found_by.items())
    return PassageRead(
        place,
        chunk_id=item.chunk_id,
        document_id=item.document_id,
        revision=item.revision,
        title=item.title,
        text=text,
        source=item.source,
        published_at=item.published_at,
        is_cited=is_cited,
        rank=item.rank,
        score=item.score,
        lists=tuple(lists),
        mark=marked((item.document_id, item.revision)),
        why=why,
    )


def _why_unused(answer: Answer | None, found: EvidenceFound | None) -> str:
    """As far as the messages tell it: how many passages a prompt holds is a setting of the generator."""
    if answer is None:
        return "No answer has come yet."
    if not answer.evidence:
        return "No passage was put to the model."
    ranks = {item.chunk_id: item.rank for item in (found.items if found else ())}
    last = max((ranks.get(chunk_id, 0) for chunk_id in answer.evidence), default=0)
    if all(rank > last for chunk_id, rank in ranks.items() if chunk_id not in answer.evidence):
        wished = found.question.presentation.passages if found else None
        if wished == len(answer.evidence):
            return f"The question wished for the best {wished}."
        return "It ranks behind those for which the prompt had room, in number or in words."
    return "Why it was left out is not told."


def carries_words(answer: Answer) -> bool:
    """Whether the answer itself has the words of its passages."""
    return any(answer.evidence_texts)


def facts(answer: Answer) -> Iterator[tuple[str, str]]:
    """What is known of the prompt, which no message carries."""
    yield "prompt", answer.prompt_version
    yield "model", answer.model
    if answer.adapter:
        strength = "" if answer.strength == 1 else f" at strength {answer.strength:g}"
        yield "adapter", f"{answer.adapter.name}{strength}"
    yield "backend", answer.backend
    if answer.prompt_tokens:
        yield "length", f"{answer.prompt_tokens:,} tokens"
