"""What an arm's answers cost: the wait, the model's time and tokens, beside how often they are right."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.freshness import Quantiles, quantiles
from shared.lab.report.scores import Scores, interval_of
from shared.messages import Answer, Result
from shared.statistics.intervals import Interval

Batch = tuple[str, str, float]  # model, adapter, the model's time in milliseconds


@dataclass(frozen=True)
class Cost:
    """Of one arm, over answers that were given (abstentions too, failures not); times in milliseconds.

    `latency`: from the broker's append of the question to the answer, queues included. It is the sum of two, answer by
    answer: `own`, the time in which search and model worked on it, which is what an idle worker needs, and `queue`, in
    which it waited for others and travelled. A model works on a batch at once, `together` answers of it on average,
    and `own` holds the time of the whole batch: alone an answer takes no longer. Tokens are means for an answer;
    `tokens_for_a_right_one` is all tokens of the arm over its right answers, None where it has none.
    """

    arm: str
    latency: Quantiles
    own: Quantiles
    queue: Quantiles
    together: float | None
    retrieval: Quantiles
    generation: Quantiles
    prompt_tokens: float | None
    completion_tokens: float | None
    tokens_for_a_right_one: float | None
    right: Interval


def costs(results: Sequence[Result], is_right: Scores, clusters: Mapping[str, str], arms: Sequence[str]) -> list[Cost]:
    """One for each arm."""
    batches = batches_of(results)
    return [_cost(results, arm, is_right.get(arm, {}), clusters, batches) for arm in arms]


def _cost(
    results: Sequence[Result],
    arm: str,
    is_right: Mapping[str, float],
    clusters: Mapping[str, str],
    batches: Mapping[Batch, int],
) -> Cost:
    of_arm = [result.answers[arm] for result in results if arm in result.answers]
    given = [scored for scored in of_arm if scored.answer.status not in ("failed", "skipped")]
    answers = [scored.answer for scored in given]
    tokens, right = sum(map(_tokens, answers)), sum(is_right.values())
    return Cost(
        arm=arm,
        latency=quantiles([scored.latency_ms for scored in given]),
        own=quantiles([own_ms(answer) for answer in answers]),
        queue=quantiles([max(0.0, scored.latency_ms - own_ms(scored.answer)) for scored in given]),
        together=_together(answers, batches),
        retrieval=quantiles([answer.retrieval_ms for answer in answers]),
        generation=quantiles([answer.generation_ms for answer in answers]),
        prompt_tokens=sum(answer.prompt_tokens for answer in answers) / len(answers) if tokens else None,
        completion_tokens=sum(answer.completion_tokens for answer in answers) / len(answers) if tokens else None,
        tokens_for_a_right_one=tokens / right if tokens and right else None,
        right=interval_of(dict(is_right), clusters),
    )


def batches_of(results: Sequence[Result]) -> Counter[Batch]:
    """How many answers each batch held. An answer that stands in the results of several runs was given once."""
    answers = (scored.answer for result in results for scored in result.answers.values())
    given = {(batch_of(answer), answer.question_id, answer.arm) for answer in answers if answer.generation_ms}
    return Counter(batch for batch, _, _ in given)


def own_ms(answer: Answer) -> float:
    """Milliseconds in which somebody worked on the answer, or on its batch."""
    return answer.retrieval_ms + answer.generation_ms


def batch_of(answer: Answer) -> Batch:
    """What all answers of one batch have in common, and no others: their model took the very same time."""
    return answer.model, answer.adapter.name if answer.adapter else "", answer.generation_ms


def _together(answers: Sequence[Answer], batches: Mapping[Batch, int]) -> float | None:
    """How many answers the batch held in which an answer came, on average."""
    sizes = [batches[batch_of(answer)] for answer in answers if answer.generation_ms]
    return sum(sizes) / len(sizes) if sizes else None


def _tokens(answer: Answer) -> int:
    return answer.prompt_tokens + answer.completion_tokens
