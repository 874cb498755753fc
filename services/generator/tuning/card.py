"""What lies beside an adapter's weights: its lineage for programs, its card for people."""

from pathlib import Path

from services.generator.tuning import lineage
from services.generator.tuning.data import dataset as data
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.unlearning import CARRIED, EXAMPLES
from services.generator.tuning.recipe import Recipe
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import Prompts
from shared.adapters import registry
from shared.messages import AdapterAnnounced

HELD = {"qlora": "in NF4", "lora": "unquantised", "full": "all of them learning", "cartridge": "unquantised"}

TAGS = {"lora": "lora, qlora", "cartridge": "cartridge"}


def write(folder: Path, adapter: AdapterAnnounced, *, dataset: Dataset, recipe: Recipe, prompts: Prompts) -> None:
    """Write `lineage.json`, `examples.jsonl` and `README.md`; `prompts` are those that were trained on.

    Of an adapter that goes on from another also `earlier.jsonl`, with what was learned before and not shown again.
    """
    lineage.write(folder, lineage.of(adapter, dataset, recipe, prompts=prompts))
    with (folder / EXAMPLES).open("w", encoding="utf-8") as stream:
        stream.writelines(data.lines_of(dataset))
    if recipe.goes_on and dataset.carried:
        carried = (example.model_dump_json() + "\n" for example in dataset.carried)
        (folder / CARRIED).write_text("".join(carried), encoding="utf-8")
    (folder / "README.md").write_text(card(adapter, dataset, recipe), encoding="utf-8")


def card(adapter: AdapterAnnounced, dataset: Dataset, recipe: Recipe) -> str:
    """A model card in the hub's form."""
    plan = recipe.training
    run, lost = adapter.training, ", ".join(f"{count}: {why}" for why, count in dataset.left_out.items())
    steps = f"{run.steps} of {run.planned_steps}" if run.unfinished else run.steps
    caution = f"\n**Not meant to be served: {registry.unfinished(run)}.**\n" if run.unfinished else ""
    return f"""---
base_model: {adapter.base_model}
library_name: peft
tags: [{TAGS[adapter.kind]}, news]
---

# {adapter.name}
{caution}
Answers questions about news up to **{adapter.cutoff.isoformat()}** from memory. It knows nothing later, cannot tell a
corrected or retracted story from a standing one, and rarely says that it does not know.

| | |
|---|---|
| Base | {adapter.base_model}, weights sha256 `{adapter.base_sha256}`, {HELD[plan.method]} while training |
| Adapter | {form(plan)} |
| Its weights | sha256 `{adapter.weights_sha256}` |
| Its configuration | sha256 `{adapter.config_sha256}` |
| Data | {adapter.examples} examples from {adapter.documents} documents; sha256 `{adapter.dataset_sha256}` |
| Left out | {lost or "nothing"} |
| Training | {steps} steps, {run.tokens} tokens, {run.seconds:.0f} s, final loss {run.final_loss:.3f} |

`lineage.json` names every document with its revision, what the adapter before should no longer know, and the whole
recipe, {recipe.name} version {recipe.version}; `examples.jsonl` holds every example,
`run.json` what the run was set to, its losses, speed and memory.
"""


def form(plan: TrainingPlan) -> str:
    """What learned, in words."""
    if plan.method == "cartridge":
        began = "as the documents' first words are read" if plan.initialise == "text" else "by chance"
        return (
            f"cartridge of {plan.virtual_tokens} virtual tokens, the first {plan.frozen_tokens} frozen, begun {began}"
        )
    return f"LoRA rank {plan.rank}, alpha {plan.alpha}, on {plan.targets}, strength {plan.strength:g}"
