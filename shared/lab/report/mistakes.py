"""Where retrieval arms went wrong: the gold document was not found, was found and misread, or there is no such fact.

Counted by document: a chunk id is `document:revision:position`, and the gold document counts as found where any of
its chunks was in the prompt, in whichever revision. The chunk need not be the one that holds the answer, so "found"
is an upper bound of what the model could read. A question with several gold documents needs all of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.outcomes import outcome
from shared.lab.report.scores import interval_of
from shared.messages import Answer, ContestTaken, Question, Result
from shared.messages.contests import GOLD
from shared.scoring.gold import document_of
from shared.statistics.intervals import Interval

RIGHT_FOUND = "right, the gold document in the evidence"
RIGHT_WITHOUT = "right, without the gold document in the evidence"
RIGHTLY_SILENT = "rightly abstained: no document has an answer"
NOT_FOUND = "not found: wrong, the gold document not in the evidence"
SILENT_NOT_FOUND = "not found: abstained, the gold document not in the evidence"
MISREAD = "misread: wrong, though the gold document was in the evidence"
SILENT = "abstained, though the gold document was in the evidence"
NO_SUCH_FACT = "no such fact: answered all the same"
UNTOLD = "not right, and no gold document is named"
FAILED, MISSING = "failed", "missing"
KINDS = (
    RIGHT_FOUND, RIGHT_WITHOUT, RIGHTLY_SILENT, NOT_FOUND, SILENT_NOT_FOUND, MISREAD, SILENT, NO_SUCH_FACT, UNTOLD,
    FAILED, MISSING,
)  # fmt: skip
FAILURES = (NOT_FOUND, SILENT_NOT_FOUND, MISREAD, SILENT, NO_SUCH_FACT, UNTOLD, FAILED, MISSING)


@dataclass(frozen=True)
class Mistakes:
    """Of one retrieval arm: kind -> questions. `not_scored` questions are in no kind.

    `partly`: of those not found, how many had some but not all of their gold documents. `found`: how often all gold
    documents were in the evidence, over answers to questions that name one; `right_if_found` and `right_if_not`:
    how often the answer was right then. Found documents may be the easier ones: the two do not say what finding
    would change.
    """

    arm: str
    counts: Mapping[str, int]
    not_scored: int
    partly: int
    found: Interval
    right_if_found: Interval
    right_if_not: Interval


def gold_found(question: Question, answer: Answer) -> tuple[int, int]:
    """How many of the question's gold documents were in the evidence, and how many there are."""
    gold = set(question.gold_document_ids)
    return len(gold & {document_of(chunk) for chunk in answer.evidence}), len(gold)


def retrieval_arms(results: Sequence[Result], arms: Sequence[str], contest: ContestTaken) -> list[str]:
    """Arms that were given evidence at least once, and those that are named as being so.

    Not those whose context is `gold`, which did not search: see `gains`.
    """
    given = {arm for result in results for arm, scored in result.answers.items() if scored.answer.evidence}
    handed = {arm.name for arm in contest.arms if arm.context == GOLD}
    return [arm for arm in arms if arm not in handed and (arm in given or arm.endswith("+rag"))]


def kind(result: Result, arm: str) -> str | None:
    """What kind of success or failure it was; None where the arm was not asked or the answer not scored."""
    became = outcome(result, arm)
    if became in (None, "not scored"):
        return None
    if became in (FAILED, MISSING):
        return str(became)
    if became == "rightly abstained":
        return RIGHTLY_SILENT
    if result.question.references == ():
        return NO_SUCH_FACT
    have, needed = gold_found(result.question, result.answers[arm].answer)
    all_found = needed > 0 and have == needed
    if became == "right":
        return RIGHT_FOUND if all_found else RIGHT_WITHOUT
    if not needed:
        return UNTOLD
    if became == "wrong":
        return MISREAD if all_found else NOT_FOUND
    return SILENT if all_found else SILENT_NOT_FOUND


def mistakes(results: Sequence[Result], arms: Sequence[str], clusters: Mapping[str, str]) -> list[Mistakes]:
    """One for each arm of `arms`, which should be those that retrieve."""
    return [_of_arm(results, arm, clusters) for arm in arms]


def _of_arm(results: Sequence[Result], arm: str, clusters: Mapping[str, str]) -> Mistakes:
    kinds = Counter(kind(result, arm) for result in results)
    all_found: dict[str, float] = {}
    right: dict[str, float] = {}
    partly = 0
    for result in results:
        became = outcome(result, arm)
        if became not in ("right", "wrong", "abstained") or not result.question.gold_document_ids:
            continue
        have, needed = gold_found(result.question, result.answers[arm].answer)
        all_found[result.question.question_id] = float(have == needed)
        right[result.question.question_id] = float(became == "right")
        partly += became != "right" and 0 < have < needed
    return Mistakes(
        arm=arm,
        counts={name: kinds[name] for name in KINDS},
        not_scored=sum(outcome(result, arm) == "not scored" for result in results),
        partly=partly,
        found=interval_of(all_found, clusters),
        right_if_found=interval_of({name: right[name] for name in right if all_found[name]}, clusters),
        right_if_not=interval_of({name: right[name] for name in right if not all_found[name]}, clusters),
    )
