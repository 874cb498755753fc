"""Putting an adapter on a network: every weight finds its module, or the network is as it was before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from services.generator import adapter_loading
from services.generator.adapter_config import CONFIG
from services.generator.adapter_files import WEIGHTS
from services.generator.backends import transformers
from services.generator.speakers import Speakers
from tests import tiny_model

Q = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("base"), width=16)


@pytest.fixture
def adapter(base: Path, tmp_path: Path) -> Path:
    (tmp_path / "adapter").mkdir()
    tiny_model.save_lora(base, tmp_path / "adapter", 0.5)
    return tmp_path / "adapter"


@pytest.fixture
def other(base: Path, tmp_path: Path) -> Path:
    (tmp_path / "other").mkdir()
    tiny_model.save_lora(base, tmp_path / "other", 0.7)
    return tmp_path / "other"


def change(folder: Path, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    save_file(edit(load_file(folder / WEIGHTS)), folder / WEIGHTS)


def said(network: Any) -> torch.Tensor:
    with torch.inference_mode():
        logits: torch.Tensor = network(input_ids=torch.arange(8)[None]).logits
    return logits


@pytest.mark.parametrize("merges", [True, False])
def test_an_adapter_changes_what_the_network_says(base: Path, adapter: Path, merges: bool) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=merges)
    before = said(speakers.network)

    speakers.take(adapter, "1", "tuned")

    assert not torch.allclose(said(speakers.network), before)


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], str]] = {
    "a layer that the base has not": (
        lambda all_: {name.replace("layers.1", "layers.9"): tensor for name, tensor in all_.items()},
        "weights fit no module of the base",
    ),
    "a pair too few": (
        lambda all_: {name: tensor for name, tensor in all_.items() if not name.startswith(Q)},
        "disagree about model.layers.0.self_attn.q_proj",
    ),
    "another width": (
        lambda all_: all_ | {f"{Q}.lora_A.weight": torch.ones(2, 17)},
        r"do not fit the base: model.layers.0.self_attn.q_proj is \(16, 16\) wide, they are \(17, 16\)",
    ),
    "no number": (lambda all_: all_ | {f"{Q}.lora_B.weight": torch.full((16, 2), torch.nan)}, "endless or none"),
    "an endless one": (lambda all_: all_ | {f"{Q}.lora_B.weight": torch.full((16, 2), torch.inf)}, "endless or none"),
    "none that was trained": (
        lambda all_: {name: torch.zeros_like(part) if "lora_B" in name else part for name, part in all_.items()},
        "changes nothing",
    ),
    "too little": (lambda all_: {name: part * 1e-30 for name, part in all_.items()}, "changes nothing"),
    "huge ones": (lambda all_: {name: torch.full_like(tensor, 3e38) for name, tensor in all_.items()}, "too large"),
}


@pytest.mark.parametrize("merges", [True, False])
@pytest.mark.parametrize("edit", REFUSED)
def test_what_does_not_fit_is_refused_and_the_base_speaks_as_before(
    base: Path, adapter: Path, edit: str, merges: bool
) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=merges)
    before = said(speakers.network)
    changes, why = REFUSED[edit]
    change(adapter, changes)

    with pytest.raises(ValueError, match=why):
        speakers.take(adapter, "1", "tuned")

    assert torch.equal(said(speakers.network), before)
    assert not any("lora_" in name for name, _ in speakers.network.named_parameters())


@pytest.mark.parametrize("merges", [True, False])
@pytest.mark.parametrize("edit", REFUSED)
def test_what_does_not_fit_is_refused_and_the_adapter_before_speaks_on(
    base: Path, adapter: Path, other: Path, edit: str, merges: bool
) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=merges)
    speakers.take(other, "1", "tuned")
    before = said(speakers.network)
    changes, why = REFUSED[edit]
    change(adapter, changes)

    with pytest.raises(ValueError, match=why):
        speakers.take(adapter, "2", "tuned")

    torch.testing.assert_close(said(speakers.network), before)
    assert len(speakers.network.peft_config) == 1


def test_one_pair_of_a_huge_rank_makes_no_room_for_others(base: Path, adapter: Path) -> None:
    pair = {f"{Q}.lora_A.weight": torch.zeros(60_000, 16), f"{Q}.lora_B.weight": torch.zeros(16, 60_000)}
    change(adapter, lambda _: pair)
    (adapter / CONFIG).write_text('{"peft_type": "LORA", "r": 60000, "target_modules": "all-linear"}')

    with pytest.raises(ValueError, match="disagree about"):
        adapter_loading.add(transformers.load(base, "fp32"), adapter, "a")


def test_the_same_weights_by_another_configuration_are_another_adapter(base: Path, adapter: Path) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=False)
    speakers.take(adapter, "1", "tuned")
    before = said(speakers.network)
    config = (adapter / CONFIG).read_text()
    assert '"lora_alpha": 8' in config
    (adapter / CONFIG).write_text(config.replace('"lora_alpha": 8', '"lora_alpha": 80'))

    speakers.take(adapter, "1", "tuned")

    assert not torch.allclose(said(speakers.network), before)


def test_a_training_does_not_go_on_from_weights_that_have_no_place(base: Path, adapter: Path) -> None:
    network = adapter_loading.add(transformers.load(base, "fp32"), adapter, "default")

    with pytest.raises(ValueError, match="fit no module"):
        adapter_loading.put(network, {"base_model.model.x.lora_A.weight": torch.ones(2, 16)}, "default")
    with pytest.raises(ValueError, match="has no weights for"):
        adapter_loading.put(network, {}, "default")


@pytest.mark.parametrize("merges", [True, False])
def test_an_adapter_of_no_strength_is_refused(base: Path, adapter: Path, merges: bool) -> None:
    config = (adapter / CONFIG).read_text()
    (adapter / CONFIG).write_text(config.replace('"lora_alpha": 8', '"lora_alpha": 1e-300'))

    with pytest.raises(ValueError, match="changes nothing"):
        Speakers(lambda: transformers.load(base, "fp32").eval(), merges=merges).take(adapter, "1", "tuned")


def test_a_worker_that_merges_says_the_same_to_the_last_bit_after_many_changes(
    base: Path, adapter: Path, other: Path
) -> None:
    speakers = Speakers(lambda: transformers.load(base, "fp32").eval(), merges=True)
    speakers.take(other, "1", "tuned")
    before = said(speakers.network)

    for _ in range(5):
        speakers.take(adapter, "2", "tuned")
        speakers.take(other, "1", "tuned")

    assert torch.equal(said(speakers.network), before)
