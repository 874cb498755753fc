"""A review applied to a newswire's questions: dropped ones are left out, mended ones are asked as mended."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from shared.lab.reviewing.verdicts import FILE, Verdict, as_mended, item, latest
from shared.messages import Question
from shared.records import reason_of
from shared.source_files import DataError


@dataclass(frozen=True)
class Applied:
    """The questions to be asked, in their order, and the ids of those that a person read.

    `outlived`: verdicts on questions that are not there any more, or that were changed since.
    """

    questions: Sequence[Question]
    accepted: frozenset[str]
    mended: frozenset[str]
    dropped: int
    outlived: int

    @property
    def read(self) -> frozenset[str]:
        """Ids of the questions that a person read and that are asked."""
        return self.accepted | self.mended

    @property
    def sentence(self) -> str:
        """For people; "" where nothing was reviewed."""
        parts = [
            f"{len(self.accepted)} questions were read and stand",
            f"{len(self.mended)} are asked as mended",
            f"{self.dropped} are left out",
        ]
        if self.outlived:
            parts.append(f"{self.outlived} verdicts are about questions that were changed since and count for nothing")
        return f"By {FILE}: {', '.join(parts)}." if self.read or self.dropped or self.outlived else ""


def applied(questions: Sequence[Question], verdicts: Sequence[Verdict]) -> Applied:
    """What the last verdict on each question as it stands makes of it. DataError where a mended one is no question."""
    said = latest(verdicts)
    there = {item(question) for question in questions}
    names: dict[str, set[str]] = {"accept": set(), "mend": set(), "drop": set()}
    kept = list[Question]()
    for question in questions:
        verdict = said.get(item(question))
        if verdict is None or verdict.verdict is None:
            kept.append(question)
            continue
        names[verdict.verdict].add(question.question_id)
        if verdict.verdict != "drop":
            kept.append(_mended(question, verdict) if verdict.verdict == "mend" else question)
    outlived = len(set(said) - there)
    return Applied(kept, frozenset(names["accept"]), frozenset(names["mend"]), len(names["drop"]), outlived)


def _mended(question: Question, verdict: Verdict) -> Question:
    try:
        return as_mended(question, verdict)
    except ValidationError as error:
        raise DataError(
            f"{FILE}: {question.question_id} as mended is no question: {reason_of(error)}; review it again, or mend "
            "the line",
            placed=True,
        ) from error
