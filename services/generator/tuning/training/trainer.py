"""QLoRA (Dettmers et al. 2023): LoRA trained over a base in bitsandbytes NF4 with double quantisation.

Logits are computed for the replies only, which a batch padded on the left has at its end.
"""

import math
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoTokenizer

from services.generator.backends.transformers import load
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.schedule import Budget
from services.generator.tuning.training.tokens import NO_LOSS, Encoded, batches, padded
from shared.messages import TrainingRun
from shared.models.language import Model

Say = Callable[[dict[str, Any]], None]
SMOOTHING = 0.9


def tokenizer_of(model: Model) -> Any:
    """The model's tokenizer."""
    return AutoTokenizer.from_pretrained(model.folder, local_files_only=True)


def train(
    examples: Sequence[Encoded], *, model: Model, plan: TrainingPlan, folder: Path, say: Say, threads: int = 0
) -> TrainingRun:
    """Train an adapter and save it to `folder` as safetensors; `say` hears of every step.

    The same examples, plan and machine give the same weights, unless `max_seconds` cuts the run short.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(threads or os.cpu_count() or 1)
    network = _with_lora(model, plan)
    steps = max(1, math.ceil(len(examples) * plan.epochs / plan.batch_size))
    run = _run(network, examples, plan, Budget(steps, plan.max_seconds, plan.warmup), say)
    network.peft_config["default"].base_model_name_or_path = model.name
    network.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)
    return run


def _with_lora(model: Model, plan: TrainingPlan) -> Any:
    base: Any = load(model.folder, plan.precision)
    if plan.precision == "nf4":
        base = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            base, use_gradient_checkpointing=plan.checkpointing
        )
    lora = LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=plan.dropout,
        target_modules=plan.targets if plan.targets == "all-linear" else plan.targets.split(","),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, lora).train()


def _run(network: Any, examples: Sequence[Encoded], plan: TrainingPlan, budget: Budget, say: Say) -> TrainingRun:
    """Steps until the budget is used up; the loss told is a running mean over about ten steps."""
    learned = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=plan.learning_rate, weight_decay=plan.weight_decay)
    started, step, tokens, mean, elapsed = time.monotonic(), 0, 0, math.nan, 0.0
    for batch in batches(examples, plan.batch_size, plan.seed):
        for group in optimiser.param_groups:
            group["lr"] = plan.learning_rate * budget.rate(budget.progress(step, elapsed))
        loss = _loss(network, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, plan.clip)
        optimiser.step()
        optimiser.zero_grad()
        step, tokens, elapsed = step + 1, tokens + sum(map(len, batch)), time.monotonic() - started
        mean = loss.item() if math.isnan(mean) else SMOOTHING * mean + (1 - SMOOTHING) * loss.item()
        say(_progress(budget, step, elapsed=elapsed, tokens=tokens, loss=mean))
        if budget.progress(step, elapsed) >= 1:
            break
    return TrainingRun(seconds=elapsed, tokens=tokens, steps=step, final_loss=mean)


def _loss(network: Any, batch: Sequence[Encoded]) -> torch.Tensor:
    """Mean cross-entropy of the replies' tokens in nats, every token weighing the same."""
    ids, mask, labels = (torch.tensor(rows, device=network.device) for rows in padded(batch, filler=0))
    kept = max(len(example.reply) for example in batch)
    logits = network(input_ids=ids, attention_mask=mask, logits_to_keep=kept + 1, use_cache=False).logits
    return torch.nn.functional.cross_entropy(
        logits[:, :-1].float().flatten(0, 1), labels[:, -kept:].flatten(), ignore_index=NO_LOSS
    )


def _progress(budget: Budget, step: int, *, elapsed: float, tokens: int, loss: float) -> dict[str, Any]:
    done = budget.progress(step, elapsed)
    return {
        "step": step,
        "steps": budget.expected_steps(step, elapsed),
        "loss": round(loss, 4),
        "tokens": tokens,
        "tokens_per_s": round(tokens / elapsed, 1),
        "seconds_left": round(elapsed * (1 - done) / done, 1),
    }
