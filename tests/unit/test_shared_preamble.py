"""Attention over a preamble that several rows share, held against the model's own."""

from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from services.generator.backends import _growing_cache, _shared_preamble

PREAMBLE, WORDS = 40, 97


@pytest.fixture(scope="module")
def network() -> Any:
    """Random weights, six heads over two of keys."""
    torch.manual_seed(0)
    shape = LlamaConfig(
        vocab_size=WORDS, hidden_size=48, intermediate_size=64, num_hidden_layers=3, num_attention_heads=6,
        num_key_value_heads=2, max_position_embeddings=512,
    )  # fmt: skip
    return LlamaForCausalLM(shape).eval()  # type: ignore[no-untyped-call]


def ids(tokens: int) -> torch.Tensor:
    return torch.randint(0, WORDS, (tokens,))


def kept_of(network: Any, preamble: torch.Tensor) -> Any:
    kept = _growing_cache.of(network)
    network(input_ids=preamble[None], past_key_values=kept, use_cache=True)
    return kept


def over(network: Any, kept: Any, rows: list[torch.Tensor]) -> torch.Tensor:
    """The logits behind each row's last token, rows padded on the left behind the preamble."""
    longest = max(map(len, rows))
    pads = [torch.zeros(longest - len(row), dtype=torch.long) for row in rows]
    mask = torch.stack([
        torch.cat([torch.ones(PREAMBLE, dtype=torch.long), pad, torch.ones_like(row)])
        for pad, row in zip(pads, rows, strict=True)
    ])  # fmt: skip
    places = (mask.cumsum(-1) - 1)[:, PREAMBLE:]
    own = torch.stack([torch.cat([pad, row]) for pad, row in zip(pads, rows, strict=True)])
    with _shared_preamble.over(network, kept, PREAMBLE) as cache:
        said = network(input_ids=own, attention_mask=mask, position_ids=places, past_key_values=cache)
        return torch.as_tensor(said.logits[:, -1])


@torch.inference_mode()
@pytest.mark.parametrize("lengths", [(1,), (7,), (4, 4), (3, 9, 6)])
def test_rows_over_a_shared_preamble_are_as_each_alone(
    network: Any, lengths: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    preamble, rows = ids(PREAMBLE), [ids(length) for length in lengths]
    kept = kept_of(network, preamble)
    alone = torch.stack([network(input_ids=torch.cat([preamble, row])[None]).logits[0, -1] for row in rows])
    torch.testing.assert_close(over(network, kept, rows), alone)
    monkeypatch.setattr(_shared_preamble, "ROWS_AT_ONCE", 5)
    torch.testing.assert_close(over(network, kept, rows), alone)


@torch.inference_mode()
def test_what_is_kept_and_the_models_own_attention_stay_as_they_are(network: Any) -> None:
    kept, before = kept_of(network, ids(PREAMBLE)), network.config.to_dict()
    keys = kept.layers[0].keys.clone()
    over(network, kept, [ids(3), ids(5)])
    assert kept.get_seq_length() == PREAMBLE
    assert torch.equal(kept.layers[0].keys, keys)
    assert network.config.to_dict() == before
    plain = network(input_ids=ids(4)[None]).logits
    assert plain.shape == (1, 4, WORDS), "its own attention needs no preamble"
