"""An answer's chunks against the documents that hold the right answer, for the measures of citations and of context.

A chunk counts for its document, by the id `document:revision:position`: that a gold document was cited or shown does
not say that its right passage was, and a document that holds the answer without being listed as gold counts as wrong.
"""

from collections.abc import Sequence

from shared.messages import Answer, Question


def document_of(chunk_id: str) -> str:
    """The document of a chunk; its id may itself hold colons."""
    return chunk_id.rsplit(":", 2)[0]


def hits(question: Question, chunk_ids: Sequence[str]) -> list[bool]:
    """Whether each chunk is of a gold document."""
    gold = set(question.gold_document_ids)
    return [document_of(chunk_id) in gold for chunk_id in chunk_ids]


def share_found(question: Question, chunk_ids: Sequence[str]) -> float:
    """Share of the gold documents that these chunks are of, in [0, 1]; there must be a gold document."""
    gold = set(question.gold_document_ids)
    return len(gold & set(map(document_of, chunk_ids))) / len(gold)


def has_context(question: Question, answer: Answer) -> bool:
    """Whether the evidence can be held against gold: there is gold, and the arm looked for evidence.

    An arm that searched and found nothing has an empty context; one that answers from memory has none.
    """
    return bool(question.gold_document_ids) and (bool(answer.evidence) or answer.retrieval_ms > 0)


def could_cite(question: Question, answer: Answer) -> bool:
    """Whether citations can be held against gold: an answer was given, with evidence, and not as JSON alone."""
    json_asked = question.asked_schema is not None
    return bool(answer.status == "answered" and not json_asked and question.gold_document_ids and answer.evidence)
