"""Judge results: compare answers in both orders, grade them by references, and say only what was said.

A result is judged once for what it says: verdicts carry digests of all that they depend on, and a result of which the
judge has said that much is left alone. So the version that a verdict makes is not judged again, nor one that votes
make, and when references change only the grades are asked for anew.
"""

from collections.abc import Callable, Iterator, Sequence

from services.judge.case import JudgeSetup, opened
from shared.messages import Result, Verdicts
from shared.records import Effect, Record, effect

Announced = Callable[[str], Verdicts | None]
"""Question id -> what this judge announced of it last, as far as that is remembered."""


def judge(batch: Sequence[Record[Result]], *, setup: JudgeSetup, announced: Announced) -> Iterator[Effect[Verdicts]]:
    """The verdicts on each question's newest result of the batch; one call of the backend for all of them."""
    cases = [(record, opened(record.message, setup, announced(_question(record)))) for record in _newest(batch)]
    open_cases = [(record, case) for record, case in cases if not case.settled]
    sheets = [sheet for _, case in open_cases for sheet in case.sheets]
    replies = setup.backend.judge(sheets) if sheets else []
    start = 0
    for record, case in open_cases:
        end = start + len(case.sheets)
        yield effect(record, case.verdicts(replies[start:end]))
        start = end


def _newest(batch: Sequence[Record[Result]]) -> list[Record[Result]]:
    """Of each question the record with the highest version, wherever it stands in the batch."""
    latest: dict[str, Record[Result]] = {}
    for record in batch:
        known = latest.get(_question(record))
        if known is None or record.message.result_version >= known.message.result_version:
            latest[_question(record)] = record
    return list(latest.values())


def _question(record: Record[Result]) -> str:
    return record.message.question.question_id
