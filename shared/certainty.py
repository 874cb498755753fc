"""How sure a model was of its answer, as a probability that can be held against whether it was right."""

from math import exp

from shared.messages import Answer


def probability(answer: Answer) -> float | None:
    """In [0, 1]; None where the backend told no probabilities, or nothing was answered.

    Of a choice: its share among all choices, by the softmax of their mean log-probabilities. Of a text: the geometric
    mean of its tokens' probabilities, exp(sum of log-probabilities / tokens), as in Malinin and Gales (2021).
    """
    if answer.status != "answered":
        return None
    if answer.choice_log_probabilities:
        return _share(answer.choice_log_probabilities)
    if answer.log_probability is None or not answer.answer_tokens:
        return None
    return min(1.0, exp(answer.log_probability / answer.answer_tokens))


def _share(weighed: dict[str, float]) -> float:
    """What the likeliest choice, which was the answer, has of all choices together."""
    highest = max(weighed.values())
    return 1.0 / sum(exp(value - highest) for value in weighed.values())
