"""Whether a run fits: what it needs against what is free, and what would help where it does not."""

from pathlib import Path

from services.generator.tuning.training.memory import Memory
from services.generator.tuning.training.plan import TrainingPlan

LIMIT = Path("/sys/fs/cgroup/memory.max")


class TooLargeError(ValueError):
    """The run needs more memory than is free."""


def device() -> str:
    """Where training runs: `cuda` where there is one, else `cpu`."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def free(where: str) -> float:
    """Bytes that are free on the first GPU, or on this machine within its container's limit."""
    if where == "cuda":
        import torch

        return float(torch.cuda.mem_get_info()[0])
    import psutil

    stated = LIMIT.read_text().strip() if LIMIT.exists() else "max"
    available = float(psutil.virtual_memory().available)
    return available if stated == "max" else min(available, float(stated))


def require(needed: Memory, available: float, plan: TrainingPlan) -> None:
    """Raises TooLargeError that says how much is missing and what would help."""
    if needed.total <= available:
        return
    raise TooLargeError(
        f"training would need {needed.total / 1e9:.1f} GB and {available / 1e9:.1f} GB are free "
        f"(in GB: base {needed.weights / 1e9:.1f}, weights that learn {needed.learned / 1e9:.1f}, activations "
        f"{needed.activations / 1e9:.1f}, logits {needed.logits / 1e9:.1f}). What would help: {'; '.join(_help(plan))}"
    )


def _help(plan: TrainingPlan) -> list[str]:
    """Changes of the recipe, the cheapest first."""
    changes = {
        "cache_dequantised: false": plan.cache_dequantised,
        f"batch_size: {plan.batch_size // 2} with accumulate: {plan.accumulate * 2}, the same steps": (
            plan.batch_size > 1
        ),
        f"virtual_tokens below {plan.virtual_tokens}": plan.method == "cartridge",
        "checkpointing: true": not plan.checkpointing and plan.method != "cartridge",
        "method: qlora": plan.method not in ("qlora", "cartridge"),
        f"max_tokens below {plan.max_tokens}": True,
        "optimiser: paged_adamw_8bit on a GPU": plan.optimiser != "paged_adamw_8bit",
        "a smaller model": True,
    }
    return [change for change, possible in changes.items() if possible]
