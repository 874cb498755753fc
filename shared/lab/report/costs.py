"""What an arm's answers cost: the wait, the model's time and tokens, beside how often they are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.freshness import Quantiles, quantiles
from shared.lab.report.scores import Scores, interval_of
from shared.messages import Answer, Result
from shared.statistics.intervals import Interval


@dataclass(frozen=True)
class Cost:
    """Of one arm, over answers that were given (abstentions too, failures not); times in milliseconds.

    `latency`: from the broker's append of the question to the answer, queues included. Tokens are means for an
    answer; `tokens_for_a_right_one` is all tokens of the arm over its right answers, None where it has none.
    """

    arm: str
    latency: Quantiles
    retrieval: Quantiles
    generation: Quantiles
    prompt_tokens: float | None
    completion_tokens: float | None
    tokens_for_a_right_one: float | None
    right: Interval


def costs(results: Sequence[Result], correct: Scores, clusters: Mapping[str, str], arms: Sequence[str]) -> list[Cost]:
    """One for each arm."""
    return [_cost(results, arm, correct.get(arm, {}), clusters) for arm in arms]


def _cost(results: Sequence[Result], arm: str, correct: Mapping[str, float], clusters: Mapping[str, str]) -> Cost:
    of_arm = [result.answers[arm] for result in results if arm in result.answers]
    given = [scored for scored in of_arm if scored.answer.status not in ("failed", "skipped")]
    answers = [scored.answer for scored in given]
    tokens, right = sum(map(_tokens, answers)), sum(correct.values())
    return Cost(
        arm=arm,
        latency=quantiles([scored.latency_ms for scored in given]),
        retrieval=quantiles([answer.retrieval_ms for answer in answers]),
        generation=quantiles([answer.generation_ms for answer in answers]),
        prompt_tokens=sum(answer.prompt_tokens for answer in answers) / len(answers) if tokens else None,
        completion_tokens=sum(answer.completion_tokens for answer in answers) / len(answers) if tokens else None,
        tokens_for_a_right_one=tokens / right if tokens and right else None,
        right=interval_of(dict(correct), clusters),
    )


def _tokens(answer: Answer) -> int:
    return answer.prompt_tokens + answer.completion_tokens
