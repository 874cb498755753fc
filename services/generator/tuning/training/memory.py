"""How much memory a training run will need, from the model's sizes and the plan alone: nothing is loaded for it.

Counted is what autograd keeps in a decoder of Llama's fashion (see `_kept`); docs/how-to/training.md holds the
predictions against measurements.
"""

from dataclasses import dataclass

from services.generator.tuning.training import compute
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.shape import Shape
from shared.jobs.training import MemoryMib

NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)  # a code, a byte of scale for 64, fp32 for 256 of those (Dettmers et al.)
FP32, BF16 = 4, 2
OPTIMISER = {"adamw": 8, "paged_adamw_32bit": 8, "paged_adamw_8bit": 2}  # bytes for a weight: two moments
RUNTIME = {"cpu": 1.0e9, "cuda": 0.9e9}  # interpreter and libraries; CUDA's context, its kernels' workspace


@dataclass(frozen=True)
class Load:
    """The largest batch in memory at a time: examples, the longest of them and the longest reply, in tokens."""

    examples: int
    tokens: int
    reply: int


@dataclass(frozen=True)
class Memory:
    """Bytes by what they are for."""

    weights: float
    learned: float
    activations: float
    logits: float
    runtime: float

    @property
    def total(self) -> float:
        """The peak, in bytes."""
        return self.weights + self.learned + self.activations + self.logits + self.runtime

    @property
    def in_mib(self) -> MemoryMib:
        """The same in MiB, for people."""
        return MemoryMib(**{name: round(value / 2**20) for name, value in (vars(self) | {"total": self.total}).items()})


def predict(shape: Shape, plan: TrainingPlan, load: Load, device: str, *, held: bool = False) -> Memory:
    """The memory of a run on `cpu` or `cuda`. `held`: the batch is held to the base, whose logits come on top."""
    name = plan.optimiser if plan.optimiser != "auto" else "adamw"
    learning = learned_weights(shape, plan)
    return Memory(
        weights=_frozen(shape, plan, device),
        learned=learning * (FP32 + FP32 + OPTIMISER[name]),
        activations=load.examples * (load.tokens * _kept(shape, plan) + _before(shape, plan)),
        logits=(6 if held else 3) * load.examples * (load.reply + 1) * shape.vocabulary * FP32,
        runtime=RUNTIME[device],
    )


def learned_weights(shape: Shape, plan: TrainingPlan) -> int:
    """How many weights learn: all of them, a cartridge's keys and values, or LoRA's two matrices beside each target."""
    if plan.method == "full":
        return shape.linear_weights + shape.other_weights
    if plan.method == "cartridge":
        return (plan.virtual_tokens - plan.frozen_tokens) * shape.layers * 2 * shape.keys
    wanted = [*shape.linears] if plan.targets == "all-linear" else plan.targets.split(",")
    return shape.layers * plan.rank * sum(sum(shape.linears[name]) for name in wanted if name in shape.linears)


def _frozen(shape: Shape, plan: TrainingPlan, device: str) -> float:
    """The base. Under QLoRA all but the linear layers are fp32; a full run's weights are among the learned."""
    if plan.method == "full":
        return 0.0
    in_bf16 = compute.of(plan, device) == "bf16"
    if plan.method in ("lora", "cartridge") or (plan.cache_dequantised and device == "cpu" and in_bf16):
        return (shape.linear_weights + shape.other_weights) * (BF16 if in_bf16 else FP32)
    each = FP32 if plan.cache_dequantised else NF4_BYTES
    return shape.linear_weights * each + shape.other_weights * FP32


def _kept(shape: Shape, plan: TrainingPlan) -> float:
    """Bytes of activations kept for a token.

    A block keeps, in fp32, three times its width for each of two norms, queries, keys and values spread over all heads
    and the attention's result, and four times the width of its MLP. With checkpointing only each block's input is
    kept, and one block at a time is whole.
    """
    block = FP32 * (6 * shape.hidden + 6 * shape.queries + 4 * shape.intermediate)
    return shape.layers * FP32 * shape.hidden + block if plan.checkpointing else shape.layers * block


def _before(shape: Shape, plan: TrainingPlan) -> float:
    """Bytes kept for the cartridge before an example: its keys and values, spread over all heads."""
    if plan.method != "cartridge":
        return 0.0
    return plan.virtual_tokens * shape.layers * FP32 * 2 * shape.queries
