"""A key-value cache of one row with room to grow in: nothing that lies in it is copied for a new token.

transformers' own `DynamicCache` copies all keys and values for each token that is added, which is for thousands of
tokens a second of work for each word that is said.
"""

from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

ROOM = 512
"""Tokens for which there is room at least, where room has to be made."""


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """A layer whose keys and values are the first part of larger tensors, of shape (1, heads, room, width).

    Cropping, which is inherited, leaves the tensors as they are and shows less of them.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._rooms: tuple[torch.Tensor, ...] = ()

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Put new keys and values behind those that are there; returns all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        held, length = self.get_seq_length(), self.get_seq_length() + key_states.shape[-2]
        if not self._rooms or self._rooms[0].shape[-2] < length:
            self._make_room(length + ROOM, key_states, value_states)
        for room, fresh in zip(self._rooms, (key_states, value_states), strict=True):
            room[..., held:length, :] = fresh
        self.keys, self.values = (room[..., :length, :] for room in self._rooms)
        return self.keys, self.values

    def _make_room(self, tokens: int, *states: torch.Tensor) -> None:
        held = self.get_seq_length()
        shown: tuple[Any, ...] = (self.keys, self.values) if held else ()
        rooms: tuple[torch.Tensor, ...] = tuple(
            state.new_empty((*state.shape[:-2], tokens, state.shape[-1])) for state in states
        )
        for room, kept in zip(rooms, shown, strict=False):
            room[..., :held, :] = kept
        self._rooms = rooms

    @property
    def room(self) -> int:
        """Tokens that the tensors hold, those that are cropped away or free included."""
        return self._rooms[0].shape[-2] if self._rooms else 0

    @property
    def nbytes(self) -> int:
        """Memory of the tensors, the room that is free included."""
        return sum(room.nbytes for room in self._rooms)


def of(network: Any) -> DynamicCache | None:
    """An empty cache; None where what the model keeps cannot be cropped: sliding windows, recurrent states."""
    cache = DynamicCache(config=network.config)
    if not cache.layers or any(type(layer) is not DynamicLayer for layer in cache.layers):
        return None
    cache.layers = [GrowingLayer() for _ in cache.layers]
    return cache


def nbytes(cache: DynamicCache) -> int:
    """Memory of a cache that `of` made."""
    return sum(layer.nbytes for layer in cache.layers if isinstance(layer, GrowingLayer))


def room(cache: DynamicCache) -> int:
    """Tokens for which a cache that `of` made has memory, whether they are shown or not."""
    return max(layer.room for layer in cache.layers if isinstance(layer, GrowingLayer))
