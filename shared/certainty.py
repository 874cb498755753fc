"""How sure a model was of its answer, as a probability that can be held against whether it was right."""

from math import exp

from shared.messages import Answer


def probability(answer: Answer) -> float | None:
    """In [0, 1]; None where the backend told no probabilities, or nothing was answered.

    Of a choice: its share among all choices, by the softmax of their mean log-probabilities. Of a text: the geometric
    mean of its tokens' probabilities, as `mean_probability` has it.
    """
    return _of_what_was_said(answer) if answer.status == "answered" else None


def as_said(answer: Answer) -> Answer:
    """The answer, or what the model said where its rule of abstention kept that back, as if it had been given.

    What selective answering is judged by at every threshold, and not at the one that was set alone. A result from
    restricted documents leaves out what was withheld.
    """
    if not answer.withheld:
        return answer
    return answer.model_copy(update={"status": "answered", "text": answer.withheld, "withheld": ""})


def mean_probability(log_probability: float | None, tokens: int) -> float | None:
    """exp(sum of natural log-probabilities / tokens), as in Malinin and Gales (2021); None where it is not known."""
    if log_probability is None or not tokens:
        return None
    return exp(min(0.0, log_probability / tokens))


def _of_what_was_said(answer: Answer) -> float | None:
    if answer.choice_log_probabilities:
        return _share(answer.choice_log_probabilities)
    return mean_probability(answer.log_probability, answer.answer_tokens)


def _share(weighed: dict[str, float]) -> float:
    """What the likeliest choice, which was the answer, has of all choices together."""
    highest = max(weighed.values())
    return 1.0 / sum(exp(value - highest) for value in weighed.values())
