"""Perplexity and bits per byte of a model on documents, and how an adapter changes them.

Perplexity is exp(nats / tokens) over all documents together (Jelinek et al. 1977); it compares models with the same
tokenizer only. Bits per byte, nats / ln 2 / bytes of UTF-8, compares any (Gao et al. 2020, The Pile). Documents are
drawn whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats, Statistic, bca


@dataclass(frozen=True)
class Bounded:
    """A number with its 95 % limits over documents; None with fewer than six, of which a bootstrap knows too little."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Perplexity:
    """Of one model; both are better when lower."""

    documents: int
    tokens: int
    per_token: Bounded
    bits_per_byte: Bounded


def perplexity(
    nats: Sequence[float], tokens: Sequence[int], sizes: Sequence[int], *, draws: int = DRAWS, seed: int = SEED
) -> Perplexity:
    """Of documents with their negative log likelihood in nats, tokens and bytes, one each. ValueError without any."""
    totals = _totals(nats, tokens, sizes)
    per_token, per_byte = _bounded(totals, _both, draws, seed)
    return Perplexity(len(totals), int(totals[:, 1].sum()), per_token, per_byte)


def ratio(
    changed: Sequence[float], base: Sequence[float], tokens: Sequence[int], *, draws: int = DRAWS, seed: int = SEED
) -> Bounded:
    """Perplexity of one model as a share of another's on the same tokens, paired by document; below 1 is better."""
    (bounded,) = _bounded(_totals(np.subtract(changed, base).tolist(), tokens), _quotient, draws, seed)
    return bounded


def _both(totals: Floats) -> Floats:
    nats, tokens, sizes = totals.T
    return np.column_stack([np.exp(nats / tokens), nats / np.log(2) / sizes])


def _quotient(totals: Floats) -> Floats:
    return np.exp(totals[:, :1] / totals[:, 1:])


def _totals(*columns: Sequence[float]) -> Floats:
    totals = np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])
    if not len(totals) or not (totals[:, 1:] > 0).all():
        raise ValueError("perplexity needs at least one document, and a token and a byte in each")
    return totals


def _bounded(totals: Floats, statistic: Statistic, draws: int, seed: int) -> list[Bounded]:
    values = statistic(totals.sum(axis=0, keepdims=True))[0]
    if len(totals) < FEWEST_GROUPS:
        return [Bounded(float(value), None, None) for value in values]
    low, high = bca(totals, statistic, draws=draws, seed=seed)
    return [Bounded(float(v), float(a), float(b)) for v, a, b in zip(values, low, high, strict=True)]
