"""Arms without an adapter are asked once: their answers, beside those of each adapter, are whole results.

An adapter changes nothing of what such an arm says, so that asking it for each training would only take time. Its
answers keep the times that they were measured with, and count once wherever answers of a batch are counted.
"""

from collections.abc import Iterable, Mapping, Sequence

from shared.messages import Contest, Result, ScoredAnswer

Answers = Mapping[str, ScoredAnswer]


def by_some(contest: Contest) -> bool:
    """Whether an adapter speaks for some of the arms, and not for all."""
    return len({arm.is_tuned for arm in contest.arms}) > 1


def of_adapters(contest: Contest) -> Contest:
    """Of a contest the arms that an adapter speaks for: what a further adapter is asked."""
    arms = tuple(arm for arm in contest.arms if arm.is_tuned)
    adapters = Contest(name="adapters", recipes=contest.recipes, arms=arms)
    return adapters.model_copy(update={"recipes": adapters.recipes_in_use()})


def whole(results: Iterable[Result], first: Sequence[Result]) -> list[Result]:
    """Results of the arms that were asked again, each with what the other arms said the first time.

    Raises KeyError for a question that was not asked then, ValueError where its result says nothing of its contest.
    """
    of = {result.question.question_id: result for result in first}
    return [_joined(result, of[result.question.question_id]) for result in results]


def _joined(again: Result, first: Result) -> Result:
    if first.contest is None:
        raise ValueError(f"{first.question.question_id}: the result says nothing of its contest")
    fresh = [arm.name for arm in first.contest.arms if arm.is_tuned]
    return again.model_copy(
        update={
            "contest": first.contest,
            "answers": _by_arm(first.contest.arm_names, first.answers, again.answers, fresh),
            "missing": tuple(
                arm for arm in first.contest.arm_names if arm in (again if arm in fresh else first).missing
            ),
            "unanswered": {**first.unanswered, **again.unanswered},
            "metric_versions": {**first.metric_versions, **again.metric_versions},
            "labels": tuple(sorted({*first.labels, *again.labels})),
            "withheld": first.withheld or again.withheld,
        }
    )


def _by_arm(names: Sequence[str], first: Answers, again: Answers, fresh: Sequence[str]) -> dict[str, ScoredAnswer]:
    """What each arm said, in their order; of the fresh ones only what they said again."""
    from_whom = {name: again if name in fresh else first for name in names}
    return {name: said[name] for name, said in from_whom.items() if name in said}
