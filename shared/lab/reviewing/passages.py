"""What a reviewer needs to see beside a question: the sentences that answer it, or that come nearest to it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from shared import normalise
from shared.messages import DocumentPublished, Question

MOST = 3
LONGEST = 600
"""Characters of a document in which no sentence has the answer."""
_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")


def texts(editions: Iterable[Sequence[DocumentPublished]]) -> dict[str, str]:
    """Document id -> its latest text, headline first; of a retracted one the text before."""
    import inscriptis

    latest: dict[str, str] = {}
    for document in (document for edition in editions for document in edition if document.op != "retract"):
        text = document.text
        if document.content_type == "text/html":
            with suppress(Exception):  # a stranger's markup may bring out any fault: it is shown as it stands
                text = inscriptis.get_text(text)
        latest[document.document_id] = f"{document.title}\n{text}" if document.title else text
    return latest


def passages(question: Question, documents: Mapping[str, str]) -> list[str]:
    """Of a question's documents the sentences with an accepted or an outdated answer, else how each begins.

    Where declining is right they are said to stand no more. Of a question without a document the sentences of all that
    share most words with it. Each names its document.
    """
    own = [name for name in question.gold_document_ids if name in documents]
    if not own:
        return _nearest(question.text, documents)
    answers = [*(question.references or ()), *([question.outdated] if question.outdated else [])]
    stands = "" if question.references else ", which does not stand any more"
    said = [
        f"{name}{stands}: {sentence}"
        for name in own
        for sentence in _sentences(documents[name])
        if any(_holds(sentence, answer) for answer in answers)
    ]
    return said or [f"{name}{stands}: {documents[name][:LONGEST]}" for name in own]


def _nearest(text: str, documents: Mapping[str, str]) -> list[str]:
    wanted = set(normalise.words(text).split())
    shared = [
        (len(wanted & set(normalise.words(sentence).split())), f"{name}: {sentence}")
        for name, told in documents.items()
        for sentence in _sentences(told)
    ]
    return [said for count, said in sorted(shared, key=lambda pair: (-pair[0], len(pair[1])))[:MOST] if count]


def _holds(sentence: str, answer: str) -> bool:
    return bool(answer.strip()) and answer.casefold() in sentence.casefold()


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _ENDS.split(text) if sentence.strip()]
