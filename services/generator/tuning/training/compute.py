"""The arithmetic of a training: bf16 on a GPU; on a CPU fp32, or bf16 where a plan asks for it.

In bf16 the frozen weights are kept so too; those that learn, and the optimiser's, are fp32 everywhere.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal

from services.generator.tuning.training.plan import TrainingPlan

Precision = Literal["fp32", "bf16"]
NATIVE = ("avx512_bf16", "amx_bf16")
"""What a processor is said to have that multiplies bf16 itself; others take longer for it than for fp32."""


def of(plan: TrainingPlan, device: str) -> Precision:
    """What a run computes in on `cpu` or `cuda`."""
    if device == "cuda":
        return "bf16"
    if plan.cpu_compute == "auto":
        return "bf16" if is_native() else "fp32"
    return plan.cpu_compute


def is_native() -> bool:
    """Whether this processor multiplies bf16 itself."""
    import torch

    has: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()  # older versions cannot tell
    return any(has.get(name) for name in NATIVE)


def computing(network: Any) -> AbstractContextManager[Any]:
    """Compute in the network's precision: on a CPU it is that of its embeddings."""
    import torch

    kind = network.device.type
    is_bf16 = kind == "cuda" or network.get_input_embeddings().weight.dtype is torch.bfloat16
    return torch.autocast(kind, torch.bfloat16) if is_bf16 else nullcontext()
