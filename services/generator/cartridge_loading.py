"""Putting a cartridge before a network with PEFT: a trained beginning of the key-value cache, and no weight changes.

PEFT holds the trained numbers and makes a cache of them. Positions are said here and in the callers: PEFT's own
`generate` and `forward` count the padding of a batch as a distance between a cartridge and a prompt.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.generator import adapter_loading, adapter_weights, cartridge_config
from services.generator.adapter_weights import PREFIX, WEIGHTS
from services.generator.cartridge_config import ServedCartridge

ROOM = 64
"""Fewest tokens that a base must be able to read behind a cartridge."""
_KEY = "default"


def add(network: Any, folder: Path) -> Any:
    """A folder's cartridge, as PEFT holds it, over a network that stays as it is, LoRA beside it or not.

    Raises ValueError where it does not fit.
    """
    cartridge = cartridge_config.read(folder)
    cartridge_config.require_shape(cartridge, adapter_weights.prefix(folder / WEIGHTS))
    base = base_of(network)
    require_fit(base, cartridge)
    held = over(base, cartridge.num_virtual_tokens, cartridge.num_frozen_tokens, trains=False)
    put(held, adapter_loading.weights(folder)[PREFIX])
    return held.eval()


def over(base: Any, tokens: int, frozen: int, *, trains: bool) -> Any:
    """A fresh cartridge over a base, its numbers drawn by chance."""
    from peft import CartridgeConfig, PeftModelForCausalLM

    config = CartridgeConfig(
        num_virtual_tokens=tokens, num_frozen_tokens=frozen, task_type="CAUSAL_LM", inference_mode=not trains
    )
    return PeftModelForCausalLM(base, config, adapter_name=_KEY)


def put(held: Any, numbers: Any) -> None:
    """Put numbers in place of a cartridge's; of shape (virtual tokens, layers x 2 x width of keys)."""
    held.prompt_encoder[_KEY].load_prompt_embeddings(numbers)


def require_fit(base: Any, cartridge: ServedCartridge) -> None:
    """Raises ValueError unless layers, heads and their width are the base's, and it can read on behind the tokens."""
    config = base.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or getattr(config, "num_attention_heads", 0)
    width = getattr(config, "head_dim", None) or config.hidden_size // max(1, config.num_attention_heads)
    stated = (cartridge.num_layers, cartridge.num_attention_heads, cartridge.token_dim)
    if stated != (wanted := (config.num_hidden_layers, heads, heads * width)):
        raise ValueError(
            f"it does not fit the base: layers, heads of keys and their numbers are {wanted}, its own are {stated}"
        )
    require_room(base, cartridge.num_virtual_tokens)


def require_room(base: Any, tokens: int, room: int = ROOM) -> None:
    """Raises ValueError where a base could not read so many tokens and, behind them, a prompt that fills the room."""
    reads = getattr(base.config.get_text_config(), "max_position_embeddings", None)
    if reads is not None and tokens + room > reads:
        raise ValueError(
            f"{tokens} virtual tokens leave no room for {room} tokens behind them: the base reads {reads} together"
        )


def require_effect(network: Any, held: Any) -> None:
    """Raises ValueError where what the model says behind a cartridge are no numbers, or what it says without."""
    import torch

    some_tokens = adapter_loading.some_tokens(network)
    with torch.inference_mode():
        behind_it = network(input_ids=some_tokens, past_key_values=beginning(held, 1)).logits
        adapter_loading.require_difference(behind_it, network(input_ids=some_tokens).logits)


def beginning(held: Any, rows: int) -> Any:
    """A new cache of so many rows that begin with a cartridge; None where what is given holds none."""
    return held.get_prompt(rows) if _holds(held) else None


def tokens_of(held: Any) -> int:
    """How many places of the context a cartridge takes; 0 where what is given holds none."""
    return int(held.active_peft_config.num_virtual_tokens) if _holds(held) else 0


def base_of(network: Any) -> Any:
    """The network itself, out of PEFT's hands; LoRA's layers, where there are any, stay in it."""
    from peft import PeftModel

    return network.get_base_model() if isinstance(network, PeftModel) else network


def behind(cache: Any, padded: Mapping[str, Any]) -> dict[str, Any]:
    """Token ids and mask of shape (rows, longest) as they follow a cache; as they are where there is none.

    The mask then covers the cache too, which is never padded, so that places are counted without the padding.
    """
    if cache is None:
        return dict(padded)
    import torch

    mask = padded["attention_mask"]
    whole = torch.cat([mask.new_ones(len(mask), cache.get_seq_length()), mask], dim=1)
    return {**padded, "attention_mask": whole, "past_key_values": cache}


def places(inputs: Mapping[str, Any]) -> Any:
    """The place of each token in its row, what `behind` put before it counted, padding not."""
    return (inputs["attention_mask"].cumsum(-1) - 1).clamp(min=0)[:, -inputs["input_ids"].shape[1] :]


def _holds(held: Any) -> bool:
    from peft import PeftModel

    return isinstance(held, PeftModel) and held.active_peft_config.peft_type == "CARTRIDGE"
