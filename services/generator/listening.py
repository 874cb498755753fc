"""Listening to a model while it generates: how likely it found each token that it chose."""

from typing import Any


class Listener:
    """A logits processor that changes nothing: of each step it keeps the log probability of the greedy token.

    That is the largest one. The scores themselves would be (rows, vocabulary) for every step.
    """

    def __init__(self) -> None:
        self._steps: list[Any] = []

    def __call__(self, _: Any, scores: Any) -> Any:
        self._steps.append(scores.amax(-1) - scores.logsumexp(-1))
        return scores

    def rows(self) -> list[list[float]]:
        """Natural log probabilities of shape (rows, steps)."""
        import torch

        rows: list[list[float]] = torch.stack(self._steps, dim=1).tolist()
        return rows
