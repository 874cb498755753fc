"""What judges' verdicts make of a result: a pure function from one version to the next."""

from collections.abc import Mapping, Sequence

from services.scorer.join import MOST_JUDGES, Judged
from shared.messages import Result, VerdictsTaken


def judged(result: Result, verdicts: Sequence[Judged]) -> Result:
    """The result with these verdicts too; the same object where none of them is new.

    Of one judge the newest stand. What they say of an arm that the result has no answer of is left out.
    """
    known = {taken.verdicts.judge: taken for taken in result.verdicts}
    fresh = dict(known)
    for judgement in sorted(verdicts, key=lambda judgement: judgement.stamp):
        taken = _taken(judgement, result)
        if _counts(taken, fresh):
            fresh[taken.verdicts.judge] = taken
    if fresh == known:
        return result
    return result.model_copy(update={"verdicts": tuple(taken for _, taken in sorted(fresh.items()))})


def _counts(taken: VerdictsTaken, known: Mapping[str, VerdictsTaken]) -> bool:
    standing = known.get(taken.verdicts.judge)
    if standing is None:
        return len(known) < MOST_JUDGES
    return (taken.appended_at, taken.offset) > (standing.appended_at, standing.offset)


def _taken(judgement: Judged, result: Result) -> VerdictsTaken:
    answered, verdicts = result.answers.keys(), judgement.verdicts
    of_answered = {
        "comparisons": tuple(comparison for comparison in verdicts.comparisons if set(comparison.arms) <= answered),
        "grades": tuple(grade for grade in verdicts.grades if grade.arm in answered),
    }
    at, offset = judgement.stamp
    return VerdictsTaken(verdicts=verdicts.model_copy(update=of_answered), appended_at=at, offset=offset)
