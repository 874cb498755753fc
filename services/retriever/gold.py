"""The context `gold`: passages of the documents that a question itself names as holding its answer.

No search is made. The documents are read from the store at LOCAL_QUORUM, as they stand now and as far as the asker may
be shown them; each one's passage that says an accepted answer comes first. So an arm that is given them shows what the
best search could do for it. Where one of them cannot be given there is nothing, and a note says why: never another
context under this name.
"""

from collections.abc import Sequence

from services.retriever.handler import Pick, Retrieve, item, within_budget
from services.retriever.ports import Ranked
from shared import normalise
from shared.messages import EvidenceFound, Question
from shared.messages.contests import GOLD
from shared.records import Record
from shared.stored import Candidate, Passage

MOST_DOCUMENTS = 20
"""Of one question, in the order in which it names them: no prompt shows more passages."""
ANY_LENGTH = 1_000_000
NONE_NAMED = "the question names no gold document"


def evidence(record: Record[Question], retrieve: Retrieve, *, contest: str) -> EvidenceFound:
    """The gold passages of a question, or why there are none."""
    started, question = retrieve.clock(), record.message
    names = list(dict.fromkeys(question.gold_document_ids))[:MOST_DOCUMENTS]
    searched_for = retrieve.condense(question)
    of_documents = _shown(names, retrieve, question)
    gone = [name for name in names if not of_documents[name]]
    picks = [] if gone else _picks([of_documents[name] for name in names], question, searched_for)
    kept = within_budget(picks, ANY_LENGTH)[: max(len(names), retrieve.settings.top_k)]
    return EvidenceFound(
        question=question,
        searched_for=searched_for if searched_for != question.text else "",
        asked_at=record.appended_at,
        items=tuple(item(pick, place) for place, pick in enumerate(kept, start=1)),
        contest=contest,
        recipe=GOLD,
        search=GOLD,
        encoder="",
        note=_why_nothing(names, gone),
        retrieval_ms=(retrieve.clock() - started) * 1000,
    )


def _shown(names: Sequence[str], retrieve: Retrieve, question: Question) -> dict[str, list[Passage]]:
    """The passages of each document that this question may be shown."""
    scope, there = retrieve.scope(question), retrieve.chunks.of_documents(names) if names else {}
    return {name: [passage for passage in there.get(name, ()) if scope.admits(passage)] for name in names}


def _why_nothing(names: Sequence[str], gone: Sequence[str]) -> str:
    if not names:
        return NONE_NAMED
    return f"gold documents not there, or not to be shown: {len(gone)} of {len(names)}" if gone else ""


def _picks(of_documents: Sequence[Sequence[Passage]], question: Question, searched_for: str) -> list[Pick]:
    """The best passage of each document, then what is left of them; within each the best first."""
    wanted = set(normalise.words(searched_for).split())

    def worth(passage: Passage) -> tuple[bool, int, int]:
        says = any(normalise.occurs(accepted, passage.text) for accepted in question.references or ())
        return says, len(wanted.intersection(normalise.words(passage.text).split())), -passage.position

    ranked = [sorted(passages, key=worth, reverse=True) for passages in of_documents]
    first = sorted((passages[0] for passages in ranked), key=worth, reverse=True)
    rest = sorted((passage for passages in ranked for passage in passages[1:]), key=worth, reverse=True)
    return [(_as_given(passage), passage) for passage in (*first, *rest)]


def _as_given(passage: Passage) -> Ranked:
    """On no list of any search: it was named."""
    return Ranked(
        Candidate(passage.document_id, passage.position, passage.revision, passage.published_at, 1.0), score=1.0
    )
