"""Which prompts go through a model together: those of like length, in batches that shrink where memory is short."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
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

    def alike(self, may_share: Callable[[int], bool]) -> list[Hashable]:
        """What a prompt has in common with those that go through the model with it: nothing, or all before its own.

        `may_share`: whether the prompt at a place may share its preamble; those that may not go alone.
        """
        begins = [(chat.system, chat.preamble, chat.kept_as) if chat.preamble else None for chat in self.chats]
        return [begin if begin is None or may_share(place) else place for place, begin in enumerate(begins)]


def in_batches(
    sizes: Sequence[int],
    work: Work[T],
    *,
    batch_size: int,
    left: TimeLeft,
    refused: Mapping[int, Failed],
    alike: Sequence[Hashable] = (),
) -> list[T | Failed]:
    """One result per prompt, in order: `work` is given the places of a batch, of prompts not refused and not late.

    `sizes` are the prompts' tokens; only prompts that are `alike` by this share a batch. A prompt that does not fit
    even alone has failed, and no other with it.
    """
    done: dict[int, T | Failed] = dict(refused)
    for places in _batches(sizes, batch_size, refused, alike):
        timely = [place for place in places if not left.over(place)]
        done |= dict.fromkeys(places, LATE)
        done |= zip(timely, _halving(timely, work, sizes), strict=True)
    return [done[place] for place in range(len(sizes))]


def _batches(
    sizes: Sequence[int], batch_size: int, refused: Collection[int], alike: Sequence[Hashable]
) -> Iterator[list[int]]:
    """Places of prompts of one kind, short ones first, at most so many."""
    kinds: dict[Hashable, list[int]] = {}
    for place in range(len(sizes)):
        if place not in refused:
            kinds.setdefault(alike[place] if alike else None, []).append(place)
    for places in kinds.values():
        order = sorted(places, key=sizes.__getitem__)
        yield from (order[start : start + batch_size] for start in range(0, len(order), batch_size))


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
