"""The network that is trained: the base as its method stores it, and the weights that learn.

QLoRA is LoRA trained over a base in bitsandbytes NF4 with double quantisation (Dettmers et al. 2023). A cartridge is
a beginning of the key-value cache that is trained while the base stands still (Eyuboglu et al. 2025).
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from peft import (
    LoraConfig,
    get_peft_model,
    initialize_kv_prefix_from_past_key_values,
    prepare_model_for_kbit_training,
)
from peft.optimizers import create_loraplus_optimizer

from services.generator import adapter_config, adapter_loading, cartridge_config, cartridge_loading
from services.generator.adapter_weights import PREFIX
from services.generator.backends.transformers import load
from services.generator.tuning.data import learned as earlier
from services.generator.tuning.training import compute
from services.generator.tuning.training.compute import computing
from services.generator.tuning.training.plan import TrainingPlan


def build(folder: Path, plan: TrainingPlan) -> Any:
    """The model of a folder, ready to be trained as the plan says; on the GPU where there is one.

    Raises ValueError for a cartridge that leaves the longest example no room.
    """
    base = _BASES[plan.method](folder, plan)
    if plan.checkpointing:
        base.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    if plan.method == "cartridge":
        cartridge_loading.require_room(base, plan.virtual_tokens, plan.max_tokens)
        base = cartridge_loading.over(base, plan.virtual_tokens, plan.frozen_tokens, trains=True)
    elif plan.method != "full":
        base = get_peft_model(base, _lora(plan))
    return base.train()


def start_from(network: Any, adapter: Path) -> None:
    """Put an adapter's weights in place of the fresh ones, as they were before its recipe's strength weakened them.

    Otherwise each training would weaken what the ones before it taught. Raises ValueError where its form is another.
    """
    wanted = network.peft_config["default"]
    if (kind := adapter_config.kind(adapter)) != wanted.peft_type.lower():
        raise ValueError(
            f"cannot go on from {adapter.name}: it is a {kind}, the recipe makes a {wanted.peft_type.lower()}; "
            "train on a track of its own, or with warm_start: none"
        )
    if kind == "cartridge":
        held = cartridge_config.read(adapter)
        form = {name: getattr(held, name) for name in ("num_virtual_tokens", "num_frozen_tokens")}
        _require_form(adapter, form, wanted)
        cartridge_loading.put(network, adapter_loading.weights(adapter)[PREFIX])
        return
    saved = adapter_config.read(adapter)
    _require_form(adapter, {"r": saved.r, "lora_alpha": saved.lora_alpha, "target_modules": saved.target_set}, wanted)
    adapter_loading.put(network, adapter_loading.weights(adapter), "default")
    weaken(network, 1 / earlier.strength_of(adapter))


def open_with(network: Any, ids: Sequence[int]) -> None:
    """Let a cartridge begin as its base reads these tokens, one for each of its own."""
    tokens = torch.tensor([ids], device=network.device)
    with torch.no_grad(), computing(network):
        read = network.get_base_model()(input_ids=tokens, use_cache=True, logits_to_keep=1).past_key_values
    initialize_kv_prefix_from_past_key_values(network, past_key_values=read)


def _require_form(adapter: Path, form: Mapping[str, object], wanted: Any) -> None:
    for name, value in form.items():
        if value != getattr(wanted, name):
            raise ValueError(
                f"cannot go on from {adapter.name}: its {name} is {value}, the recipe's is "
                f"{getattr(wanted, name)}; take the same, or warm_start: none"
            )


def learned(network: Any) -> dict[str, torch.nn.Parameter]:
    """The weights that training changes, by name."""
    return {name: weight for name, weight in network.named_parameters() if weight.requires_grad}


def weaken(network: Any, strength: float) -> None:
    """Put the adapter between the base (0) and what was trained (1).

    Weights between a base and its fine-tuned form do better on what neither saw than either end, at little loss on
    what was learned (WiSE-FT, Wortsman et al. 2022). The change is in the weights, so that every server serves it.
    """
    with torch.no_grad():
        for name, weight in learned(network).items():
            if "lora_B" in name:
                weight.mul_(strength)


def optimiser(network: Any, plan: TrainingPlan) -> torch.optim.Optimizer:
    """The plan's optimiser over the weights that learn, each group at its highest rate.

    With LoRA+ the matrices that begin as zeros learn faster than the others (Hayou et al. 2024). Raises ValueError for
    a paged one without a GPU.
    """
    kind: Any = _optimiser_class(network, plan)
    rate, decay = plan.learning_rate, plan.weight_decay
    if plan.lora_plus == 1:
        made: torch.optim.Optimizer = kind([*learned(network).values()], lr=rate, weight_decay=decay)
    else:
        wishes = {
            "lr": rate,
            "loraplus_lr_ratio": plan.lora_plus,
            "weight_decay": decay,
            "loraplus_weight_decay": decay,
        }
        made = create_loraplus_optimizer(network, kind, **wishes)
    return made


def _optimiser_class(network: Any, plan: TrainingPlan) -> Any:
    on_gpu = network.device.type == "cuda"
    name = plan.optimiser if plan.optimiser != "auto" else "paged_adamw_32bit" if on_gpu else "adamw"
    if name == "adamw":
        return torch.optim.AdamW
    if not on_gpu:
        raise ValueError(f"optimiser {name} pages to the host's memory from a GPU and there is none: use adamw or auto")
    paged: Any = import_module("bitsandbytes.optim")
    chosen: Any = paged.PagedAdamW8bit if name == "paged_adamw_8bit" else paged.PagedAdamW32bit
    return chosen


def _qlora(folder: Path, plan: TrainingPlan) -> Any:
    """Norms and embeddings are made fp32 by PEFT, as QLoRA does."""
    base: Any = load(folder, "nf4")
    base = prepare_model_for_kbit_training(base, use_gradient_checkpointing=False)  # type: ignore[no-untyped-call]
    if not plan.cache_dequantised:
        return base
    base = base.dequantize().requires_grad_(False)
    return base.to(torch.bfloat16) if base.device.type == "cpu" and compute.of(plan, "cpu") == "bf16" else base


def _plain(folder: Path, plan: TrainingPlan) -> Any:
    return load(folder, compute.of(plan, "cuda" if torch.cuda.is_available() else "cpu"))


def _whole(folder: Path, _: TrainingPlan) -> Any:
    """All weights in fp32, on a GPU too: bf16 weights would lose the small steps."""
    return load(folder, "fp32")


def _lora(plan: TrainingPlan) -> LoraConfig:
    return LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=plan.dropout,
        target_modules=plan.targets if plan.targets == "all-linear" else plan.targets.split(","),
        task_type="CAUSAL_LM",
    )


_BASES = {"qlora": _qlora, "lora": _plain, "full": _whole, "cartridge": _plain}
