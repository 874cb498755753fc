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
from services.generator.tuning.examples import NO_LOSS, Example, batches, padded
from services.generator.tuning.schedule import Budget
from services.generator.tuning.settings import TuningSettings
from shared.messages import TrainingRun
from shared.models.language import Model

Say = Callable[[dict[str, Any]], None]
SMOOTHING = 0.9


def tokenizer_of(model: Model) -> Any:
    """The model's tokenizer."""
    return AutoTokenizer.from_pretrained(model.folder, local_files_only=True)


def train(
    examples: Sequence[Example], *, model: Model, settings: TuningSettings, folder: Path, say: Say
) -> TrainingRun:
    """Train an adapter and save it to `folder` as safetensors; `say` hears of every step.

    The same examples, settings and machine give the same weights, unless `max_seconds` cuts the run short.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads or os.cpu_count() or 1)
    network = _with_lora(model, settings)
    steps = max(1, math.ceil(len(examples) * settings.epochs / settings.batch_size))
    run = _run(network, examples, settings, Budget(steps, settings.max_seconds, settings.warmup), say)
    network.peft_config["default"].base_model_name_or_path = model.name
    network.save_pretrained(folder, safe_serialization=True, save_embedding_layers=False)
    return run


def _with_lora(model: Model, settings: TuningSettings) -> Any:
    base: Any = load(model.folder, settings.precision)
    if settings.precision == "nf4":
        base = prepare_model_for_kbit_training(  # type: ignore[no-untyped-call]
            base, use_gradient_checkpointing=settings.checkpointing
        )
    lora = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=settings.targets if settings.targets == "all-linear" else settings.targets.split(","),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, lora).train()


def _run(network: Any, examples: Sequence[Example], settings: TuningSettings, budget: Budget, say: Say) -> TrainingRun:
    """Steps until the budget is used up; the loss told is a running mean over about ten steps."""
    learned = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    started, step, tokens, mean, elapsed = time.monotonic(), 0, 0, math.nan, 0.0
    for batch in batches(examples, settings.batch_size, settings.seed):
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * budget.rate(budget.progress(step, elapsed))
        loss = _loss(network, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, settings.clip)
        optimiser.step()
        optimiser.zero_grad()
        step, tokens, elapsed = step + 1, tokens + sum(map(len, batch)), time.monotonic() - started
        mean = loss.item() if math.isnan(mean) else SMOOTHING * mean + (1 - SMOOTHING) * loss.item()
        say(_progress(budget, step, elapsed=elapsed, tokens=tokens, loss=mean))
        if budget.progress(step, elapsed) >= 1:
            break
    return TrainingRun(seconds=elapsed, tokens=tokens, steps=step, final_loss=mean)


def _loss(network: Any, batch: Sequence[Example]) -> torch.Tensor:
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
