"""Answers about learned news weighed as far as training pairs teach it."""

from collections.abc import Collection, Mapping, Sequence

from shared.jobs.asking import UNTAUGHT
from shared.messages import Result
from shared.statistics import post_stratified

Scores = dict[str, float]


def sides(
    first: Scores, second: Scores, results: Sequence[Result], links: Mapping[str, Collection[str]], taught: float | None
) -> tuple[Scores, Scores]:
    """Both arms' values with the weighed means, and with the error of their difference, by question.

    As they are where no share is given, or too few questions are of either kind. What values that happen to be alike
    hide of the error is added, as `shared.statistics.post_stratified` does.
    """
    strata = {of.question.question_id: of.question.slice for of in results}
    kinds = {*strata.values()}
    if taught is None or len(kinds) < 2 or UNTAUGHT not in kinds:
        return first, second
    weights = {kind: 1 - taught if kind == UNTAUGHT else taught for kind in kinds}
    if len(post_stratified.covered(strata, weights)) < len(kinds):
        return first, second
    clusters = {question: min(links.get(question, (question,))) for question in first}
    return post_stratified.sides(first, second, strata, weights, clusters, most=1.0)
