"""One step: the loss of a batch's replies and the gradients of the weights that learn.

Two savings that change no number beyond rounding: logits are computed for the replies only, which a batch padded on
the left has at its end; and the beginning that all prompts of a batch share (the system turn) is computed once. A
cartridge stands before both.
"""

from collections.abc import Sequence
from typing import Any

import torch

from services.generator import cartridge_loading
from services.generator.cartridge_loading import base_of, behind, places
from services.generator.tuning.training.compute import computing
from services.generator.tuning.training.tokens import NO_LOSS, Encoded, common_beginning, padded

WORTH_SHARING = 8


def accumulate(network: Any, batch: Sequence[Encoded], size: int) -> float:
    """Add up the gradients of a batch, `size` examples at a time; every token of a reply weighs the same.

    Returns the mean cross-entropy of the replies' tokens in nats.
    """
    total = sum(len(example.reply) for example in batch)
    loss = 0.0
    for start in range(0, len(batch), size):
        part = summed_loss(network, batch[start : start + size]) / total
        part.backward()  # type: ignore[no-untyped-call]
        loss += part.item()
    return loss


def summed_loss(network: Any, batch: Sequence[Encoded]) -> torch.Tensor:
    """Sum of the cross-entropy over the replies' tokens."""
    with computing(network):
        logits = logits_of(network, batch)
    labels = torch.tensor(padded(batch, filler=0)[2], device=network.device)[:, -(logits.shape[1] - 1) :]
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].float().flatten(0, 1), labels.flatten(), ignore_index=NO_LOSS, reduction="sum"
    )


def logits_of(network: Any, batch: Sequence[Encoded]) -> torch.Tensor:
    """Logits for the longest reply and the place before it, of shape (examples, reply + 1, vocabulary)."""
    shared = 0 if network.is_gradient_checkpointing else common_beginning(batch)
    return _logits(network, batch, shared if shared >= WORTH_SHARING and len(batch) > 1 else 0)


def _logits(network: Any, batch: Sequence[Encoded], shared: int) -> torch.Tensor:
    """The same; what all prompts begin with is computed once, `shared` tokens of it."""
    ids, mask, _ = (torch.tensor(rows, device=network.device) for rows in padded(batch, filler=0, skip=shared))
    kept = _last(max(len(example.reply) for example in batch) + 1, ids)
    past = cartridge_loading.beginning(network, 1)
    if past is None and not shared:
        output: torch.Tensor = network(input_ids=ids, attention_mask=mask, logits_to_keep=kept, use_cache=False).logits
        return output
    speaks = network if past is None else base_of(network)
    if shared:
        beginning = torch.tensor([batch[0].prompt[:shared]], device=network.device)
        past = speaks(input_ids=beginning, past_key_values=past, logits_to_keep=1, use_cache=True).past_key_values
    past.batch_repeat_interleave(len(batch))
    inputs = behind(past, {"input_ids": ids, "attention_mask": mask})
    logits: torch.Tensor = speaks(**inputs, position_ids=places(inputs), logits_to_keep=kept).logits
    return logits


def _last(count: int, ids: torch.Tensor) -> torch.Tensor:
    """The last places of each row, named one by one: so they are copied, which one matrix product needs."""
    return torch.arange(ids.shape[1] - count, ids.shape[1], device=ids.device)
