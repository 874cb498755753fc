"""The cache of preambles by itself: what it keeps within its budget, what it says, and what operators see of it."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from transformers import LlamaConfig, LlamaForCausalLM

from services.generator.prefix_cache import Key, PrefixCache

LONG, ELSE = 4_000, 7
MiB = 1024**2
NEWS, SPORT = Key(None, 1.0, "news"), Key(None, 1.0, "sport")


@pytest.fixture(scope="module")
def network() -> Any:
    shape = LlamaConfig(
        vocab_size=16, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1,
        max_position_embeddings=2 * LONG,
    )  # fmt: skip
    return LlamaForCausalLM(shape).eval()  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.inference_mode():
        yield


def is_kept(cache: PrefixCache, network: Any, ids: list[int], key: Key = NEWS) -> bool:
    with cache.over(network, key, ids) as over:
        return over is not None


def test_a_long_preamble_is_still_kept_after_its_beginning_changed(network: Any) -> None:
    before, corrected = [1] * LONG, [1] * 10 + [ELSE] * (LONG - 10)
    measure = PrefixCache(1_000 * MiB)
    is_kept(measure, network, before)
    cache = PrefixCache(2 * measure.size)

    assert [is_kept(cache, network, ids) for ids in (before, corrected, before)] == [True] * 3
    assert cache.tokens == LONG


def test_a_preamble_that_stays_too_large_is_spoken_of_once(network: Any) -> None:
    cache = PrefixCache(1_000)

    with capture_logs() as logs:
        for tokens in (600, 700, 800):
            assert not is_kept(cache, network, [1] * tokens)
        assert not is_kept(cache, network, [1] * 900, SPORT)

    assert [entry["name"] for entry in logs] == ["news", "sport"]
    assert "raise TILTYARD_GENERATOR_CACHE_MIB" in logs[0]["reason"]


def test_operators_see_what_is_kept_also_after_a_failure(network: Any) -> None:
    class Broken:
        config, device = network.config, network.device

        def __call__(self, **_: Any) -> None:
            raise RuntimeError("out of memory")

    cache = PrefixCache(1_000 * MiB)
    is_kept(cache, network, [1] * 20)
    with pytest.raises(RuntimeError, match="out of memory"):
        is_kept(cache, Broken(), [ELSE] * 20)

    assert REGISTRY.get_sample_value("tiltyard_prefix_cache_tokens") == cache.tokens == 0
