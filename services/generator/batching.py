"""Which prompts go through a model together: those of like length, in batches that shrink where memory is short."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from services.generator.ports import LATE, Chat, Failed
from services.generator.time_left import TimeLeft

T = TypeVar("T")
Work = Callable[[list[int]], Sequence[T]]
log = structlog.get_logger()


@dataclass(frozen=True)
class Rows:
    """Prompts in tokens, each with the tokens that need room behind it; the chats they are of, and what failed."""

    prompts: Sequence[tuple[list[int], int]]
    unreadable: Mapping[int, Failed]
    chats: Sequence[Chat]

    @property
    def with_preamble(self) -> set[int]:
        """Places of the prompts that go through the model one after the other."""
        return {place for place, chat in enumerate(self.chats) if chat.preamble}


def in_batches(
    sizes: Sequence[int],
    work: Work[T],
    *,
    batch_size: int,
    left: TimeLeft,
    refused: Mapping[int, Failed],
    alone: Collection[int] = (),
) -> list[T | Failed]:
    """One result per prompt, in order: `work` is given the places of a batch, of prompts not refused and not late.

    `sizes` are the prompts' tokens; `alone` are places of prompts that go through by themselves, in their order. A
    prompt that does not even fit alone has failed, and no other with it.
    """
    done: dict[int, T | Failed] = dict(refused)
    asked = [place for place in range(len(sizes)) if place not in refused]
    order = sorted((place for place in asked if place not in alone), key=sizes.__getitem__)
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    for places in [*batches, *([place] for place in asked if place in alone)]:
        timely = [place for place in places if not left.over(place)]
        done |= dict.fromkeys(places, LATE)
        done |= zip(timely, _halving(timely, work, sizes), strict=True)
    return [done[place] for place in range(len(sizes))]


def too_long(tokens: int, answer: int, *, reads: int | None, most: int) -> Failed | None:
    """Why a prompt of so many tokens is not put to a model that reads `reads`, or is above a budget `most` (0: none).

    `answer` are the tokens that must have room behind the prompt.
    """
    if most and tokens > most:
        return Failed("prompt_too_long", f"a prompt of {tokens} tokens: the budget is {most}")
    if reads is not None and tokens + answer > reads:
        reason = f"a prompt of {tokens} tokens leaves no room for an answer: the model reads {reads}"
        return Failed("prompt_too_long", reason)
    return None


def _halving(places: list[int], work: Work[T], sizes: Sequence[int]) -> Sequence[T | Failed]:
    if not places:
        return []
    try:
        return work(places)
    except RuntimeError as error:
        if not _out_of_memory(error):
            raise
    _give_back_memory()  # outside of `except`, where the failed batch is let go of
    if len(places) == 1:
        return [Failed("out_of_memory", f"out of memory on a prompt of {sizes[places[0]]} tokens")]
    log.warning("out of memory, the batch is halved", prompts=len(places))
    middle = len(places) // 2
    return [*_halving(places[:middle], work, sizes), *_halving(places[middle:], work, sizes)]


def _out_of_memory(error: RuntimeError) -> bool:
    import torch

    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)


def _give_back_memory() -> None:
    import torch

    torch.cuda.empty_cache()
