"""Several prompts at once over one preamble: its keys and values are read once for all of them, and copied for none.

A row's attention is over the preamble and over what is its own. The two are computed apart and put together by their
log-sum-exp, which is exact but for rounding (cascade inference, Ye et al. 2024; the same sums as FlashAttention's).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.cache_utils import Cache, DynamicLayer
from transformers.masking_utils import sdpa_mask

from services.generator.backends import _growing_cache

NAME = "tiltyard_shared_preamble"
ROWS_AT_ONCE = 1_024
"""Queries whose scores are in memory together."""
NEAR = 0.05
"""Of the largest logit: how far a half-precision model may be off when it is tried."""
Tensor = torch.Tensor


@dataclass(frozen=True)
class Preamble:
    """Keys and values of one layer, of shape (1, key heads, tokens, width)."""

    keys: Tensor
    values: Tensor

    @property
    def tokens(self) -> int:
        return int(self.keys.shape[-2])


class OwnLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """What rows have behind the preamble; its length counts the preamble too."""

    def __init__(self, preamble: Preamble) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.preamble = preamble

    def get_seq_length(self) -> int:
        return self.preamble.tokens + int(super().get_seq_length())


_TRIED: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
_LAYERS: ContextVar[Sequence[Any]] = ContextVar("layers")


def can(network: Any) -> bool:
    """Whether a model answers over a shared preamble as it does by itself: tried once, on a few tokens."""
    inner = network.get_base_model() if hasattr(network, "get_base_model") else network
    if inner not in _TRIED:
        _TRIED[inner] = _is_plain(inner) and _is_same(inner)
    return _TRIED[inner]


def _is_plain(network: Any) -> bool:
    """Whether attention goes through the interface of transformers, without caps and without sinks."""
    config = network.config.get_text_config()
    capped = getattr(config, "attn_logit_softcapping", None) is not None
    sinks = any(name.endswith("sinks") for name, _ in network.named_parameters())
    return bool(getattr(network, "_supports_attention_backend", False)) and not capped and not sinks


@torch.inference_mode()
def _is_same(network: Any) -> bool:
    """Whether the last of eight tokens is as likely over a shared beginning; false where that cannot be computed."""
    ids = torch.arange(1, 9, device=network.device)[None]
    kept = _growing_cache.of(network)
    if kept is None:
        return False
    try:
        wanted = network(input_ids=ids).logits[0, -1].float()
        network(input_ids=ids[:, :5], past_key_values=kept, use_cache=True)
        with over(network, kept, 5) as cache:
            places = torch.arange(5, 8, device=network.device)[None]
            seen = network(input_ids=ids[:, 5:], position_ids=places, past_key_values=cache).logits[0, -1].float()
    except (RuntimeError, TypeError, ValueError, AttributeError, IndexError):
        return False
    return bool((seen - wanted).abs().max() <= NEAR * wanted.abs().max())


@contextmanager
def over(network: Any, kept: Cache, tokens: int) -> Iterator[Cache]:
    """A cache for several rows that begin with the first `tokens` of a kept one, which stays as it is.

    The network's attention knows it while this is open.
    """
    kept_layers: Sequence[Any] = kept.layers
    layers: list[Any] = [
        OwnLayer(Preamble(layer.keys[..., :tokens, :], layer.values[..., :tokens, :])) for layer in kept_layers
    ]
    config, token = network.config, _LAYERS.set(layers)
    before = config._attn_implementation  # noqa: SLF001  (nothing public says it)
    config._attn_implementation = NAME  # noqa: SLF001
    try:
        yield Cache(layers=layers)
    finally:
        config._attn_implementation = before  # noqa: SLF001
        _LAYERS.reset(token)


def attend(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, scaling: float, **_: Any
) -> tuple[Tensor, None]:
    """Attention of `query` (rows, heads, asked, width) over the preamble and its rows' own `key` and `value`.

    `attention_mask` is (rows, 1, asked, preamble and own), true where a query may look; None: as far as it stands.
    Returns (rows, asked, heads, width).
    """
    preamble: Preamble = _LAYERS.get()[module.layer_idx].preamble
    rows, heads, asked, width = query.shape
    groups = key.shape[1]
    grouped = (query * scaling).reshape(rows, groups, heads // groups * asked, width)
    before, sum_before = _over_preamble(grouped, preamble)
    own, sum_own = _over_own(grouped, key, value, _visible(attention_mask, preamble.tokens, asked, key))
    share = torch.sigmoid(sum_before - sum_own)[..., None]
    merged = torch.lerp(own.float(), before.float(), share).to(query.dtype)
    return merged.view(rows, heads, asked, value.shape[-1]).transpose(1, 2).contiguous(), None


def _over_preamble(query: Tensor, preamble: Preamble) -> tuple[Tensor, Tensor]:
    """Of all rows' queries, (rows, groups, queries, width): what they read, and the log of what they summed."""
    rows, groups, queries, width = query.shape
    together = query.transpose(0, 1).reshape(groups, rows * queries, width)
    keys, values = preamble.keys[0].transpose(-1, -2), preamble.values[0]
    read, sums = [], []
    for part in torch.split(together, ROWS_AT_ONCE, dim=1):
        weights, total = _weights((part @ keys).float())
        sums.append(total)
        read.append(weights.to(values.dtype) @ values)
    back = torch.cat(read, dim=1).view(groups, rows, queries, width).transpose(0, 1)
    return back, torch.cat(sums, dim=1).view(groups, rows, queries).transpose(0, 1)


def _over_own(query: Tensor, key: Tensor, value: Tensor, visible: Tensor) -> tuple[Tensor, Tensor]:
    """The same over what each row has behind the preamble. A query that sees none of it reads zeros."""
    rows, groups, _, width = query.shape
    asked = visible.shape[-2]
    by_place, behind = query.view(rows, groups, -1, asked, width), key.transpose(-1, -2)[:, :, None]
    read, sums = [], []
    for at in range(0, asked, most := max(1, ROWS_AT_ONCE // rows)):
        scores = (by_place[..., at : at + most, :] @ behind).float()
        weights, total = _weights(scores.masked_fill_(~visible[:, :, None, at : at + most], -torch.inf))
        sums.append(total)
        read.append(weights.nan_to_num_(0.0).to(value.dtype) @ value[:, :, None])
    return torch.cat(read, dim=-2).flatten(2, 3), torch.cat(sums, dim=-1).flatten(2, 3)


def _weights(scores: Tensor) -> tuple[Tensor, Tensor]:
    """The softmax of the last dimension, in the scores' own memory, and the log of what was summed for it.

    Where all of them are -inf, nothing was: the log is -inf and the weights are no numbers.
    """
    most = scores.amax(-1, keepdim=True)
    most.masked_fill_(most.isneginf(), 0.0)
    total = scores.sub_(most).exp_().sum(-1, keepdim=True)
    return scores.div_(total), (most + total.log())[..., 0]


def _visible(mask: Tensor | None, before: int, asked: int, key: Tensor) -> Tensor:
    """Which of its row's own tokens a query may look at: (rows or 1, 1, asked, own)."""
    if mask is not None:
        return mask[..., before : before + key.shape[-2]]
    own = key.shape[-2]
    return torch.ones(asked, own, dtype=torch.bool, device=key.device).tril(own - asked)[None, None]


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, sdpa_mask)
