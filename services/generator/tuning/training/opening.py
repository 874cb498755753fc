"""The tokens as which a cartridge begins: the first words of the documents that its examples show."""

from collections.abc import Sequence
from typing import Any

from services.generator.tuning.data.example import Example
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import first_token, text_ids


def of(examples: Sequence[Example], plan: TrainingPlan, tokenizer: Any) -> tuple[int, ...]:
    """As many tokens as the plan has virtual ones; none where it begins by chance, or makes no cartridge.

    First the token that begins (or else ends) texts of this model, then each passage that an example shows, once and
    in order, and where passages are too few what examples answer. A text in which a word would be a special token is
    left out. Raises ValueError where all of it is shorter than that.
    """
    if plan.method != "cartridge" or plan.initialise != "text":
        return ()
    ids = [first_token(tokenizer)]
    shown = [passage for example in examples for passage in example.passages]
    for text in dict.fromkeys([*shown, *(example.answer for example in examples)]):
        if len(ids) >= plan.virtual_tokens:
            break
        ids += text_ids(tokenizer, f"{text.strip()}\n")
    if len(ids) < plan.virtual_tokens:
        raise ValueError(
            f"the examples' texts have {len(ids)} tokens, and a cartridge of {plan.virtual_tokens} virtual_tokens "
            "begins as so many: take fewer, or initialise: random"
        )
    return tuple(ids[: plan.virtual_tokens])
