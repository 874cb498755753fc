"""The term that holds a model to its base while it learns news, and what the base itself answers.

It is the divergence from the base to the model, D(base || model) of Kullback and Leibler, over every token of the
base's own greedy answers, and over the first tokens of the documents. It is 0 before the first step. An answer that
is learned is never held, so that loss and term do not pull at the same tokens.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from services.generator import chat_format
from services.generator.tuning.training.compute import computing
from services.generator.tuning.training.held_examples import ANSWER_TOKENS, TOGETHER
from services.generator.tuning.training.step import logits_of
from services.generator.tuning.training.tokens import NO_LOSS, Encoded, padded


def answered(
    network: Any, prompts: Sequence[tuple[int, ...]], heard: Callable[[int], None] = lambda _: None
) -> list[Encoded]:
    """Each prompt with what the base says to it, greedily, its end of turn included where it ends in time.

    `heard` is told how many are answered, now and then.
    The network stays in training: on a CPU bitsandbytes repacks NF4 for inference, and has no gradients through that.
    """
    ends = network.generation_config.eos_token_id
    rows: list[Encoded] = []
    in_order = sorted(prompts, key=len)
    for start in range(0, len(in_order), TOGETHER):
        part = [Encoded(prompt, ()) for prompt in in_order[start : start + TOGETHER]]
        ids, mask, _ = (torch.tensor(table, device=network.device) for table in padded(part, filler=0))
        with torch.inference_mode(), network.disable_adapter():
            said = network.generate(
                input_ids=ids, attention_mask=mask, max_new_tokens=ANSWER_TOKENS, do_sample=False, pad_token_id=0
            )
        replies = said[:, ids.shape[1] :].tolist()
        known = set(ends if isinstance(ends, list) else [ends])
        rows += [Encoded(of.prompt, _through_end(reply, known)) for of, reply in zip(part, replies, strict=True)]
        heard(len(rows))
    return rows


def _through_end(reply: Sequence[int], ends: set[int]) -> tuple[int, ...]:
    return tuple(reply[: len(chat_format.until_end(list(reply), ends)) + 1])


def accumulate(network: Any, batch: Sequence[Encoded], weight: float) -> float:
    """Add the gradients of the weighted divergence, a mean over the batch's tokens; returns the divergence in nats."""
    with computing(network):
        with torch.no_grad(), network.disable_adapter():
            base = logits_of(network, batch)[:, :-1].float().log_softmax(-1)
        model = logits_of(network, batch)[:, :-1].float().log_softmax(-1)
    labels = torch.tensor(padded(batch, filler=0)[2], device=network.device)[:, -model.shape[1] :]
    places = labels != NO_LOSS
    divergence = torch.nn.functional.kl_div(model[places], base[places], reduction="sum", log_target=True)
    mean = divergence / places.sum()
    (weight * mean).backward()  # type: ignore[no-untyped-call]
    return mean.item()
