"""Cutting a long text into windows that overlap, so that every token is scored once and never without a context."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """Tokens [begin, end) are read; of those, [scored, end) are scored."""

    begin: int
    end: int
    scored: int


def windows(length: int, size: int, stride: int) -> Iterator[Window]:
    """Windows of at most `size` tokens, each `stride` further on, over `length` tokens of which the first is given.

    From the second on, a scored token has at least `size - stride` tokens before it. Source: the strided evaluation of
    language models of fixed length (Hugging Face, "Perplexity of fixed-length models"). ValueError: a stride that
    leaves no context.
    """
    if not 1 <= stride < size:
        raise ValueError(f"a stride of {stride} tokens does not fit windows of {size}: take 1 up to {size - 1}")
    scored = 1
    for begin in range(0, max(1, length), stride):
        end = min(begin + size, length)
        if scored < end:
            yield Window(begin, end, scored)
        scored = end
        if end == length:
            return
