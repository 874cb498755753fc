"""Which answers are accepted, as somebody said it last, also before results are published again with it."""

from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.questions import Asked
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from shared.messages import References
from shared.records import RawRecord, understood

QUESTIONS = 5_000


@dataclass(frozen=True)
class GivenReferences:
    """What was said, and when the broker took it."""

    references: References
    at: datetime


@dataclass(frozen=True)
class Accepted:
    """Of a question. `references`: None where nobody said any. `given_by`: "" where they came with the question.

    `is_scored`: the result that is kept was scored with these.
    """

    references: tuple[str, ...] | None
    outdated: str | None = None
    gold_document_ids: tuple[str, ...] = ()
    given_by: str = ""
    at: datetime | None = None
    is_scored: bool = True


class AcceptedAnswers:
    """The newest of each question; kept within a number and a size, the oldest leave. Written by one thread."""

    def __init__(self, share: Share) -> None:
        self._given = Kept[str, GivenReferences](QUESTIONS, share("accepted"), lambda given: given.at)

    def take(self, record: RawRecord) -> None:
        """Take in a record of their topic."""
        for _, references in understood(References, [record]):
            given = GivenReferences(references, record.appended_at)
            self._given.put(references.question_id, given, size_of(given))

    def of(self, asked: Asked) -> Accepted:
        """What is accepted now: what was said last on their topic, else what the question has."""
        question, result = asked.question, asked.result
        source, given = result.references_from if result else None, self._given.get(question.question_id)
        if given is None or (source is not None and source.appended_at >= given.at):
            by, at = (source.given_by, source.appended_at) if source else ("", None)
            return Accepted(question.references, question.outdated, question.gold_document_ids, by, at)
        said = given.references
        new = (said.references, said.outdated, said.gold_document_ids)
        is_scored = result is not None and new == (question.references, question.outdated, question.gold_document_ids)
        return Accepted(*new, said.given_by, given.at, is_scored=is_scored)
