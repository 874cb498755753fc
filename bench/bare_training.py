"""A training step as the manuals of PEFT and transformers show it, for `bench.training` to be held against."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import NO_LOSS, Encoded

COMPUTE = torch.bfloat16 if torch.cuda.is_available() else torch.float32
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def build(folder: Path, plan: TrainingPlan) -> Any:
    """The model with LoRA, or with all of its weights learning."""
    options: dict[str, Any] = {"dtype": torch.float32 if plan.method == "full" else COMPUTE}
    if plan.method == "qlora":
        options["quantization_config"] = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=COMPUTE,
        )
    model: Any = AutoModelForCausalLM.from_pretrained(folder, device_map={"": DEVICE}, **options)
    if plan.checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    if plan.method == "full":
        return model.train()
    if plan.method == "qlora":
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)  # type: ignore[no-untyped-call]
    lora = LoraConfig(r=plan.rank, lora_alpha=plan.alpha, target_modules="all-linear", task_type="CAUSAL_LM")
    return get_peft_model(model, lora).train()


def step(model: Any, optimiser: torch.optim.Optimizer, batch: Sequence[Encoded]) -> float:
    """Forward with labels, backward, clip, step; returns the loss. Padded on the right, prompts masked."""
    longest = max(map(len, batch))
    rows = [[*example.prompt, *example.reply] for example in batch]
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=DEVICE)
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=DEVICE)
    learnt = [
        [NO_LOSS] * len(example.prompt) + [*example.reply] + [NO_LOSS] * (longest - len(example)) for example in batch
    ]
    with torch.autocast(DEVICE, torch.bfloat16, enabled=DEVICE == "cuda"):
        loss = model(input_ids=ids, attention_mask=mask, labels=torch.tensor(learnt, device=DEVICE)).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_([weight for weight in model.parameters() if weight.requires_grad], 1.0)
    optimiser.step()
    optimiser.zero_grad()
    return float(loss.item())
