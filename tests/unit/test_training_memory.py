"""The memory that training will need, foreseen from sizes alone."""

from pathlib import Path
from typing import Any

import pytest
import torch

from bench.shapes import SHAPES
from services.generator.tuning.training import memory, network, room, shape, step
from services.generator.tuning.training.memory import Load
from services.generator.tuning.training.plan import TrainingPlan
from tests import tiny_model, training_run

GB = 1e9
LARGE = [name for name in SHAPES if name != "smollm2-135m"]
LOAD = Load(examples=4, tokens=512, reply=128)


def plan(**changes: Any) -> TrainingPlan:
    return TrainingPlan(**{"checkpointing": True, "batch_size": 4} | changes)


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("smollm2-135m", 0.1345),
        ("llama-2-7b", 6.738),
        ("llama-3.1-8b", 8.030),
        ("mistral-7b", 7.248),
        ("qwen2.5-7b", 7.615),
    ],
)
def test_a_shape_has_the_weights_that_its_makers_state(name: str, billions: float) -> None:
    """Qwen's biases of queries, keys and values are not counted: 0.0001 billion."""
    sizes = shape.stated(SHAPES[name])

    assert sizes.linear_weights + sizes.other_weights == pytest.approx(billions * 1e9, rel=1e-3)


@pytest.mark.parametrize("name", LARGE)
def test_qlora_with_checkpointing_fits_a_gpu_of_24_gb_and_full_training_does_not(name: str) -> None:
    sizes = shape.stated(SHAPES[name])

    assert memory.predict(sizes, plan(), LOAD, "cuda").total < 22 * GB
    assert memory.predict(sizes, plan(method="full"), LOAD, "cuda").total > 100 * GB


def test_what_saves_memory_is_predicted_to() -> None:
    sizes = shape.stated(SHAPES["llama-2-7b"])

    def total(load: Load = LOAD, **changes: Any) -> float:
        return memory.predict(sizes, plan(**changes), load, "cuda").total

    assert total(optimiser="paged_adamw_8bit") < total()
    assert total() < total(checkpointing=False)
    assert total() < total(method="lora") < total(method="full")
    assert total() < total(cache_dequantised=True)
    assert total(Load(2, 512, 128)) < total() < total(Load(4, 1024, 128))


def test_the_weights_that_learn_are_counted_exactly(tmp_path: Path) -> None:
    tiny = tiny_model.save(tmp_path)

    cartridge = {"method": "cartridge", "virtual_tokens": 12, "frozen_tokens": 2, "max_tokens": 64}
    for changes in ({"rank": 4}, {"rank": 4, "targets": "q_proj,v_proj"}, {"method": "full"}, cartridge):
        made = TrainingPlan(**changes)
        counted = sum(weight.numel() for weight in network.learned(network.build(tiny, made)).values())
        assert memory.learned_weights(shape.of(tiny), made) == counted


def test_activations_are_foreseen_to_within_a_third(tmp_path: Path) -> None:
    """Held against what autograd keeps, each storage counted once; the weights are not counted."""
    tiny = tiny_model.save(tmp_path)
    cartridge = TrainingPlan(method="cartridge", virtual_tokens=200, max_tokens=64)
    for made in (TrainingPlan(rank=4, method="lora"), cartridge):
        assert_activations_are_foreseen(tiny, made)


def assert_activations_are_foreseen(tiny: Path, made: TrainingPlan) -> None:
    batch = training_run.examples()[-1:]
    net, kept = network.build(tiny, made), {}
    weights = {weight.untyped_storage().data_ptr() for weight in net.parameters()}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = (tensor, tensor.untyped_storage().nbytes())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        step.summed_loss(net, batch)
    measured = sum(size for place, (_, size) in kept.items() if place not in weights)

    predicted = memory.predict(shape.of(tiny), made, Load(1, len(batch[0]), len(batch[0].reply)), "cpu")
    assert predicted.activations + predicted.logits == pytest.approx(measured, rel=1 / 3)


def test_a_base_in_bf16_needs_half(tmp_path: Path) -> None:
    sizes, load = shape.of(tiny_model.save(tmp_path)), Load(1, 8, 4)
    for form in ({"method": "lora"}, {"cache_dequantised": True}):
        plain, rounded = (
            memory.predict(sizes, TrainingPlan(cpu_compute=precision, **form), load, "cpu").weights
            for precision in ("fp32", "bf16")
        )
        assert rounded == plain / 2


def test_what_cannot_fit_is_refused_with_what_would_help() -> None:
    needed = memory.predict(shape.stated(SHAPES["llama-2-7b"]), plan(method="lora", checkpointing=False), LOAD, "cuda")

    with pytest.raises(
        room.TooLargeError, match=r"would need .* GB and 8.0 GB are free.*batch_size: 2 .*method: qlora"
    ):
        room.require(needed, 8 * GB, plan(method="lora", checkpointing=False))
    room.require(needed, needed.total, plan())


def test_a_configuration_of_another_kind_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="num_attention_heads"):
        shape.stated({"hidden_size": 8})
